"""VN-2000: the plane systems of Viet Nam, which province surveys in which, and the way to WGS 84."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer

from phusong.administration.names import province_key
from phusong.config import shipped

TM3, UTM = 0.9999, 0.9996
"""Scale factors on the central meridian."""
TO_WGS84 = (-191.90441429, -39.30318279, -111.45032835, -0.00928836, 0.01975479, -0.00427372, 0.252906278)
"""
Shifts in metres, rotations in arc seconds (coordinate frame rotation), scale in parts per million: EPSG:6960, good to
1 m. The EPSG registry has an older set too (EPSG:5958); in the country the two lie 0.8 m apart.
"""
_FALSE_EASTING_M = 500_000
_ELLIPSOID = "+a=6378137 +rf=298.257223563"


@dataclass(frozen=True, order=True)
class System:
    """
    A plane system: transverse Mercator on VN-2000, false easting 500,000 m.

    Parameters
    ----------
    meridian_deg
        Central meridian.
    scale
        Scale factor on it: 0.9999 in the zones of three degrees, 0.9996 in those of six.
    on_wgs84
        Whether the datum is WGS 84 after all, as of positions from satellite receivers.
    """

    meridian_deg: float
    scale: float = TM3
    on_wgs84: bool = False

    @property
    def name(self) -> str:
        """For people: EPSG code where there is one, and the meridian."""
        degrees, minutes = divmod(round(self.meridian_deg * 60), 60)
        code = next((code for code, system in coded().items() if system == self), None)
        return f"{f'EPSG:{code}, ' if code else ''}{degrees}°{minutes:02}', k {self.scale:g}".replace(".", ",")

    def to_wgs84(
        self, easting_m: NDArray[np.float64], northing_m: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Longitude and latitude in degrees; infinite where the projection has no place for the pair."""
        return _transformer(self).transform(easting_m, northing_m)


def geographic_to_wgs84(
    longitude: NDArray[np.float64], latitude: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Longitude and latitude on WGS 84 of those on VN-2000 (EPSG:4756), in degrees; they lie some 200 m apart."""
    return _pipeline("+step +proj=unitconvert +xy_in=deg +xy_out=rad", shifted=True).transform(longitude, latitude)


@cache
def systems() -> tuple[System, ...]:
    """The zones of three degrees by their meridians, and UTM 49; UTM 48 has a meridian of theirs."""
    return (*sorted(System(float(meridian)) for meridian in _table()["zones"].values()), System(111.0, UTM))


@cache
def coded() -> dict[int, System]:
    """Systems by their EPSG codes."""
    zones = {int(code): System(float(meridian)) for code, meridian in _table()["zones"].items()}
    zones |= {int(code): System(float(meridian)) for code, meridian in _table()["deprecated"].items()}
    utm = {3405: System(105.0, UTM), 3406: System(111.0, UTM)}
    return zones | utm | {32648: System(105.0, UTM, True), 32649: System(111.0, UTM, True)}


@cache
def meridians() -> dict[str, float]:
    """Central meridian of each province of before 1 July 2025, by its key."""
    return {province_key(name): meridian for name, meridian in _table()["provinces"].items()}


@cache
def made_of() -> dict[str, tuple[str, ...]]:
    """Keys of the old provinces in each province of the day that is a merger."""
    return {province_key(new): tuple(map(province_key, old)) for new, old in _table()["merged"].items()}


@cache
def _table() -> dict[str, dict[str, Any]]:
    return tomllib.loads(shipped("gis_data", "vn2000.toml").read_text("utf-8"))


@cache
def _transformer(system: System) -> Transformer:
    inverse = (
        f"+step +inv +proj=tmerc +lat_0=0 +lon_0={system.meridian_deg} +k={system.scale} "
        f"+x_0={_FALSE_EASTING_M} +y_0=0 {_ELLIPSOID}"
    )
    return _pipeline(inverse, shifted=not system.on_wgs84)


@cache
def _pipeline(first: str, *, shifted: bool) -> Transformer:
    """VN-2000 shares the ellipsoid of WGS 84; the shift is written out, so that no other one can be chosen."""
    x, y, z, rx, ry, rz, s = TO_WGS84
    shift = (
        f"+step +proj=cart {_ELLIPSOID} "
        f"+step +proj=helmert +x={x} +y={y} +z={z} +rx={rx} +ry={ry} +rz={rz} +s={s} +convention=coordinate_frame "
        f"+step +inv +proj=cart {_ELLIPSOID}"
    )
    return Transformer.from_pipeline(
        f"+proj=pipeline {first} {shift if shifted else ''} +step +proj=unitconvert +xy_in=rad +xy_out=deg"
    )
