"""Verdicts: what became of a mutant, and whether intake failed or lost a row."""

from __future__ import annotations

import datetime as dt
import traceback
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import geopandas as gpd
import shapely

from phusong.errors import PhusongError
from phusong.intake.filing import Outcome, take_in
from phusong.intake.reference import Reference
from phusong.intake.request import Request
from phusong.sample.mutants.mutant import Mutant

AS_OF = dt.date(2026, 9, 30)
"""The day of which the filings speak."""
_SHOWN = 5


class Fate(StrEnum):
    """What can become of a mutant; the last three are faults of intake."""

    TAKEN = "taken"
    REFUSED = "refused"
    TRACEBACK = "traceback"
    UNBALANCED = "rows do not add up"
    LOST = "rows lost"

    @property
    def failed(self) -> bool:
        """Whether intake is at fault."""
        return self not in (Fate.TAKEN, Fate.REFUSED)


@dataclass(frozen=True)
class Verdict:
    """
    What became of a mutant.

    Parameters
    ----------
    told
        The sentence of a refusal, or what went wrong; empty for one that was taken.
    """

    fate: Fate
    told: str = ""


def invented_reference() -> Reference:
    """One commune of a degree on each side, in which the invented sites lie."""
    columns = {
        "commune_code": ["00004"],
        "commune_name": ["Phường Ba Đình"],
        "commune_type": ["phường"],
        "province_code": ["01"],
        "province_name": ["Thành phố Hà Nội"],
    }
    return Reference(gpd.GeoDataFrame(columns, geometry=[shapely.box(105, 20.5, 106, 21.5)], crs=4326))


def judge(one: Mutant, folder: Path, reference: Reference) -> Verdict:
    """
    Write a mutant to a folder, take it in and see what became of it.

    A filing that cannot be understood may be refused with a sentence; otherwise its rows in must equal its rows
    accepted and quarantined, and every site that had to be accounted for must stand in one of the two, or in a row told
    to be no data.
    """
    file = folder / one.name
    file.write_bytes(one.data)
    try:
        outcome = take_in([file], Request("sites", AS_OF, {"operator": "Viettel"}), reference)
    except PhusongError as refusal:
        return Verdict(Fate.REFUSED, str(refusal))
    except Exception:
        return Verdict(Fate.TRACEBACK, traceback.format_exc())
    finally:
        file.unlink()
    if outcome.refusals:
        return Verdict(Fate.REFUSED, "; ".join(outcome.refusals.values()))
    return accounted(one, outcome)


def accounted(one: Mutant, outcome: Outcome) -> Verdict:
    """Whether all rows, and all sites, of a mutant that was taken are told of."""
    accepted = len(outcome.accepted)
    if outcome.rows_in != accepted + outcome.rows_quarantined:
        told = f"{outcome.rows_in} in, {accepted} accepted, {outcome.rows_quarantined} quarantined"
        return Verdict(Fate.UNBALANCED, told)
    missing = sorted(one.sites - _found(outcome))
    if missing:
        return Verdict(Fate.LOST, f"{len(missing)} of {len(one.sites)}: {', '.join(missing[:_SHOWN])}")
    return Verdict(Fate.TAKEN)


def _found(outcome: Outcome) -> frozenset[str]:
    """Ids accepted, or standing in a cell of the quarantine or of a row told to be no data."""
    accepted = outcome.accepted["site_id"].dropna().astype(str) if len(outcome.accepted) else ()
    kept = (str(cell).strip() for cells in outcome.cells_kept() for cell in cells)
    return frozenset(accepted) | frozenset(kept)
