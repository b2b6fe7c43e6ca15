"""Settings: how far positions of a filing are believed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """
    How far a row is believed.

    Parameters
    ----------
    commune_tolerance_m
        A row farther from the commune it means is set aside.
    border_m
        A row so far outside all communes still counts as inside: outlines are generalised, masts stand on river banks.
    sea_m
        A place off our coast by no more is told to be in the sea, as of a mast with a slip in its digits; one farther
        off is outside the country. The territorial sea is 12 nautical miles wide.
    rounded_m
        A position that its own digits tell no better than this is set aside.
    crowd
        So many rows at one place, of different communes, and most of them far from theirs, are no place.
    """

    commune_tolerance_m: float = 20_000
    border_m: float = 1_500
    sea_m: float = 22_224
    rounded_m: float = 5_000
    crowd: int = 5
