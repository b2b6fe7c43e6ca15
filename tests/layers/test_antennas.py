"""Antenna patterns: MSI files in the many ways they are written, and what makes one no pattern."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from phusong.errors import LayerError
from phusong.layers.antennas import frequency_far, parse, read, table


def nothing(angle: int) -> float:
    "The same in all directions."
    del angle
    return 0


def msi(head: str = "", horizontal=nothing, vertical=nothing, rows: str = "{} {}") -> str:
    "A file with the given headers and attenuations by degree."
    lines = [head, "HORIZONTAL 360", *(rows.format(a, horizontal(a)) for a in range(360))]
    return "\n".join([*lines, "VERTICAL 360", *(rows.format(a, vertical(a)) for a in range(360))])


def front(angle: int) -> float:
    "A tenth of a dB for each degree from boresight: 18 dB behind."
    return min(angle, 360 - angle) / 10


def at_six(angle: int) -> float:
    "Half a dB for each degree from 6 degrees below the horizon, 30 dB at most."
    away = abs((angle - 6 + 180) % 360 - 180)
    return min(away / 2, 30)


HEAD = """NAME K742215
MAKE Kathrein
FREQUENCY 1855
H_WIDTH 65
GAIN 17.5 dBi
TILT ELECTRICAL
ELECTRICAL_TILT 6
COMMENT 2 ports"""


def test_a_whole_file():
    pattern = parse("K742215_1855_T06", msi(HEAD, front, at_six))
    assert (pattern.name, pattern.title) == ("K742215_1855_T06", "K742215")
    assert (pattern.frequency_mhz, pattern.gain_dbi, pattern.tilt_deg) == (1855.0, 17.5, 6.0)
    assert pattern.horizontal_db[[0, 65, 180, 359]].tolist() == [0.0, 6.5, 18.0, 0.1]
    assert pattern.vertical_db[[6, 0, 90, 356]].tolist() == [0.0, 3.0, 30.0, 5.0]
    assert pattern.worst_db == 30


@pytest.mark.parametrize(
    "written",
    [
        msi(HEAD, front, at_six).lower(),
        msi(HEAD, front, at_six).replace("\n", "\r\n"),
        msi(HEAD.replace(" ", "\t", 7), front, at_six, rows="{}\t{}"),
        msi(HEAD.replace("17.5", "17,5"), front, at_six, rows="{}.0   {}").replace(".", ","),
        msi(HEAD, front, at_six, rows="{};{}\n"),
        msi(HEAD, front, at_six).replace("HORIZONTAL 360", "HORIZONTAL").replace("VERTICAL 360", "VERTICAL\t360"),
    ],
    ids=["lower case", "CRLF", "tabs", "comma decimals", "semicolons and blank lines", "counts left out"],
)
def test_ways_of_writing_the_same(written):
    read_so, expected = parse("a", written), parse("a", msi(HEAD, front, at_six))
    assert (read_so.frequency_mhz, read_so.gain_dbi, read_so.tilt_deg) == (1855.0, 17.5, 6.0)
    assert read_so.horizontal_db.tolist() == expected.horizontal_db.tolist()
    assert read_so.vertical_db.tolist() == expected.vertical_db.tolist()


@pytest.mark.parametrize(
    ("head", "frequency", "gain", "tilt"),
    [
        ("", None, None, 6.0),  # the vertical cut is strongest at 6 degrees
        ("GAIN 15", None, 17.15, 6.0),  # dBd where nothing is said
        ("GAIN 15 dBd\nFREQUENCY 900 MHz", 900.0, 17.15, 6.0),
        ("FREQUENCY 1710-1880\nTILT 4", 1795.0, None, 4.0),
        ("TILT MECHANICAL 3", None, None, 6.0),
        ("TILT ELECTRICAL\nELECTRICAL_TILT 0", None, None, 0.0),
    ],
)
def test_headers_may_be_missing(head, frequency, gain, tilt):
    pattern = parse("a", msi(head, front, at_six))
    assert (pattern.frequency_mhz, pattern.gain_dbi, pattern.tilt_deg) == (frequency, gain, tilt)


def test_a_cut_without_a_lobe_has_no_tilt():
    assert parse("a", msi()).tilt_deg == 0


def faults(text: str) -> list[str]:
    with pytest.raises(ValueError) as caught:  # noqa: PT011  # the sentences are compared
        parse("a", text)
    return list(caught.value.args)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("NAME x\n", ["has no HORIZONTAL section; expected one of 360 rows, angle and attenuation",
                      "has no VERTICAL section; expected one of 360 rows, angle and attenuation"]),
        (msi().partition("VERTICAL")[0], ["has no VERTICAL section; expected one of 360 rows, angle and attenuation"]),
        (msi().replace("\n359 0", "", 1), ["HORIZONTAL has 359 rows; expected 360, one a degree from 0 to 359"]),
        (msi().replace("HORIZONTAL 360", "HORIZONTAL 361"), ["HORIZONTAL announces 361 rows and has 360"]),
        (msi().replace("\n12 0", "\n11 0", 1), ["HORIZONTAL: angle 11 stands twice"]),
        (msi().replace("\n0 0", "\n360 0", 1), ["HORIZONTAL: angle 360 is not one of the whole degrees 0 to 359"]),
        (msi().replace("\n0 0", "\n0.5 0", 1), ["HORIZONTAL: angle 0.5 is not one of the whole degrees 0 to 359"]),
        (msi(vertical=lambda a: -3 if a == 7 else 0),
         ["VERTICAL: attenuation -3 at 7 degrees; expected dB below the maximum"]),
        (msi(vertical=lambda a: "inf" if a == 7 else 0),
         ["VERTICAL: attenuation inf at 7 degrees; expected dB below the maximum"]),
        (msi(horizontal=lambda a: "-" if a > 6 else 0), ["HORIZONTAL: '7 -' is no angle and attenuation"]),
        (msi(horizontal=lambda a: "" if a == 6 else 0), ["HORIZONTAL: '6' is no angle and attenuation"]),
        (msi() + "\n" + msi(), ["has two HORIZONTAL sections"]),
        (msi("ELECTRICAL_TILT 400"), ["an electrical tilt of 400 degrees cannot be"]),
    ],
    ids=["no sections", "no vertical", "a row less", "announced", "twice", "360", "half", "negative", "infinite",
         "dash", "nothing", "two", "steep"],
)  # fmt: skip
def test_faults(text, sentences):
    assert faults(text) == sentences


def test_an_attenuation_that_is_not_a_number():
    assert faults(msi(vertical=lambda a: "nan" if a == 7 else 0)) == [
        "VERTICAL: attenuation nan at 7 degrees; expected dB below the maximum"
    ]


def test_no_layer_is_no_pattern(world):
    patterns, account = read(world.project())
    assert patterns == {}
    assert account.rows_in == 0


def test_files_are_called_by_their_names(world, tmp_path):
    (tmp_path / "K1.msi").write_bytes(msi("NAME Antenne für 900\nFREQUENCY 900", front, at_six).encode("latin-1"))
    (tmp_path / "Đa hướng.msi").write_text(msi("FREQUENCY 1800\nTILT 20", vertical=at_six), "utf-8-sig")
    world.layers["antennas"] = {"path": "*.msi"}
    patterns, account = read(world.project())
    assert list(patterns) == ["K1", "Đa hướng"]
    assert patterns["K1"].title == "Antenne für 900"
    assert account.rows_in == 2
    assert account.counts["patterns"]["K1"] == {"frequency_mhz": 900.0, "gain_dbi": None, "tilt_deg": 6.0}
    assert account.counts["tilt_contradicts_pattern"] == ["Đa hướng"]


def test_every_fault_of_every_file_is_told(world, tmp_path):
    (tmp_path / "a.msi").write_text(msi().replace("\n12 0", "\n11 0"), "utf-8")
    (tmp_path / "b.msi").write_text("", "utf-8")
    world.layers["antennas"] = {"path": "*.msi"}
    with pytest.raises(LayerError) as caught:
        read(world.project())
    assert str(caught.value).splitlines() == [
        "antennas: 4 faults",
        "  - a.msi: HORIZONTAL: angle 11 stands twice",
        "  - a.msi: VERTICAL: angle 11 stands twice",
        "  - b.msi: has no HORIZONTAL section; expected one of 360 rows, angle and attenuation",
        "  - b.msi: has no VERTICAL section; expected one of 360 rows, angle and attenuation",
    ]


def test_names_and_keys_that_cannot_be(world, tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "K1.msi").write_text(msi(), "utf-8")
    world.layers["antennas"] = {"path": "*/K1.msi"}
    with pytest.raises(LayerError, match="two files are called K1; sites could not tell them apart"):
        read(world.project())
    world.layers["antennas"]["columns"] = {"antenna": "x"}
    with pytest.raises(LayerError, match="columns has no meaning for pattern files"):
        read(world.project())


def test_patterns_of_far_frequencies_are_counted():
    "1800 MHz against 1440 is 20 % away, against 2260 more than a quarter; without a frequency nothing is known."
    patterns = {
        name: parse(name, msi(head))
        for name, head in (("near", "FREQUENCY 1440"), ("far", "FREQUENCY 2260"), ("silent", ""))
    }
    sites = gpd.GeoDataFrame({"antenna": ["near", "far", "silent", None, "far"], "frequency_mhz": [1800.0] * 5})
    assert frequency_far(sites, patterns) == 2
    assert frequency_far(sites, {}) == 0


def test_the_table_of_a_snapshot_holds_the_cuts():
    made = table({"b": parse("b", msi()), "a": parse("a", msi(HEAD, front, at_six))})
    assert made.antenna.tolist() == ["a", "b"]
    cuts = [np.array(text.split(";"), float) for text in made.horizontal_db]
    assert cuts[0].tolist() == [front(a) for a in range(360)]
    assert len(cuts[1]) == 360
    assert made.frequency_mhz.isna().tolist() == [False, True]
    empty = table({})
    assert list(empty.columns) == list(made.columns)
    pd.testing.assert_series_equal(empty.dtypes, made.dtypes)
