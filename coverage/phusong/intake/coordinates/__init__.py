"""Coordinates: where each row of a filing is on WGS 84, or why that cannot be said."""

from phusong.intake.coordinates.ground import Ground
from phusong.intake.coordinates.location import Located, locate
from phusong.intake.coordinates.pairs import EAST, NORTH, SOUTH, WEST
from phusong.intake.coordinates.settings import Settings
from phusong.intake.coordinates.statement import Statement, stated

__all__ = ["EAST", "NORTH", "SOUTH", "WEST", "Ground", "Located", "Settings", "Statement", "locate", "stated"]
