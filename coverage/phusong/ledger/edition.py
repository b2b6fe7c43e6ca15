"""The edition: everything a published page may show, as of one day."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import pandas as pd

from phusong.ledger.bundle import csv_bytes

Frames = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Companions:
    """
    What an edition holds beside its snapshot, as frames by name.

    Parameters
    ----------
    day
        Of the edition: at its end the tasks stand so, and from it on weeks are counted.
    outlook
        As of `outlook.Outlook.frames`.
    published
        Figures of others, and how they agree with each other and with ours: `figures`, `contradictions`,
        `implied_bases`, `implied_counts`, `plans`, `reproduced`.
    tasks
        `tasks` (a row each, with its status), `by_agency`, `by_province`, `by_commune` (each with the sum of all last),
        and `rule`: one row with the day, the clock, the counting rule in both languages, and the entries and SHA-256 of
        the log.
    levels
        As of `levels.levels`.
    """

    day: dt.date
    outlook: Frames
    published: Frames
    tasks: Frames
    levels: pd.DataFrame

    def digest(self, snapshot_digest: str) -> str:
        """SHA-256 of a snapshot and all of these frames."""
        whole = hashlib.sha256(f"{snapshot_digest} {self.day}".encode())
        for group in ("outlook", "published", "tasks"):
            for name, frame in sorted(getattr(self, group).items()):
                _add(whole, f"{group}/{name}", frame)
        _add(whole, "levels", self.levels)
        return whole.hexdigest()


@dataclass(frozen=True)
class Edition:
    """
    One period of one study, ready to be published.

    The frames are the snapshot's tables in the project's projected CRS, as of its last day `as_of`; `run` is its
    `run.json`. The last five fields are as of `Companions`, and empty where an edition was made without them.

    Parameters
    ----------
    digest
        Says which numbers a page shows: SHA-256 of the snapshot and its companions; of the snapshot alone where it has
        none.
    snapshot_digest
        Of the snapshot, as the register of closings knows it.
    roads
        Empty where the study has no such layer.
    filings, filing_reasons
        As of `filed_scores.filed_scores`; empty where no layer came through intake.
    day
        Day of the edition.
    """

    project: str
    title: str
    title_en: str
    period: str
    as_of: dt.date
    synthetic: tuple[str, ...]
    communes: gpd.GeoDataFrame
    zones: gpd.GeoDataFrame
    sites: gpd.GeoDataFrame
    villages: gpd.GeoDataFrame
    power_lines: gpd.GeoDataFrame
    substations: gpd.GeoDataFrame
    run: Mapping[str, Any]
    digest: str
    snapshot_digest: str = ""
    roads: gpd.GeoDataFrame = field(default_factory=lambda: gpd.GeoDataFrame(geometry=[]))
    filings: pd.DataFrame = field(default_factory=pd.DataFrame)
    filing_reasons: pd.DataFrame = field(default_factory=pd.DataFrame)
    day: dt.date | None = None
    outlook: Frames = field(default_factory=dict)
    published: Frames = field(default_factory=dict)
    tasks: Frames = field(default_factory=dict)
    levels: pd.DataFrame = field(default_factory=pd.DataFrame)


def _add(whole: Any, name: str, frame: pd.DataFrame) -> None:
    data = csv_bytes(frame)
    # with its length, so that what ends one frame cannot begin another
    whole.update(f"\n{name} {len(data)}\n".encode() + data)
