"""Antenna patterns: MSI (PLANET) files, each named by its file."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.config import Project
from phusong.layers.account import Account, refuse_if
from phusong.layers.files import refuse_table_keys
from phusong.text import nfc

DEGREES = 360
DBI_OF_DBD = 2.15
"""Gain of a half-wave dipole in dBi: ITU-R P.341, table 1."""
FAR_SHARE = 0.25
"""A pattern of a frequency farther from the carrier's than this share of it may be another antenna's."""
TILT_TOLERANCE_DEG = 5.0
"""A stated tilt farther from the strongest direction of the vertical cut may be another file's, or count upwards."""
STEEPEST_DEG = 45.0

_CUTS = ("HORIZONTAL", "VERTICAL")
_NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)?")
_Rows = list[tuple[float, float]]


@dataclass(frozen=True)
class Pattern:
    """
    What an antenna radiates less than its maximum, by direction.

    Parameters
    ----------
    name
        The file's name without its ending, by which sites call it.
    title
        What the file calls itself; empty where it says nothing.
    frequency_mhz, gain_dbi
        As the file states them, None where it does not. The gain is only told: powers are EIRP already.
    tilt_deg
        Electrical downtilt at which the vertical cut was taken.
    horizontal_db
        Attenuation in dB at 0 to 359 degrees clockwise from boresight.
    vertical_db
        Attenuation in dB at 0 to 359 degrees below the horizon: 90 is straight down, 270 straight up.
    """

    name: str
    title: str
    frequency_mhz: float | None
    gain_dbi: float | None
    tilt_deg: float
    horizontal_db: NDArray[np.float64]
    vertical_db: NDArray[np.float64]

    @property
    def worst_db(self) -> float:
        """The largest attenuation of the file."""
        return float(max(self.horizontal_db.max(), self.vertical_db.max()))


def read(project: Project) -> tuple[dict[str, Pattern], Account]:
    """
    Every pattern file of the project, by name.

    Raises
    ------
    LayerError
        With every fault of every file.
    """
    layer = project.layers.antennas
    if layer is None:
        return {}, Account("antennas", 0)
    refuse_table_keys("antennas", layer, "pattern files")
    files = project.files(layer)
    faults = _alike(files)
    found: dict[str, Pattern] = {}
    for file in files:
        try:
            pattern = parse(nfc(file.stem), _text(file))
        except ValueError as fault:
            faults += [f"{file.name}: {sentence}" for sentence in fault.args]
        else:
            found[pattern.name] = pattern
    refuse_if("antennas", faults)
    doubtful = [
        name
        for name, pattern in found.items()
        if abs(pattern.tilt_deg - _peak(pattern.vertical_db)) > TILT_TOLERANCE_DEG
    ]
    told = {name: {"frequency_mhz": p.frequency_mhz, "gain_dbi": p.gain_dbi, "tilt_deg": p.tilt_deg}
            for name, p in found.items()}  # fmt: skip
    return found, Account("antennas", len(files), counts={"patterns": told, "tilt_contradicts_pattern": doubtful})


def parse(name: str, text: str) -> Pattern:
    """
    A pattern out of the text of an MSI file.

    Headers in any case, blanks or tabs, decimal points or commas; all headers but the two sections may be missing. A
    file that says no electrical tilt has the one at which its vertical cut is strongest.

    Raises
    ------
    ValueError
        With every fault as an argument.
    """
    headers, sections, faults = _lines(text)
    cuts = {}
    for section in _CUTS:
        if section in sections:
            announced = _first(headers.get(section, ""))
            cuts[section], wrong = _cut(section, announced, sections[section])
            faults += wrong
        else:
            faults.append(f"has no {section} section; expected one of {DEGREES} rows, angle and attenuation")
    stated = _stated_tilt(headers)
    if stated is not None and abs(stated) > STEEPEST_DEG:
        faults.append(f"an electrical tilt of {stated:g} degrees cannot be")
    if faults:
        raise ValueError(*faults)
    return Pattern(
        name=name,
        title=nfc(headers.get("NAME", "")),
        frequency_mhz=_frequency(headers.get("FREQUENCY", "")),
        gain_dbi=_gain_dbi(headers.get("GAIN", "")),
        tilt_deg=_peak(cuts["VERTICAL"]) if stated is None else stated,
        horizontal_db=cuts["HORIZONTAL"],
        vertical_db=cuts["VERTICAL"],
    )


def table(patterns: Mapping[str, Pattern]) -> pd.DataFrame:
    """The patterns as a snapshot keeps them: a row each, attenuations as text with semicolons between."""
    rows = [patterns[name] for name in sorted(patterns)]

    def joined(cut: NDArray[np.float64]) -> str:
        return ";".join(f"{value:g}" for value in cut)

    return pd.DataFrame(
        {
            "antenna": pd.Series([p.name for p in rows], dtype=object),
            "title": pd.Series([p.title for p in rows], dtype=object),
            "frequency_mhz": pd.Series([p.frequency_mhz for p in rows], dtype=float),
            "gain_dbi": pd.Series([p.gain_dbi for p in rows], dtype=float),
            "tilt_deg": pd.Series([p.tilt_deg for p in rows], dtype=float),
            "horizontal_db": pd.Series([joined(p.horizontal_db) for p in rows], dtype=object),
            "vertical_db": pd.Series([joined(p.vertical_db) for p in rows], dtype=object),
        }
    )


def frequency_far(sites: gpd.GeoDataFrame, patterns: Mapping[str, Pattern]) -> int:
    """Sites whose pattern was taken at a frequency more than a quarter away from their carrier's."""
    taken = sites.antenna.map({n: p.frequency_mhz for n, p in patterns.items() if p.frequency_mhz}).astype(float)
    return int(((taken / sites.frequency_mhz - 1).abs() > FAR_SHARE).sum())


def _alike(files: list[Path]) -> list[str]:
    names = [nfc(file.stem) for file in files]
    twice = sorted({name for name in names if names.count(name) > 1})
    return [f"two files are called {name}; sites could not tell them apart" for name in twice]


def _text(file: Path) -> str:
    raw = file.read_bytes()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _lines(text: str) -> tuple[dict[str, str], dict[str, _Rows], list[str]]:
    """Headers, the rows of the sections, and faults of single lines; the first row that cannot be read is told."""
    headers: dict[str, str] = {}
    sections: dict[str, _Rows] = {}
    unread: dict[str, str] = {}
    here = ""
    for line in text.splitlines():
        words = line.split()
        if not words:
            continue
        if words[0][0].isalpha():
            here = words[0].upper().rstrip(":=")
            if here in sections:
                return headers, sections, [f"has two {here} sections"]
            headers[here] = line.strip()[len(words[0]) :].strip(" \t:=")
            if here in _CUTS:
                sections[here] = []
        elif here in sections:
            try:
                angle, attenuation = (float(word.replace(",", ".")) for word in line.replace(";", " ").split()[:2])
            except ValueError:
                unread.setdefault(here, line.strip()[:40])
                angle, attenuation = math.nan, math.nan
            sections[here].append((angle, attenuation))
    return headers, sections, [f"{here}: {row!r} is no angle and attenuation" for here, row in unread.items()]


def _cut(section: str, announced: float | None, rows: _Rows) -> tuple[NDArray[np.float64], list[str]]:
    """Attenuation by degree, and the first fault of each kind; rows that could not be read are told already."""
    faults = []
    if len(rows) != DEGREES:
        faults.append(f"{section} has {len(rows)} rows; expected {DEGREES}, one a degree from 0 to {DEGREES - 1}")
    elif announced not in (None, DEGREES):
        faults.append(f"{section} announces {announced:g} rows and has {len(rows)}")
    found: dict[float, float] = {}
    strange, twice, wrong = [], [], []
    for angle, attenuation in rows:
        if math.isnan(angle):
            continue
        if angle not in range(DEGREES):
            strange.append(f"{section}: angle {angle:g} is not one of the whole degrees 0 to {DEGREES - 1}")
        elif angle in found:
            twice.append(f"{section}: angle {angle:g} stands twice")
        elif not 0 <= attenuation < math.inf:
            wrong.append(f"{section}: attenuation {attenuation:g} at {angle:g} degrees; expected dB below the maximum")
        found[angle] = attenuation
    faults += [sentences[0] for sentences in (strange, twice, wrong) if sentences]
    return np.array([found.get(degree, 0.0) for degree in range(DEGREES)]), faults


def _peak(vertical_db: NDArray[np.float64]) -> float:
    """Middle of the directions between zenith and straight down in which the cut is strongest."""
    below = np.arange(-90, 91)
    cut = vertical_db[below % DEGREES]
    return float(below[cut == cut.min()].mean())


def _first(value: str) -> float | None:
    found = _NUMBER.search(value)
    return float(found.group().replace(",", ".")) if found else None


def _stated_tilt(headers: Mapping[str, str]) -> float | None:
    """Electrical tilt in degrees; a TILT that says MECHANICAL speaks of how the antenna was hung."""
    electrical = _first(headers.get("ELECTRICAL_TILT", ""))
    tilt = headers.get("TILT", "")
    return _first(tilt) if electrical is None and "MECHANICAL" not in tilt.upper() else electrical


def _frequency(value: str) -> float | None:
    """MHz; of a range such as 1710-1880 its middle."""
    found = [float(part.replace(",", ".")) for part in re.findall(r"\d+(?:[.,]\d+)?", value)[:2]]
    return sum(found) / len(found) if found and sum(found) > 0 else None


def _gain_dbi(value: str) -> float | None:
    """DBi; a number without unit is dBd."""
    gain = _first(value)
    return gain if gain is None or "DBI" in value.upper() else round(gain + DBI_OF_DBD, 6)
