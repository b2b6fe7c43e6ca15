"""Lines: shapes of power lines on WGS 84 and within the country, their ids, voltages and who runs them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from phusong.intake.coordinates import EAST, NORTH, SOUTH, WEST, Ground, Settings
from phusong.intake.finding import Finding
from phusong.intake.voltages import read_voltages
from phusong.text import slug

_METRES_PER_DEGREE = 111_000
_KINDS = ("LineString", "MultiLineString")


def settle(frame: pd.DataFrame, ground: Ground, settings: Settings) -> tuple[pd.DataFrame, list[Finding]]:
    """
    Power lines as they can be used.

    Parameters
    ----------
    frame
        line_id, voltage_kv (cells as filed), operator, source_file, source_sheet, source_row, and for features geometry
        (as written) and crs (as the file says; empty where it says nothing).

    Returns
    -------
    The frame with voltage_kv in kV and geometry in EPSG:4326, and what was found.
    """
    if "geometry" not in frame:
        frame = frame.assign(geometry=np.full(len(frame), None, object), crs="")
    shapes, findings = _placed(frame, ground, settings)
    ids, told = _named(frame)
    findings += told
    voltage_kv, told = read_voltages(list(frame.voltage_kv))
    findings += told
    operator, told = _operators(frame.operator)
    findings += told
    settled = frame.assign(line_id=ids, voltage_kv=voltage_kv, operator=operator, geometry=shapes)
    return settled.drop(columns="crs"), findings


def _placed(frame: pd.DataFrame, ground: Ground, settings: Settings) -> tuple[NDArray[np.object_], list[Finding]]:
    """Shapes on WGS 84, longitude first; those that are none, or lie elsewhere, are told."""
    shapes = frame.geometry.to_numpy(object, copy=True)
    empty = np.asarray(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    foreign = ~empty & ~np.isin([getattr(shape, "geom_type", "") for shape in shapes], _KINDS)
    usable = ~empty & ~foreign
    shapes[~usable] = None
    findings = _found("missing_coordinates", empty) + _found("not_a_line", foreign, frame.geometry.to_numpy(object))
    for rows, crs in _systems(frame.crs.to_numpy(object), usable):
        shapes[rows] = _on_wgs84(shapes[rows], crs)
    unknown = usable & _in_metres(shapes)
    findings += _found("position_ambiguous", unknown, shapes)
    usable &= ~unknown
    swapped = usable & _is_swapped(shapes)
    findings += _swapped(frame, shapes, usable, swapped)
    shapes[swapped] = _exchanged(shapes[swapped])
    away = usable & ~_at_home(shapes, usable, ground, settings)
    return shapes, findings + _away(shapes, away, ground)


def _systems(crs: NDArray[np.object_], usable: NDArray[np.bool_]) -> Iterator[tuple[NDArray[np.int64], CRS]]:
    """Rows of each system that the files name and that is none of longitude and latitude on WGS 84."""
    for name in sorted({str(one) for one in crs if one}):
        try:
            system = CRS.from_user_input(name)
        except CRSError:
            continue
        if system.to_epsg() != 4326 and "CRS84" not in name:
            yield np.flatnonzero(usable & (crs == name)), system


def _on_wgs84(shapes: NDArray[np.object_], crs: CRS) -> NDArray[np.object_]:
    transformer = Transformer.from_crs(crs, CRS(4326), always_xy=True)
    return np.asarray(shapely.transform(shapes, lambda xy: np.stack(transformer.transform(*xy.T), axis=1)), object)


def _in_metres(shapes: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Numbers that are no degrees, of a system that the file does not name."""
    return np.asarray(np.nan_to_num(np.abs(shapely.bounds(shapes)).max(axis=1, initial=0)) > 360)


def _is_swapped(shapes: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Whether x is within the country's latitudes and y within its longitudes: no number here is both."""
    x_low, y_low, x_high, y_high = shapely.bounds(shapes).T
    with np.errstate(invalid="ignore"):
        return np.asarray((x_low >= SOUTH) & (x_high <= NORTH) & (y_low >= WEST) & (y_high <= EAST))


def _exchanged(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    return np.asarray(shapely.transform(shapes, lambda xy: xy[:, ::-1]), object)


def _swapped(
    frame: pd.DataFrame, shapes: NDArray[np.object_], usable: NDArray[np.bool_], swapped: NDArray[np.bool_]
) -> list[Finding]:
    """A table of which most lines are swapped is so as a whole; else the lines are told one by one."""
    table = frame.source_file.astype(str) + "\0" + frame.source_sheet.astype(str)
    counts = pd.DataFrame({"swapped": swapped, "usable": usable}).groupby(table.to_numpy()).transform("sum")
    whole = swapped & (counts.swapped * 2 > counts.usable).to_numpy(bool)
    findings = []
    for reason, at in (("axes_swapped_file", whole), ("axes_swapped", swapped & ~whole)):
        rows = np.flatnonzero(at)
        first = [shapely.get_coordinates(shape)[0] for shape in shapes[rows]]
        found = tuple(f"{x:g} {y:g} …" for x, y in first)
        became = tuple(f"{y:.6f}, {x:.6f} …" for x, y in first)
        findings += [Finding(reason, rows, "geometry", found, became)] if len(rows) else []
    return findings


def _at_home(
    shapes: NDArray[np.object_], usable: NDArray[np.bool_], ground: Ground, settings: Settings
) -> NDArray[np.bool_]:
    """Whether some of each line lies in a commune, or beside one; cables to islands and lines across the border do."""
    near = settings.border_m / _METRES_PER_DEGREE
    rows = np.flatnonzero(usable)
    hit, _ = ground.tree.query(shapes[rows], predicate="dwithin", distance=near)
    found = np.zeros(len(shapes), bool)
    found[rows[np.unique(hit)]] = True
    return found


def _away(shapes: NDArray[np.object_], away: NDArray[np.bool_], ground: Ground) -> list[Finding]:
    """Lines that touch no commune: pieces of cables to islands, which are told, and lines abroad."""
    middle = {int(row): shapely.get_coordinates(shapely.centroid(shapes[row]))[0] for row in np.flatnonzero(away)}
    off_shore_km = {row: ground.off_shore_km(*place) for row, place in middle.items()}
    abroad = np.array([row in middle and np.isnan(off_shore_km[row]) for row in range(len(shapes))], bool)
    at_sea = [
        Finding("line_at_sea", np.array([row]), "geometry", words={"distance": f"{km:.0f}"})
        for row, km in off_shore_km.items()
        if not np.isnan(km)
    ]
    return _found("outside_country", abroad, shapes) + at_sea


def _named(frame: pd.DataFrame) -> tuple[NDArray[np.object_], list[Finding]]:
    """Ids as filed; a file without any is given those of its rows. An id stands for one line."""
    ids = frame.line_id.to_numpy(object, copy=True)
    empty = frame.line_id.isna().to_numpy(bool)
    bare = empty & empty_throughout(empty, frame.source_file)
    stem = frame.source_file.astype(str).str.rpartition("/")[2].str.partition(".")[0]
    ids[bare] = (stem + "-" + frame.source_row.astype(str))[bare]
    findings = _found("missing", empty & ~bare, column="line_id")
    rows = np.flatnonzero(bare)
    findings += [Finding("id_from_row", rows, "line_id", (), tuple(ids[rows]))] if len(rows) else []
    repeated = pd.Series(ids).duplicated().to_numpy(bool) & pd.notna(ids)
    if repeated.any():
        first = frame.source_row.astype(str).groupby(pd.Series(ids, index=frame.index)).transform("first")
        rows = np.flatnonzero(repeated)
        findings.append(Finding("duplicate", rows, "line_id", tuple(ids[rows]), (), tuple(first.iloc[rows])))
    return ids, findings


def empty_throughout(empty: NDArray[np.bool_], file: pd.Series) -> NDArray[np.bool_]:
    """Rows of files in which every row is empty."""
    return np.asarray(pd.Series(empty).groupby(file.to_numpy()).transform("all"), bool)


def _operators(operators: pd.Series) -> tuple[pd.Series, list[Finding]]:
    """One spelling of each name, the commonest; a number is no name, and is taken away."""
    texts = operators.astype(object).where(operators.notna(), "").astype(str)
    number = texts.str.fullmatch(r"[\d.,;\s]+").to_numpy(bool)
    names = texts[(texts != "") & ~number]
    common = names.groupby(names.map(slug)).agg(lambda group: group.value_counts().index[0])
    settled = texts.map(slug).map(common).where(~number)
    odd = settled.notna().to_numpy(bool) & (settled != texts).to_numpy(bool)
    findings = _found("operator_is_number", number, texts.to_numpy(object), column="operator")
    rows = np.flatnonzero(odd)
    if len(rows):
        became = tuple(settled.iloc[rows])
        findings.append(Finding("text_normalised", rows, "operator", tuple(texts.iloc[rows]), became))
    return settled.astype(object).where(settled.notna(), None), findings


def _found(
    reason: str, at: NDArray[np.bool_], shown: NDArray[np.object_] | None = None, column: str = "geometry"
) -> list[Finding]:
    """What was found in some rows, with what was filed there; a shape by its beginning."""
    rows = np.flatnonzero(at)
    if not len(rows):
        return []
    return [Finding(reason, rows, column, () if shown is None else tuple(str(one)[:80] for one in shown[rows]))]
