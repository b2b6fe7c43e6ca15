"""Filings: files in, batches of accepted and quarantined rows out. The table of contents of intake."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from phusong.errors import FilingError, PhusongError
from phusong.intake import answers, checks, figures, lines, metadata
from phusong.intake.batch import LINES, RETURNED, Batch, divide, held_back
from phusong.intake.blocks import find
from phusong.intake.columns import Recognition, explain
from phusong.intake.commune import settle
from phusong.intake.coordinates import Located, locate
from phusong.intake.coordinates.statement import Statement, stated
from phusong.intake.filed import Filed, cells_aside
from phusong.intake.filer import filer, named
from phusong.intake.finding import Finding
from phusong.intake.places import declare
from phusong.intake.readers import Limits, read
from phusong.intake.recognition import recognised
from phusong.intake.reference import Reference
from phusong.intake.request import Request
from phusong.intake.seen import Seen
from phusong.intake.spec import PLACE, Spec, spec
from phusong.intake.synonyms import labels
from phusong.intake.table import Block
from phusong.intake.values import convert

Own = Sequence[tuple[Block, Recognition]]
"""Tables of the layer, and what their columns are."""


@dataclass(frozen=True)
class Outcome:
    """All batches of some files, put together, and the files that could not be read, with the reason."""

    batches: tuple[Batch, ...]
    refusals: Mapping[str, str]

    @property
    def rows_in(self) -> int:
        """Rows of data in the files that could be read."""
        return sum(batch.rows_in for batch in self.batches)

    @property
    def rows_quarantined(self) -> int:
        """Rows set aside, each counted once."""
        return sum(batch.rows_quarantined for batch in self.batches)

    @property
    def accepted(self) -> pd.DataFrame:
        """Accepted rows of all batches."""
        parts = [batch.accepted for batch in self.batches]
        return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()

    @property
    def quarantine(self) -> pd.DataFrame:
        """Lines of all batches, `key` under the name of the layer's own column too."""
        parts = [batch.lines for batch in self.batches]
        return pd.concat(parts, ignore_index=True).assign(site_id=lambda f: f.key) if parts else pd.DataFrame()

    def places(self, reason: str) -> set[tuple[str, int]]:
        """Sheet and row of all rows of which a reason was told, set aside or not."""
        found: set[tuple[str, int]] = set()
        for batch in self.batches:
            for finding in batch.findings:
                if finding.reason == reason:
                    rows = batch.sources.iloc[finding.rows]
                    found |= set(zip(rows.source_sheet, rows.source_row.astype(int), strict=True))
        return found

    def cells_kept(self) -> Iterator[tuple[object, ...]]:
        """Cells as filed of the rows set aside and of those told to be no data."""
        for batch in self.batches:
            yield from batch.lines.itertuples(index=False, name=None)
            yield from (cells for _, _, _, cells in batch.aside)


def take_in(files: Sequence[Path], request: Request, reference: Reference) -> Outcome:
    """
    Take files in, all in memory.

    Raises
    ------
    FilingError
        When the layer is none that is filed.
    """
    taken: list[Batch] = []
    refusals: dict[str, str] = {}
    for result in batches(files, request, reference):
        if isinstance(result, Batch):
            taken.append(result)
        else:
            refusals[result[0]] = result[1]
    return Outcome(tuple(taken), refusals)


def batches(
    files: Sequence[Path], request: Request, reference: Reference, seen: Seen | None = None
) -> Iterator[Batch | tuple[str, str]]:
    """
    Batches of each file in turn; of a file that cannot be read its name and the reason.

    What comes of one file does not stop the next. Rows of earlier files count when later ones are looked through for
    repeated ids.
    """
    layer = spec(request.layer)
    seen = seen or Seen()
    for file in files:
        try:
            for tables in _parts(file, request.limits):
                batch, seen = _taken(tables, request, layer, reference, seen)
                yield batch
        except PhusongError as refusal:
            yield file.name, str(refusal)


def _parts(file: Path, limits: Limits) -> Iterator[list[tuple[Block, ...]]]:
    """
    Blocks of tables of a file together; further parts of a large table come one by one, under its header.

    What of a file can be read comes before it is refused for the rest.
    """
    first: list[tuple[Block, ...]] = []
    header: tuple[str, ...] = ()
    fault: FilingError | None = None
    try:
        for table in read(file, limits):
            if table.part:
                if first:
                    yield first
                    first = []
                yield [find(table, header)]
            else:
                first.append(find(table))
                header = first[-1][-1].header
    except FilingError as refusal:
        fault = refusal
    if first:
        yield first
    if fault:
        raise fault


def _taken(
    tables: Sequence[tuple[Block, ...]], request: Request, layer: Spec, reference: Reference, seen: Seen
) -> tuple[Batch, Seen]:
    blocks, own = recognised([block for table in tables for block in table], request, layer)
    constants, inferred = _constants(blocks, own, request, layer)
    frame, findings = convert(own, layer, constants)
    if inferred:
        findings += _from_file(own, constants["operator"])
    frame, located, told = _located(frame, own, request, layer, reference)
    findings += told + _checked(frame, [*findings, *told], request, layer, seen)
    held = held_back(findings, len(frame))
    tidy = _tidy(frame, layer)
    required = [name for name, one in layer.fields.items() if one.required]
    filed = Filed(own, (*LINES, *RETURNED, layer.key or "key"), labels(layer.layer))
    batch = divide(tidy, findings, filed, layer.key, [*required, *located])
    batch = _described(batch, blocks, own, tidy, findings)
    return batch, seen.and_rows(frame, layer.key, ~held) if layer.key and layer.located == "point" else seen


def _constants(blocks: Sequence[Block], own: Own, request: Request, layer: Spec) -> tuple[Mapping[str, str], bool]:
    """The constants asked for, with the operator where the file tells it and nothing else does; and whether it does."""
    field = layer.fields.get("operator")
    if field is None or not field.required or "operator" in request.constants:
        return request.constants, False
    ids = [block.cells[at[layer.key]] for block, found in own if layer.key in (at := found.positions())]
    operator = filer(blocks, pd.concat(ids) if ids else None, request.ask)
    return ({**request.constants, "operator": operator}, True) if operator else (request.constants, False)


def _from_file(own: Own, operator: str) -> list[Finding]:
    """The rows whose operator no cell tells."""
    empty = [
        block.cells[at["operator"]].isna().to_numpy()
        if "operator" in (at := found.positions())
        else np.ones(len(block.cells), bool)
        for block, found in own
    ]
    rows = np.flatnonzero(np.concatenate(empty))
    return [Finding("operator_from_file", rows, "operator", (), (operator,) * len(rows))] if len(rows) else []


def _located(
    frame: pd.DataFrame, own: Own, request: Request, layer: Spec, reference: Reference
) -> tuple[pd.DataFrame, tuple[str, ...], list[Finding]]:
    """Rows with their places and communes, the columns that tell the place, and what was found."""
    if layer.located == "shape":
        frame, told = lines.settle(frame, reference.ground, request.settings)
        return frame, ("geometry",), told
    findings: list[Finding] = []
    if "operator" in frame:
        frame["operator"], findings = named(frame.operator)
    claims, told = declare(figures.titled(frame), reference)
    findings += told
    columns: tuple[str, ...] = ()
    if layer.located == "point":
        columns = ("longitude", "latitude")
        located = locate(frame, claims, reference.ground, request.settings, said=_said(own))
        findings += located.findings
        frame = _placed(frame, located)
    frame, told = settle(frame, claims, reference, placed=bool(columns))
    findings += told
    if layer.layer == "communes":
        frame, told = figures.checked(frame, reference, request.as_of)
        findings += told
    return frame, columns, findings


def _said(own: Own) -> Statement:
    """What titles, headers and formats say of the system of coordinates."""
    blocks = [block for block, _ in own]
    headers = [match.header for _, found in own for match in found.matches if match.column in PLACE]
    return stated([*metadata.titles(blocks), *headers, *(block.table.crs for block in blocks)])


def _placed(frame: pd.DataFrame, located: Located) -> pd.DataFrame:
    """With positions on WGS 84 in place of those filed, which stay among the original cells."""
    columns = {"longitude": located.longitude, "latitude": located.latitude, "accuracy_m": located.accuracy_m}
    return frame.assign(**columns, commune_position=located.commune)


def _checked(
    frame: pd.DataFrame, findings: Sequence[Finding], request: Request, layer: Spec, seen: Seen
) -> list[Finding]:
    """Rows against each other, the licence table, the calendar and the period before."""
    found = checks.licensed(frame, request.as_of) + checks.dated(frame, request.as_of)
    if layer.layer == "reports":
        found += answers.in_future(frame, request.as_of) + answers.of_other_editions(frame, request.editions)
    taken = ~held_back([*findings, *found], len(frame))
    if layer.key and layer.located == "point":
        found += checks.duplicates(frame, layer.key, taken, seen)
        if layer.layer != "reports":
            found += checks.co_sited(frame, layer.key, taken)
        if request.before is not None and layer.key in request.before:
            found += checks.moved(frame, layer.key, request.before)
    elif layer.located == "no":
        found += checks.repeated(frame, taken)
    return found


def _tidy(frame: pd.DataFrame, layer: Spec) -> pd.DataFrame:
    """Without the columns of positions as filed, which are told by longitude and latitude now."""
    gone = ("coordinates", "northing_m", "easting_m") if layer.located == "point" else ()
    tidy = frame.drop(columns=list(gone), errors="ignore")
    return tidy.assign(**{name: tidy[name].astype("float64") for name in ("longitude", "latitude") if name in tidy})


def _described(
    batch: Batch, blocks: Sequence[Block], own: Own, frame: pd.DataFrame, findings: Sequence[Finding]
) -> Batch:
    """With what quality is counted from, and what people are told of the file."""
    odd = [
        f.rows for f in findings if f.reason in ("dms_read", "vn2000_converted", "axes_swapped", "axes_swapped_file")
    ]
    placed = frame.longitude.notna().to_numpy(copy=True) if "longitude" in frame else np.zeros(len(frame), bool)
    placed[np.concatenate([np.zeros(0, np.int64), *odd])] = False
    newest = frame.on_air_date.max() if "on_air_date" in frame else pd.NaT
    return replace(
        batch,
        aside=cells_aside(blocks),
        notes=tuple(dict.fromkeys(note for block in blocks for note in block.table.notes)),
        explained=tuple(line for block, found in own for line in explain(found, block)),
        columns={match.header: match.column for _, found in own for match in found.matches},
        columns_filed=sum(len(found.matches) + len(found.unknown) for _, found in own),
        columns_known=sum(len(found.matches) for _, found in own),
        plain_positions=int(placed.sum()),
        newest="" if pd.isna(newest) else str(newest)[:10],
        told=metadata.told(blocks, own),
        operators=frozenset(frame.operator.dropna()) if "operator" in frame else frozenset(),
    )
