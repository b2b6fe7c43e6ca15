"""The record of a report: every figure with its question, and the hashes of what it was counted from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from phusong.errors import SnapshotError
from phusong.ledger.edition import Edition
from phusong.publish.report.model import Figure, Identity, Query, Report


@dataclass(frozen=True)
class Record:
    """
    What lies beside the forms of a report.

    Parameters
    ----------
    inputs
        Layers that were read, each with what the tier may know: file, SHA-256, source, day.
    snapshot_digest
        SHA-256 of the quarter's snapshot.
    """

    identity: Identity
    snapshot_digest: str
    figures: tuple[Figure, ...]
    inputs: tuple[Mapping[str, Any], ...]

    def of(self, code: str) -> tuple[Figure, ...]:
        """The figure of a code, or those of the row that has it."""
        return tuple(figure for figure in self.figures if code in (figure.code, figure.code.partition(".")[0]))


def write(report: Report, edition: Edition, path: Path) -> None:
    """Write the record of a report; the same bytes for the same edition."""
    head: dict[str, Any] = {"identity": report.identity.text, "snapshot_digest": edition.snapshot_digest}
    head["inputs"] = list(edition.run.get("inputs") or ())
    # a line a figure: with an indent, json falls back to its encoder in Python
    rows = ",\n".join(_line({**vars(figure), "query": vars(figure.query)}) for figure in report.figures)
    path.write_text(f'{_line(head)[:-1]}, "figures": [\n{rows}\n]}}\n', "utf-8")


def read(path: Path) -> Record:
    """
    Read a record back.

    Raises
    ------
    SnapshotError
        When the file is none.
    """
    try:
        told = json.loads(path.read_text("utf-8"))
        figures = tuple(_figure(one) for one in told["figures"])
        identity = Identity.parse(told["identity"])
        return Record(identity, str(told["snapshot_digest"]), figures, tuple(told["inputs"]))
    except (ValueError, KeyError, TypeError, OSError) as fault:
        raise SnapshotError(f"{path} là tệp lạ / is no record of a report: {fault}") from None


def records(folder: Path) -> Iterator[tuple[Path, Record]]:
    """The records below a folder, the latest quarter and day first."""
    found = [(path, read(path)) for path in sorted(folder.rglob("*.json"))]
    yield from sorted(found, key=lambda one: (one[1].identity.period, one[1].identity.day), reverse=True)


def _line(told: Mapping[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False, allow_nan=False, default=str)


def _figure(told: Mapping[str, Any]) -> Figure:
    query = told["query"]
    where = tuple((str(column), value) for column, value in query["where"])
    asked = Query(query["table"], where, query["how"], tuple(query["columns"]))
    return Figure(**{**told, "query": asked})
