"""The model card: what a reader of a coverage map needs to judge it."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

import phusong
from phusong.config import Band, Environment, Levels, Prior, Radio, Uncertainty
from phusong.radio.model_card import model_card

BANDS = (
    Band(name="n28", technology="NR", low_mhz=758, high_mhz=788, scs_khz=15, reach_km=15, ssb_offset_db=3),
    Band(name="B3", technology="LTE", low_mhz=1800, high_mhz=1880),
)
SITES = pd.DataFrame(
    {
        "technology": ["NR", "NR", "LTE", "LTE"],
        "frequency_mhz": [763.0, 3750.0, 1815.0, 1840.0],
        "bandwidth_mhz": [10.0, 100.0, 20.0, 10.0],
        "eirp_dbm": [60.0, 72.5, 61.0, 59.5],
    }
)


def card(radio=None, sites=SITES, clutter=""):
    return model_card(radio or Radio(bands=BANDS), 100.0, sites, "SRTM, of 2000; sampled at 100 m", clutter)


@pytest.mark.parametrize(
    ("propagation", "model"),
    [
        ("p1812", "ITU-R P.1812-7 (troposcatter of P.1812-6)"),
        ("3gpp-rma", "3GPP TR 38.901 RMa with line of sight over the terrain"),
        ("3gpp-uma", "3GPP TR 38.901 UMa with line of sight over the terrain"),
        ("3gpp-umi", "3GPP TR 38.901 UMi with line of sight over the terrain"),
        ("bullington", "ITU-R P.525 free space and ITU-R P.526 Bullington diffraction"),
        ("free-space", "ITU-R P.525 free space"),
    ],
)
def test_models_by_the_names_of_their_documents(propagation, model):
    found = card(Radio(propagation=propagation))
    assert found["model"] == model
    assert found["tool"] == f"phusong {phusong.__version__}"
    time = {"time_percent", "delta_n", "n0", "polarization"}
    assert (time & set(found) == time) == (propagation == "p1812")
    assert ("effective_earth_radius_km" in found) == (propagation in ("bullington", "3gpp-rma", "3gpp-uma", "3gpp-umi"))


def test_settings_of_p1812():
    radio = Radio(propagation="p1812", mode="exact", time_percent=10, delta_n=60, n0=350, polarization="horizontal")
    found = card(radio)
    assert [found[name] for name in ("time_percent", "delta_n", "n0", "polarization")] == [10, 60, 350, "horizontal"]
    assert (found["mode"], found["profile"]) == ("exact", "each pixel its own; heights bilinear")
    fast = card(radio.model_copy(update={"mode": "fast", "radials_per_rim_pixel": 3.0}))
    assert fast["profile"].startswith("3 radials per rim pixel")
    assert card(Radio(propagation="free-space"))["profile"] == "none"


def test_reach_and_terrain():
    found = card()
    assert found["reach_km"] == {"default": 10, "NR n28": 15, "LTE B3": 10}
    assert found["terrain"] == "SRTM, of 2000; sampled at 100 m"


def test_link_budget_of_each_band():
    found = card()["link_budget_by_band"]
    assert [(band["technology"], band["band"]) for band in found] == [("LTE", "B3"), ("NR", "3750 MHz"), ("NR", "n28")]
    assert found[0] == {
        "technology": "LTE",
        "band": "B3",
        "carriers": 2,
        "frequency_mhz": [1815.0, 1840.0],
        "eirp_dbm": [59.5, 61.0],
        "scs_khz": 15,
        "resource_blocks": {"10 MHz": 50, "20 MHz": 100},
        "ssb_offset_db": 0.0,
        "loss_frequency_mhz": 1840.0,
    }
    assert found[1]["resource_blocks"] == {"100 MHz": 273}
    assert [band["ssb_offset_db"] for band in found] == [0.0, 0.0, 3.0]
    assert [band["scs_khz"] for band in found] == [15, 30, 15]


def test_thresholds_and_losses_of_the_receiver():
    found = card(Radio(body_loss_db=3, receiver_gain_dbi=-2, receiver_height_m=2, nr=Levels(limited_dbm=-115)))
    assert found["thresholds_dbm"]["NR"] == {"limited_dbm": -115, "good_dbm": -100, "very_good_dbm": -90}
    assert [found[f"receiver_{name}"] for name in ("height_m", "gain_dbi")] == [2, -2]
    assert found["body_loss_db"] == 3


def test_environments_and_the_share_of_places():
    environments = (
        Environment(name="in_vehicle", loss_db=9, sigma_db=5, source="TR 38.901"),
        Environment(name="outdoor"),
    )
    found = card(Radio(bands=BANDS, covered_at_percent=90, environments=environments))
    assert found["levels_are_of"] == "in_vehicle"
    assert found["covered_at_percent"] == found["edge_probability_percent"] == 90
    first = found["environments"][0]
    assert (first["name"], first["source"]) == ("in_vehicle", "TR 38.901")
    assert first["by_band"]["NR n28"] == {"loss_db": 9.0, "sigma_db": 5.0}
    assert set(first["by_band"]) == {"LTE B3", "NR 3750 MHz", "NR n28"}


def test_location_sigma_says_where_it_comes_from():
    itu = card()["location_sigma_db"]
    assert itu["rule"].startswith("ITU-R P.1812-7 section 4.8")
    assert itu["LTE B3"] == 2.05  # (0.024 * 1.84 + 0.52) * 100^0.28
    own = card(Radio(uncertainty=Uncertainty(location_sigma_db=5.5)))["location_sigma_db"]
    assert (own["rule"], own["LTE 1815 MHz"]) == ("setting of the project", 5.5)
    shadowed = card(Radio(propagation="3gpp-rma", bands=BANDS))["location_sigma_db"]
    assert (shadowed["rule"].split(",")[0], shadowed["NR n28"]) == ("shadow fading out of sight", 8.0)


def test_priors_and_uncertainty_with_their_sources():
    prior = Prior(technology="LTE", height_agl_m=30, source="filings of 2025")
    found = card(Radio(priors=(prior,), uncertainty=Uncertainty(model_sigma_db=6, source="drive tests")))
    assert found["priors"] == [{"technology": "LTE", "height_agl_m": 30.0, "source": "filings of 2025"}]
    assert (found["uncertainty"]["model_sigma_db"], found["uncertainty"]["source"]) == (6, "drive tests")


def test_what_is_left_out_depends_on_the_model():
    def missing(propagation, clutter=""):
        found = card(Radio(propagation=propagation), clutter=clutter)
        return found["clutter"], {text.split(":")[0] for text in found["missing"]} & {"clutter", "time variability"}

    assert missing("bullington") == ("none read", {"clutter", "time variability"})
    assert missing("p1812") == ("none read", {"clutter"})
    assert missing("p1812", "WorldCover") == ("WorldCover", set())
    # only P.1812 reads it; the 3GPP formulas hold it already
    assert missing("free-space", "WorldCover") == ("none read", {"clutter", "time variability"})
    assert missing("3gpp-uma", "WorldCover") == ("none read", {"time variability"})
    assert card()["load"].startswith("not modelled")


def test_it_is_plain_enough_for_a_record_also_without_sites():
    assert json.loads(json.dumps(card())) == card()
    empty = card(sites=SITES[:0])
    assert empty["link_budget_by_band"] == []
    numbers = json.dumps(card(sites=SITES.assign(bandwidth_mhz=np.array([10, 100, 20, 10], np.float64))))
    assert "NaN" not in numbers
