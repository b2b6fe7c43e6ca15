"""One link: what stands between two antennas, how far it reaches into the path, and what that costs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phusong.radio.diffraction import CLEAR_NU, knife_edge_loss
from phusong.radio.p1812 import Terms, transmission_terms
from phusong.radio.p1812.geometry import WAVELENGTH_M_GHZ

MODEL = "ITU-R P.1812-7 (troposcatter of P.1812-6)"
LEAST_RANGE_KM = 0.25
"""P.1812 is meant for this and more; nearer places go through the same equations, and that is said."""
CLEAR_SHARE = -CLEAR_NU / math.sqrt(2)
"""Of the first Fresnel zone's radius, 0.55: ground that keeps so far below the line costs nothing (P.526, eq. 31)."""
MOST_EDGES = 3
_HARDLY_DB = 1.0

State = Literal["clear", "grazed", "blocked"]
Way = Literal["diffraction", "ducting", "troposcatter"]


@dataclass(frozen=True, kw_only=True)
class LinkSettings:
    """
    A link and its model, as `p1812.basic_transmission_loss` takes them; inland, without clutter, half of the locations.

    Parameters
    ----------
    latitude_deg
        Of the path's centre.
    """

    frequency_mhz: float
    tx_height_agl_m: float
    rx_height_agl_m: float
    latitude_deg: float
    time_percent: float = 50.0
    polarization: str = "vertical"
    delta_n: float = 45.0
    n0: float = 325.0


@dataclass(frozen=True)
class Edge:
    """
    The worst point of a stretch of ground that reaches into the path.

    Parameters
    ----------
    distance_km
        From the transmitter.
    ground_amsl_m
        Above sea level.
    above_line_m
        Above the line of sight over the curved Earth; negative below it.
    clearance_share
        How far the line passes above it, in radii of the first Fresnel zone; negative where the line is cut.
    alone_db
        What a knife edge there would cost, were it alone.
    """

    distance_km: float
    ground_amsl_m: float
    above_line_m: float
    clearance_share: float
    alone_db: float


@dataclass(frozen=True)
class Corner:
    """
    Where the two horizons meet, Bullington's one edge in place of all; in sight, the point that comes nearest.

    Parameters
    ----------
    amsl_m
        Above sea level, bulge of the Earth included, as in `LinkProfile.raised_m`.
    nu
        Its diffraction parameter.
    """

    distance_km: float
    amsl_m: float
    nu: float


@dataclass(frozen=True)
class LinkProfile:
    """
    One link in numbers: arrays from the transmitter to the receiver, and what follows from them.

    Parameters
    ----------
    distance_km, ground_amsl_m
        The profile.
    raised_m
        Ground with the bulge of the effective Earth added, so that the line of sight is straight.
    line_m
        Line of sight above sea level.
    fresnel_m
        Radius of the first Fresnel zone.
    edges
        What cuts the line or, where nothing does, what comes too near to it; from the transmitter on, the worst three.
    corner
        Bullington's edge.
    terms
        Every quantity of P.1812.
    tx_height_for_sight_m, rx_height_for_sight_m
        Least height above ground from which one antenna would see the other, which stays where it is.
    """

    settings: LinkSettings
    distance_km: NDArray[np.float64]
    ground_amsl_m: NDArray[np.float64]
    raised_m: NDArray[np.float64]
    line_m: NDArray[np.float64]
    fresnel_m: NDArray[np.float64]
    edges: tuple[Edge, ...]
    corner: Corner
    terms: Terms
    tx_height_for_sight_m: float
    rx_height_for_sight_m: float

    @property
    def length_km(self) -> float:
        """Length of the path."""
        return float(self.distance_km[-1])

    @property
    def worst(self) -> Edge | None:
        """The edge that reaches farthest into the path, if any does."""
        return min(self.edges, key=lambda edge: edge.clearance_share, default=None)

    @property
    def state(self) -> State:
        """Blocked where the line of sight is cut, grazed where ground reaches too near to it."""
        if self.worst is None:
            return "clear"
        return "blocked" if self.worst.above_line_m > 0 else "grazed"

    @property
    def by_curvature(self) -> bool:
        """Whether only the bulge of the Earth cuts the line: without it, the ground at the worst edge stays below."""
        if self.worst is None or self.state != "blocked":
            return False
        line = float(np.interp(self.worst.distance_km, self.distance_km, self.line_m))
        return self.worst.ground_amsl_m < line

    @property
    def way(self) -> Way:
        """By which way most of the signal comes: over the ground, through ducts, or scattered by the troposphere."""
        terms = self.terms
        if terms.troposcatter_db < terms.modified_diffraction_db:
            return "troposcatter"
        return "ducting" if terms.ducting_diffraction_db < terms.basic_diffraction_db - _HARDLY_DB else "diffraction"


def link_profile(distance_km: ArrayLike, ground_amsl_m: ArrayLike, settings: LinkSettings) -> LinkProfile:
    """
    The numbers of one link over bare ground.

    Raises
    ------
    ValueError
        For what P.1812 does not hold for: see `p1812.basic_transmission_loss`.

    References
    ----------
    Recommendation ITU-R P.1812-7 (troposcatter of P.1812-6); Fresnel zones: ITU-R P.526-15, section 2.
    """
    terms = transmission_terms(distance_km, ground_amsl_m, 0.0, 4, **vars(settings))
    d, ground = np.asarray(distance_km, float), np.asarray(ground_amsl_m, float)
    path = float(d[-1])
    raised = ground + 500 / terms.effective_earth_radius_km * d * (path - d)
    line = terms.tx_amsl_m + (terms.rx_amsl_m - terms.tx_amsl_m) * d / path
    wavelength_m = 1000 * WAVELENGTH_M_GHZ / settings.frequency_mhz
    fresnel = np.sqrt(1000 * wavelength_m * d * (path - d) / path)
    inner = slice(1, -1)
    for_tx = (raised[inner] * path - terms.rx_amsl_m * d[inner]) / (path - d[inner])
    for_rx = (raised[inner] * path - terms.tx_amsl_m * (path - d[inner])) / d[inner]
    return LinkProfile(
        settings,
        d,
        ground,
        raised,
        line,
        fresnel,
        _edges(d, ground, raised - line, fresnel),
        _corner(d, raised, terms.tx_amsl_m, terms.rx_amsl_m, wavelength_m),
        terms,
        max(float(np.max(for_tx) - ground[0]), 0.0),
        max(float(np.max(for_rx) - ground[-1]), 0.0),
    )


def _edges(
    d: NDArray[np.float64], ground: NDArray[np.float64], above_m: NDArray[np.float64], fresnel_m: NDArray[np.float64]
) -> tuple[Edge, ...]:
    """One edge for each stretch that cuts the line, else the nearest point if it comes nearer than `CLEAR_SHARE`."""
    tops: list[int] = []
    share = np.full(d.size, np.inf)
    share[1:-1] = -above_m[1:-1] / fresnel_m[1:-1]
    cut = share < 0
    if cut.any():
        starts = np.flatnonzero(cut & ~np.roll(cut, 1))
        ends = np.flatnonzero(cut & ~np.roll(cut, -1)) + 1
        tops = [int(a + np.argmin(share[a:b])) for a, b in zip(starts, ends, strict=True)]
    elif share.min() < CLEAR_SHARE:
        tops = [int(np.argmin(share))]
    worst = sorted(sorted(tops, key=lambda top: share[top])[:MOST_EDGES])
    return tuple(
        Edge(
            float(d[top]),
            float(ground[top]),
            float(above_m[top]),
            float(share[top]),
            float(knife_edge_loss(-math.sqrt(2) * share[top])),
        )
        for top in worst
    )


def _corner(
    d: NDArray[np.float64], raised: NDArray[np.float64], tx_m: float, rx_m: float, wavelength_m: float
) -> Corner:
    """Equivalent edge over the bulged ground: ITU-R P.526-15, section 4.5.1, as in `diffraction.bullington_loss`."""
    path, x, top = float(d[-1]), d[1:-1], raised[1:-1]
    above = top - (tx_m + (rx_m - tx_m) * x / path)
    if above.max() < 0:
        at = int(np.argmax(above * np.sqrt(path / (x * (path - x)))))
        at_km, height = float(x[at]), float(top[at])
    else:
        tx_slope, rx_slope = np.max((top - tx_m) / x), np.max((top - rx_m) / (path - x))
        at_km = float((rx_m - tx_m + rx_slope * path) / (tx_slope + rx_slope))
        height = float(tx_m + tx_slope * at_km)
    over = height - (tx_m + (rx_m - tx_m) * at_km / path)
    return Corner(at_km, height, over * math.sqrt(0.002 * path / (wavelength_m * at_km * (path - at_km))))
