"""What the bytes of a file tell of its form, and that a cut one is seen."""

from __future__ import annotations

import pytest

from phusong.intake.fetch.forms import fault_of_start, fault_of_whole

PBF = b"\0\0\0\x0e\n\tOSMHeader\x18"


@pytest.mark.parametrize(
    ("kind", "head"),
    [
        ("tiff", b"II*\0\x08\0\0\0"),
        ("tiff", b"MM\0*\0\0\0\x08"),
        ("tiff", b"II+\0\x08\0\0\0"),
        ("parquet", b"PAR1\x15\x04"),
        ("osm.pbf", PBF),
        ("text", b"Copernicus_DSM_C"),
        ("text", b'{"type": "Featur'),
    ],
)
def test_files_begin_as_their_form_does(kind, head):
    assert fault_of_start(kind, head) == ""


@pytest.mark.parametrize("kind", ["tiff", "parquet", "osm.pbf", "text"])
@pytest.mark.parametrize("head", [b"<!DOCTYPE html>", b"  \r\n<html>", b"\xef\xbb\xbf<?xml versio"])
def test_a_web_page_is_none_of_them(kind, head):
    assert "is a web page" in fault_of_start(kind, head)


@pytest.mark.parametrize(
    ("kind", "head"),
    [("tiff", b""), ("tiff", b"PAR1"), ("parquet", b"II*\0"), ("osm.pbf", b"PK\3\4"), ("text", b"II*\0")],
)
def test_another_form_is_seen(kind, head):
    assert "does not begin as" in fault_of_start(kind, head)


def test_a_whole_tiff_is_whole(tmp_path, tiff):
    (tmp_path / "x.tif").write_bytes(tiff())
    assert fault_of_whole("tiff", tmp_path / "x.tif") == ""


@pytest.mark.parametrize("missing", [1, 5000])
def test_a_cut_tiff_is_seen_though_it_opens(tmp_path, tiff, missing):
    (tmp_path / "x.tif").write_bytes(tiff()[:-missing])
    assert fault_of_whole("tiff", tmp_path / "x.tif") == "is a TIFF whose pixels go beyond its end: it was cut"


def test_a_tiff_of_which_only_the_head_is_there_is_seen(tmp_path, tiff):
    (tmp_path / "x.tif").write_bytes(tiff()[:20])
    assert "cannot be read as a TIFF" in fault_of_whole("tiff", tmp_path / "x.tif")


def test_a_cut_parquet_file_is_seen(tmp_path):
    (tmp_path / "x").write_bytes(b"PAR1 rows PAR")
    assert fault_of_whole("parquet", tmp_path / "x") == "does not end as a Parquet file does: it was cut"
