"""Tables beside an edition that a report asks too: intervals, milestones, what became of dead zones, and changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from phusong.config import Project
from phusong.ledger import snapshot
from phusong.ledger.comparison import KEY, METHOD, METHOD_LATER, Change
from phusong.ledger.edition import Frames
from phusong.ledger.period import Period
from phusong.ledger.readings import COVERED
from phusong.pipeline.comparison import compare
from phusong.progress import Step

TABLES = ("indicators", "milestones", "provinces", "zone_events", "zones_closed")
"""Tables of a snapshot that are beside an edition."""
_WITH_INTERVAL = (COVERED, "people_covered_expected_share")


def beside(project: Project, held: Frames, run: Mapping[str, Any]) -> Frames:
    """
    Tables of a quarter's snapshot that an edition has not, and the zones of the quarter that it was compared with.

    Of the indicators only the coverage of all operators together is held, for its interval.

    Parameters
    ----------
    held, run
        Of the quarter's snapshot: its tables, `TABLES` among them where they are there, and its record.

    Raises
    ------
    SnapshotError
        When the quarter that it was compared with is not as it was written.
    """
    folder = project.folder / "snapshots"
    found = {name: held[name] for name in TABLES if name in held}
    rows = found["indicators"]
    found["indicators"] = rows[rows.definition_id.isin(_WITH_INTERVAL) & (rows.operator == "any")]
    earlier = compared_with(run)
    if earlier and earlier in snapshot.periods(folder):
        zones = snapshot.read(folder, earlier, ("zones",))[0]["zones"]
        found["earlier_zones"] = pd.DataFrame(zones).reindex(columns=["zone_id", "commune_code"])
    return found


def compared_with(run: object) -> str:
    """Quarter that a snapshot's zones were compared with; empty for none."""
    for name in ("counts", "zones", "compared_with", "period"):
        run = run.get(name) if isinstance(run, dict) else None
    return str(run or "")


def earlier_of(project: Project, period: Period) -> str:
    """The last quarter before one that was run; empty where there is none."""
    names = [name for name in snapshot.periods(project.folder / "snapshots") if name < period.name]
    return names[-1] if names else ""


def changes(
    project: Project, against: str, period: Period, unit: str | None, workers: int, progress: Step
) -> pd.DataFrame:
    """
    Changes between two quarters as they are printed, in hundredths of a per cent: the columns that a report asks.

    Columns: `KEY`, value_from, value_to, change, a `part_…` a cause, and `not_divided`, why (empty where it is).

    Parameters
    ----------
    unit
        Code of one commune; the study and its provinces when there is none.

    Raises
    ------
    PhusongError
        When the quarters cannot be compared.
    """
    found = compare(project, (against, period.name), None, unit, workers, progress)
    causes = (METHOD, *found.causes, METHOD_LATER)
    rows = [_row(change, causes) for change in found.found.changes]
    unsplit = found.found.unsplit[[*KEY, "not_divided"]]
    columns = [*KEY, "value_from", "value_to", "change", *(f"part_{cause}" for cause in causes), "not_divided"]
    return pd.concat([pd.DataFrame(rows), unsplit], ignore_index=True).reindex(columns=columns)


def _row(change: Change, causes: tuple[str, ...]) -> dict[str, object]:
    printed = change.printed
    parts = {f"part_{cause}": printed.parts.get(cause, 0) for cause in causes}
    told = {"value_from": printed.before, "value_to": printed.after, "change": printed.after - printed.before}
    return {**dict(zip(KEY, change.key, strict=True)), **told, **parts, "not_divided": ""}
