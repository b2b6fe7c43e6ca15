"""The edition: a value that nothing changes."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pandas as pd
import pytest

from phusong.ledger.edition import Companions, Edition


def test_edition_is_frozen():
    fields = {field.name: None for field in dataclasses.fields(Edition)}
    edition = Edition(**fields)  # type: ignore[arg-type]
    with pytest.raises(dataclasses.FrozenInstanceError):
        edition.period = "2026Q4"  # type: ignore[misc]


def test_edition_holds_what_pages_show():
    "And no surface, share or neighbour: pages do not compute."
    assert [field.name for field in dataclasses.fields(Edition)] == [
        "project",
        "title",
        "title_en",
        "period",
        "as_of",
        "synthetic",
        "communes",
        "zones",
        "sites",
        "villages",
        "power_lines",
        "substations",
        "run",
        "digest",
        "snapshot_digest",
        "roads",
        "filings",
        "filing_reasons",
        "day",
        "outlook",
        "published",
        "tasks",
        "levels",
    ]


def companions(**other) -> Companions:
    rates = pd.DataFrame({"operator": ["A"], "left": [3]})
    told = {"outlook": {"rates": rates}, "published": {}, "tasks": {}, "levels": rates}
    return Companions(**{"day": dt.date(2026, 9, 30), **told, **other})


def test_every_field_of_the_companions_is_one_of_the_edition():
    names = {field.name for field in dataclasses.fields(Companions)}
    assert names < {field.name for field in dataclasses.fields(Edition)}


def test_the_digest_covers_all_of_it():
    "Each change of the snapshot, the day, a frame, its name or its group is another edition; the same is the same."
    rates = pd.DataFrame({"operator": ["A"], "left": [4]})
    found = [
        companions().digest("a"),
        companions().digest("b"),
        companions(day=dt.date(2026, 10, 1)).digest("a"),
        companions(outlook={"rates": rates}).digest("a"),
        companions(outlook={"other": companions().levels}).digest("a"),
        companions(outlook={}, tasks={"rates": companions().levels}).digest("a"),
        companions(published={"figures": rates}).digest("a"),
        companions(levels=rates).digest("a"),
    ]
    assert len(set(found)) == len(found)
    assert companions().digest("a") == found[0]
