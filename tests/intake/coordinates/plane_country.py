"""Twelve square communes on ground of three old provinces, and metres of places in them."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import shapely
from pyproj import Transformer
from pyproj.enums import TransformDirection
from pyproj.transformer import TransformerGroup

from phusong.intake.claim import Claim, Claims
from phusong.intake.coordinates.ground import Ground
from phusong.intake.coordinates.vn2000 import TO_WGS84

SIDE_DEG = 0.04
HANOI, TAYNINH, LONGAN = range(0, 4), range(4, 8), range(8, 12)
"""Surveyed on 105°, 105°30' and 105°45'; the last two are one province today."""
OLD = ("hanoi",) * 4 + ("tayninh",) * 4 + ("longan",) * 4
TODAY = ("hanoi",) * 4 + ("tayninh",) * 8
ZONE = {"hanoi": 5897, "tayninh": 9209, "longan": 9210}
CORNERS = [
    (x, y)
    for x, y in ((105.7, 21.0), (106.0, 11.2), (106.2, 10.7))
    for x, y in ((x, y), (x + 0.1, y), (x, y + 0.1), (x + 0.1, y + 0.1))
]


def ground() -> Ground:
    """The communes, with the names of their provinces."""
    columns = {
        "commune_code": [f"{i:05}" for i in range(12)],
        "commune_name": [f"Xã {i}" for i in range(12)],
        "province_name": ["Thành phố Hà Nội" if one == "hanoi" else "Tỉnh Tây Ninh" for one in TODAY],
    }
    return Ground(
        gpd.GeoDataFrame(
            columns, geometry=[shapely.box(x, y, x + SIDE_DEG, y + SIDE_DEG) for x, y in CORNERS], crs=4326
        )
    )


def claims(communes: Sequence[int]) -> Claims:
    """Each row means one commune; -1 for none."""
    different = [Claim((i,), (OLD[i],), TODAY[i]) for i in range(12)]
    return Claims((*different, Claim()), np.array(communes, np.int64))


def places(communes: Sequence[int], seed: int = 0) -> np.ndarray:
    """A place in each commune, longitude and latitude in degrees, not within a tenth of the edge."""
    inside = np.random.default_rng(seed).uniform(0.1, 0.9, (len(communes), 2)) * SIDE_DEG
    return np.array([CORNERS[i] for i in communes]) + inside


def metres(places: np.ndarray, codes: Sequence[int] | int) -> tuple[np.ndarray, np.ndarray]:
    """Northing and easting in systems by their EPSG codes, by way of EPSG:6960."""
    northing, easting = np.zeros((2, len(places)))
    codes = np.broadcast_to(np.asarray(codes), len(places))
    back = next(
        one for one in TransformerGroup(4756, 4326, always_xy=True).transformers if f"x={TO_WGS84[0]}" in one.definition
    )
    on_vn2000 = np.stack(back.transform(*places.T, direction=TransformDirection.INVERSE), axis=1)
    for code in np.unique(codes):
        at = codes == code
        start = places if code > 30_000 else on_vn2000
        datum = 4326 if code > 30_000 else 4756
        easting[at], northing[at] = Transformer.from_crs(datum, int(code), always_xy=True).transform(*start[at].T)
    return northing, easting


def with_scale_of_utm(northing: np.ndarray, easting: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Metres of a zone of three degrees as they are with the scale factor 0.9996."""
    ratio = 0.9996 / 0.9999
    return northing * ratio, (easting - 500_000) * ratio + 500_000


def off_m(placed, true: np.ndarray) -> np.ndarray:
    """How far readings are from the true places, in metres."""
    east = (placed.longitude - true[:, 0]) * np.cos(np.radians(true[:, 1]))
    return np.hypot(east, placed.latitude - true[:, 1]) * 111_320
