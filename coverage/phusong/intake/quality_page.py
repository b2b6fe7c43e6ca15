"""The page of quality: one file that opens anywhere, for the filer and for whoever receives filings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from phusong.intake.quality import FORMULAS, LABELS
from phusong.intake.reasons import AXES, reasons
from phusong.text import number_vi, percent_vi

_EXAMPLES = 10
_STYLE = """
:root{color-scheme:light}body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:60rem;padding:1rem;color:#1a1a1a;background:#fff}
h1{font-size:1.4rem}h2{font-size:1.15rem;margin-top:2rem;border-top:1px solid #ccc;padding-top:1rem}
small,.en{color:#555}.scores{display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));gap:.5rem;padding:0;list-style:none}
.scores li{border:1px solid #ccc;border-radius:.4rem;padding:.5rem .7rem}.scores b{display:block;font-size:1.3rem}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .5rem;border-bottom:1px solid #ddd;vertical-align:top}
td.n,th.n{text-align:right;white-space:nowrap}.held{color:#8a1c00;font-weight:600}td{overflow-wrap:anywhere}
"""
_KINDS = {"quarantine": "để lại", "repair": "đã sửa", "flag": "lưu ý"}


def page(
    quality: Mapping[str, Any],
    examples: Mapping[str, Mapping[str, Sequence[tuple[str, str]]]],
    earlier: Mapping[str, Any] | None = None,
) -> str:
    """
    HTML of the page.

    Parameters
    ----------
    quality
        What `quality.json` holds.
    examples
        By file and reason, places in the source and sentences of the first rows set aside.
    earlier
        `quality.json` of the period before.
    """
    title = f"Chất lượng số liệu đã nộp – {quality['layer']} – {quality['as_of']}"
    before = {file["file"]: file for file in (earlier or {}).get("files", [])}
    parts = [_file(file, examples.get(file["file"], {}), before) for file in quality["files"]]
    parts += [
        f"<h2>{escape(one['file'])}</h2><p class=held>Không đọc được / cannot be read: {escape(one['reason'])}</p>"
        for one in quality["refused"]
    ]
    formulas = "".join(
        f"<li><b>{LABELS[axis]}</b> <span class=en>({axis})</span>: {FORMULAS[axis]}</li>" for axis in AXES
    )
    return (
        '<!doctype html><html lang="vi"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body><h1>{escape(title)}</h1>{_next(quality)}{''.join(parts)}"
        f"<h2>Cách tính điểm <small>How the scores are computed</small></h2><ul>{formulas}</ul></body></html>\n"
    )


def _next(quality: Mapping[str, Any]) -> str:
    rows, held = (sum(file[name] for file in quality["files"]) for name in ("rows", "quarantined"))
    told = f"Nhận {number_vi(rows)} dòng: {number_vi(rows - held)} dòng được nhận, {number_vi(held)} dòng để lại."
    todo = (
        "Mở tệp <b>to_filer.xlsx</b>, sửa các ô tô màu rồi nộp lại tệp đó; các dòng đã nhận không phải nộp lại."
        if held
        else "Không có dòng nào phải sửa."
    )
    english = f"{rows:,} rows in = {rows - held:,} accepted + {held:,} quarantined."
    return f"<p>{told} {todo}</p><p class=en>{english}</p>"


def _file(file: Mapping[str, Any], examples: Mapping[str, Sequence[tuple[str, str]]], before: Mapping[str, Any]) -> str:
    counts = (
        f"{number_vi(file['rows'])} dòng = {number_vi(file['accepted'])} nhận + {number_vi(file['quarantined'])} để lại"
    )
    aside = sum(file["not_data"].values())
    rest = f"; {number_vi(aside)} dòng không phải số liệu (tiêu đề, dòng cộng, ghi chú)" if aside else ""
    scores = "".join(_score(axis, file, before.get(file["file"])) for axis in AXES)
    table = "".join(_reason(key, rows, examples.get(key, ())) for key, rows in _ordered(file["reasons"]))
    notes = "".join(f"<li>{escape(note)}</li>" for note in file["notes"])
    head = "<tr><th>Việc<br><small>What</small></th><th>Nội dung<br><small>Finding</small></th><th class=n>Dòng<br><small>Rows</small></th></tr>"
    return (
        f"<h2>{escape(file['file'])}</h2><p>{counts}{rest}.</p><ul class=scores>{scores}</ul>"
        f"<div class=wide><table>{head}{table}</table></div><ul class=en>{notes}</ul>"
    )


def _score(axis: str, file: Mapping[str, Any], before: Mapping[str, Any] | None) -> str:
    score = file["scores"][axis]
    if not score["denominator"]:
        return f"<li>{LABELS[axis]} <span class=en>{axis}</span><b>–</b></li>"
    share = score["numerator"] / score["denominator"]
    change = ""
    if before and before["scores"][axis]["denominator"]:
        difference = share - before["scores"][axis]["numerator"] / before["scores"][axis]["denominator"]
        change = f"<small>{'+' if difference >= 0 else '−'}{percent_vi(abs(difference))} so với kỳ trước</small>"
    counted = f"<small>{number_vi(score['numerator'])} / {number_vi(score['denominator'])}</small>"
    return f"<li>{LABELS[axis]} <span class=en>{axis}</span><b>{percent_vi(share)}</b>{counted} {change}</li>"


def _ordered(found: Mapping[str, int]) -> list[tuple[str, int]]:
    rank = {"quarantine": 0, "repair": 1, "flag": 2}
    return sorted(found.items(), key=lambda pair: (rank[reasons()[pair[0]].kind], -pair[1], pair[0]))


def _reason(key: str, rows: int, examples: Sequence[tuple[str, str]]) -> str:
    reason = reasons()[key]
    shown = "".join(f"<li>{escape(place)}: {escape(told)}</li>" for place, told in examples[:_EXAMPLES])
    more = (
        f"<details><summary>{len(examples[:_EXAMPLES])} dòng đầu / first rows</summary><ul>{shown}</ul></details>"
        if shown
        else ""
    )
    mark = " class=held" if reason.kind == "quarantine" else ""
    return f"<tr><td{mark}>{_KINDS[reason.kind]}</td><td>{escape(_plain(reason.vi))}<br><small>{escape(key)}</small>{more}</td><td class=n>{number_vi(rows)}</td></tr>"


def _plain(sentence: str) -> str:
    """A sentence without the places where its words would go."""
    words = {"column": "cột", "low": "…", "high": "…", "expected": "…", "found": "…", "became": "…", "suggestion": "…"}
    return sentence.format_map(
        {**words, "distance": "…", "accuracy": "…", "as_of": "…", "holder": "đơn vị khác", "system": "…"}
    )
