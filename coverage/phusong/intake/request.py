"""Requests: what is asked of intake."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from phusong.intake.columns import Ask
from phusong.intake.coordinates import Settings
from phusong.intake.readers import Limits


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
    editions
        Hashes of the editions whose pages may have been answered; none where nobody says which.
    """

    layer: str
    as_of: dt.date
    constants: Mapping[str, str] = field(default_factory=dict)
    settings: Settings = field(default_factory=Settings)
    profile: Mapping[str, str] = field(default_factory=dict)
    ask: Ask | None = None
    before: pd.DataFrame | None = None
    editions: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
