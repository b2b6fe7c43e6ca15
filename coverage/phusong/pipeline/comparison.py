"""Comparison of two quarters of a study: their snapshots, the causes by which they differ, and the parts of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from phusong.config import Project
from phusong.errors import SnapshotError
from phusong.ledger import comparison, history
from phusong.ledger.comparison import Comparison
from phusong.ledger.period import Period
from phusong.ledger.site_changes import counted
from phusong.pipeline import held
from phusong.pipeline.branches import branches
from phusong.pipeline.held import Held
from phusong.progress import Step
from phusong.text import nearest

_LARGER = ("study", "province")


@dataclass(frozen=True)
class Compared:
    """
    Two quarters compared.

    Parameters
    ----------
    states, digests
        Of the two snapshots; states as `ledger.history` has them.
    names
        Of the later quarter's communes and provinces, by code.
    sites
        Rows of sites on air by what became of them.
    causes
        Those by which the inputs differ.
    """

    earlier: Period
    later: Period
    states: tuple[str, str]
    digests: tuple[str, str]
    names: Mapping[str, str]
    sites: Mapping[str, int]
    causes: tuple[str, ...]
    found: Comparison


def compare(
    project: Project,
    quarters: tuple[str, str],
    definition: str | None,
    unit: str | None,
    workers: int,
    progress: Step,
) -> Compared:
    """
    Divide the changes of a study's figures between two quarters among their causes; nothing is written.

    Parameters
    ----------
    definition
        One indicator only.
    unit
        Code of one commune or province; the study and its provinces when there is none.

    Raises
    ------
    PhusongError
        When the quarters are not one after the other, one has no snapshot, their units have nothing in common, the
        definition or the unit is in neither, or the definition has another version in each.
    """
    earlier, later = map(Period.parse, quarters)
    if earlier.last_day >= later.last_day:
        raise SnapshotError(f"From {earlier.name} to {later.name}: expected an earlier quarter, then a later one.")
    folder = project.folder / "snapshots"
    progress("reading the snapshots", 0, 0)
    old, new = (held.read(project, folder, period) for period in (earlier, later))
    before, after = (_wanted(of.indicators, definition, unit) for of in (old, new))
    _refuse_nothing(old, new, definition, unit)
    if definition is not None:
        _refuse_other_version(before, after, definition, (earlier.name, later.name))
    branched = branches(project, old, new, workers, progress)
    progress("dividing the changes", 0, 0)
    found = comparison.compare(before, after, branched.causes, branched.figures)
    return Compared(
        earlier,
        later,
        _states(folder, earlier, later),
        (old.digest, new.digest),
        _names(new.inputs.communes),
        counted(branched.groups),
        branched.causes,
        found,
    )


def _states(folder: Path, earlier: Period, later: Period) -> tuple[str, str]:
    """Whether the periods are closed; refused where what lies there is not what was closed."""
    periods = history.query(folder, f"SELECT period, state FROM {history.PERIODS}").set_index("period").state
    return str(periods[earlier.name]), str(periods[later.name])


def _names(communes: pd.DataFrame) -> dict[str, str]:
    provinces = zip(communes.province_code, communes.province_name, strict=True)
    return {**dict(provinces), **dict(zip(communes.commune_code, communes.commune_name, strict=True))}


def _wanted(table: pd.DataFrame, definition: str | None, unit: str | None) -> pd.DataFrame:
    kept = table.unit_level.isin(_LARGER) if unit is None else table.unit_code == unit
    return table[kept if definition is None else kept & (table.definition_id == definition)]


def _refuse_nothing(old: Held, new: Held, definition: str | None, unit: str | None) -> None:
    """Refuse quarters without a common unit, and a definition or unit that neither of them knows."""
    tables = [of.indicators for of in (old, new)]
    communes = [set(table.unit_code[table.unit_level == "commune"]) for table in tables]
    between = f"{old.period.name} and {new.period.name}"
    if communes[0].isdisjoint(communes[1]):
        raise SnapshotError(f"{between} have no commune code in common: these are figures of different places.")
    for asked, what, column in ((definition, "indicator", "definition_id"), (unit, "unit", "unit_code")):
        known = {word for table in tables for word in table[column]} - {""}
        if asked is not None and asked not in known:
            near = nearest(asked, known)
            hint = f"; did you mean '{near}'?" if near else ""
            raise SnapshotError(f"There is no {what} '{asked}' in {between}{hint}")


def _refuse_other_version(old: pd.DataFrame, new: pd.DataFrame, definition: str, quarters: tuple[str, str]) -> None:
    versions = [sorted(set(table.version)) for table in (old, new)]
    if versions[0] and versions[1] and versions[0] != versions[1]:
        told = " and ".join(f"{', '.join(of)} in {quarter}" for of, quarter in zip(versions, quarters, strict=True))
        raise SnapshotError(
            f"{definition} has version {told}: a new version is a new line, and is not compared with the old."
        )
