"""The edition: a value that nothing changes."""

from __future__ import annotations

import dataclasses

import pytest

from phusong.ledger.edition import Edition


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
    ]
