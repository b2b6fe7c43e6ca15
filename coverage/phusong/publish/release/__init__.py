"""Release: maps, reports and exports of an edition for one tier in one folder, with an index page and their hashes."""

from phusong.publish.release.folder import Kind, Release, make_ready, write
from phusong.publish.release.parts import Asked, Held

__all__ = ["Asked", "Held", "Kind", "Release", "make_ready", "write"]
