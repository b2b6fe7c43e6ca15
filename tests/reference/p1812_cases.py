"""The 63 validation examples of Recommendation ITU-R P.1812: profiles, links, and the logs of a reference program."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

VALIDATION = Path(__file__).resolve().parents[3] / "shared" / "validation"
EXAMPLES = VALIDATION / "p1812"
LOGS = sorted(EXAMPLES.glob("intermediate/*_log.csv"))
COUNT = 63
ENDS = ("Tx LAT", "Tx LON", "Rx LAT", "Rx LON")

needs_examples = pytest.mark.skipif(
    not LOGS, reason="the validation examples are not beside the repository (../shared/validation)"
)


@dataclass(frozen=True)
class Case:
    """
    One line of measurements of one profile.

    Parameters
    ----------
    profile
        Columns: distance in km, ground in m, cover, clutter height in m, zone.
    link
        The single numbers of the path, by the names of `basic_transmission_loss`.
    expected_db
        Basic transmission loss of the reference programs.
    log
        Every quantity that the reference program wrote down, by name and equation.
    """

    name: str
    profile: NDArray[np.float64]
    link: dict[str, float | str]
    expected_db: float
    log: dict[tuple[str, str], float]

    def logged(self, name: str) -> float:
        """A quantity whose name stands once in the log."""
        (value,) = (value for (known, _), value in self.log.items() if known == name)
        return value


def cases() -> list[Case]:
    """All examples, in the order of their logs' names."""
    return [case(path) for path in LOGS]


def case(log: Path) -> Case:
    """The example behind a log: its profile by name, its line by number."""
    name, number, _ = log.stem.rsplit("_", 2)
    rows = list(csv.reader((EXAMPLES / "profiles" / f"{name}.csv").read_text().splitlines()))
    titles = [row[0] if row else "" for row in rows]
    header = {row[0]: row[1] for row in rows if len(row) > 1}
    first = titles.index("{Begin of Profile}") + 2
    count = int(rows[first - 1][1])
    profile = np.array([[float(value) for value in row[:5]] for row in rows[first : first + count]])
    measured = rows[titles.index("{Begin of Measurements}") + 1 + int(number)]
    link = {
        "frequency_mhz": float(measured[0]),
        "time_percent": float(measured[14]),
        "tx_height_agl_m": float(measured[1]),
        "rx_height_agl_m": float(measured[3]),
        "polarization": {"1": "horizontal", "2": "vertical"}[measured[4]],
        "latitude_deg": latitude_along_deg(*(float(header[f"{end}:"]) for end in ENDS), profile[-1, 0] / 2),
        "delta_n": float(header["Average annual values dN (N-units/km):"]),
        "n0": float(header["Average annual sea-level surface refractivity No (N-units):"]),
    }
    return Case(log.stem.removesuffix("_log"), profile, link, float(measured[17]), _read_log(log))


def _read_log(path: Path) -> dict[tuple[str, str], float]:
    rows = [[cell.strip() for cell in row] for row in csv.reader(path.read_text().splitlines())]
    return {(row[0], row[1]): float(row[3]) for row in rows if len(row) > 3 and row[3] and row[0][:1] != "#"}


def latitude_along_deg(
    tx_latitude_deg: float, tx_longitude_deg: float, rx_latitude_deg: float, rx_longitude_deg: float, along_km: float
) -> float:
    """
    Latitude of the point `along_km` from the transmitter on the great circle to the receiver.

    The profiles are not all as long as the distance between their ends; the logs go half the profile.
    """
    tx, rx, turn = map(math.radians, (tx_latitude_deg, rx_latitude_deg, rx_longitude_deg - tx_longitude_deg))
    east = math.cos(rx) * math.sin(turn)
    north = math.cos(tx) * math.sin(rx) - math.sin(tx) * math.cos(rx) * math.cos(turn)
    arc = along_km / 6371
    up = math.sin(tx) * math.cos(arc) + math.cos(tx) * math.sin(arc) * north / math.hypot(north, east)
    return math.degrees(math.asin(up))
