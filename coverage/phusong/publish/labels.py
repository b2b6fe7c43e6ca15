"""Labels: the words of the maps, and how Vietnamese documents write quarters, days and shares."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Literal

import pandas as pd

from phusong.config import shipped
from phusong.text import nfc, number_vi, percent_vi

Labels = Mapping[str, str]
"""A label by its dotted place in `maps/labels.toml`, such as `page.tier`."""

_ROMAN = {"1": "I", "2": "II", "3": "III", "4": "IV"}


@cache
def read_labels(language: Literal["vi", "en"] = "vi") -> Labels:
    """
    The labels in one language, by their dotted place in `maps/labels.toml`.

    Examples
    --------
    >>> read_labels()["control.close"]
    'Đóng'
    """
    raw = tomllib.loads(shipped("maps", "labels.toml").read_text("utf-8"))
    return MappingProxyType(
        {f"{section}.{key}": nfc(entry[language]) for section, entries in raw.items() for key, entry in entries.items()}
    )


def period_vi(period: str, labels: Labels) -> str:
    """
    A quarter as documents write it; anything else stays as it is.

    Examples
    --------
    >>> period_vi("2026Q3", read_labels())
    'Quý III/2026'
    """
    match = re.fullmatch(r"(\d{4})Q([1-4])", period)
    return labels["page.period"].format(quarter=_ROMAN[match[2]], year=match[1]) if match else period


def date_vi(day: Any) -> str:
    """
    A day, given as a date, a timestamp or ISO text, as dd/mm/yyyy; empty where there is none.

    Examples
    --------
    >>> date_vi("2026-09-30"), date_vi(dt.date(2026, 1, 2)), date_vi(None)
    ('30/09/2026', '02/01/2026', '')
    """
    if day is None or pd.isna(day):
        return ""
    if isinstance(day, str):
        try:
            day = dt.date.fromisoformat(day[:10])
        except ValueError:
            return day
    return f"{day.day:02d}/{day.month:02d}/{day.year:04d}"


def number_text(value: Any, empty: str, decimals: int = 0) -> str:
    """
    A number as documents write it, without idle zeros behind the comma, or `empty` where there is none.

    Examples
    --------
    >>> number_text(1800.0, "?", 1), number_text(17.25, "?", 1), number_text(None, "?")
    ('1.800', '17,2', '?')
    """
    if pd.isna(value):
        return empty
    text = number_vi(float(value), decimals)
    return text.rstrip("0").rstrip(",") if "," in text else text


def interval_text(share: Any, low: Any, high: Any, empty: str) -> str:
    """
    A share as per cent, with its interval where the ends, as printed, differ.

    Examples
    --------
    >>> interval_text(0.5, 0.4, 0.625, "?"), interval_text(0.5, 0.5, 0.50001, "?"), interval_text(None, 0, 1, "?")
    ('50,0 % (40,0 % – 62,5 %)', '50,0 %', '?')
    """
    if pd.isna(share):
        return empty
    middle = percent_vi(float(share))
    if pd.isna(low) or pd.isna(high):
        return middle
    ends = percent_vi(float(low)), percent_vi(float(high))
    return middle if ends[0] == ends[1] else f"{middle} ({ends[0]} – {ends[1]})"
