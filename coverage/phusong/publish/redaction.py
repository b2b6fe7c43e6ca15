"""Redaction: what of an edition a tier may hold; done here, once, before anything is written."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from phusong.errors import SnapshotError
from phusong.ledger.edition import Edition
from phusong.publish.nameless import Nameless
from phusong.publish.public_raster import coarse_outlines
from phusong.publish.suppression import COUNT, Hidden, hidden, withhold
from phusong.publish.tiers import Rules, Tier, within
from phusong.text import sort_key


def redact(
    edition: Edition, tier: Tier, unit: str | None = None, earlier: Mapping[str, Hidden] | None = None
) -> Edition:
    """
    The edition that a tier may hold: what it may not is not there, in no table, sentence or fact of the run.

    Rows of a commune or province are its own; of tables whose rows are nobody's own it holds what is public. For
    everyone, small counts of terminals are left out with what would tell them, dead zones are drawn in coarse pixels
    and nothing names a site, a substation or a person. `run` says `tier`, `unit` and the names of the `operators`.

    Parameters
    ----------
    unit
        Code of the commune or province, for these tiers.
    earlier
        What was left out of other periods, by period (`suppression.hidden` of their communes); counts of a period that
        is not among them are left out, and so are differences from it.

    Raises
    ------
    SnapshotError
        When the edition has no such unit.
    ValueError
        When a unit is missing or too much, or a new field of the edition has no tier and no default.
    """
    if (unit is not None) != (tier in ("commune", "province")):
        raise ValueError(f"the tier {tier} {'needs a' if unit is None else 'has no'} unit")
    return edition if tier == "regulator" else _Reader.of(edition, tier, unit or "", earlier or {}).edition()


@dataclass(frozen=True)
class _Reader:
    """For whom an edition is redacted: tier, unit with its communes and outline, and what is left out for everyone."""

    whole: Edition
    rules: Rules
    tier: Tier
    unit: str
    communes: frozenset[str]
    area: shapely.Geometry
    operators: tuple[str, ...]
    left_out: Mapping[str, Hidden]

    @classmethod
    def of(cls, edition: Edition, tier: Tier, unit: str, earlier: Mapping[str, Hidden]) -> Self:
        rows = edition.communes
        own = rows[rows[f"{tier}_code"].astype(str) == unit] if unit else rows.iloc[:0]
        if unit and not len(own):
            named = f"'{unit}' / the edition of {edition.period} has no {tier} of the code '{unit}'"
            raise SnapshotError(f"Bản {edition.period} không có đơn vị {named}.")
        sites = edition.sites
        names = sites["operator"].dropna().unique() if "operator" in sites else ()
        area = shapely.union_all(own.geometry.to_numpy())
        shapely.prepare(area)  # else each row of a table is held against all its corners
        return cls(
            edition,
            Rules.shipped(),
            tier,
            unit,
            frozenset(own["commune_code"].astype(str)),
            area,
            tuple(sorted(map(str, names), key=sort_key)),
            {**earlier, edition.period: hidden(rows) if COUNT in rows else Hidden()},
        )

    def edition(self) -> Edition:
        fields = [field for field in dataclasses.fields(self.whole) if field.init]
        return dataclasses.replace(self.whole, **{field.name: self._field(field) for field in fields})

    def _field(self, field: dataclasses.Field[Any]) -> Any:
        value = getattr(self.whole, field.name)
        if field.name == "run":
            return {**self.rules.told(self.tier, value), **self._facts()}
        if isinstance(value, pd.DataFrame):
            return self._table(field.name, value)
        if isinstance(value, Mapping):
            frames = {f"{field.name}.{name}": frame for name, frame in value.items()}
            return {name.partition(".")[2]: self._table(name, frame) for name, frame in frames.items()}
        if within(self.rules.fields.get(field.name, "regulator"), self.tier):
            return value
        if field.default is not dataclasses.MISSING:
            return field.default
        if field.default_factory is not dataclasses.MISSING:
            return field.default_factory()
        raise ValueError(f"the edition's field '{field.name}' has no tier in gis_data/tiers.toml, and no default")

    def _facts(self) -> dict[str, Any]:
        return {"tier": self.tier, "unit": self.unit, "operators": list(self.operators)}

    def _table(self, name: str, table: pd.DataFrame) -> pd.DataFrame:
        """The rows and columns that may be held, without names, small counts and fine outlines."""
        rows, columns = self._kept(name, table)
        if name in self.rules.hidden_tables and self._hides("study", "", [self.whole.period]):
            columns = []
        if not columns or ("geometry" in table and "geometry" not in columns):
            return (
                gpd.GeoDataFrame(geometry=[], crs=table.crs) if isinstance(table, gpd.GeoDataFrame) else pd.DataFrame()
            )
        kept = self._without_counts(self._without_names(name, rows[columns]), rows)
        if self.tier == "public" and name in self.rules.coarse_tables and isinstance(kept, gpd.GeoDataFrame):
            return kept.set_geometry(coarse_outlines(kept.geometry, self.rules.coarse_pixel_m))
        return kept

    def _kept(self, name: str, table: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
        """Rows and names of columns that may be held."""
        tier: Tier = self.tier if name in self.rules.own else "public"
        rows = table[self._own(name, table)] if self.unit and name in self.rules.own else table
        told = () if self._criteria_held() else self.rules.criteria.get(name, ())
        held = [
            column
            for column in map(str, table)
            if column not in told and self.rules.holds(tier, name, column, self.operators)
        ]
        return rows, held

    def _own(self, name: str, table: pd.DataFrame) -> NDArray[np.bool_]:
        """Whether each row is the unit's own."""
        by = self.rules.own[name]
        if by not in table:
            return np.zeros(len(table), dtype=bool)
        if by == "geometry":
            return np.asarray(table.geometry.intersects(self.area), dtype=bool)
        codes = [not self.communes.isdisjoint(str(value).split(";")) for value in table[by]]
        of_province = table["province_code"].astype(str) == self.unit if "province_code" in table else False
        return np.asarray(codes, dtype=bool) | np.asarray(self.tier == "province" and of_province, dtype=bool)

    def _criteria_held(self) -> bool:
        """Whether the ranking follows nothing but columns that the tier may hold."""
        zones = self.whole.run.get("settings", {}).get("zones", {})
        return all(self.rules.holds(self.tier, "zones", one["column"]) for one in zones.get("criteria", ()))

    def _without_names(self, name: str, table: pd.DataFrame) -> pd.DataFrame:
        for column in self.rules.sentences.get(name, ()):
            if column in table and table[column].notna().any():
                say = self._nameless["en" if column.endswith("_en") else "vi"]
                new = {text: say(text) for text in table[column].dropna().unique()}
                table = table.assign(**{column: table[column].map(new)})
        for entry in self.rules.names:
            if entry.in_table == name and entry.in_column in table:
                known = table[entry.in_column].isin(self._names(entry.table, entry.column)[1])
                table = table.assign(**{entry.in_column: table[entry.in_column].where(known)})
        return table

    @cached_property
    def _nameless(self) -> Mapping[str, Nameless]:
        """What stands instead of names in sentences of each language."""
        instead: dict[str, dict[str, str]] = {"vi": {}, "en": {}}
        for entry in self.rules.names:
            every, known = self._names(entry.table, entry.column)
            for language, names in instead.items():
                names.update(dict.fromkeys(every - known, getattr(entry, language)))
        return {language: Nameless.of(names) for language, names in instead.items()}

    def _names(self, table: str, column: str) -> tuple[set[str], set[str]]:
        """All names of a column, and those of them that may be held."""
        field, _, name = table.partition(".")
        frame = getattr(self.whole, field)
        frame = frame.get(name) if isinstance(frame, Mapping) else frame
        if frame is None or column not in frame:
            return set(), set()
        rows, columns = self._kept(table, frame)
        return _texts(frame[column]), _texts(rows[column]) if column in columns else set()

    def _without_counts(self, table: pd.DataFrame, whole: pd.DataFrame) -> pd.DataFrame:
        """
        Without counts of terminals that are left out for everyone, but for those of the unit itself.

        `whole` has the same rows with all columns: units and periods may stand in those that are not held.
        """
        columns = [name for name in self.rules.hidden_columns if name in table]
        if columns:
            rows = self._hidden(whole)
            # counts by anything else than these units could be held against them
            table = withhold(table, rows, columns) if rows is not None else table.drop(columns=columns)
        told = next((name for name in ("definition_id", "figure") if name in whole), None)
        if told is None or not (figures := whole[told].isin(self.rules.hidden_figures).to_numpy(bool)).any():
            return table
        rows = self._hidden(whole[figures])
        if rows is None:
            return table[~figures]
        of = figures.copy()
        of[figures] = rows
        return withhold(table, of, [name for name in map(str, table) if name not in self.rules.hidden_keys])

    def _hidden(self, table: pd.DataFrame) -> NDArray[np.bool_] | None:
        """Whether the count of each row's unit is left out; None where the rows are of no commune or province."""
        units = _units(table)
        if units is None:
            return None
        periods = [table[name].astype(str) for name in ("from_period", "period") if name in table]
        each = list(zip(*periods, strict=True)) if periods else [(self.whole.period,)] * len(table)
        rows = [self._hides(level, code, of) for level, code, of in zip(*units, each, strict=True)]
        return np.asarray(rows, dtype=np.bool_)

    def _hides(self, level: str, code: str, periods: Iterable[str]) -> bool:
        own = code in self.communes if level == "commune" else level == "province" and code == self.unit
        left_out = [self.left_out.get(period) for period in periods]
        return not own and any(one is None or one.holds(level, code) for one in left_out)


def _units(table: pd.DataFrame) -> tuple[Sequence[str], Sequence[str]] | None:
    """Level and code of the unit of each row."""
    if {"unit_level", "unit_code"} <= set(table):
        return table["unit_level"].tolist(), table["unit_code"].astype(str).tolist()
    if "commune_code" in table:
        return ["commune"] * len(table), table["commune_code"].astype(str).tolist()
    return None


def _texts(column: pd.Series) -> set[str]:
    return set(column.dropna().astype(str))
