"""Defects: those known of the open data beside the repository, and how many of them intake finds."""

from __future__ import annotations

import datetime as dt
import re
import tempfile
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from phusong.intake.filing import Outcome, take_in
from phusong.intake.readers import read
from phusong.intake.reference import Reference
from phusong.intake.request import Request
from phusong.intake.values import OTHER
from phusong.layers.geometry import geodesic_area_km2
from phusong.layers.seams import OVERLAP_M2, seams
from phusong.text import slug

PROJECTS = Path("power", "PDP8_project_data.xlsx")
LINES = Path("power", "powerline_polylines_LATLON_SWAPPED.geojson.gz")
PLANTS = Path("power", "wri_gppd_vietnam_raw.csv")
PUBLISHED = Path("admin", "commune_attributes_2025.csv")
OUTLINES = Path("admin", "communes_2025.parquet")
MEASURED = Path("admin", "measured_overlaps_communes_2025.csv")
_CENTROID = (14.058324, 108.277199)
_CLOSE_DEG = 1e-4
_DOUBLE_ENCODED = re.compile("á[»º]|Ã.|Ä[\u0080-\u0153]|Æ[°¡]")
_METRIC_CRS = 3405

Place = tuple[str, int]
"""Sheet and row."""


@dataclass(frozen=True)
class Defect:
    """
    One known defect.

    Parameters
    ----------
    stated
        What SOURCES.md says of it.
    real
        How many there are, counted from the cells or the judgement beside them; not by intake.
    found, false_alarms
        How many of these intake told, and how many others it told as such.
    note
        What the numbers do not say.
    """

    file: str
    what: str
    stated: str
    real: int
    found: int
    false_alarms: int
    note: str = ""

    @property
    def missed(self) -> int:
        """Those that are there and were not told."""
        return self.real - self.found


def defects(data: Path, reference: Reference, as_of: dt.date) -> list[Defect]:
    """
    All of them but the overlaps of outlines, which take longer.

    Parameters
    ----------
    data
        Folder of the open data.
    reference
        Communes of the day, with units and people imported.
    """

    def taken(file: Path, layer: str) -> Outcome:
        return take_in([file], Request(layer, as_of), reference)

    return [
        *_projects(data / PROJECTS, taken),
        *_lines(data / LINES, taken),
        *_plants(data / PLANTS, taken),
        *_published(data / PUBLISHED, taken),
    ]


def overlaps(data: Path) -> Defect:
    """Ground that several communes claim, in the outlines of full resolution: half a minute."""
    communes = gpd.read_parquet(data / OUTLINES).to_crs(_METRIC_CRS)
    found = seams(communes)
    area_km2 = geodesic_area_km2(gpd.GeoSeries(list(found.pieces), crs=communes.crs))
    shared_km2: defaultdict[tuple[str, str], float] = defaultdict(float)
    for claimants, area in zip(found.claimants, area_km2, strict=True):
        for couple in combinations(sorted(communes.commune_code.iloc[list(claimants)]), 2):
            shared_km2[couple] += float(area)
    told = {couple for couple, area in shared_km2.items() if area * 1e6 > OVERLAP_M2}
    measured = pd.read_csv(data / MEASURED, dtype=str)
    real = set(zip(measured.commune_code_a, measured.commune_code_b, strict=True))
    note = f"{sum(shared_km2.values()):.1f} km² summed over the pairs, {found.overlap_km2:.2f} km² of ground"
    note += f"; {found.gaps} enclosed gaps over 1 m²"
    return _defect(data / OUTLINES, "overlapping pairs of communes", "126 pairs, 10.8 km²", real, told, note)


def _defect(
    file: Path, what: str, stated: str, real: Collection[Hashable], told: Collection[Hashable], note: str = ""
) -> Defect:
    both = set(real) & set(told)
    return Defect(file.name, what, stated, len(set(real)), len(both), len(set(told) - set(real)), note)


def _projects(file: Path, taken: Callable[[Path, str], Outcome]) -> list[Defect]:
    swapped: set[Place] = set()
    hollow: set[Place] = set()
    rows = 0
    for place, longitude, latitude in _filed_degrees(file):
        rows += 1
        swapped |= {place} if abs(latitude) > 90 or longitude < latitude else set()
        near = sorted((abs(longitude), abs(latitude)))
        hollow |= {place} if np.allclose(near, _CENTROID, atol=_CLOSE_DEG) else set()
    outcome = taken(file, "points")
    held = outcome.places("placeholder_coordinates")
    told = outcome.places("axes_swapped_file") | outcome.places("axes_swapped")
    note = f"{rows} rows have coordinates; {len(swapped & held)} of the swapped ones are set aside as centroids"
    return [
        _defect(file, "longitude and latitude exchanged", "661 of 672 rows", swapped, told | (held & swapped), note),
        _defect(file, "the geocoder's centroid of the country", "105 rows", hollow, held),
    ]


def _filed_degrees(file: Path) -> list[tuple[Place, float, float]]:
    """Sheet and row, and the numbers in the columns named longitude and latitude, as they stand in the workbook."""
    found: list[tuple[Place, float, float]] = []
    for table in read(file):
        names = [slug(str(name)) for name in table.cells.iloc[0]]
        x, y = (next((j for j, name in enumerate(names) if name.startswith(word)), None) for word in ("lon", "lat"))
        if x is None or y is None:
            continue
        filled = table.cells.iloc[1:][[x, y]].apply(pd.to_numeric, errors="coerce").dropna()
        found += [
            ((table.sheet, int(label)), float(a), float(b))
            for label, (a, b) in zip(filled.index, filled.to_numpy(), strict=True)
        ]
    return found


def _lines(file: Path, taken: Callable[[Path, str], Outcome]) -> list[Defect]:
    shapes = [shape for table in read(file) for shape in (table.geometry if table.geometry is not None else [])]
    swapped = {("", row) for row, shape in enumerate(shapes) if shape is not None and shape.bounds[3] > 90}
    outcome = taken(file, "power_lines")
    abroad = len(outcome.places("outside_country"))
    note = f"{len(outcome.accepted)} accepted with longitude first, {abroad} set aside as abroad"
    told = outcome.places("axes_swapped_file")
    return [_defect(file, "lines written latitude first, told of the whole file", "4,001 lines", swapped, told, note)]


def _plants(file: Path, taken: Callable[[Path, str], Outcome]) -> list[Defect]:
    cells = next(iter(read(file))).cells
    garbled = {
        (int(label), str(cell))
        for label, row in zip(cells.index, cells.to_numpy(), strict=True)
        for cell in row
        if isinstance(cell, str) and _DOUBLE_ENCODED.search(cell)
    }
    outcome = taken(file, "points")
    told = {row for row in garbled if ("", row[0]) in outcome.places("text_decoded")}
    others = int(outcome.accepted[OTHER].astype(str).str.contains(_DOUBLE_ENCODED).sum())
    note = f"{others} accepted rows keep such text in columns that are none of the layer's"
    names = [slug(str(name)) for name in cells.iloc[0]]
    empty = cells.iloc[1:][names.index("latitude")].isna()
    nowhere = {("", int(label)) for label in empty.index[empty]}
    return [
        _defect(file, "cells of double-encoded text", "some cells", garbled, told, note),
        _defect(file, "rows without coordinates", "63 rows", nowhere, outcome.places("missing_coordinates")),
    ]


def _published(file: Path, taken: Callable[[Path, str], Outcome]) -> list[Defect]:
    """Figures of communes; only their code and the two figures as published are given to intake."""
    table = pd.read_csv(file, dtype=str)
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / file.name
        table[["commune_code", "population_raw", "area_raw_km2"]].to_csv(raw, index=False)
        outcome = taken(raw, "communes")
    row = pd.Series([("", position + 2) for position in range(len(table))])
    judged = {str(word): set(row[table.population_quality == word]) for word in table.population_quality.unique()}
    zero = set(row[pd.to_numeric(table.area_raw_km2) == 0])
    of_another = outcome.places("homonym_figures") | outcome.places("shared_figures")
    odd, unlikely = judged["implausible"], outcome.places("figures_implausible")
    return [
        _zeros_lost(file, outcome, pd.to_numeric(table.repair_factor).set_axis(row), of_another),
        _defect(file, "figures of a homonym", "298", judged["rejected_homonym"], of_another, _PAIRS),
        _defect(file, "implausible figures", "8", odd, unlikely | (of_another & odd), _UNLIKELY),
        _defect(file, "figures being updated", "117", judged["missing"], outcome.places("missing")),
        _defect(file, "areas of 0", "8", zero, outcome.places("out_of_range")),
    ]


def _zeros_lost(file: Path, outcome: Outcome, factor: pd.Series, of_another: set[Place]) -> Defect:
    """Figures too low by a factor; those of another commune are found, be it for the other reason."""
    short, lost = set(factor.index[factor > 1]), outcome.places("zeros_lost")
    lines = outcome.quarantine.query("reason == 'zeros_lost'")
    given = {("", int(row)): text.split()[0] for row, text in zip(lines.source_row, lines.suggestion, strict=True)}
    filed = {("", int(row)): text for row, text in zip(lines.source_row, lines.population_raw, strict=True)}
    same = sum(float(given[row]) == float(filed[row]) * factor[row] for row in lost & short)
    note = f"{len(lost & short)} as lost zeros, {same} of them with the same figure;"
    note += f" {len(of_another & short)} as another commune's figures; the missed ones fit the census or nothing"
    return _defect(file, "figures that lost their zeros", "344", short, lost | (of_another & short), note)


_PAIRS = "of equal pairs at most one is right; SOURCES.md keeps all whose area is near"
_UNLIKELY = "SOURCES.md goes by the raster alone; the census of 2019 bears some of its eight out, and refutes others"
