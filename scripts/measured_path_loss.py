"""
Hold ITU-R P.1812 to measured path loss: LoRa packets of a field survey in Đà Nẵng, at 922 MHz.

    python scripts/measured_path_loss.py [--data ../shared/data] [--csv points.csv]

Prints how far predicted losses are from measured ones, before and after one offset from half of the places, what that
hangs on, and how to read it. Nothing is drawn by chance. Takes about ten seconds.
"""

import argparse
import tomllib
from dataclasses import fields
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import Transformer
from rasterio.features import rasterize

from phusong.config import shipped
from phusong.layers.dem import around
from phusong.layers.terrain import headers
from phusong.radio import survey
from phusong.radio.survey import tables
from phusong.radio.survey.measured import dealt, signal_power_dbm, thermal_noise_dbm

FILES = (
    "measurements/danang_lora_rssi_field_survey.csv",
    "dem/danang_1arcsec.tif",
    "osm/osm_landuse_20180103.parquet",
)
NAMES = {"lon": "longitude", "lat": "latitude", "rssi": "rssi_dbm", "snr": "snr_db", "bandwidth": "bandwidth_hz"}
GATEWAY_NAMES = {"gw_lon": "gateway_longitude", "gw_lat": "gateway_latitude"}
CLUTTERS = {"P.1812, OSM clutter": "p1812_osm_db", "P.1812, 10 m clutter": "p1812_10m_db"}
ASSUMED = {
    "power_dbm": "dBm, power of the board",
    "board_gain_dbi": "dBi, antenna of the board",
    "gateway_gain_dbi": "dBi, antenna of the gateway, cable included",
    "gateway_height_m": "m, antenna of the gateway above ground",
    "board_height_m": "m, antenna of the board above ground",
    "noise_figure_db": "dB, noise figure of the gateway",
}

DATA = """\
ITU-R P.1812 and measured path loss: LoRa at {frequency:g} MHz, Đà Nẵng, November 2025 to February 2026
All figures in dB. Error = measured loss - predicted loss: positive where more is lost than predicted.

DATA
{rows} rows = {duplicates} duplicates + {outside} outside the terrain + {packets} packets.
RSSI alone is {rssi_excess:.1f} dB above the power of the signal, RSSI + SNR - 10 log10(1 + 10^(SNR/10)), on average.
Gateways whose RSSI is taken for the signal itself: {signal_alone}.
  By the formula most of their weak packets came through less than thermal noise, {thermal:.0f} dBm. That cannot be.
{gateways} gateways, filed at {positions} positions, are {places} places: steps up to {apart:g} m hang together.
  Filed more than 1 km apart: {moved}. Table 6 leaves it out once, and has the formula on every gateway once.
{points} points: medians of the packets of one place, one {square:g} m square of the board and one spreading factor,
  1 to {most} packets each = {no_prediction} without a prediction + {near} nearer than P.1812's {least:g} km
  + {out_of_reach} predicted below the sensitivity + {used} used.

ASSUMED, NOT MEASURED
{assumed}
  The survey says nothing of these; its publishers assume 14 dBm, 2 and 5 dBi, 15 and 1.5 m, and its `gw_elevation` is
  the ground. 1 dB more power or gain raises every offset by 1 dB and changes no spread.
  Sensitivity = -174 + 10 log10(bandwidth) + noise figure + the SNR that the spreading factor needs (-7.5, -15 and
  -20 dB for 7, 10 and 12), with an edge {edge:g} dB soft.

MODELS
P.1812-7: exact profiles every {step_m:g} m, 1-arc-second terrain, inland, vertical, half of time and of locations,
  delta N {delta_n:g}, N0 {n0:g}. Bare ground, unless said: OSM land use covers {mapped:.1%} of the terrain and says
  little; 10 m everywhere is P.1812's default for suburbs, laid over town, fields, hills and water alike.
TR 38.901 UMa: in sight where bare ground is; beyond 5 km its formulas are continued."""

READING = """
HOW TO READ THIS
- Over bare ground and with the equipment assumed, P.1812 says {bias:.0f} dB less than was lost. That is not its error
  alone: boards nearer than {least_m:g} m already lost {near_excess:.0f} dB more than free space (median of {near}).
  The offset holds power, antennas, cables, boards and gateways indoors, which nobody wrote down, and the
  buildings, which bare ground lacks: with 10 m of clutter everywhere the bias is {bias_10m:.1f} dB.
- One offset does not carry over from place to place. With that of half of the places, the others are off by
  {after:.1f} dB, and by {all_halves:.0f} dB (root mean square) over all halvings. The places' own offsets spread
  by {between:.0f} dB.
- Each place given its own offset, {own:.1f} dB remain on squares that were not fitted; {own_10m:.1f} dB with 10 m of
  clutter, {own_free:.1f} dB for free space. Where free space does better, diffraction over this terrain scattered
  more than it explained. Table 5: paths called beyond sight lost less, next to those in sight, than predicted.
  Heights of whole metres in a flat city make edges that are not there, and of paths that are truly blocked the
  packets are missing.
- The missing packets hide loss. With regard to them the mean offset of the places is {cut:.0f} +/- {cut_error:.0f} dB
  instead of {naive:.0f}, and the spread within a place {cut_within:.0f} dB instead of {naive_within:.0f}.
  "Truncated, all points alike" is the textbook form; it takes unlike places for one normal spread cut off by the
  sensitivity, and should not be used.
- One city, one band, few boards, {places} places, half of the points within {margin:.0f} dB of silence, heights and
  power assumed: this shows the order of the spread around a place. It neither proves nor calibrates P.1812 for 4G
  and 5G."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    shared = Path(__file__).resolve().parents[2] / "shared" / "data"
    parser.add_argument("--data", type=Path, default=shared, help="folder of the layers (default: ../shared/data)")
    parser.add_argument("--csv", type=Path, help="write the points with their losses")
    defaults = {field.name: field.default for field in fields(survey.Assumptions)}
    for name, what in ASSUMED.items():
        option = f"--{name.replace('_', '-')}"
        parser.add_argument(option, type=float, default=defaults[name], help=f"{what} (default: %(default)g)")
    options = parser.parse_args()
    missing = [name for name in FILES if not (options.data / name).is_file()]
    if missing:
        print(f"Skipped: {options.data} lacks {', '.join(missing)}, so there is nothing to compare with.")
        return
    survey_file, terrain_file, landuse_file = (options.data / name for name in FILES)
    assumed = survey.Assumptions(**{name: getattr(options, name) for name in ASSUMED})

    read = pd.read_csv(survey_file).rename(columns=NAMES | GATEWAY_NAMES)
    packets = read.drop_duplicates(ignore_index=True)
    metres = Transformer.from_crs(4326, 32649, always_xy=True)
    for who in ("", "gateway_"):
        x_m, y_m = metres.transform(packets[f"{who}longitude"], packets[f"{who}latitude"])
        packets = packets.assign(**{f"{who}x_m": x_m, f"{who}y_m": y_m})
    positions = packets[list(GATEWAY_NAMES.values())]
    dem = around(headers([terrain_file]), *positions.median(), radius_km=100)
    boards, gateways = (
        dem.on_terrain(*dem.locate(packets[f"{who}longitude"], packets[f"{who}latitude"])) for who in ("", "gateway_")
    )
    inside = packets[boards & gateways].reset_index(drop=True)
    signals = survey.with_signal(inside)
    points = survey.points(signals)

    # as the clutter layer does it, upon the terrain's own lattice: the smallest polygon over a pixel counts
    landuse = gpd.read_parquet(landuse_file).to_crs(dem.crs).cx[107.9:108.5, 15.7:16.3]
    landuse = landuse.iloc[np.argsort(-landuse.to_crs(32649).area.to_numpy(), kind="stable")]
    heights = tomllib.loads(shipped("gis_data", "clutter_heights.toml").read_text("utf-8"))["osm-landuse"]["heights_m"]
    lattice = {"out_shape": dem.heights_m.shape, "transform": dem.transform(), "dtype": "float32"}
    osm_m = rasterize(zip(landuse.geometry, landuse.fclass.map(heights).fillna(0), strict=True), **lattice)
    clutters = dict(zip(CLUTTERS, (osm_m, np.full_like(osm_m, 10)), strict=True))

    found = survey.with_baselines(survey.predicted(points, dem, assumed), dem, assumed)
    for name, column in CLUTTERS.items():
        found[column] = survey.predicted(points, dem, assumed, clutters[name]).p1812_db
    kept = tables.usable(found, assumed)
    paths, edge_db, near = kept.paths, assumed.edge_db, found[found.distance_km < tables.LEAST_RANGE_KM]
    compared = {**tables.MODELS, **CLUTTERS}
    models, squares = tables.by_model(paths, compared), tables.by_square(paths, compared)
    methods = tables.by_method(paths, edge_db, compared)
    margin = (paths.signal_dbm - paths.sensitivity_dbm).median()
    halves = [half.offset_db for half in tables.halves_of_places(paths, edge_db)]
    sections = {
        "1 ONE OFFSET from half of the places, checked on the other half. The places are few; the last column is the\n"
        "  bias that is left when they are halved in every possible way": models,
        "2 SECOND CHECK, halves of the 1 km squares of the board: one offset, and one for each place": squares,
        "3 MISSING PACKETS leave no row. That is truncation, not censoring (Tobit): truncated normals, maximum\n"
        f"  likelihood. Half of the points lie within {margin:.0f} dB of the sensitivity. The fourth method gives\n"
        f"  {halves[0]:.1f} on the first half of the places, {halves[1]:.1f} on the other": methods,
        "4 PLACES of gateways, P.1812 over bare ground": tables.by_place(paths, edge_db),
        "5 DISTANCE, and sight over bare ground: bias of each model; the last two columns are P.1812 over bare ground\n"
        "  after an offset for each place": tables.by_distance(paths, compared),
        "6 ASSUMPTIONS changed one at a time, P.1812; the last three columns: truncated, each place its own offset": (
            tables.by_assumption(inside, dem, assumed, clutters)
        ),
    }

    own = methods[methods.model == tables.P1812_NAME].set_index("offset")
    bias, after = models.set_index("model").bias, squares.set_index("model")["sigma, own offsets"]
    numbers = {
        **{"frequency": assumed.frequency_mhz, "edge": edge_db, "step_m": 1000 * assumed.step_km, "margin": margin},
        **{"rows": len(read), "duplicates": len(read) - len(packets), "outside": len(packets) - len(inside)},
        **{"packets": len(inside), "gateways": inside.gateway.nunique(), "positions": len(positions.drop_duplicates())},
        **{"delta_n": assumed.delta_n, "n0": assumed.n0, "mapped": rasterize(landuse.geometry, **lattice).mean()},
        "rssi_excess": (inside.rssi_dbm - signal_power_dbm(inside.rssi_dbm, inside.snr_db)).mean(),
        "signal_alone": ", ".join(sorted(signals.gateway[signals.signal_alone].unique())) or "none",
        "moved": ", ".join(sorted(inside.gateway[tables.moved(inside)].unique())) or "none",
        **{"thermal": thermal_noise_dbm(125e3), "places": points.place.nunique(), "apart": survey.PLACE_APART_M},
        **{"points": len(points), "square": survey.SQUARE_M, "most": points.packets.max(), "used": len(paths)},
        **{"no_prediction": kept.off_terrain, "near": kept.near, "out_of_reach": kept.out_of_reach},
        **{"least": tables.LEAST_RANGE_KM, "least_m": 1000 * tables.LEAST_RANGE_KM},
        "assumed": "\n".join(f"  {getattr(assumed, name):5g} {what}" for name, what in ASSUMED.items()),
        "near_excess": (near.measured_db - near.free_space_db).median(),
        **{"bias": bias[tables.P1812_NAME], "bias_10m": bias["P.1812, 10 m clutter"]},
        **{"after": models["bias after"][0], "all_halves": models["rms of all halves"][0]},
        **{"own": after[tables.P1812_NAME], "own_10m": after["P.1812, 10 m clutter"], "own_free": after["free space"]},
        **{"between": own["sigma of places"][tables.NAIVE], "naive": own.dB[tables.NAIVE]},
        **{"cut": own.dB[tables.TRUNCATED], "cut_error": own["+/-"][tables.TRUNCATED]},
        "naive_within": own["sigma within"][tables.NAIVE],
        "cut_within": own["sigma within"][tables.TRUNCATED],
    }
    print(DATA.format(**numbers))
    for title, table in sections.items():
        print(f"\n{title}\n{table.to_string(index=False, float_format='{:.1f}'.format, na_rep='-')}")
    print(READING.format(**numbers))
    if options.csv:
        half = np.where(dealt(tables.numbered(paths.place)), "fit", "check")
        paths.assign(half=half).to_csv(options.csv, index=False, float_format="%.6f")
        print(f"\nWrote {options.csv}")


if __name__ == "__main__":
    main()
