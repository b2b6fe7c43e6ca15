"""The project file: what is studied, with which layers, thresholds and targets."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path
from typing import Literal, Self, get_args

from pydantic import Field, ValidationError, model_validator

from phusong.config import objects
from phusong.config.cause import Cause
from phusong.config.power import Power
from phusong.config.radio import Band, Environment, Levels, Prior, Radio, Uncertainty
from phusong.config.report import Report
from phusong.config.section import Section, Share, Technology, Text
from phusong.config.storm import Lifeline, Storm
from phusong.config.zones import Zones
from phusong.errors import ConfigError
from phusong.faults import sentences
from phusong.text import nearest, nfc

__all__ = [
    "LAYER_NAMES",
    "PLACE_KINDS",
    "Band",
    "Environment",
    "Layer",
    "Layers",
    "Levels",
    "Prior",
    "Project",
    "Radio",
    "Report",
    "Section",
    "Target",
    "Technology",
    "Uncertainty",
    "expand",
    "load",
    "shipped",
    "write_template",
]

LAYER_NAMES = (
    "communes",
    "villages",
    "sites",
    "power_lines",
    "substations",
    "population",
    "terrain",
    "terminals",
    "outages",
    "clutter",
    "claims",
    "antennas",
    "dead_zone_list",
    "night_lights",
    "places",
    "roads",
    "quarantined_sites",
    "reports",
)
PlaceKind = Literal["school", "clinic", "commune_office"]
PLACE_KINDS: tuple[PlaceKind, ...] = get_args(PlaceKind)
"""Kinds of public places, counted in dead zones."""


class Study(Section):
    """Which communes are studied: exactly one of the keys."""

    within: Literal["terrain"] | tuple[float, float, float, float] | None = None
    """Communes wholly inside the pixel edges of the terrain, or inside west, south, east, north in degrees (WGS 84)."""
    province_codes: tuple[str, ...] | None = None
    """Two-digit codes of provinces."""
    commune_codes: tuple[str, ...] | None = None
    """Five-digit codes of communes."""

    @model_validator(mode="after")
    def _one_key(self) -> Self:
        given = [key for key in ("within", "province_codes", "commune_codes") if getattr(self, key)]
        if len(given) != 1:
            raise ValueError("give exactly one of within, province_codes, commune_codes")
        return self


class GridSection(Section):
    """The lattice."""

    crs: str = "EPSG:3405"
    """Projected CRS in metres; VN-2000 / UTM zone 48N unless said otherwise."""
    pixel_m: float = Field(100, ge=5, le=5000)
    """Edge of a pixel in metres."""
    tile_pixels: int = Field(512, ge=16)
    """Edge of a tile in pixels: bounds the memory, never changes a result."""


class Layer(Section):
    """Where a layer lies and how its columns are called."""

    path: str | tuple[str, ...]
    """One file or several, relative to the project file or s3://BUCKET/KEY; patterns such as `dem/*.hgt` too."""
    sublayer: Text | None = None
    """Layer of a GeoPackage or sheet of a workbook."""
    crs: str | None = None
    """CRS of a table's coordinate columns. A file that carries its own CRS needs none, and must not contradict it."""
    columns: dict[str, Text] = Field(default_factory=dict)
    """Canonical column = the file's column."""
    factors: dict[str, float] = Field(default_factory=dict)
    """Canonical column = factor from the file's unit to ours, such as `voltage_kv = 0.001` for volts."""
    constants: dict[str, str | int | float | bool | dt.date] = Field(default_factory=dict)
    """Canonical column = one value for every row, for what the file leaves unsaid."""
    source: Text = ""
    """Who made it and where it was taken from."""
    licence: Text = ""
    """Terms of use, as the source states them."""
    as_of: dt.date | None = None
    """The day of which the file speaks."""
    year: int | None = Field(None, ge=1990, le=2100)
    """Vintage, for population."""
    synthetic: bool = False
    """Made up: then every map and table of the run says so."""

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths, also when there is one."""
        return (self.path,) if isinstance(self.path, str) else self.path


class PlacesLayer(Layer):
    """A layer of public places; the words of its file for their kinds are told here."""

    kinds: dict[Text, PlaceKind] = Field(default_factory=dict)
    """The file's word = our kind, such as `hospital = "clinic"`: then these words count and no others."""


class Layers(Section):
    """The inputs; communes, sites, population and terrain are required."""

    communes: Layer
    sites: Layer
    population: Layer
    terrain: Layer
    villages: Layer | None = None
    power_lines: Layer | None = None
    substations: Layer | None = None
    terminals: Layer | None = None
    outages: Layer | None = None
    clutter: Layer | None = None
    """Land cover: a raster of classes, or polygons with a `clutter_class` column."""
    claims: Layer | None = None
    """Coverage that operators claim: polygons with operator, technology and, if they say so, level."""
    antennas: Layer | None = None
    """Antenna patterns, MSI/PLANET files; `antenna` of a site is the file's name without its ending."""
    dead_zone_list: Layer | None = None
    """The official list of dead-zone villages, as filed; a row may have no coordinates."""
    night_lights: Layer | None = None
    """Radiance at night in nW/cm²/sr: a raster such as an annual or monthly composite of VIIRS."""
    places: PlacesLayer | None = None
    """Schools, clinics and commune offices, as points."""
    roads: Layer | None = None
    """Roads, as lines."""
    quarantined_sites: Layer | None = None
    """Rows of sites that intake set aside, as points: tried as causes of dead zones, never counted as signal."""
    reports: Layer | None = None
    """What officials answered from the map pages, as `phusong intake` took it in; it changes no prediction."""

    @model_validator(mode="after")
    def _rasters_are_no_tables(self) -> Self:
        for name in ("population", "terrain", "night_lights"):
            layer: Layer | None = getattr(self, name)
            useless = [k for k in ("sublayer", "crs", "columns", "factors", "constants") if getattr(layer, k, None)]
            if useless:
                raise ValueError(f"{name} is a raster, for which {', '.join(useless)} has no meaning")
        return self


class People(Section):
    """How people are counted."""

    scale_to: Literal["raster", "official"] = "raster"
    """`official` scales each commune to its `population` column; communes without a figure stay as they are."""


class Target(Section):
    """An official goal, as data."""

    name: Text
    definition_id: Text
    """Indicator it speaks of, as in gis_data/indicators.toml."""
    technology: Technology | Literal["any", ""] = ""
    """As in the indicator's row: LTE, NR, any, or empty where it has no meaning."""
    operator: Text = ""
    """As in the indicator's row: an operator, any, or empty where it has no meaning."""
    value: Share
    by: dt.date
    source: Text
    """Decision or document, with its date."""


class Project(Section):
    """A study, as its `project.toml` describes it."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,40}$")
    """Short name, for files: lower case, digits, hyphens."""
    title: Text
    """Title in Vietnamese, for maps and tables."""
    title_en: Text = ""
    study: Study
    grid: GridSection = GridSection()
    layers: Layers
    radio: Radio = Radio()
    people: People = People()
    power: Power = Power()
    zones: Zones = Zones()
    cause: Cause = Cause()
    storm: Storm = Storm()
    lifeline: Lifeline = Lifeline()
    targets: tuple[Target, ...] = ()
    report: Report = Field(Report(), exclude=True)
    """Who issues reports. No run depends on it, so no snapshot holds it."""
    folder: Path = Field(Path(), exclude=True)
    """Folder of the project file; paths in it are relative to this. Never written."""

    @property
    def synthetic_layers(self) -> tuple[str, ...]:
        """Names of the layers that are made up."""
        return tuple(n for n in LAYER_NAMES if (layer := getattr(self.layers, n)) is not None and layer.synthetic)

    def files(self, layer: Layer) -> list[Path]:
        """
        The files of a layer, patterns expanded in alphabetical order.

        Raises
        ------
        ConfigError
            When a file is missing or a pattern matches nothing.
        """
        name = next(name for name in LAYER_NAMES if getattr(self.layers, name) is layer)
        found: list[Path] = []
        for path in layer.paths:
            found += expand(self.folder, path, f"layers.{name}")
        return found


def load(path: Path) -> Project:
    """
    Read a project file; a folder means the `project.toml` in it.

    Raises
    ------
    ConfigError
        With every fault at once, in sentences.
    """
    file = path / "project.toml" if path.is_dir() else path
    try:
        raw = tomllib.loads(file.read_text("utf-8-sig"))
    except FileNotFoundError:
        raise ConfigError(f"There is no project file {file}. `phusong init DIR` writes one.") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{file} is not UTF-8 text; save it as UTF-8") from None
    except (tomllib.TOMLDecodeError, OSError) as fault:
        raise ConfigError(f"{file} cannot be read as TOML: {fault}") from None
    if "folder" in raw:
        raise ConfigError(f"{file}: the key 'folder' is not known; paths are relative to the project file already")
    try:
        return Project.model_validate({**raw, "folder": file.resolve().parent})
    except ValidationError as fault:
        told = [f"  - {sentence}" for sentence in sentences(fault.errors(), Project)]
        raise ConfigError("\n".join([f"{file}: {len(told)} fault(s)", *told])) from None


def write_template(folder: Path) -> Path:
    """
    Write a commented project file to start from.

    Raises
    ------
    ConfigError
        When the folder has a project file already.
    """
    file = folder / "project.toml"
    if file.exists():
        raise ConfigError(f"{file} is there already; it was left as it is")
    folder.mkdir(parents=True, exist_ok=True)
    file.write_text(shipped("gis_data", "project_template.toml").read_text("utf-8"), "utf-8")
    return file


def shipped(folder: Literal["maps", "gis_data"], name: str) -> Path:
    """A data file that comes with the code: in the installed package, or beside the source root in a checkout."""
    package = Path(__file__).parents[1]
    installed = package / "_data" / folder / name
    return installed if installed.exists() else package.parents[1] / folder / name


def expand(folder: Path, path: str, place: str) -> list[Path]:
    """
    The files a path or a pattern such as `dem/*.hgt` stands for, in alphabetical order; copies of those of a bucket.

    Raises
    ------
    ConfigError
        Beginning with `place`, where the path was written: when the file is missing or nothing matches.
    """
    if path.startswith(objects.SCHEME):
        return objects.local(path, place)
    if any(sign in path for sign in "*?["):
        base = Path(path).anchor or folder
        pattern = str(Path(path).relative_to(base)) if Path(path).anchor else path
        found = sorted(Path(base).glob(pattern))
        if not found:
            raise ConfigError(f"{place}: no file matches {path} in {folder}")
        return found
    file = folder / path
    if file.is_dir():
        raise ConfigError(f"{place}: {path} is a folder; write a file, or a pattern such as {path.rstrip('/')}/*.tif")
    if file.exists():
        return [file]
    if "\\" in path:
        raise ConfigError(f"{place}: the file {path} is missing; write paths with /, such as data/sites.csv")
    beside = sorted(file.parent.iterdir()) if file.parent.is_dir() else []
    # the same name, written with the other form of its accents
    alike = [other for other in beside if nfc(other.name) == nfc(file.name)]
    if len(alike) == 1:
        return alike
    stems = {other.stem: other.name for other in beside if other.suffix.lower() == file.suffix.lower()}
    near = nearest(file.stem, stems)
    raise ConfigError(f"{place}: the file {path} is missing" + (f" (there is {stems[near]})" if near else ""))
