"""Periods: calendar quarters, as of their last day."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import pandas as pd

from phusong.errors import ConfigError

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
"""Whose days count."""


@dataclass(frozen=True)
class Period:
    """A calendar quarter."""

    name: str
    last_day: dt.date

    def refuse_earlier(self, day: dt.date) -> None:
        """
        Stop before figures of this quarter are told as of a day on which it was not over.

        Raises
        ------
        ConfigError
            When the day is before the last one.
        """
        if day < self.last_day:
            raise ConfigError(f"--as-of {day} is before {self.last_day}, the day of which {self.name} speaks")

    @classmethod
    def present(cls) -> Period:
        """The quarter of today."""
        return cls.parse(str(pd.Timestamp(dt.date.today()).to_period("Q")))

    @classmethod
    def parse(cls, text: str) -> Period:
        """
        Quarter from text such as 2026Q3.

        Raises
        ------
        ConfigError
            When the text is not a quarter.

        Examples
        --------
        >>> Period.parse("2026Q3").last_day.isoformat()
        '2026-09-30'
        """
        name = text.upper()
        if not re.fullmatch(r"[12][0-9]{3}Q[1-4]", name):
            raise ConfigError(f"the period '{text}' is not a quarter; expected a year and a quarter such as 2026Q3")
        return cls(name, pd.Period(name, freq="Q").end_time.date())
