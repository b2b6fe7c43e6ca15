"""
P.1812 against the 63 validation examples and the logs of a reference program, and against two programs on 20 paths.

The examples carry ten digits, and every quantity agrees to all ten. The equation numbers of the logs are those of an
older edition.
"""

from __future__ import annotations

import csv
import math

import numpy as np
import pytest
from p1812_cases import COUNT, LOGS, VALIDATION, Case, case, cases, latitude_along_deg, needs_examples

from phusong.radio.p1812 import Terms, basic_transmission_loss, transmission_terms

CROSS_CHECK = VALIDATION / "crc_covlib_p1812"

TERM_OF_LOG = {
    ("d (km)", ""): "distance_km",
    ("dlt (km)", "Eq (78)"): "tx_horizon_km",
    ("dlr (km)", "Eq (81a)"): "rx_horizon_km",
    ("th_t (mrad)", "Eqs (76-78)"): "tx_horizon_mrad",
    ("th_r (mrad)", "Eqs (79-81)"): "rx_horizon_mrad",
    ("th (mrad)", "Eq (82)"): "angular_distance_mrad",
    ("hts (m)", ""): "tx_amsl_m",
    ("hrs (m)", ""): "rx_amsl_m",
    ("htc (m)", "Table 5"): "tx_amsl_m",
    ("hrc (m)", "Table 5"): "rx_amsl_m",
    ("w", "Table 5"): "sea_share",
    ("dtm (km)", "Sec 3.6"): "longest_land_km",
    ("dlm (km)", "Sec 3.6"): "longest_inland_km",
    ("b0 (%)", "Eq (5)"): "beta0_percent",
    ("ae (km)", "Eq (7a)"): "effective_earth_radius_km",
    ("hst (m)", "Eq (85)"): "tx_smooth_amsl_m",
    ("hsr (m)", "Eq (86)"): "rx_smooth_amsl_m",
    # named after the surface for diffraction, but the values are those of the surface for ducting
    ("hst (m)", "Eq (90a)"): "tx_smooth_ducting_amsl_m",
    ("hsr (m)", "Eq (90b)"): "rx_smooth_ducting_amsl_m",
    ("hstd (m)", "Eq (89)"): "tx_smooth_diffraction_amsl_m",
    ("hsrd (m)", "Eq (89)"): "rx_smooth_diffraction_amsl_m",
    ("htc (m)", "Eq (37a)"): "tx_diffraction_height_m",
    ("hrc (m)", "Eq (37b)"): "rx_diffraction_height_m",
    ("hte (m)", "Eq (92a)"): "tx_ducting_height_m",
    ("hre (m)", "Eq (92b)"): "rx_ducting_height_m",
    ("hm (m)", "Eq (93)"): "roughness_m",
    ("Fi", "Eq (40)"): "time_interpolation",
    ("Fj", "Eq (57)"): "angle_interpolation",
    ("Fk", "Eq (58)"): "distance_interpolation",
    ("Lbfs", "Eq (8)"): "free_space_db",
    ("Lb0p", "Eq (10)"): "los_db",
    ("Lb0b", "Eq (11)"): "los_beta0_db",
    # the parts are those of the last Earth computed, which is that of beta_0
    ("Lbulla (dB)", "Eq (21)"): "bullington_beta0_db",
    ("Lbulls (dB)", "Eq (21)"): "bullington_smooth_beta0_db",
    ("Ldsph (dB)", "Eq (27)"): "spherical_beta0_db",
    ("Ld50 (dB)", "Eq (39)"): "diffraction_50_db",
    ("Ldb (dB)", "Eq (39)"): "diffraction_beta0_db",
    ("Ldp (dB)", "Eq (41)"): "diffraction_db",
    ("Lbd50 (dB)", "Eq (42)"): "basic_diffraction_50_db",
    # the reference program writes L_bda under both names; L_bd is held to its own parts below
    ("Lbd (dB)", "Eq (43)"): "ducting_diffraction_db",
    ("Lminb0p (dB)", "Eq (59)"): "least_los_db",
    ("Lba (dB)", "Eq (46)"): "ducting_db",
    ("Lminbap (dB)", "Eq (60)"): "least_ducting_db",
    ("Lbda (dB)", "Eq (61)"): "ducting_diffraction_db",
    ("Lbam (dB)", "Eq (62)"): "modified_diffraction_db",
    ("Lbs (dB)", "Eq (44)"): "troposcatter_db",
    ("Lbc (dB)", "Eq (63)"): "combined_db",
    ("Lb (dB)", "Eq (69)"): "basic_transmission_loss_db",
}


def terms_of(example: Case) -> Terms:
    distance_km, ground_m, _, clutter_m, zone = example.profile.T
    return transmission_terms(distance_km, ground_m, clutter_m, zone, **example.link)


def tenth_digit(value: float) -> float:
    """One unit of the last digit printed; differences of near equals keep fewer digits than they print."""
    return max(10.0 ** (math.floor(math.log10(abs(value))) - 9), 1e-9) if value else 1e-9


@needs_examples
def test_all_63_losses():
    differences = [terms_of(one).basic_transmission_loss_db - one.expected_db for one in cases()]
    assert len(differences) == COUNT
    # half a unit of the last digit of the examples
    assert np.abs(differences).max() < 5.1e-8


@needs_examples
@pytest.mark.parametrize("log", LOGS, ids=lambda log: log.stem.removesuffix("_log"))
def test_every_quantity_of_the_log(log):
    example = case(log)
    terms = terms_of(example)
    off = {
        (symbol, equation): (getattr(terms, name), example.log[symbol, equation])
        for (symbol, equation), name in TERM_OF_LOG.items()
        if not abs(getattr(terms, name) - example.log[symbol, equation]) <= tenth_digit(example.log[symbol, equation])
    }
    assert off == {}
    assert terms.basic_diffraction_db == pytest.approx(terms.los_db + terms.diffraction_db, abs=1e-12)


@needs_examples
def test_what_the_logs_hold_besides():
    "Inputs read from the profiles, and the field strength, which is the loss again."
    for example in cases():
        rest = {name for name, equation in example.log if (name, equation) not in TERM_OF_LOG}
        inputs = {"f (GHz)", "p (%)", "htg (m)", "hrg (m)", "DN", "N0", "dct (km)", "dcr (km)", "pol", "phi (deg)"}
        inputs |= {"Ptx (kW)", "Gtx (dBi)", "Grx (dBi)", "pL (%)", "sigmaL (dB)", "R2 (m)", "Rn-1 (m)"}
        inputs |= {f"{angle}_{end} (deg)" for angle in ("phi", "lam") for end in "tr"}
        assert rest - inputs <= {"Ep (dBuV/m)", "Ep (dBuV/m) w.r.t. Ptx, Gtx, Grx"}
        assert example.link["latitude_deg"] == pytest.approx(example.logged("phi (deg)"), abs=1e-8)
        assert example.link["time_percent"] == example.logged("p (%)")
        assert example.link["frequency_mhz"] == pytest.approx(example.logged("f (GHz)") * 1000)
        assert example.profile[1, 3] == example.logged("R2 (m)")
        field = 199.36 + 20 * math.log10(example.logged("f (GHz)")) - terms_of(example).basic_transmission_loss_db
        assert field == pytest.approx(example.logged("Ep (dBuV/m)"), abs=1e-7)


@pytest.mark.skipif(
    not CROSS_CHECK.is_dir(), reason="the 20 paths are not beside the repository (../shared/validation)"
)
def test_twenty_paths_of_two_programs():
    "One program takes the distances from the profile, as we do; the other from the coordinates, 0.0007 dB away."
    with (CROSS_CHECK / "profiles20.csv").open() as profiles, (CROSS_CHECK / "paths20.csv").open() as paths:
        points = np.array([[float(value) for value in row] for row in list(csv.reader(profiles))[1:]])
        rows = list(csv.DictReader(paths))
    assert len(rows) == 20
    for row in rows:
        _, _, distance_km, ground_m, clutter_m, zone = points[points[:, 0] == int(row["path_id"])].T
        ends = (float(row[name]) for name in ("tx_lat", "tx_lon", "rx_lat", "rx_lon"))
        loss = basic_transmission_loss(
            distance_km,
            ground_m,
            clutter_m,
            zone,
            frequency_mhz=float(row["f_MHz"]),
            time_percent=float(row["p_time_pct"]),
            location_percent=float(row["pL_loc_pct"]),
            tx_height_agl_m=float(row["htg_m"]),
            rx_height_agl_m=float(row["hrg_m"]),
            polarization={"1": "horizontal", "2": "vertical"}[row["pol_1h_2v"]],
            latitude_deg=latitude_along_deg(*ends, distance_km[-1] / 2),
            delta_n=float(row["DN"]),
            n0=float(row["N0"]),
        )
        assert loss == pytest.approx(float(row["Lb_Py1812_dB"]), abs=1e-6)
        assert loss == pytest.approx(float(row["Lb_crc_covlib_dB"]), abs=1.5e-3)
