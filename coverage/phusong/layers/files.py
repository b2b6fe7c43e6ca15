"""Files: rows of GeoParquet, Parquet, GeoPackage, GeoJSON, Shapefile (also zipped), CSV and XLSX."""

from __future__ import annotations

import csv
import warnings
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj import CRS
from pyproj.exceptions import CRSError

from phusong.config import Layer, Project
from phusong.errors import LayerError
from phusong.layers.schema import FILE, ROW, blank
from phusong.text import nearest, nfc

_TABLES = (".csv", ".tsv", ".txt", ".xlsx", ".parquet")
_UNREADABLE = (
    OSError, ValueError, KeyError, zipfile.BadZipFile, pd.errors.ParserWarning, DataSourceError, DataLayerError,
)  # fmt: skip
_REASONS = (
    (UnicodeDecodeError, 'it is not UTF-8 text (in Excel: save as "CSV UTF-8")'),
    (pd.errors.EmptyDataError, "it is empty"),
    (zipfile.BadZipFile, "it is damaged, or no Excel workbook"),
    (pd.errors.ParserError, "its rows differ in length; is there a title above the header?"),
    (pd.errors.ParserWarning, "some rows have more values than the header has names"),
)
_FEATURES = (".gpkg", ".geojson", ".json", ".shp", ".zip", ".parquet")


def read_table(project: Project, name: str) -> pd.DataFrame:
    """
    Rows of a layer without geometry, as text or as the file types them, with `source_file` and `source_row`.

    Raises
    ------
    LayerError
        When a file cannot be read.
    """
    layer: Layer = getattr(project.layers, name)
    parts = [_numbered(_read(name, file, layer), file) for file in project.files(layer)]
    return pd.concat(parts, ignore_index=True)


def read_features(project: Project, name: str) -> gpd.GeoDataFrame:
    """
    Rows of a layer with geometry in the CRS of the first file; points come from longitude and latitude columns.

    Raises
    ------
    LayerError
        When a file cannot be read, carries no CRS and the project file names none, or contradicts the named one.
    """
    layer: Layer = getattr(project.layers, name)
    return features(name, layer, project.files(layer))


def features(name: str, layer: Layer, files: list[Path]) -> gpd.GeoDataFrame:
    """As `read_features`, of the files given."""
    parts = [_numbered(_located(name, _read(name, file, layer), file, layer), file) for file in files]
    same = [part.to_crs(parts[0].crs) for part in parts]
    return gpd.GeoDataFrame(pd.concat(same, ignore_index=True), geometry="geometry", crs=parts[0].crs)


def refuse_table_keys(name: str, layer: Layer, what: str) -> None:
    """
    Stop when the section of a layer that is no table has keys of one.

    Raises
    ------
    LayerError
        Naming the keys.
    """
    useless = [key for key in ("sublayer", "crs", "columns", "factors", "constants") if getattr(layer, key)]
    if useless:
        raise LayerError(name, [f"{key} has no meaning for {what}" for key in useless])


def read_csv(name: str, file: Path) -> pd.DataFrame:
    """
    Rows of a CSV file as text, whatever its delimiter, blank lines left out; the index counts lines from the header.

    Raises
    ------
    LayerError
        When the file cannot be read or is no CSV file.
    """
    if file.suffix.lower() not in (".csv", ".tsv", ".txt"):
        raise LayerError(name, [f"{file.name} is no CSV file: expected a name ending in .csv"])
    rows = _read(name, file, Layer(path=file.name))
    return rows[~rows.isna().all(axis=1)]


def _numbered(rows: Any, file: Path) -> Any:
    sheet = file.suffix.lower() in (".csv", ".tsv", ".txt", ".xlsx")
    first = 2 if sheet else 1
    numbered = rows.assign(**{FILE: file.name, ROW: range(first, first + len(rows))})
    blank = rows.isna().all(axis=1)  # a row that has a place is no blank line, whatever else it lacks
    return numbered[~blank] if sheet else numbered


def _read(name: str, file: Path, layer: Layer) -> pd.DataFrame:
    try:
        return _reader(file)(file, layer)
    except _UNREADABLE as fault:
        raise LayerError(name, [f"{file.name} cannot be read: {_reason(file, layer, fault)}"]) from fault


def _reader(file: Path) -> Any:
    match file.suffix.lower():
        case ".csv" | ".tsv" | ".txt":
            return _read_csv
        case ".xlsx":
            return _read_xlsx
        case ".parquet":
            return _read_parquet
        case suffix if suffix in _FEATURES:
            return _read_vector
    kinds = ", ".join(sorted({*_TABLES, *_FEATURES}))
    raise ValueError(f"files of the kind '{file.suffix}' are not known; known are {kinds}")


def _read_csv(file: Path, layer: Layer) -> pd.DataFrame:
    del layer
    with file.open(encoding="utf-8-sig", newline="") as opened:
        head = opened.readline()
    delimiter = max(",;\t|", key=head.count)
    names = next(csv.reader([head], delimiter=delimiter), [])
    twice = sorted({name for name in names if name.strip() and names.count(name) > 1})
    if twice:
        raise ValueError(f"the column {', '.join(map(repr, twice))} is there twice")
    with warnings.catch_warnings():
        # a row longer than the header would move or lose its values
        warnings.simplefilter("error", pd.errors.ParserWarning)
        return pd.read_csv(
            file, sep=delimiter, dtype=str, encoding="utf-8-sig", keep_default_na=False, na_values=[""],
            index_col=False, skip_blank_lines=False,
        )  # fmt: skip


def _read_xlsx(file: Path, layer: Layer) -> pd.DataFrame:
    with pd.ExcelFile(file) as book:
        sheets = [str(name) for name in book.sheet_names]
    if layer.sublayer is None and len(sheets) > 1:
        raise ValueError(f"it has several sheets ({', '.join(sheets)}): say which with sublayer")
    if layer.sublayer is not None and layer.sublayer not in sheets:
        raise ValueError(f"it has no sheet '{layer.sublayer}' (nearest: {nearest(layer.sublayer, sheets) or sheets})")
    return pd.read_excel(file, sheet_name=layer.sublayer or 0, dtype=object, keep_default_na=False, na_values=[""])


def _read_parquet(file: Path, layer: Layer) -> pd.DataFrame:
    del layer
    try:
        return gpd.read_parquet(file)
    except ValueError:  # a Parquet file without geometry
        return pd.read_parquet(file)


def _read_vector(file: Path, layer: Layer) -> pd.DataFrame:
    if layer.sublayer:
        return gpd.read_file(file, layer=layer.sublayer)
    names = [str(name) for name, kind in pyogrio.list_layers(file) if kind is not None]
    if len(names) > 1:
        raise ValueError(f"it has several layers ({', '.join(names)}): say which with sublayer")
    return gpd.read_file(file, layer=names[0]) if names else gpd.read_file(file)


def _reason(file: Path, layer: Layer, fault: Exception) -> str:
    if isinstance(fault, DataLayerError) and layer.sublayer:
        sublayers = [str(row[0]) for row in pyogrio.list_layers(file)]
        return f"it has no layer '{layer.sublayer}' (nearest: {nearest(layer.sublayer, sublayers) or sublayers})"
    return next((sentence for kind, sentence in _REASONS if isinstance(fault, kind)), str(fault))


def _located(name: str, rows: pd.DataFrame, file: Path, layer: Layer) -> gpd.GeoDataFrame:
    given = _crs(name, layer)
    if not isinstance(rows, gpd.GeoDataFrame):
        return _points(name, rows, file, layer, given)
    if rows.geometry.name != "geometry":
        rows = rows.rename_geometry("geometry")
    if rows.crs is None and given is None:
        raise LayerError(name, [f'{file.name} has no CRS: write it, or say crs = "EPSG:..." in [layers.{name}]'])
    if rows.crs is not None and given is not None and not CRS(rows.crs).equals(given, ignore_axis_order=True):
        raise LayerError(name, [f"{file.name} says its CRS is {rows.crs.name}, the project file says {given.name}"])
    located = rows if rows.crs is not None else rows.set_crs(given)
    beyond = _beyond(located)
    if beyond:
        raise LayerError(
            name, [f"{file.name}: {beyond} rows beyond 180 degrees east or 90 degrees north; are the axes swapped?"]
        )
    return located


def _beyond(rows: gpd.GeoDataFrame) -> int:
    if not rows.crs.is_geographic or rows.empty:
        return 0
    bounds = rows.bounds.abs()
    limits = pd.Series({"minx": 180.001, "miny": 90.001, "maxx": 180.001, "maxy": 90.001})
    return int((bounds > limits).any(axis=1).sum())


def _points(name: str, rows: pd.DataFrame, file: Path, layer: Layer, crs: CRS | None) -> gpd.GeoDataFrame:
    x, y = (layer.columns.get(axis, axis) for axis in ("longitude", "latitude"))
    rows = rows.rename(columns={column: nfc(str(column)) for column in rows.columns})
    own = list(rows.columns)
    faults = [
        f"{file.name}: column '{axis}' is missing"
        + (f" (your file has '{near}')" if (near := nearest(axis, own)) else "")
        for axis in (x, y)
        if axis not in own
    ]
    if crs is None:
        faults.append(
            f'{file.name} is a table and says no CRS: say crs = "EPSG:4326" in [layers.{name}] if it is degrees'
        )
    if faults or crs is None:
        raise LayerError(name, faults)
    plain = [rows[axis].where(~blank(rows[axis])) for axis in (x, y)]
    east, north = (pd.to_numeric(text, errors="coerce") for text in plain)
    faults = [f for text, read in zip(plain, (east, north), strict=True) for f in _unreadable(file, text, read)]
    if crs.is_geographic and (east.abs() > 180).any():
        faults.append(f"{file.name}: {int((east.abs() > 180).sum())} rows of '{x}' beyond 180 degrees")
    if crs.is_geographic and (north.abs() > 90).any():
        faults.append(
            f"{file.name}: {int((north.abs() > 90).sum())} rows of '{y}' beyond 90 degrees; are the axes swapped?"
        )
    if faults:
        raise LayerError(name, faults)
    geometry = gpd.points_from_xy(east, north)
    geometry[(east.isna() | north.isna()).to_numpy()] = None
    return gpd.GeoDataFrame(rows.drop(columns=[x, y]), geometry=geometry, crs=crs)


def _unreadable(file: Path, text: pd.Series, read: pd.Series) -> list[str]:
    bad = text[read.isna() & text.notna()]
    if bad.empty:
        return []
    found = str(bad.iloc[0])[:40]
    hint = f"; a decimal comma? expected {found.replace(',', '.')}" if found.count(",") == 1 else ""
    return [f"{file.name}: {len(bad)} rows of '{text.name}' are not numbers, first {found!r}{hint}"]


def _crs(name: str, layer: Layer) -> CRS | None:
    try:
        return CRS.from_user_input(layer.crs) if layer.crs else None
    except CRSError:
        raise LayerError(
            name, [f"crs = '{layer.crs}' is not a coordinate system; expected something like EPSG:4326"]
        ) from None
