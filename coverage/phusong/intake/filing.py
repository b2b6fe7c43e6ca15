"""Filings: files in, batches of accepted and quarantined rows out. The table of contents of intake."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from phusong.errors import FilingError, PhusongError
from phusong.intake import checks
from phusong.intake.batch import Batch, divide, held_back
from phusong.intake.blocks import find
from phusong.intake.checks import Seen
from phusong.intake.claim import Claims
from phusong.intake.columns import Ask, Recognition, explain, recognise
from phusong.intake.coordinates import Located, Settings, locate
from phusong.intake.finding import Finding
from phusong.intake.places import declare
from phusong.intake.readers import Limits, read
from phusong.intake.reference import Reference
from phusong.intake.spec import Spec, spec
from phusong.intake.table import Block
from phusong.intake.values import convert
from phusong.text import slug

_KNOWN = 2
"""A block with fewer columns of the layer is another table."""


@dataclass(frozen=True)
class Request:
    """
    What is asked of intake.

    Parameters
    ----------
    layer
        Layer that the files are of.
    as_of
        Day of which they speak.
    constants
        Values of columns that the files lack, such as the operator.
    profile
        Canonical column of headers, as settled before.
    ask
        Puts a question to the user; None where nobody is there.
    before
        Accepted rows of the period before.
    """

    layer: str
    as_of: dt.date
    constants: Mapping[str, str] = field(default_factory=dict)
    settings: Settings = field(default_factory=Settings)
    profile: Mapping[str, str] = field(default_factory=dict)
    ask: Ask | None = None
    before: pd.DataFrame | None = None
    limits: Limits = field(default_factory=Limits)


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
    seen = seen or Seen.nothing()
    for file in files:
        try:
            for tables in _parts(file, request.limits):
                batch, seen = _taken(tables, request, layer, reference, seen)
                yield batch
        except PhusongError as refusal:
            yield file.name, str(refusal)


def _parts(file: Path, limits: Limits) -> Iterator[list[tuple[Block, ...]]]:
    """Blocks of all tables of a file together; further parts of a large table come one by one, under its header."""
    first: list[tuple[Block, ...]] = []
    header: tuple[str, ...] = ()
    waiting = True
    for table in read(file, limits):
        if table.part:
            if waiting:
                yield first
                waiting = False
            yield [find(table, header)]
        else:
            first.append(find(table))
            header = first[-1][-1].header
    if waiting:
        yield first


def _taken(
    tables: Sequence[tuple[Block, ...]], request: Request, layer: Spec, reference: Reference, seen: Seen
) -> tuple[Batch, Seen]:
    blocks, recognised = _recognised([block for table in tables for block in table], request, layer)
    own = [
        (block, recognition) for block, recognition in zip(blocks, recognised, strict=True) if recognition is not None
    ]
    frame, findings = convert(own, layer, request.constants)  # type: ignore[arg-type]
    claims, told = (
        declare(frame, reference, request.as_of) if layer.located != "shape" else (Claims.none(len(frame)), [])
    )
    findings += told
    if layer.located == "point":
        located = locate(frame, claims, reference.ground, request.settings, vn2000_degrees=_on_vn2000(own))
        findings += located.findings
        frame = _placed(frame, located)
    frame, told = _settled(frame, claims, reference, layer)
    findings += told
    findings += _checked(frame, findings, request, layer, seen)
    required = [name for name, one in layer.fields.items() if one.required]
    held = held_back(findings, len(frame))
    tidy = _tidy(frame, layer)
    batch = divide(
        tidy, findings, [block for block, _ in own], layer.key, [*required, *_position(layer)], _file(blocks)
    )
    batch = _described(batch, blocks, recognised, tidy, findings)
    return batch, seen.and_rows(frame, layer.key, ~held) if layer.key and layer.located == "point" else seen


def _recognised(blocks: list[Block], request: Request, layer: Spec) -> tuple[list[Block], list[Recognition | None]]:
    """Columns of each block; a block that is another table has its rows told as such."""
    found: list[Recognition | None] = []
    kept: list[Block] = []
    for block in blocks:
        recognition = recognise(block, layer, request.profile, request.ask) if block.header else None
        if recognition is not None and not _is_of(recognition, layer, len(blocks)):
            recognition = None
        if recognition is None and len(block.cells):
            word = "another table" if block.header else "note"
            aside = (*block.aside, *((int(label), word) for label in block.cells.index))
            block = replace(block, cells=block.cells.iloc[:0], aside=aside)  # noqa: PLW2901
        kept.append(block)
        found.append(recognition)
    if not any(recognition is not None for recognition in found):
        raise FilingError(f"{_file(blocks)} has no table of {layer.layer}: {_why_not(blocks, layer)}")
    return kept, found


def _is_of(recognition: Recognition, layer: Spec, blocks: int) -> bool:
    names = {match.column for match in recognition.matches}
    return len(names) >= _KNOWN and (blocks == 1 or not layer.key or layer.key in names or len(names) > 3)


def _why_not(blocks: Sequence[Block], layer: Spec) -> str:
    headers = next((block.header for block in blocks if block.header), ())
    if not headers:
        return "no row of column names was found"
    shown = ", ".join(repr(header) for header in headers[:8] if header)
    return f"its columns are {shown}; expected such as {', '.join(list(layer.fields)[-6:])}"


def _file(blocks: Sequence[Block]) -> str:
    return blocks[0].table.file if blocks else ""


def _on_vn2000(own: Sequence[tuple[Block, Recognition | None]]) -> bool:
    names = [match.header for _, recognition in own if recognition for match in recognition.matches]
    return any("vn2000" in slug(name).replace("_", "") for name in names)


def _placed(frame: pd.DataFrame, located: Located) -> pd.DataFrame:
    """With positions on WGS 84 in place of those filed, which stay among the original cells."""
    columns = {"longitude": located.longitude, "latitude": located.latitude, "accuracy_m": located.accuracy_m}
    return frame.assign(**columns, commune_position=located.commune)


def _settled(
    frame: pd.DataFrame, claims: Claims, reference: Reference, layer: Spec
) -> tuple[pd.DataFrame, list[Finding]]:
    """The commune of each row: the one it means; of several, or of none, the one it lies in."""
    if layer.located == "shape":
        return frame, []
    codes = reference.communes.commune_code.to_numpy(object)
    sole = np.array([claim.communes[0] if len(claim.communes) == 1 else -1 for claim in claims.different], np.int64)[
        claims.of_row
    ]
    lies = frame.commune_position.to_numpy(np.int64) if "commune_position" in frame else np.full(len(frame), -1)
    settled = np.where(sole >= 0, sole, lies)
    code = np.where(settled >= 0, codes[settled], None) if len(codes) else np.full(len(frame), None, object)
    said = np.array([bool(claim.communes) for claim in claims.different], bool)[claims.of_row]
    filed = frame.commune_code.notna() | frame.commune_name.notna()
    rows = np.flatnonzero((sole < 0) & (lies >= 0) & ~said & ~filed.to_numpy())
    findings = (
        [Finding("commune_from_position", rows, "commune_code", (), tuple(map(str, code[rows])))] if len(rows) else []
    )
    if layer.located == "no":
        empty = np.flatnonzero((settled < 0) & ~filed.to_numpy())
        findings += [Finding("missing", empty, "commune_code")] if len(empty) else []
        several = np.flatnonzero((settled < 0) & said)
        findings += (
            [Finding("commune_ambiguous", several, "commune_code", tuple(frame.commune_code.iloc[several].astype(str)))]
            if len(several)
            else []
        )
    return frame.assign(commune_code=code).drop(columns="commune_position", errors="ignore"), findings


def _checked(
    frame: pd.DataFrame, findings: Sequence[Finding], request: Request, layer: Spec, seen: Seen
) -> list[Finding]:
    """Rows against each other and against other layers; what several communes might be is settled where the point tells."""
    found = checks.licensed(frame, request.as_of) + checks.dated(frame, request.as_of)
    taken = ~held_back([*findings, *found], len(frame))
    if layer.key and layer.located == "point":
        found += checks.duplicates(frame, layer.key, taken, seen)
        found += checks.co_sited(frame, layer.key, taken)
        if request.before is not None and layer.key in request.before:
            found += checks.moved(frame, layer.key, request.before)
    elif layer.located == "no":
        found += _repeated(frame, taken)
    return found


def _repeated(frame: pd.DataFrame, taken: np.ndarray) -> list[Finding]:
    """Rows of a table without ids that say the same of the same commune, period and provider again."""
    names = [name for name in ("commune_code", "period", "provider") if name in frame]
    again = frame.duplicated(names) & taken & frame[names].notna().all(axis=1).to_numpy()
    rows = np.flatnonzero(again.to_numpy(bool))
    if not len(rows):
        return []
    first = frame.assign(at=checks.places(frame)).groupby(names).at.transform("first")
    return [
        Finding(
            "duplicate",
            rows,
            names[0],
            tuple(frame[names[0]].iloc[rows].astype(str)),
            (),
            tuple(first.iloc[rows].astype(str)),
        )
    ]


def _position(layer: Spec) -> tuple[str, ...]:
    return ("longitude", "latitude") if layer.located == "point" else ()


def _tidy(frame: pd.DataFrame, layer: Spec) -> pd.DataFrame:
    """Without the columns of positions as filed, which are told by longitude and latitude now."""
    gone = ("coordinates", "northing_m", "easting_m") if layer.located == "point" else ()
    tidy = frame.drop(columns=list(gone), errors="ignore")
    return tidy.assign(**{name: tidy[name].astype("float64") for name in ("longitude", "latitude") if name in tidy})


def _described(
    batch: Batch,
    blocks: Sequence[Block],
    recognised: Sequence[Recognition | None],
    frame: pd.DataFrame,
    findings: Sequence[Finding],
) -> Batch:
    notes = tuple(dict.fromkeys(note for block in blocks for note in block.table.notes))
    told = tuple(
        line
        for block, recognition in zip(blocks, recognised, strict=True)
        if recognition is not None
        for line in explain(recognition, block)
    )
    odd = [
        f.rows for f in findings if f.reason in ("dms_read", "vn2000_converted", "axes_swapped", "axes_swapped_file")
    ]
    plain = (
        int(frame.longitude.notna().sum()) - len(np.unique(np.concatenate(odd))) if odd and "longitude" in frame else 0
    )
    if not odd and "longitude" in frame:
        plain = int(frame.longitude.notna().sum())
    newest = str(frame.on_air_date.max())[:10] if "on_air_date" in frame and frame.on_air_date.notna().any() else ""
    known = sum(len(r.matches) for r in recognised if r)
    filed = known + sum(len(r.unknown) for r in recognised if r)
    return replace(
        batch,
        notes=notes,
        explained=told,
        plain_positions=max(plain, 0),
        newest=newest,
        columns_known=known,
        columns_filed=filed,
    )
