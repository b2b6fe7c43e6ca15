"""Exports: the tables and rasters of an edition as files that other tools open, each with its metadata beside it."""

from phusong.publish.exports.content import content
from phusong.publish.exports.folder import FORMATS, Asked, write
from phusong.publish.exports.postgis import load, schema_of

__all__ = ["FORMATS", "Asked", "content", "load", "schema_of", "write"]
