"""What filings are held to: outlines named or imported, and the official lists at hand."""

from __future__ import annotations

import datetime as dt

import pytest
from small_country import AS_OF, CODES, NAMES, PROVINCES, communes

from phusong.errors import FilingError
from phusong.intake import official_lists, reference
from phusong.intake.official_lists import Lists, import_lists, shipped_lists
from phusong.intake.reference import Source, read_reference


@pytest.fixture
def lists(tmp_path):
    """Official lists of the small country: a list with outlines, one without, and the moves."""
    communes().to_parquet(tmp_path / "communes.parquet")
    plain = [f"{code},{name},{province}" for code, name, province in zip(CODES, NAMES, PROVINCES, strict=True)]
    (tmp_path / "codes.csv").write_text("\n".join(["Mã xã,Tên xã,Tỉnh", *plain]), "utf-8")
    moves = ["old_code,old_name,new_code,relation,old_province_name", "00001,Phường Quán Thánh,00004,full,Hà Nội"]
    (tmp_path / "moves.csv").write_text("\n".join(moves), "utf-8")
    units = {dt.date(2025, 7, 1): [tmp_path / "codes.csv"], dt.date(2026, 4, 30): [tmp_path / "communes.parquet"]}
    return Lists(units, {dt.date(2025, 7, 1): tmp_path / "moves.csv"})


def test_imported_outlines_serve_when_none_are_named(lists, tmp_path):
    imported = import_lists(lists, tmp_path / "units")
    assert (imported.outlines, imported.people) == (4, None)
    found = read_reference(None, AS_OF, tmp_path / "units")
    assert found.communes.commune_code.tolist() == list(CODES)
    assert found.history is not None
    assert found.history.successors == {"00001": ("00004",)}
    assert [source.name for source in found.sources] == ["outlines.parquet", "units.parquet", "succession.parquet"]
    assert found.sources[0] == Source.of(tmp_path / "units" / "outlines.parquet")


def test_imported_outlines_do_not_serve_the_days_before_the_last_move(lists, tmp_path):
    import_lists(lists, tmp_path / "units")
    message = "the imported outlines hold since 2025-07-01; for 2025-06-30 name others with --communes"
    with pytest.raises(FilingError, match=message):
        read_reference(None, dt.date(2025, 6, 30), tmp_path / "units")


def test_without_outlines_the_way_to_get_them_is_told(tmp_path):
    with pytest.raises(FilingError, match=r"there are no outlines of communes: .*--communes.*phusong units import"):
        read_reference(None, AS_OF, tmp_path / "units")


def test_outlines_named_need_no_units(tmp_path):
    communes().to_parquet(tmp_path / "communes.parquet")
    found = read_reference(tmp_path / "communes.parquet", AS_OF, tmp_path / "units")
    assert found.history is None
    assert [source.name for source in found.sources] == ["communes.parquet"]
    with pytest.raises(FilingError, match=r"gone\.parquet is missing: expected commune outlines, or a project"):
        read_reference(tmp_path / "gone.parquet", AS_OF, tmp_path / "units")


def test_the_usual_units_are_made_once_from_the_lists_at_hand(lists, tmp_path, monkeypatch):
    monkeypatch.setattr(reference, "UNITS_FOLDER", tmp_path / "usual")
    monkeypatch.setattr(reference, "shipped_lists", lambda: lists)
    told = []
    for _ in range(2):
        assert read_reference(None, AS_OF, None, told.append).history is not None
    assert told == [f"importing the official lists of communes into {tmp_path / 'usual'}, once"]


def test_lists_that_are_not_there_are_not_offered(tmp_path, monkeypatch):
    table = tmp_path / "official_lists.toml"
    rows = ("[[units]]", "gone.csv"), ("[[succession]]", "gone.csv"), ("[people]", "gone.csv")
    table.write_text("\n".join(f'{head}\npath = "{path}"\ndate = 2025-07-01' for head, path in rows))
    monkeypatch.setattr(official_lists, "shipped", lambda *_: table)
    assert shipped_lists() is None


def test_lists_of_the_table_are_those_beside_the_repository(shared_data):
    lists = shipped_lists()
    assert lists is not None
    assert sorted(lists.units) == [dt.date(2025, 7, 1), dt.date(2026, 4, 30)]
    assert all(file.is_relative_to(shared_data.resolve()) for file in lists.files)
