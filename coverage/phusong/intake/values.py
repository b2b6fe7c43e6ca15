"""Values: the cells of recognised columns as canonical ones, every change and every fault told."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.intake.cells import Cells, Told, shown
from phusong.intake.columns import Recognition
from phusong.intake.days import read_days
from phusong.intake.encoding import mend
from phusong.intake.finding import Finding
from phusong.intake.numbers import read_numbers, unit_factor
from phusong.intake.spec import Field, Spec
from phusong.intake.table import Block
from phusong.intake.vocabulary import flag, translate
from phusong.text import nfc

SOURCE = ("source_file", "source_sheet", "source_row")
OTHER = "other"
"""Column of the cells that are in no canonical column, as JSON."""
_FORMULA = re.compile(r"\s*(?:[=@]|[+\-](?![\d\s.,]*$))")
_ABOUT_WORDS = ("text_decoded", "text_normalised", "word_translated", "word_unknown", "formula_text", "letters_lost")
_TRANSLATED = {"power_source", "azimuths_deg"}
_SPECIAL = {"technology": "technology_missing"}


def convert(
    blocks: Sequence[tuple[Block, Recognition]], spec: Spec, constants: Mapping[str, str]
) -> tuple[pd.DataFrame, list[Finding]]:
    """
    Canonical columns of all blocks of a file, one below the other.

    Parameters
    ----------
    constants
        Values of columns that the file does not have, for all rows.

    Returns
    -------
    A frame with a RangeIndex: all columns of the spec, missing where not filed, those of a position as filed; the
    source of each row; the other cells as JSON. And what was found.
    """
    parts = [_converted(block, recognition, spec, constants) for block, recognition in blocks if len(block.cells)]
    if not parts:
        return _empty(spec), []
    starts = np.cumsum([0, *(len(frame) for frame, _ in parts)])
    findings = [_moved(found, int(start)) for start, (_, told) in zip(starts, parts, strict=False) for found in told]
    return pd.concat([frame for frame, _ in parts], ignore_index=True), _joined(findings)


def _converted(
    block: Block, recognition: Recognition, spec: Spec, constants: Mapping[str, str]
) -> tuple[pd.DataFrame, list[Finding]]:
    rows, at = len(block.cells), recognition.positions()
    columns: dict[str, Any] = {}
    findings: list[Finding] = []
    for name, field in spec.fields.items():
        cells = Cells.of(block, at[name]) if name in at else Cells.none(rows)
        if field.kind != "place":
            said, (cells, empty) = cells, cells.without_nothing(field)
            findings += said.told("says_nothing", field, empty)
        if name in constants:
            cells = cells.or_constant(constants[name])
        columns[name], told = _COLUMN[field.kind](field, cells)
        findings += told
        if field.required:
            findings += _missing(field, cells, columns[name], told)
    columns |= _positions(block, columns, spec)
    findings += _merged(block, at)
    columns |= {
        "source_file": block.table.file,
        "source_sheet": block.table.sheet,
        "source_row": block.cells.index.to_numpy(),
    }
    columns[OTHER], told = _other(block, recognition)
    findings += told
    return pd.DataFrame(columns, index=pd.RangeIndex(rows)), findings


def _words(field: Field, cells: Cells) -> tuple[NDArray[np.object_], list[Finding]]:
    values: list[Any] = []
    told: dict[str, Told] = {reason: {} for reason in _ABOUT_WORDS}
    for code, (raw, text) in enumerate(zip(cells.different, cells.texts, strict=True)):
        value, reason = _word(field, raw, text)
        if reason:
            told[reason][code] = (value or "", "")
        if field.name != "azimuths_deg" and isinstance(raw, str) and _FORMULA.match(raw):
            told["formula_text"][code] = ("", "")
        if "\ufffd" in text:
            told["letters_lost"][code] = ("", "")
        values.append(value)
    findings = [
        finding
        for reason, which in told.items()
        for finding in cells.told(
            reason, field, which, **({"expected": ", ".join(field.among)} if reason == "word_unknown" else {})
        )
    ]
    if field.pattern and field.name != "commune_code":
        findings += _out_of_form(field, cells, values)
    return cells.spread(values, object, None), findings


def _word(field: Field, raw: Any, text: str) -> tuple[str | None, str]:
    """The canonical word for a cell, and the reason of what was done to it."""
    mended = mend(text)
    value = translate(field.name, mended) if field.among or field.name in _TRANSLATED else mended
    if value is None or (field.among and value not in field.among):
        return None, "word_unknown"
    if value != mended:
        return value, "word_translated"
    if mended != text:
        return value, "text_decoded"
    return value, "text_normalised" if isinstance(raw, str) and raw.strip() != text else ""


def _out_of_form(field: Field, cells: Cells, values: list[Any]) -> list[Finding]:
    fits = pd.Series(values, dtype=object).astype(str).str.fullmatch(field.pattern.removeprefix("^").removesuffix("$"))
    wrong = {code: ("", "") for code in range(len(values)) if values[code] is not None and not fits[code]}
    return cells.told("form_wrong", field, wrong, expected=field.form or field.pattern)


def _numbers(field: Field, cells: Cells) -> tuple[NDArray[np.float64], list[Finding]]:
    factor = unit_factor(field.name, cells.header)
    typed = [isinstance(v, int | float) and not isinstance(v, bool) for v in cells.different]
    texts = ["" if is_number else text for text, is_number in zip(cells.texts, typed, strict=True)]
    read = iter(read_numbers([text for text in texts if text], field.name, field.low, field.high, factor))
    values: list[float] = []
    repaired: dict[str, Told] = {"decimal_comma": {}, "unit_in_cell": {}}
    unread: Told = {}
    beyond: Told = {}
    for code, value in enumerate(cells.different):
        if typed[code]:
            number = float(value) * factor
        else:
            reading = next(read) if texts[code] else None
            number = reading.value if reading else math.nan
            if reading and reading.repair:
                repaired[reading.repair][code] = (f"{number:.12g}", "")
            if not math.isfinite(number):
                unread[code] = ("", " / ".join(f"{r:g}" for r in reading.readings) if reading else "")
        if math.isfinite(number) and not _inside(field, number):
            beyond[code] = ("", "")
        values.append(number if math.isfinite(number) else math.nan)
    wrong = "height_out_of_range" if field.name == "height_agl_m" else "out_of_range"
    findings = [finding for reason, which in repaired.items() for finding in cells.told(reason, field, which)]
    findings += cells.told("not_a_number", field, unread)
    findings += cells.told(wrong, field, beyond, low=_shown(field.low), high=_shown(field.high))
    return cells.spread(values, np.float64, np.nan), findings


def _inside(field: Field, number: float) -> bool:
    within = (field.low is None or number >= field.low) and (field.high is None or number <= field.high)
    return within and (not field.whole or number % 1 == 0)


def _shown(bound: float | None) -> str:
    return "" if bound is None else f"{bound:g}"


def _days(field: Field, cells: Cells) -> tuple[NDArray[np.datetime64], list[Finding]]:
    read = read_days([value if not isinstance(value, str) else nfc(value) for value in cells.different])
    values = [np.datetime64(day.value, "s") if day.value else np.datetime64("NaT", "s") for day in read]
    changed = {code: (str(day.value), "") for code, day in enumerate(read) if day.value and day.repaired}
    open_days = {code: ("", " / ".join(map(str, day.readings))) for code, day in enumerate(read) if day.readings}
    unread = {code: ("", "") for code, day in enumerate(read) if not day.value and not day.readings}
    findings = cells.told("date_form", field, changed)
    findings += cells.told("day_ambiguous", field, open_days) + cells.told("not_a_day", field, unread)
    return cells.spread(values, "datetime64[s]", np.datetime64("NaT", "s")), findings


def _flags(field: Field, cells: Cells) -> tuple[Any, list[Finding]]:
    read = [
        value if isinstance(value, bool) else flag(text)
        for value, text in zip(cells.different, cells.texts, strict=True)
    ]
    unread = {code: ("", "") for code, value in enumerate(read) if value is None}
    values = pd.array(cells.spread(read, object, None), dtype="boolean")
    return values, cells.told("not_a_flag", field, unread)


def _places(field: Field, cells: Cells) -> tuple[NDArray[np.object_], list[Finding]]:
    """As filed, but for the apostrophe that makes a number text in a spreadsheet."""
    del field
    values = [value.removeprefix("'") if isinstance(value, str) else value for value in cells.different]
    return cells.spread(values, object, None), []


_COLUMN: dict[str, Callable[[Field, Cells], tuple[Any, list[Finding]]]] = {
    "word": _words,
    "number": _numbers,
    "day": _days,
    "flag": _flags,
    "place": _places,
}


def _missing(field: Field, cells: Cells, values: Any, told: list[Finding]) -> list[Finding]:
    """Rows without a required value; those whose value could not be read have been told."""
    empty = np.asarray(pd.isna(values))
    for finding in told:
        if finding.reason not in ("decimal_comma", "unit_in_cell", "date_form"):
            empty[finding.rows] = False
    empty &= cells.codes < 0
    rows = np.flatnonzero(empty)
    return [Finding(_SPECIAL.get(field.name, "missing"), rows, field.name)] if len(rows) else []


def _positions(block: Block, columns: Mapping[str, Any], spec: Spec) -> dict[str, Any]:
    """Points of features go to the columns of longitude and latitude as written, unless these are filed too."""
    shapes = block.table.geometry
    if shapes is None or not len(block.cells):
        return {}
    rows = block.table.cells.index.get_indexer(block.cells.index)
    own = shapes[rows]
    if spec.located == "shape":
        return {"geometry": own, "crs": block.table.crs}
    if spec.located != "point":
        return {}
    pairs = [
        (shape.x, shape.y) if shape is not None and shape.geom_type == "Point" and not shape.is_empty else (None, None)
        for shape in own
    ]
    x, y = (np.array([pair[axis] for pair in pairs], object) for axis in (0, 1))
    filed = np.asarray(pd.notna(columns["longitude"])) & np.asarray(pd.notna(columns["latitude"]))
    return {
        "longitude": np.where(filed, columns["longitude"], x),
        "latitude": np.where(filed, columns["latitude"], y),
    }


def _merged(block: Block, at: Mapping[str, int]) -> list[Finding]:
    names = {position: name for name, position in at.items()}
    by_column: dict[str, list[int]] = {}
    place = {label: row for row, label in enumerate(block.cells.index)}
    for label, column in block.filled:
        if column in names:
            by_column.setdefault(names[column], []).append(place[label])
    return [
        Finding(
            "merged_filled",
            np.array(sorted(rows)),
            name,
            (),
            tuple(shown(block.cells.iloc[row, at[name]]) for row in sorted(rows)),
        )
        for name, rows in by_column.items()
    ]


def _other(block: Block, recognition: Recognition) -> tuple[NDArray[np.object_], list[Finding]]:
    """Cells of unknown columns as JSON, keys in the order of the file, wrongly encoded texts mended."""
    if not recognition.unknown:
        return np.full(len(block.cells), None, object), []
    rows: list[dict[str, str]] = [{} for _ in range(len(block.cells))]
    findings = []
    for position in recognition.unknown:
        cells = Cells.of(block, position)
        texts = [shown(value) for value in cells.different]
        mended = [mend(text) for text in texts]
        name = block.header[position] or f"column {position + 1}"
        for row, code in enumerate(cells.codes):
            if code >= 0:
                rows[row][name] = mended[code]
        changed = {code: (mended[code], "") for code, text in enumerate(texts) if mended[code] != text}
        findings += cells.told("text_decoded", Field(OTHER, "word"), changed)
    return np.array([json.dumps(row, ensure_ascii=False) if row else None for row in rows], object), findings


def _empty(spec: Spec) -> pd.DataFrame:
    frame = pd.DataFrame({name: pd.Series(dtype=object) for name in (*spec.fields, *SOURCE, OTHER)})
    numbers = {name: "float64" for name, field in spec.fields.items() if field.kind == "number"}
    days = {name: "datetime64[s]" for name, field in spec.fields.items() if field.kind == "day"}
    return frame.astype(numbers | days)


def _moved(finding: Finding, start: int) -> Finding:
    words = finding.words
    return Finding(
        finding.reason, finding.rows + start, finding.column, finding.found, finding.became, finding.suggestion, words
    )


def _joined(findings: list[Finding]) -> list[Finding]:
    """Findings of the same reason, column and words in several blocks as one."""
    groups: dict[tuple[Any, ...], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.reason, finding.column, tuple(finding.words.items())), []).append(finding)
    return [_one(group) for group in groups.values()]


def _one(group: list[Finding]) -> Finding:
    if len(group) == 1:
        return group[0]
    first = group[0]

    def texts(name: str) -> tuple[str, ...]:
        parts = [getattr(finding, name) or ("",) * len(finding.rows) for finding in group]
        return (
            tuple(text for part in parts for text in part) if any(getattr(finding, name) for finding in group) else ()
        )

    rows = np.concatenate([finding.rows for finding in group])
    return Finding(first.reason, rows, first.column, texts("found"), texts("became"), texts("suggestion"), first.words)
