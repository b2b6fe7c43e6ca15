"""The page of quality: one file that opens anywhere, for the filer and for whoever receives filings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from phusong.intake.quality import FORMULAS, LABELS, filer
from phusong.intake.reasons import AXES, general, reasons
from phusong.text import number_vi, percent_vi

LAYERS = {
    "sites": "trạm phát sóng",
    "villages": "thôn, bản",
    "substations": "trạm biến áp",
    "power_lines": "đường dây điện",
    "terminals": "thiết bị vệ tinh",
    "outages": "mất điện",
    "points": "địa điểm",
    "communes": "số liệu xã",
}
_EXAMPLES = 10
_STYLE = """
:root{color-scheme:light}
body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:60rem;padding:1rem;color:#1a1a1a;background:#fff}
h1{font-size:1.4rem}
h2{font-size:1.15rem;margin-top:2rem;border-top:1px solid #ccc;padding-top:1rem}
small,.en{color:#555}
.scores{display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));gap:.5rem;padding:0;list-style:none}
.scores li{border:1px solid #ccc;border-radius:.4rem;padding:.5rem .7rem}
.scores b{display:block;font-size:1.3rem}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.3rem .5rem;border-bottom:1px solid #ddd;vertical-align:top}
td.n,th.n{text-align:right;white-space:nowrap}
td{overflow-wrap:anywhere}
.held{color:#8a1c00;font-weight:600}
"""
_HEAD = (
    '<meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
)
_KINDS = {"quarantine": "chưa nhận", "repair": "đã sửa", "flag": "lưu ý"}


def page(quality: Mapping[str, Any], examples: Mapping[str, Mapping[str, Sequence[tuple[str, str]]]]) -> str:
    """
    HTML of the page.

    Parameters
    ----------
    quality
        What `quality.json` holds.
    examples
        By file and reason, places in the source and sentences of the first rows set aside.
    """
    title = f"Chất lượng số liệu đã nộp – {LAYERS.get(quality['layer'], quality['layer'])} – {quality['as_of']}"
    parts = [_file(file, examples.get(file["file"], {}), quality["history"]) for file in quality["files"]]
    parts += [_refused(one) for one in quality["refused"]]
    formulas = "".join(
        f"<li><b>{LABELS[axis]}</b> <span class=en>({axis})</span>: {FORMULAS[axis]}</li>" for axis in AXES
    )
    return (
        f'<!doctype html><html lang="vi"><head>{_HEAD}<title>{escape(title)}</title><style>{_STYLE}</style></head>'
        f"<body><h1>{escape(title)}</h1>{_next(quality)}{''.join(parts)}<h2>Cách tính điểm "
        f"<small>How the scores are computed</small></h2><ul>{formulas}</ul></body></html>\n"
    )


def _refused(one: Mapping[str, str]) -> str:
    told = escape(one["reason"])
    return f"<h2>{escape(one['file'])}</h2><p class=held>Không đọc được / cannot be read: {told}</p>"


def _next(quality: Mapping[str, Any]) -> str:
    rows, held = (sum(file[name] for file in quality["files"]) for name in ("rows", "quarantined"))
    told = f"Nhận {number_vi(rows)} dòng: {number_vi(rows - held)} dòng được nhận, {number_vi(held)} dòng chưa nhận."
    todo = (
        "Mở tệp <b>to_filer.xlsx</b>, sửa các ô tô màu rồi nộp lại tệp đó; các dòng đã nhận không phải nộp lại."
        if held
        else "Không có dòng nào phải sửa."
    )
    english = f"{rows:,} rows in = {rows - held:,} accepted + {held:,} quarantined."
    return f"<p>{told} {todo}</p><p class=en>{english}</p>"


def _file(
    file: Mapping[str, Any],
    examples: Mapping[str, Sequence[tuple[str, str]]],
    history: Sequence[Mapping[str, Any]],
) -> str:
    whose = f" <small>{escape(', '.join(file['operators']))}</small>" if file["operators"] else ""
    counts = f"{number_vi(file['rows'])} dòng = {number_vi(file['accepted'])} nhận"
    counts += f" + {number_vi(file['quarantined'])} chưa nhận"
    aside = sum(file["not_data"].values())
    rest = f"; {number_vi(aside)} dòng không phải số liệu (tiêu đề, dòng cộng, ghi chú)" if aside else ""
    earlier = [(past["as_of"], past["scores"][filer(file)]) for past in history if filer(file) in past["scores"]]
    scores = "".join(_score(axis, file["scores"], earlier) for axis in AXES)
    table = "".join(_reason(key, rows, examples.get(key, ())) for key, rows in _ordered(file["reasons"]))
    notes = "".join(f"<li>{escape(note)}</li>" for note in file["notes"])
    return (
        f"<h2>{escape(file['file'])}{whose}</h2><p>{counts}{rest}.</p><ul class=scores>{scores}</ul>"
        f"{_over_time(file, earlier)}{_gone(file['vanished'])}"
        f"<div class=wide><table>{_ROW}{table}</table></div><ul class=en>{notes}</ul>"
    )


_ROW = (
    "<tr><th>Việc<br><small>What</small></th><th>Nội dung<br><small>Finding</small></th>"
    "<th class=n>Dòng<br><small>Rows</small></th></tr>"
)


def _share(score: Mapping[str, float]) -> float | None:
    return score["numerator"] / score["denominator"] if score["denominator"] else None


def _score(axis: str, scores: Mapping[str, Any], earlier: Sequence[tuple[str, Mapping[str, Any]]]) -> str:
    share = _share(scores[axis])
    name = f"{LABELS[axis]} <span class=en>{axis}</span>"
    if share is None:
        return f"<li>{name}<b>–</b></li>"
    before = _share(earlier[-1][1][axis]) if earlier else None
    change = ""
    if before is not None:
        sign = "+" if share >= before else "−"
        change = f"<small>{sign}{percent_vi(abs(share - before))} so với {escape(earlier[-1][0])}</small>"
    counted = f"<small>{_number(scores[axis]['numerator'])} / {_number(scores[axis]['denominator'])}</small>"
    return f"<li>{name}<b>{percent_vi(share)}</b>{counted} {change}</li>"


def _number(value: float) -> str:
    return number_vi(value, 0 if value % 1 == 0 else 2)


def _over_time(file: Mapping[str, Any], earlier: Sequence[tuple[str, Mapping[str, Any]]]) -> str:
    """Scores of every period known, the newest last."""
    if not earlier:
        return ""
    head = "".join(f"<th class=n>{LABELS[axis]}</th>" for axis in AXES)
    rows = [(day, scores) for day, scores in earlier] + [("kỳ này / now", file["scores"])]
    body = "".join(
        f"<tr><td>{escape(day)}</td>{''.join(_cell(scores[axis]) for axis in AXES)}</tr>" for day, scores in rows
    )
    table = f"<table><tr><th>Kỳ</th>{head}</tr>{body}</table>"
    return f"<details><summary>Qua các kỳ / over time</summary><div class=wide>{table}</div></details>"


def _cell(score: Mapping[str, float]) -> str:
    share = _share(score)
    return f"<td class=n>{'–' if share is None else percent_vi(share)}</td>"


def _gone(ids: Sequence[str]) -> str:
    if not ids:
        return ""
    shown = ", ".join(map(escape, ids[:_EXAMPLES])) + (", …" if len(ids) > _EXAMPLES else "")
    return (
        f"<p>{number_vi(len(ids))} mã có ở kỳ trước, không còn ở kỳ này: {shown}"
        f"<br><small>{len(ids):,} ids of the period before are not in this one</small></p>"
    )


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
    told, english = general(reason)
    told = f"{escape(told)}<br><small>{escape(english)}</small>{more}"
    return f"<tr><td{mark}>{_KINDS[reason.kind]}</td><td>{told}</td><td class=n>{number_vi(rows)}</td></tr>"
