"""Row kinds: which rows below a header are no data – totals, notes, headings of sections, numbering, signatures."""

from __future__ import annotations

import re

import numpy as np

from phusong.text import nfc, slug

_TOTAL = re.compile(
    r"(?!tong_cong_ty)(?:tong|tong_cong|tong_so|cong_don|luy_ke|total|sum|grand_total|sub_?total)(?:_.*)?"
    r"|cong(?:_(?:[ivx\d]+|tinh|huyen|quan|xa|phuong|cot|trang|muc|phan|nhom)(?:_.*)?)?"
)
_NOTE = re.compile(r"(?:ghi_chu|luu_y|nguon|note|source|ngay_thang)(?:_.*)?")
_SIGNED = re.compile(
    r"(?:nguoi_lap|nguoi_bao_cao|nguoi_duyet|thu_truong|giam_doc|tong_giam_doc|ky_ten|noi_nhan|dai_dien|lap_bieu)(?:_.*)?"
)
_NUMBERING = re.compile(r"\(?\s*(\d{1,3}|[A-Za-z])\s*\)?(?:\s*=[\s\d+\-*x/()]*)?")
_ROMAN_OR_LETTER = re.compile(r"(?:[IVXLC]{1,6}|[A-Z])[.)]?")
_NUMBERED_HEADING = re.compile(r"(?:[IVXLC]{1,6}|[A-Z]|\d{1,2})\s*[.)/]\s+[^\W\d_].*", re.DOTALL)
_PLACE_HEADING = re.compile(
    r"(?:huyen|quan|thi_xa|tinh|thanh_pho|tp|xa|phuong|dac_khu|phan|muc|nhom|khu_vuc|dia_ban|cum)_.+"
)
_USUAL = 0.9
"""Rows are compared with one that is fuller than most: a form of three rows has as many signatures."""


def kinds(rows: np.ndarray, named: int) -> list[str]:
    """
    What each row is: empty for data, else blank, numbering, total, note or section.

    Parameters
    ----------
    rows
        Cells below the header.
    named
        Columns that have a name.
    """
    count = np.array([sum(cell is not None for cell in row) for row in rows], np.int64)
    filled = count[count > 0]
    usual = min(float(np.quantile(filled, _USUAL)), float(named)) if len(filled) > 3 else float(named)
    found = [""] * len(rows)
    signed = False
    for i in np.flatnonzero((count <= max(usual / 2, 2)) | (np.arange(len(count)) == 0)):
        texts = [nfc(cell) for cell in rows[i] if isinstance(cell, str) and cell.strip()]
        numbers = int(count[i]) - len(texts)
        if count[i] == 0:
            found[i] = "blank"
        elif i == 0 and count[i] >= 3 and _is_numbering(rows[i]):
            found[i] = "numbering"
        elif texts and count[i] <= max(usual / 2, 2) and usual > 2:
            found[i] = _sparse(texts, numbers, usual, signed=signed)
            signed = signed or any(_SIGNED.fullmatch(slug(text)) for text in texts)
    return found


def _sparse(texts: list[str], numbers: int, usual: float, *, signed: bool) -> str:
    """What a row of few cells is."""
    start = slug(texts[0])
    if _TOTAL.fullmatch(start):
        return "total"
    if _NOTE.fullmatch(start) or _SIGNED.fullmatch(start) or (signed and not numbers):
        return "note"
    if usual <= 4 or len(texts) + numbers > 2:
        return ""
    if _is_section(texts, numbers):
        return "section"
    return "note" if not numbers and all(len(text.split()) >= 4 for text in texts) else ""


def _is_section(texts: list[str], numbers: int) -> bool:
    """Whether a row heads the rows below it: "II | Huyện Sóc Sơn", "A. Trạm 4G"."""
    if _PLACE_HEADING.fullmatch(slug(texts[-1])):
        return True
    if len(texts) == 2:
        return _ROMAN_OR_LETTER.fullmatch(texts[0]) is not None
    return not numbers and _NUMBERED_HEADING.fullmatch(texts[0]) is not None


def _is_numbering(row: np.ndarray) -> bool:
    """Whether a row counts the columns: 1, 2, 3, or A, B, 1, 2, 3 = 1 + 2."""
    found = [_NUMBERING.fullmatch(str(cell).strip()) for cell in row if cell is not None]
    words = [match.group(1).lower() for match in found if match]
    if len(words) < len(found):
        return False
    numbers = [int(word) for word in words if word.isdigit()]
    letters = [ord(word) - ord("a") for word in words if not word.isdigit()]
    return _consecutive(numbers, 2) and _consecutive(letters, 0)


def _consecutive(numbers: list[int], most: int) -> bool:
    return not numbers or (numbers[0] <= most and numbers == list(range(numbers[0], numbers[0] + len(numbers))))
