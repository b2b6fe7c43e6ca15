"""Metres: the plane system of each row, found from what the rows of a file say together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phusong.intake.claim import Claim, Claims
from phusong.intake.coordinates.ground import Ground
from phusong.intake.coordinates.vn2000 import TM3, UTM, System, made_of, meridians, systems

NORTHING_M = (880_000, 2_620_000)
EASTING_M = (100_000, 900_000)
"""Where the country lies in its own zones, with room at the sides."""
_SHIFT_M = 500_000
_NEAR_M = 1_000
_SAMPLE = 3_000
_SURE, _ENOUGH = 0.5, 3
"""A system is taken for those rows of a group when it puts at least so many, and such a share, near their communes."""
_MARGIN = 0.05
_GAP_DEG = 30 / 111_000


@dataclass(frozen=True)
class Placed:
    """
    Rows in metres, read.

    Parameters
    ----------
    system
        Index into `systems`, -1 where no system can be told.
    rivals
        Other systems that put a row near its commune just as well, as text; empty where there are none.
    swapped
        Whether the pair was filed easting first.
    wrong_scale
        Whether the file was drawn with the scale factor of UTM on a meridian of a three-degree zone.
    """

    longitude: NDArray[np.float64]
    latitude: NDArray[np.float64]
    system: NDArray[np.int64]
    rivals: NDArray[np.object_]
    swapped: NDArray[np.bool_]
    wrong_scale: NDArray[np.bool_]
    systems: tuple[System, ...]


def place(first: NDArray[np.float64], second: NDArray[np.float64], claims: Claims, ground: Ground) -> Placed:
    """
    WGS 84 positions of pairs in metres.

    The system is that in which the rows of one old province lie in the communes they mean; a row that is alone is held to
    the meridian of its old province. A row that lies near its commune in two systems of this filing has no sure place.

    Parameters
    ----------
    first, second
        As filed; in Viet Nam X, the first, points north.
    """
    swapped = _easting_first(first, second)
    northing, easting = np.where(swapped, second, first), np.where(swapped, first, second)
    old_axes = _deprecated(northing, easting)
    northing, easting = (
        np.where(old_axes, northing - _SHIFT_M, northing),
        np.where(old_axes, easting + _SHIFT_M, easting),
    )
    groups, keys = _groups(claims)
    candidates = _candidates(northing, easting, claims, ground)
    scales = _scales(candidates, northing, easting, claims, groups, keys, ground)
    return _decided(candidates, scales, northing, easting, claims, groups, keys, ground, swapped)


def _easting_first(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether the easting comes first: plain where one number can only be an easting; else as most rows of the file."""
    north_a, north_b = (_within(values, NORTHING_M) for values in (first, second))
    east_a, east_b = (_within(values, EASTING_M) for values in (first, second))
    named, other = north_a & east_b, north_b & east_a
    sure_named, sure_other = named & ~other, other & ~named
    usual = bool(sure_other.sum() > sure_named.sum())
    return np.where(sure_named, False, np.where(sure_other, True, usual))


def _deprecated(northing: NDArray[np.float64], easting: NDArray[np.float64]) -> NDArray[np.bool_]:
    """EPSG 6956 to 6959 have false easting 0 and false northing 500,000 m: eastings near 0, some of them negative."""
    odd = (np.abs(easting) < 250_000) & _within(northing, (NORTHING_M[0] + _SHIFT_M, NORTHING_M[1] + _SHIFT_M))
    whole_file = odd.mean() > 0.8 and (easting[odd] < 0).any() if odd.any() else False
    return odd & ((northing > NORTHING_M[1]) | (easting < 0) | whole_file)


def _within(values: NDArray[np.float64], bounds: tuple[int, int]) -> NDArray[np.bool_]:
    return (values >= bounds[0]) & (values <= bounds[1])


def _groups(claims: Claims) -> tuple[NDArray[np.int64], list[str]]:
    """Group of each row, by the old province it means, or else the province of the day; and the groups' keys."""
    keys = ["|".join(claim.old_provinces) or claim.province for claim in claims.different]
    order = sorted(set(keys))
    return np.array([order.index(key) for key in keys], np.int64)[claims.of_row], order


def _expected(claim: Claim) -> list[float]:
    """Meridians in which the ground of a claim was surveyed."""
    old = claim.old_provinces or made_of().get(claim.province, (claim.province,))
    return sorted({meridians()[name] for name in old if name in meridians()})


def _candidates(
    northing: NDArray[np.float64], easting: NDArray[np.float64], claims: Claims, ground: Ground
) -> tuple[System, ...]:
    """Systems that put at least one row near the commune it means, or are expected of one."""
    expected = {meridian for claim in claims.different for meridian in _expected(claim)}
    step = max(1, len(northing) // _SAMPLE)
    sample = np.zeros(len(northing), bool)
    sample[::step] = True
    rows, communes = claims.pairs()
    chosen = sample[rows]
    rows, communes = rows[chosen], communes[chosen]
    kept = []
    for system in systems():
        near = (
            ground.near(*system.to_wgs84(easting[rows], northing[rows]), communes, _NEAR_M)
            if len(rows)
            else np.zeros(0, bool)
        )
        if (system.scale == TM3 and (system.meridian_deg in expected or not len(rows))) or near.sum() >= _ENOUGH:
            kept.append(system)
    wrong = [
        System(system.meridian_deg, UTM)
        for system in kept
        if system.scale == TM3 and System(system.meridian_deg, UTM) not in kept
    ]
    return (*kept, *wrong)


def _scales(
    candidates: tuple[System, ...],
    northing: NDArray[np.float64],
    easting: NDArray[np.float64],
    claims: Claims,
    groups: NDArray[np.int64],
    keys: list[str],
    ground: Ground,
) -> NDArray[np.float64]:
    """Share of the rows of each group that each system puts inside the commune meant; and near it, in a second layer."""
    rows, communes = claims.pairs()
    shares = np.zeros((2, len(keys), len(candidates)))
    total = np.maximum(np.bincount(groups[np.unique(rows)], minlength=len(keys)), 1)
    for j, system in enumerate(candidates):
        longitude, latitude = system.to_wgs84(easting[rows], northing[rows])
        for layer, metres in enumerate((0.0, _NEAR_M)):
            hit = np.unique(rows[ground.near(longitude, latitude, communes, metres)])
            shares[layer, :, j] = np.bincount(groups[hit], minlength=len(keys)) / total
    return shares


def _decided(
    candidates: tuple[System, ...],
    shares: NDArray[np.float64],
    northing: NDArray[np.float64],
    easting: NDArray[np.float64],
    claims: Claims,
    groups: NDArray[np.int64],
    keys: list[str],
    ground: Ground,
    swapped: NDArray[np.bool_],
) -> Placed:
    n = len(northing)
    counts = np.bincount(groups, minlength=len(keys))
    winners = _winners(candidates, shares, counts, claims, groups, keys)
    points = [system.to_wgs84(easting, northing) for system in candidates]
    rows, communes = claims.pairs()
    near = np.zeros((len(candidates), n), bool)
    for j, (longitude, latitude) in enumerate(points):
        near[j, rows[ground.near(longitude[rows], latitude[rows], communes, _NEAR_M)]] = True
    alive = {j for group in winners for j in group}
    system = np.full(n, -1)
    rivals = np.full(n, "", object)
    for g, own in enumerate(winners):
        members = np.flatnonzero(groups == g)
        if not len(members) or not own:
            continue
        system[members] = own[0]
        fits = near[:, members]
        if len(own) > 1:
            order = np.array(own)
            system[members] = order[np.argmax(fits[order], axis=0)]
        others = [
            j
            for j in range(len(candidates))
            if (j in alive or j in own) and candidates[j].scale == candidates[own[0]].scale
        ]
        for position, i in enumerate(members):
            chosen = system[i]
            rival = [j for j in others if j != chosen and fits[j, position] and _apart(points, int(chosen), j, i)]
            settled = fits[chosen, position] and len(own) == 1
            if rival and not settled:
                rivals[i] = "; ".join(_told(candidates[j], points[j], i) for j in dict.fromkeys([int(chosen), *rival]))
    longitude, latitude = np.full(n, np.nan), np.full(n, np.nan)
    for j, (lon, lat) in enumerate(points):
        at = system == j
        longitude[at], latitude[at] = lon[at], lat[at]
    wrong = np.array([s.scale == UTM and s.meridian_deg not in (105.0, 111.0) for s in candidates] + [False])[system]
    return Placed(longitude, latitude, system, rivals, swapped, wrong, candidates)


def _winners(
    candidates: tuple[System, ...],
    shares: NDArray[np.float64],
    counts: NDArray[np.int64],
    claims: Claims,
    groups: NDArray[np.int64],
    keys: list[str],
) -> list[list[int]]:
    """Systems of each group of rows, the best first; several only where the ground was of several old provinces."""
    own_keys = _keys(claims)
    expected = {key: set(_expected(claim)) for claim, key in zip(claims.different, own_keys, strict=True)}
    inside, near = shares
    weight = counts[:, None] * near
    file_wide = int(np.argmax(weight.sum(axis=0) + inside.sum(axis=0) * 1e-6)) if len(candidates) else -1
    single = len(candidates) > 0 and weight[:, file_wide].sum() > 0.8 * max(weight.max(axis=1, initial=0).sum(), 1e-9)
    found: list[list[int]] = []
    for g, key in enumerate(keys):
        due = [j for j, system in enumerate(candidates) if system.meridian_deg in expected.get(key, set())]
        best = int(np.argmax(near[g] + inside[g])) if len(candidates) else -1
        enough = counts[g] * near[g].max(initial=0) >= _ENOUGH and near[g].max(initial=0) >= _SURE
        if enough:
            rest = [
                j
                for j in due
                if j != best and candidates[j].scale == candidates[best].scale and near[g, j] * counts[g] >= _ENOUGH
            ]
            several = [j for j in rest if near[g, best] + near[g, j] <= 1 + _MARGIN and near[g, best] < 1 - _MARGIN]
            found.append([_by_scale(candidates, best, inside[:, :], counts), *several])
        elif single and (near[g, file_wide] > 0 or not due):
            found.append([_by_scale(candidates, file_wide, inside, counts)])
        else:
            plain = [j for j in due if candidates[j].scale == TM3]
            meant = counts[g] and any(
                claim.communes for claim, own in zip(claims.different, own_keys, strict=True) if own == key
            )
            sure = len(plain) == 1 or meant
            found.append(sorted(plain, key=lambda j, share=near[g]: -share[j]) if sure else [])
    return found


def _keys(claims: Claims) -> list[str]:
    return ["|".join(claim.old_provinces) or claim.province for claim in claims.different]


def _by_scale(candidates: tuple[System, ...], best: int, inside: NDArray[np.float64], counts: NDArray[np.int64]) -> int:
    """The scale factor on a meridian that puts more of all rows inside their communes; 700 m part the two."""
    meridian = candidates[best].meridian_deg
    same = [j for j, system in enumerate(candidates) if system.meridian_deg == meridian]
    total = {j: float((inside[:, j] * counts).sum()) for j in same}
    top = max(total.values())
    plain = next((j for j in same if candidates[j].scale == TM3), best)
    return plain if total[plain] >= top * (1 - 0.02) else max(same, key=lambda j: total[j])


def _apart(points: list[tuple[NDArray[np.float64], NDArray[np.float64]]], a: int, b: int, i: int) -> bool:
    return bool(np.hypot(points[a][0][i] - points[b][0][i], points[a][1][i] - points[b][1][i]) > _GAP_DEG)


def _told(system: System, point: tuple[NDArray[np.float64], NDArray[np.float64]], i: int) -> str:
    return f"{system.name}: {point[1][i]:.6f}, {point[0][i]:.6f}"
