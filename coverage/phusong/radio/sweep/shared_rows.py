"""Rows of a path over a radial that it shares, after those of `rows`."""

from __future__ import annotations

from phusong.radio.sweep.rows import ROWS

OWN_POINTS = 3
"""Points before the receiver that lie on its own path: it looks along the ground, where a quarter pixel matters."""
(
    RX_GROUND, RADIAL, LAST, LAST_HEIGHT, HEIGHT_SUM, HEIGHT_MOMENT, FLAT, STEEP, STEEP_AT, COVER_STEEP, BETA_STEEP,
) = range(ROWS, ROWS + 11)  # fmt: skip
OWN_BARE = ROWS + 11
OWN_COVERED = OWN_BARE + OWN_POINTS
"""
Given: the receiver's ground; which radial, its last point on the path, and what it has up to there; then the heights of
the own points, bare and covered, the nearest to the receiver first.
"""
GIVEN_ROWS = 11 + 2 * OWN_POINTS
(
    SUNK, BACK, BACK_AT, LEAST, LEAST_AT, UNDER_CHORD, ABOVE, BACK_FLAT, LOW_TX, RISE, HIGHEST, IN_SIGHT,
) = range(ROWS + GIVEN_ROWS, ROWS + GIVEN_ROWS + 12)  # fmt: skip
"""
Found: slope of the line between the antennas where it leaves the mast, over the bulge, in m/km; steepest slope from the
receiver, and where in km; least of clearance^2 / (u v), and where; whether a point under a chord may come nearer;
greatest height over the direct line, and steepest slope from the receiver, without a bulge; the smooth Earth at the
mast in m and its rise in m/km; greatest height over it; 1 for a path in sight.
"""
SHARED_ROWS = ROWS + GIVEN_ROWS + 12
BLOCK = 64
"""Paths whose corners are gone through together, as many times as the path with most of them has."""
