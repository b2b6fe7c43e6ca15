"""Substations: points with an id."""

from __future__ import annotations

import pytest

from phusong.errors import LayerError
from phusong.layers import substations


def test_a_mapped_table(world):
    world.text(
        "substations", "id;ten;lon;lat\n5;Trạm 110 kV;105;21\n", "s.csv", crs="EPSG:4326",
        columns={"substation_id": "id", "name": "ten", "longitude": "lon", "latitude": "lat"},
    )  # fmt: skip
    frame, account = substations.read(world.project())
    assert frame[["substation_id", "name"]].to_numpy().tolist() == [["5", "Trạm 110 kV"]]
    assert frame.voltage_kv.isna().all()
    assert account.accepted == 1


def test_repeated_ids(world):
    world.text("substations", "substation_id,longitude,latitude\nA,105,21\nA,105,21\n", "s.csv", crs="EPSG:4326")
    with pytest.raises(LayerError, match=r"substations: 1 fault\n  - substation_id: 2 rows repeated, first at row 2"):
        substations.read(world.project())


def test_without_such_a_layer_there_are_none(world):
    assert len(substations.read(world.project())[0]) == 0
