"""What commands take from the command line: read, checked, and refused in a sentence."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from phusong.errors import PhusongError
from phusong.text import nfc

if TYPE_CHECKING:
    from phusong.layers.terrain import Terrain

_OPTIONS = {
    "frequency_mhz": "--frequency-mhz",
    "time_percent": "--time-percent",
    "tx_height_agl_m": "--tx-height-m",
    "rx_height_agl_m": "--rx-height-m",
    "delta_n": "--delta-n",
    "n0": "--n0",
}


def place_of(text: str, option: str) -> tuple[float, float]:
    """
    Longitude and latitude in degrees.

    Raises
    ------
    PhusongError
        When the text is no such pair; tells when the two look swapped.

    Examples
    --------
    >>> place_of("105.84, 21.03", "--tx")
    (105.84, 21.03)
    """
    try:
        longitude, latitude = (float(part) for part in text.split(","))
    except ValueError:
        raise PhusongError(
            f"{option} {nfc(text)!r} is not LON,LAT: write longitude, comma, latitude in degrees, such as 105.84,21.03"
        ) from None
    if not (abs(longitude) <= 180 and abs(latitude) <= 90):
        swapped = abs(latitude) <= 180 and abs(longitude) <= 90
        hint = f"; longitude and latitude look swapped: write {latitude:g},{longitude:g}" if swapped else ""
        found = f"longitude {longitude:g} must be within 180 and latitude {latitude:g} within 90 degrees"
        raise PhusongError(f"{option} {text}: {found}{hint}")
    return longitude, latitude


def check_range(value: float, option: str, low: float, high: float, unit: str) -> None:
    """
    Refuse a number outside a range, ends included.

    Raises
    ------
    PhusongError
        Naming the option, its value and the range.
    """
    if not low <= value <= high:
        raise PhusongError(f"{option} is {value:g}; expected {low:g} to {high:g} {unit}")


def check_out(out: Path, endings: tuple[str, ...], inputs: list[Path]) -> None:
    """
    Refuse a file that cannot be written as asked.

    Raises
    ------
    PhusongError
        For another ending, a folder that is not there, or a file that is read too: inputs are never changed.
    """
    if out.suffix.lower() not in endings:
        raise PhusongError(f"--out {out.name}: expected a name ending in {' or '.join(endings)}")
    if not out.parent.is_dir():
        raise PhusongError(f"--out {out}: there is no folder {out.parent}")
    if out.resolve() in {file.resolve() for file in inputs}:
        raise PhusongError(f"--out {out} is read too; inputs are never changed, so write to another file")


def check_link(latitude_deg: float, **settings: float | str) -> None:
    """
    Refuse settings for which ITU-R P.1812 does not hold.

    Raises
    ------
    PhusongError
        Naming the option, its value and what was expected.
    """
    from phusong.radio.p1812.inputs import Link

    rest = {"location_percent": 50, "location_sigma_db": 0, "tx_to_coast_km": 500, "rx_to_coast_km": 500}
    try:
        Link(latitude_deg=latitude_deg, **rest, **settings)  # type: ignore[arg-type]
    except ValueError as fault:
        name, _, sentence = str(fault).partition(" ")
        raise PhusongError(f"{_OPTIONS.get(name, name)} {sentence}") from None


def terrain_of(paths: list[str]) -> Terrain:
    """
    Headers of the terrain files, patterns expanded; a file given twice counts once.

    Raises
    ------
    PhusongError
        With every file that is missing, unreadable or does not fit the others.
    """
    from phusong.config import expand
    from phusong.layers.terrain import headers

    files = [file for path in paths for file in expand(Path(), path, "--terrain")]
    return headers(list({file.resolve(): file for file in files}.values()))
