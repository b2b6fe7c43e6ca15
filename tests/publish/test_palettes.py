"""Colours of the map pages for eyes that see fewer of them, and the contrast of text."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import numpy as np
import pytest

from phusong.publish.atlas import look
from phusong.publish.atlas.look import page_words, palette

PALETTE = palette(page_words())
# Machado, Oliveira, Fernandes (2009), severity 1.0, on linear RGB.
MATRICES = {
    "normal": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
XYZ = [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
"""From linear sRGB (IEC 61966-2-1)."""

NEIGHBOURS, STATES = 8.0, 12.0
"""Least difference (CIE76) of neighbouring classes, and of a state from every class of the scales it stands among."""


def linear(colour: str) -> np.ndarray:
    parts = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def luminance(colour: str) -> float:
    return float(linear(colour) @ [0.2126, 0.7152, 0.0722])


def contrast(one: str, other: str) -> float:
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


def lab(colour: str, eyes: str) -> np.ndarray:
    seen = np.clip(np.array(MATRICES[eyes]) @ linear(colour), 0, 1)
    white = np.array([0.95047, 1.0, 1.08883])
    xyz = np.array(XYZ) @ seen
    x, y, z = (xyz / white).tolist()
    f = [t ** (1 / 3) if t > 216 / 24389 else (24389 / 27 * t + 16) / 116 for t in (x, y, z)]
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def difference(one: str, other: str, eyes: str) -> float:
    return float(np.linalg.norm(lab(one, eyes) - lab(other, eyes)))


def fills(scale: str) -> list[str]:
    return [style["fill"] for style in PALETTE["scales"][scale]["styles"]]


def test_simulation_is_that_of_the_paper():
    "White stays white; pure red and a green of its brightness look alike to deutan eyes and not to others."
    assert all(np.allclose(np.array(matrix).sum(axis=1), 1, atol=1e-5) for matrix in MATRICES.values())
    red, green = "#c80000", "#5a7300"
    assert difference(red, green, "normal") > 2 * difference(red, green, "deutan")
    assert lab("#ffffff", "normal") == pytest.approx([100, 0, 0], abs=0.02)
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("eyes", MATRICES)
@pytest.mark.parametrize("scale", ["share", "people", "count", "change", "change_people"])
def test_neighbouring_classes_differ(scale, eyes):
    steps = {pair: difference(*pair, eyes) for pair in itertools.pairwise(fills(scale))}
    assert min(steps.values()) >= NEIGHBOURS, steps


@pytest.mark.parametrize("eyes", MATRICES)
def test_named_classes_differ_from_each_other(eyes):
    pairs = {pair: difference(*pair, eyes) for pair in itertools.combinations(fills("joint"), 2)}
    assert min(pairs.values()) >= STATES, pairs


@pytest.mark.parametrize("eyes", MATRICES)
def test_rising_scales_rise_in_darkness(eyes):
    for scale in ("share", "people", "count"):
        lightness = [lab(fill, eyes)[0] for fill in fills(scale)]
        assert lightness == sorted(lightness, reverse=True), scale


@pytest.mark.parametrize("eyes", MATRICES)
def test_states_differ_from_each_other_and_from_the_classes(eyes):
    "By hatching: no two states have the same; a plain one differs in colour from every plain class and state."
    states = PALETTE["states"]
    hatched = [style["hatch"] for style in states.values() if "hatch" in style]
    plain = {name: style["fill"] for name, style in states.items() if "hatch" not in style}
    assert len(set(hatched)) == len(hatched) == 3
    assert set(plain) == {"no_signal", "outside"}
    assert difference(plain["no_signal"], plain["outside"], eyes) >= STATES
    for fill in fills("share"):
        assert difference(plain["no_signal"], fill, eyes) >= STATES, fill
    for fill in fills("share")[1:]:
        assert difference(plain["outside"], fill, eyes) >= NEIGHBOURS, fill


def test_hatching_is_seen():
    for name, style in PALETTE["states"].items():
        if "hatch" in style:
            assert contrast(style["mark"], style["fill"]) >= 3, name


@pytest.mark.parametrize("eyes", MATRICES)
def test_dead_zones_differ(eyes):
    zones = [PALETTE["marks"][f"zone_{gap}"]["fill"] for gap in ("signal", "power", "both")]
    assert min(difference(*pair, eyes) for pair in itertools.combinations(zones, 2)) >= STATES


def test_text_has_contrast_enough():
    "4.5 for text (AA), 3 for the edges of what can be pressed."
    tokens = dict(
        re.findall(r"--([\w-]+): (#[0-9a-f]{6})", Path(look.__file__).with_name("atlas.css").read_text("utf-8"))
    )
    for ink in ("ink", "quiet", "act", "task", "focus"):
        for paper in ("paper", "shade"):
            assert contrast(tokens[ink], tokens[paper]) >= 4.5, (ink, paper)
    assert contrast(tokens["paper"], tokens["act"]) >= 4.5
    assert contrast(tokens["ink"], tokens["banner"]) >= 4.5
    assert contrast(tokens["line"], tokens["paper"]) >= 3
    for name, kind in PALETTE["names"]["kinds"].items():
        ground = kind["halo"] or tokens["sea"]
        assert contrast(kind["colour"], ground) >= 4.5, name
