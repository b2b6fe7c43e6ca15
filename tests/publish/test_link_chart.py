"""The drawing of one radio path: whole, legible, the same every time, and harmless."""

from __future__ import annotations

import json
import struct
import xml.etree.ElementTree as ET

import matplotlib as mpl
import numpy as np
import pytest
from drawn_texts import whole_texts
from matplotlib.text import Text

from phusong.errors import PhusongError
from phusong.publish.link_chart import WIDTH_IN, draw, write_link
from phusong.publish.link_words import Source, Words, title
from phusong.radio.link_profile import LinkProfile, LinkSettings, link_profile

SOURCE = Source((105.5, 21.5), (105.6, 21.5), (("N21E105.hgt", "ab" * 32), ("N21E106.hgt", "cd" * 32)), 0.09)


def link(ground, length_km: float, frequency_mhz: float = 900.0) -> LinkProfile:
    settings = LinkSettings(frequency_mhz=frequency_mhz, tx_height_agl_m=42.5, rx_height_agl_m=1.5, latitude_deg=21.5)
    return link_profile(np.linspace(0, length_km, len(ground)), np.array(ground, float), settings)


def ridges(height_m: float) -> np.ndarray:
    "Three ridges of falling height, the last beside the receiver."
    at = np.linspace(0, 1, 101)
    return 20 + height_m * np.maximum(0, np.cos(7 * np.pi * at)) * (1 - 0.4 * at) * (at > 0.1)


LINKS = {
    "blocked": link(ridges(900), 30.0),
    "grazed": link(np.array([50, 40, 30, 25, 20, 20, 18, 20, 22, 20.5]), 3.0, 2600.0),
    "clear": link(np.array([90, 60, 40, 20, 10, 5]), 0.2),
    "curved": link(np.zeros(400), 180.0, 6000.0),
    "below the sea": link(np.linspace(-3, -9, 30), 9.0, 30.0),
}


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("name", LINKS)
def test_no_text_is_cut_or_covered_by_other_text(name, language):
    "Every text lies inside the picture; the lines of the head, the foot and the bars do not touch."
    figure = draw(LINKS[name], SOURCE, Words.of(language))
    boxes = whole_texts(figure)
    assert len(boxes) > 20
    fixed = [box for box in boxes if box[0] in {text.get_text() for text in figure.texts}]
    fixed += [box for box in boxes if box[0] in {text.get_text() for text in figure.axes[1].findobj(Text)}]
    for k, (said, box) in enumerate(fixed):
        for other, beside in fixed[:k]:
            assert said == other or not box.shrunk(0.9, 0.9).overlaps(beside.shrunk(0.9, 0.9)), (said, other)


def test_letters_can_be_read_on_a_phone():
    "On a screen 412 dots wide no letter is smaller than 8 dots, and what answers the question has 10."
    figure = draw(LINKS["blocked"], SOURCE, Words.of("vi"))
    sizes = {text.get_text(): text.get_fontsize() * 412 / (72 * WIDTH_IN) for text in figure.findobj(Text)}
    assert min(size for said, size in sizes.items() if said) >= 8
    assert next(size for said, size in sizes.items() if said.startswith("Bị che khuất")) >= 10


def test_what_blocks_is_drawn_where_it_stands():
    profile = LINKS["blocked"]
    figure = draw(profile, SOURCE, Words.of("vi"))
    said = [text.get_text() for text in figure.findobj(Text)]
    worst = profile.worst
    assert worst is not None
    label = f"km {worst.distance_km:.1f}: +{worst.above_line_m:.0f} m".replace(".", ",")
    assert label in said
    markers = [line.get_xydata()[0] for line in figure.axes[0].lines if line.get_marker() == "v"]
    assert [at for at, _ in markers] == [edge.distance_km for edge in profile.edges]
    top = np.interp(worst.distance_km, profile.distance_km, profile.raised_m)
    assert max(height for _, height in markers) >= top - 1e-9
    assert figure.axes[0].get_xlabel() == "Khoảng cách từ trạm, km"
    assert figure.axes[0].get_ylabel() == "Độ cao trên mực nước biển, m"
    assert "Đường ngắm (bị cắt)" in said


def test_bars_are_the_terms():
    profile = LINKS["blocked"]
    figure = draw(profile, SOURCE, Words.of("en"))
    terms, bars = profile.terms, figure.axes[1].patches
    assert [bar.get_x() for bar in bars] == [0, terms.los_db, 0, 0, 0, 0]
    lengths = (terms.los_db, terms.diffraction_db, terms.basic_diffraction_db, terms.least_ducting_db)
    lengths += (terms.troposcatter_db, terms.basic_transmission_loss_db)
    np.testing.assert_allclose([bar.get_width() for bar in bars], lengths, atol=1e-9)


@pytest.mark.parametrize("ending", ["png", "svg", "json"])
def test_the_same_link_gives_the_same_bytes(tmp_path, ending):
    first = write_link(tmp_path / f"a.{ending}", LINKS["grazed"], SOURCE, "vi").read_bytes()
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "red"}):
        again = write_link(tmp_path / f"b.{ending}", LINKS["grazed"], SOURCE, "vi").read_bytes()
        assert mpl.rcParams["font.size"] == 30, "the settings of others are left as they were"
    assert first == again
    assert list(tmp_path.glob("*.draft")) == []


def test_a_png_is_1280_wide(tmp_path):
    data = write_link(tmp_path / "a.png", LINKS["clear"], SOURCE, "en").read_bytes()
    assert struct.unpack(">I", data[16:20]) == (1280,)


def test_an_svg_says_what_it_is_and_carries_no_date(tmp_path):
    path = write_link(tmp_path / "a.svg", LINKS["blocked"], SOURCE, "vi")
    root = ET.parse(path).getroot()
    titles = [node.text for node in root.iter("{http://purl.org/dc/elements/1.1/}title")]
    assert titles[0] == title(LINKS["blocked"], Words.of("vi"))
    assert list(root.iter("{http://purl.org/dc/elements/1.1/}date")) == []


HOSTILE = (("--><script>alert(1)</script>&$\\frac{$.tif", "00"), ("]]>\x08.tif", "00"))


def test_hostile_names_stay_text(tmp_path):
    "No element, no comment's end, no formula comes of a file's name."
    source = Source((0, 0), (1, 1), HOSTILE, 0.09)
    path = write_link(tmp_path / "a.svg", LINKS["clear"], source, "en")
    tags = {node.tag.rpartition("}")[2] for node in ET.parse(path).getroot().iter()}
    assert "script" not in tags
    assert "<script" not in path.read_text("utf-8")
    write_link(tmp_path / "a.png", LINKS["clear"], source, "en")
    found = json.loads(write_link(tmp_path / "a.json", LINKS["clear"], source, "en").read_text("utf-8"))
    assert [tile["file"] for tile in found["terrain"]] == [name for name, _ in HOSTILE]


def test_another_ending_is_refused(tmp_path):
    with pytest.raises(PhusongError, match=r"a\.pdf: expected a name ending in \.png, \.svg or \.json"):
        write_link(tmp_path / "a.pdf", LINKS["clear"], SOURCE, "vi")


def test_an_older_picture_survives_a_failure(tmp_path, monkeypatch):
    path = write_link(tmp_path / "a.svg", LINKS["clear"], SOURCE, "vi")
    before = path.read_bytes()
    monkeypatch.setattr("phusong.publish.link_chart.draw", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_link(path, LINKS["blocked"], SOURCE, "vi")
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["a.svg"]
