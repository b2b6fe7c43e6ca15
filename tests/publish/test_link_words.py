"""One radio path in words: the sentence that fits, in both languages, and every number as JSON."""

from __future__ import annotations

import json

import numpy as np
import pytest

from phusong.publish.link_words import Source, Words, document, mark, notes, table, text, title, verdict
from phusong.radio.link_profile import LinkProfile, LinkSettings, link_profile

VI, EN = Words.of("vi"), Words.of("en")
SOURCE = Source((105.5, 21.5), (105.6, 21.5), (("N21E105.hgt", "ab" * 32),), 0.09)


def link(ground, length_km: float = 10.0, tx: float = 30.0, rx: float = 10.0, **others) -> LinkProfile:
    "A link over a profile of equal intervals."
    settings = {"frequency_mhz": 900.0, "tx_height_agl_m": tx, "rx_height_agl_m": rx, "latitude_deg": 21.5, **others}
    return link_profile(np.linspace(0, length_km, len(ground)), np.array(ground, float), LinkSettings(**settings))


def hill(height_m: float, at: int = 4) -> list[float]:
    "Eleven points of flat ground with a hill."
    return [height_m if k == at else 0.0 for k in range(11)]


def test_a_hill_in_the_way():
    "A hill of 100 m stands 79.3 m above the line, as counted in the test of the numbers."
    told = verdict(link(hill(100)), VI)
    assert told[0] == "Bị che khuất: đồi ở km 4,0 cao hơn đường ngắm 79 m."
    assert told[-1] == "Muốn nhìn thấy nhau, anten trạm phải cao 163 m hoặc anten thu phải cao 209 m trên mặt đất."
    told = verdict(link(hill(100)), EN)
    assert told[0] == "Not in sight: a hill at km 4.0 rises 79 m above the line of sight."
    assert told[-1].startswith("To be in sight, the mast's antenna would have to be 163 m above ground")


@pytest.mark.parametrize(("height", "name"), [(200, "núi"), (149, "đồi"), (25, "đồi")])
def test_what_blocks_is_called_by_its_height_above_the_receiver(height, name):
    assert verdict(link(hill(height)), VI)[0].startswith(f"Bị che khuất: {name} ở km 4,0 cao hơn")


def test_a_dike_is_no_hill():
    assert "mặt đất ở km 4,0" in verdict(link(hill(15), tx=5.0, rx=2.0), VI)[0]


def test_the_cost_is_told_beside_free_space():
    "Free space over 10 km at 900 MHz is 32.4 + 59.1 + 20 = 111.5 dB (P.1812 has 92.4 + 20 log f + 20 log d)."
    profile = link(hill(100))
    terms = profile.terms
    assert terms.free_space_db == pytest.approx(111.5, abs=0.05)
    total, excess = round(terms.basic_transmission_loss_db), round(terms.basic_transmission_loss_db - 111.485)
    assert verdict(profile, EN)[1] == f"Loss {total} dB, {excess} dB more than with nothing in between (111 dB)."


def test_in_sight_with_nothing_near():
    told = verdict(link([0] * 5, 4.0, 100, 100), EN)
    assert told == [
        "In sight, and nothing comes near the line: distance alone weakens the signal.",
        "Loss 104 dB, much as with nothing in between (104 dB).",
    ]


def test_in_sight_but_too_near():
    told = verdict(link(hill(20, 5), rx=30.0), VI)
    assert told[0] == (
        "Nhìn thấy nhau, nhưng đồi ở km 5,0 lấn vào vùng Fresnel thứ nhất: khoảng hở 0,30 bán kính (cần 0,55)."
    )
    assert mark(link(hill(20, 5), rx=30.0).edges[0], VI) == "km 5,0: khoảng hở 0,30"
    assert len(told) == 2, "nothing has to be cured"


def test_the_curve_of_the_earth():
    "60 km of flat ground: the bulge of 50.4 m stands 30.4 m above the line between antennas of 20 m."
    profile = link([0] * 61, 60.0, 20, 20)
    told = verdict(profile, VI)
    assert told[0] == "Bị che khuất: ở km 30,0 độ cong Trái Đất nâng mặt đất cao hơn đường ngắm 30 m."
    assert mark(profile.edges[0], EN) == "km 30.0: +30 m"


def test_other_edges_are_named_too():
    ground = hill(60, 2)
    ground[6] = 90
    told = verdict(link(ground), EN)
    assert told[0].startswith("Not in sight: a hill at km 6.0 rises 73 m")
    assert told[1] == "Also in the way: km 2.0 (+35 m)."


@pytest.mark.parametrize(
    ("ground", "rx", "sentence"),
    [
        (hill(120, 9), 1.5, "To be in sight, the receiver's antenna would have to be 131 m above ground."),
        (hill(120, 1), 1.5, "To be in sight, the mast's antenna would have to be 134 m above ground."),
        (hill(900, 5), 1.5, "No mast is high enough to be in sight: it takes a site elsewhere."),
    ],
)
def test_only_masts_that_are_built_are_a_cure(ground, rx, sentence):
    """
    The hill at km 9 stands 120.5 m: the receiver needs (120.5 x 10 - 30) / 9 = 130.6 m, the mast 1192 m; mirrored at
    km 1, the mast needs (1205 - 1.5) / 9 = 133.7 m and the receiver 935 m.
    """
    assert verdict(link(ground, rx=rx), EN)[-1] == sentence


def test_a_path_by_troposcatter_says_so():
    assert "What arrives is mostly scattered by the troposphere." in verdict(link([0] * 301, 150.0), EN)


def test_nearer_than_the_model_is_meant_for_is_said():
    profile = link([90, 60, 40, 20, 10, 5], 0.2, 42.5, 1.5)
    told = verdict(profile, VI)
    assert profile.terms.ducting_db < profile.terms.free_space_db, "no duct beats the line of sight, so none is told of"
    assert not any("ống dẫn" in said for said in told)
    assert table(profile, VI)[3][1] >= profile.terms.free_space_db
    assert told[-1] == "Gần hơn 0,25 km, ngoài phạm vi của P.1812: vẫn tính bằng cùng công thức."


def test_table_adds_up():
    rows = table(link(hill(100)), EN)
    assert [label for label, _ in rows] == [
        "Free space", "+ Diffraction", "= Over the ground", "Through ducts", "Troposcatter", "Basic transmission loss",
    ]  # fmt: skip
    assert rows[0][1] + rows[1][1] == pytest.approx(rows[2][1])


def test_table_adds_up_for_a_tenth_of_the_time_too():
    "Below half of the time, focusing helps even in sight, and the label says so."
    rows = table(link(hill(100), time_percent=10.0), VI)
    assert rows[0][0] == "Không gian tự do (10 %)"
    assert rows[0][1] < table(link(hill(100)), VI)[0][1]
    assert rows[0][1] + rows[1][1] == pytest.approx(rows[2][1])


def test_title():
    profile = link(hill(0), frequency_mhz=1800.0)
    assert title(profile, VI) == "Đường truyền 10,0 km, 1.800 MHz"
    assert title(profile, EN) == "Radio path of 10.0 km at 1,800 MHz"


def test_text_for_a_terminal():
    lines = text(link(hill(100)), SOURCE, EN).splitlines()
    assert lines[:3] == [
        "Radio path of 10.0 km at 900 MHz",
        "Mast's antenna 30 m above ground (30 m above sea level), receiver's 10 m (10 m).",
        "Not in sight: a hill at km 4.0 rises 79 m above the line of sight.",
    ]
    assert "  Free space                             111.5 dB" in lines
    assert "  km 4.0: 79 m above the line, clearance -2.81, 24.8 dB were it alone" in lines
    assert lines[-1] == "Terrain: N21E105.hgt, step 0.09 km."


def test_notes_shorten_a_long_list_and_show_no_control_letters():
    names = (("a\x07.tif", ""), ("b.tif", ""), ("c.tif", ""), ("d.tif", ""))
    source = Source((0, 0), (0, 0), names, 0.03)
    assert notes(link(hill(0)), source, EN)[1] == "Terrain: a?.tif, b.tif +2, step 0.03 km."


def test_document_holds_every_number_with_its_unit():
    profile = link(hill(100))
    found = json.loads(json.dumps(document(profile, SOURCE), allow_nan=False))
    assert found["model"] == "ITU-R P.1812-7 (troposcatter of P.1812-6)"
    assert found["tx"] == {"longitude_deg": 105.5, "latitude_deg": 21.5}
    assert found["terrain"] == [{"file": "N21E105.hgt", "sha256": "ab" * 32}]
    assert found["settings"]["frequency_mhz"] == 900
    assert found["state"] == "blocked"
    assert found["profile"]["ground_amsl_m"] == hill(100)
    assert found["profile"]["distance_km"] == list(range(11))
    assert found["profile"]["line_of_sight_amsl_m"][4] == 22
    assert found["edges"][0]["above_line_m"] == pytest.approx(79.34, abs=0.01)
    assert found["terms"]["troposcatter_db"] == profile.terms.troposcatter_db
    assert found["basic_transmission_loss_db"] == found["terms"]["basic_transmission_loss_db"]
    assert found["explanation"]["vi"][0] == "Bị che khuất: đồi ở km 4,0 cao hơn đường ngắm 79 m."
