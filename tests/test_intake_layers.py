"""What intake accepts is a layer: the sample province, filed and taken in, reads as the sample itself does."""

from __future__ import annotations

import datetime as dt
import re

import pandas as pd
import pytest

from phusong.config import load
from phusong.intake.filing import batches
from phusong.intake.outcome import counted, write
from phusong.intake.reference import Reference
from phusong.intake.request import Request
from phusong.layers import communes, power_lines, sites, substations, tables, villages
from phusong.sample import write_sample

AS_OF = dt.date(2026, 9, 30)
FILES = {
    "sites": "sites.csv",
    "villages": "villages.csv",
    "substations": "substations.csv",
    "power_lines": "power_lines.geojson",
    "terminals": "terminals.csv",
    "outages": "outages.csv",
}
READERS = {
    "sites": sites.read,
    "villages": villages.read,
    "substations": substations.read,
    "power_lines": power_lines.read,
    "terminals": tables.read_terminals,
    "outages": tables.read_outages,
}


@pytest.fixture(scope="module")
def studies(tmp_path_factory):
    """The sample province, and one whose layers are what intake accepted of it; and the counts of intake."""
    folder = tmp_path_factory.mktemp("studies")
    plain, taken = (load(write_sample(folder / name)) for name in ("plain", "taken"))
    reference = Reference(communes.read(plain, AS_OF)[0].to_crs(4326).reset_index(drop=True))
    text = (taken.folder / "project.toml").read_text("utf-8")
    counts = {}
    for layer, file in FILES.items():
        request = Request(layer, AS_OF)
        found = batches([taken.folder / "data" / file], request, reference)
        counts[layer] = counted(write(found, request, folder / layer))
        (folder / layer / "accepted.parquet").rename(taken.folder / "data" / f"{layer}.parquet")
        text = text.replace(f"data/{file}", f"data/{layer}.parquet")
    named = re.sub(r"\[layers\.villages\.columns\][^\[]*", "", text)
    (taken.folder / "project.toml").write_text(named, "utf-8")
    return plain, load(taken.folder), counts


@pytest.mark.parametrize("layer", FILES)
def test_every_row_is_accepted_and_reads_as_before(studies, layer):
    plain, taken, counts = studies
    rows, accepted, held = counts[layer]
    assert rows == accepted > 0
    assert held == 0
    before, after = (READERS[layer](study)[0] for study in (plain, taken))
    pd.testing.assert_frame_equal(pd.DataFrame(after), pd.DataFrame(before))
