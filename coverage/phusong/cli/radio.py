"""`phusong radio`: the loss from one mast to a circle or a list of places, and one link explained."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from phusong.cli.arguments import check_link, check_out, check_range, place_of, terrain_of
from phusong.errors import PhusongError

if TYPE_CHECKING:
    from phusong.layers.dem import Dem
    from phusong.progress import Reporter
    from phusong.radio.from_mast import Tally, Transmission

FARTHEST_KM = 300.0
"""Farther, a circle needs more memory than a computer has; P.1812 itself goes to 3000 km."""
STEPS_KM = (0.005, 1.0)
_SHOWN = 5
_ADDED = ("distance_km", "loss_db")

app = typer.Typer(
    help="Radio propagation by ITU-R P.1812 from one mast: losses on a map or at places, and one link explained.",
    no_args_is_help=True,
)


class Mode(StrEnum):
    """How the ground between the antennas is read."""

    EXACT = "exact"
    FAST = "fast"


class Polarization(StrEnum):
    """Of the wave."""

    VERTICAL = "vertical"
    HORIZONTAL = "horizontal"


class Language(StrEnum):
    """Of drawings and texts."""

    VI = "vi"
    EN = "en"


TerrainPaths = Annotated[
    list[str], typer.Option("--terrain", help="GeoTIFF or HGT files, or a pattern; several are allowed.", metavar="DEM")
]
MorePaths = Annotated[
    list[str] | None, typer.Argument(help="More terrain files, as a shell expands a pattern.", metavar="[DEM]...")
]
TxPlace = Annotated[str, typer.Option("--tx", help="The mast, in WGS 84 degrees.", metavar="LON,LAT")]
TxHeight = Annotated[float, typer.Option("--tx-height-m", help="Mast's antenna above ground, 1 to 3000 m.")]
Frequency = Annotated[float, typer.Option("--frequency-mhz", help="30 to 6000 MHz.")]
RxHeight = Annotated[float, typer.Option("--rx-height-m", help="Receiver's antenna above ground, 1 to 3000 m.")]
DeltaN = Annotated[float, typer.Option("--delta-n", help="Fall of refractivity in the lowest km, N-units.")]
N0 = Annotated[float, typer.Option("--n0", help="Refractivity at sea level, N-units.")]
TimePercent = Annotated[float, typer.Option("--time-percent", help="Share of time, 1 to 50 %.")]
Pole = Annotated[Polarization, typer.Option("--polarization", help="Of the wave.")]
Step = Annotated[
    float | None,
    typer.Option("--step-km", help="Longest interval of a profile; else a pixel: 0.09 on 3, 0.03 on 1 arc-second."),
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Say nothing but faults.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of a fault.")]


@app.command()
def loss(
    terrain: TerrainPaths,
    tx: TxPlace,
    tx_height_m: TxHeight,
    frequency_mhz: Frequency,
    radius_km: Annotated[float, typer.Option("--radius-km", help="Farthest place computed, at most 300 km.")],
    out: Annotated[Path, typer.Option("--out", help="GeoTIFF of the circle or, with --points, a CSV.")],
    more_terrain: MorePaths = None,
    points: Annotated[Path | None, typer.Option("--points", help="CSV with longitude and latitude.")] = None,
    mode: Annotated[Mode, typer.Option("--mode", help="A profile for each path, or radials shared.")] = Mode.EXACT,
    rx_height_m: RxHeight = 1.5,
    delta_n: DeltaN = 45.0,
    n0: N0 = 325.0,
    time_percent: TimePercent = 50.0,
    polarization: Pole = Polarization.VERTICAL,
    step_km: Step = None,
    workers: Annotated[int, typer.Option(min=1, help="Threads.")] = os.cpu_count() or 1,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """
    Basic transmission loss in dB by ITU-R P.1812 from one mast, over bare ground.

    Profiles have max(4, ceil(distance / step)) equal intervals, straight on the terrain's lattice (in longitude and
    latitude where it is in degrees), heights bilinear between pixel centres; distances are WGS 84 geodesics. Inland,
    no clutter, half of the locations. The GeoTIFF lies on the terrain's own pixels; the CSV keeps the columns of the
    points and adds distance_km and loss_db, empty where there is none.
    """
    del debug
    paths, place = [*terrain, *(more_terrain or [])], place_of(tx, "--tx")
    check_range(radius_km, "--radius-km", 0.01, FARTHEST_KM, "km")
    if step_km is not None:
        check_range(step_km, "--step-km", *STEPS_KM, "km")
    model: dict[str, Any] = {
        "frequency_mhz": frequency_mhz,
        "rx_height_agl_m": rx_height_m,
        "delta_n": delta_n,
        "n0": n0,
        "time_percent": time_percent,
        "polarization": polarization.value,
    }
    check_link(place[1], tx_height_agl_m=tx_height_m, **model)
    tiles = terrain_of(paths)
    inputs = [tile.file for tile in tiles.tiles] + ([points] if points else [])
    check_out(out, (".csv",) if points else (".tif", ".tiff"), inputs)
    from phusong.cli.compiling import announce
    from phusong.layers.dem import around
    from phusong.progress import Reporter
    from phusong.radio.from_mast import Transmission
    from phusong.radio.sweep.paths import P1812

    dem = around(tiles, *place, radius_km)
    link = Transmission.on(
        dem, place, tx_height_m, P1812(**model), radius_km=radius_km, mode=mode.value, step_km=step_km
    )
    with Reporter(quiet) as reporter:
        announce(reporter, mode.value)
        told = (
            _write_raster(link, out, workers, reporter)
            if points is None
            else _write_points(link, points, out, workers, reporter)
        )
    if not quiet:
        typer.echo("\n".join([*told, f"Wrote {out}"]))


def _write_raster(link: Transmission, out: Path, workers: int, reporter: Reporter) -> list[str]:
    import json
    from dataclasses import asdict

    from phusong import __version__
    from phusong.layers.raster import write_band
    from phusong.radio.from_mast import loss_raster

    found = loss_raster(link, workers, lambda done, of: reporter.step("computing the circle", done, of))
    tags = {key: str(value) for key, value in link.card().items()}
    tags |= {
        "tier": "regulator",  # it tells where the mast stands
        "terrain": json.dumps(_hashes(link.dem)),
        "counts": json.dumps(asdict(found.tally)),
        "software": f"phusong {__version__}",
    }
    if not found.loss_db.size:
        raise PhusongError(f"--radius-km {link.radius_km:g} holds not even the centre of one pixel of the terrain")
    transform = link.dem.transform(found.row, found.column)
    write_band(out, found.loss_db, link.dem.crs, transform, ("basic transmission loss", "dB"), tags)
    return _balance(f"{found.tally.asked} pixels within {link.radius_km:g} km", found.tally, link)


def _write_points(link: Transmission, points: Path, out: Path, workers: int, reporter: Reporter) -> list[str]:
    import numpy as np

    from phusong.layers.dem import geodesic_km
    from phusong.layers.receivers import read, write
    from phusong.radio.from_mast import losses_at

    places = read(points, _ADDED)
    usable = places.usable
    at = (places.longitude[usable], places.latitude[usable])
    distance_km, loss_db = np.full(usable.size, np.nan), np.full(usable.size, np.nan)
    distance_km[usable] = geodesic_km(link.place, at)
    loss_db[usable], tally = losses_at(link, at, workers, lambda done, of: reporter.step("computing", done, of))
    write(out, places, dict(zip(_ADDED, ((distance_km, 6), (loss_db, 4)), strict=True)))
    told = _balance(f"{points.name}: {len(places.rows)} points", tally, link, len(places.refused))
    told += [f"  refused {refusal.file} row {refusal.row}: {refusal.reason}" for refusal in places.refused[:_SHOWN]]
    more = len(places.refused) - _SHOWN
    return [*told, *([f"  ... and {more} more"] if more > 0 else [])]


def _balance(asked: str, tally: Tally, link: Transmission, refused: int | None = None) -> list[str]:
    """Nothing that was asked for is lost without a word."""
    from phusong.radio.link_profile import LEAST_RANGE_KM

    parts = [
        f"{tally.computed} computed",
        f"{tally.off_terrain} outside the terrain",
        f"{tally.void} with unknown ground on the path (voids)",
        f"{tally.at_mast} at the mast itself",
    ]
    if refused is not None:
        parts += [f"{tally.beyond} beyond {link.radius_km:g} km", f"{refused} without a usable place"]
    lines = [f"{asked} = {' + '.join(parts)}"]
    if tally.near:
        below = f"nearer than {LEAST_RANGE_KM:g} km, below the stated range of P.1812"
        lines.append(f"  {tally.near} of those computed are {below}: they went through the same equations")
    card = link.card()
    radials = f", {card['radials']} radials" if card["radials"] else ""
    return [*lines, f"{card['model']}, {card['mode']} mode, step {card['step_km']:g} km{radials}"]


def _hashes(dem: Dem) -> dict[str, str]:
    """SHA-256 of each terrain file by its name."""
    from phusong.ledger.record import sha256_of

    return {file.name: sha256_of(file) for file in dem.files}


@app.command()
def profile(
    terrain: TerrainPaths,
    tx: TxPlace,
    tx_height_m: TxHeight,
    rx: Annotated[str, typer.Option("--rx", help="The receiver, in WGS 84 degrees.", metavar="LON,LAT")],
    frequency_mhz: Frequency,
    out: Annotated[list[Path], typer.Option("--out", help="Picture (.png, .svg) or numbers (.json); several allowed.")],
    more_terrain: MorePaths = None,
    rx_height_m: RxHeight = 1.5,
    delta_n: DeltaN = 45.0,
    n0: N0 = 325.0,
    time_percent: TimePercent = 50.0,
    polarization: Pole = Polarization.VERTICAL,
    step_km: Step = None,
    lang: Annotated[Language, typer.Option("--lang", help="Language of the drawing and the text.")] = Language.EN,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """
    One radio link explained: what stands in the way, and what that costs.

    Draws the terrain with the curve of the Earth, the line of sight, the first Fresnel zone and what cuts it, and the
    loss by ITU-R P.1812 broken into its terms; says the same in words. The profile is that of `phusong radio loss`.
    """
    del debug
    paths, place, house = [*terrain, *(more_terrain or [])], place_of(tx, "--tx"), place_of(rx, "--rx")
    if step_km is not None:
        check_range(step_km, "--step-km", *STEPS_KM, "km")
    settings: dict[str, Any] = {
        "frequency_mhz": frequency_mhz,
        "tx_height_agl_m": tx_height_m,
        "rx_height_agl_m": rx_height_m,
        "latitude_deg": (place[1] + house[1]) / 2,
        "time_percent": time_percent,
        "polarization": polarization.value,
        "delta_n": delta_n,
        "n0": n0,
    }
    check_link(**settings)
    tiles = terrain_of(paths)
    for file in out:
        check_out(file, (".png", ".svg", ".json"), [tile.file for tile in tiles.tiles])
    from phusong.layers.dem import geodesic_km, ground_between
    from phusong.publish.link_chart import write_link
    from phusong.publish.link_words import Source, Words, text
    from phusong.radio.link_profile import LinkSettings, link_profile

    check_range(float(geodesic_km(place, house)), "the path", 0.001, FARTHEST_KM, "km long")
    dem, distance_km, ground_amsl_m, step = ground_between(tiles, place, house, step_km)
    link = link_profile(distance_km, ground_amsl_m, LinkSettings(**settings))
    source = Source(place, house, tuple(_hashes(dem).items()), step)
    for file in out:
        write_link(file, link, source, lang.value)
    if not quiet:
        typer.echo("\n".join([text(link, source, Words.of(lang.value)), *(f"Wrote {file}" for file in out)]))
