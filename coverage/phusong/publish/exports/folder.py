"""Folder: the files of one export with their metadata and data dictionary, written whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Literal, get_args

from pyproj import CRS

from phusong.errors import SnapshotError
from phusong.ledger import bundle
from phusong.ledger.bundle import csv_bytes
from phusong.ledger.edition import Edition
from phusong.publish.atlas.rasters import ImageOf
from phusong.publish.exports import cog, csv_files, geojson, geoparquet, gpkg, pmtiles, stac
from phusong.publish.exports.content import Content, content
from phusong.publish.exports.dictionary import dictionary
from phusong.publish.exports.metadata import DEGREES, ENDING, metadata
from phusong.publish.tiers import Tier

Format = Literal["gpkg", "geoparquet", "geojson", "csv", "cog", "pmtiles", "stac"]
FORMATS: tuple[Format, ...] = get_args(Format)
"""Formats that are files."""
RECORD = "export.json"
DICTIONARY = "data_dictionary.csv"
_WRITERS: Mapping[str, Callable[[Content], dict[str, bytes]]] = {
    "gpkg": gpkg.files,
    "geoparquet": geoparquet.files,
    "geojson": geojson.files,
    "cog": cog.files,
    "pmtiles": pmtiles.files,
    "stac": stac.files,
}
_DATA = {".gpkg", ".parquet", ".geojson", ".csv", ".tif", ".pmtiles"}
"""Endings of files that have metadata beside them."""


@dataclass(frozen=True)
class Asked:
    """
    Which export is wanted.

    Parameters
    ----------
    unit
        Code of the commune or province, for these tiers.
    csv_form
        How numbers and cells are written in CSV.
    with_hexagons
        Whether people are also summed over H3 cells; for formats of tables.
    """

    format: Format
    tier: Tier = "public"
    unit: str | None = None
    csv_form: csv_files.Form = "plain"
    with_hexagons: bool = False


def write(edition: Edition, image_of: ImageOf, asked: Asked, folder: Path) -> list[Path]:
    """
    Write the files of one export in a folder of their own, in place of an earlier export of the same kind.

    Parameters
    ----------
    edition
        With everything in it; it is redacted here.

    Returns
    -------
    The files, by name.

    Raises
    ------
    SnapshotError
        When the folder holds anything else, cannot be written, or the edition has no such unit.
    """
    _refuse_others(folder, asked)
    held = content(edition, image_of, asked.tier, asked.unit, with_hexagons=asked.with_hexagons)
    data = csv_files.files(held, asked.csv_form) if asked.format == "csv" else _WRITERS[asked.format](held)
    if not data:
        raise SnapshotError(
            f"Kỳ {edition.period} không có gì để xuất ra {asked.format} cho cấp {asked.tier} / "
            f"{edition.period} holds nothing for {asked.format} that the tier {asked.tier} may see."
        )
    described = [name for name in data if PurePosixPath(name).suffix in _DATA]
    beside = {f"{name}{ENDING}": _json(_about(held, asked, name)) for name in described}
    files = {**data, **beside, DICTIONARY: csv_bytes(dictionary(_described(held, asked)))}
    bundle.write_files(folder, RECORD, files, _record(held, asked))
    return [folder / name for name in sorted(files)]


def _record(held: Content, asked: Asked) -> dict[str, Any]:
    edition = held.edition
    told = {"project": edition.project, "period": edition.period, "as_of": str(edition.as_of)}
    return {**told, "digest": edition.digest, "format": asked.format, "tier": held.tier, "unit": held.unit}


def _refuse_others(folder: Path, asked: Asked) -> None:
    """Stop before anything is replaced but an earlier export of the same kind."""
    bundle.refuse_foreign(folder, RECORD)
    if not (folder / RECORD).exists():
        return
    try:
        before = json.loads((folder / RECORD).read_bytes())
        files, kind = before["files"], (before["format"], before["tier"], before["unit"])
    except (ValueError, KeyError, TypeError):
        raise SnapshotError(
            f"{folder / RECORD} không phải bản ghi của lần xuất trước / is no record of an export."
        ) from None
    if kind != (asked.format, asked.tier, asked.unit or ""):
        was = " ".join(filter(None, kind))
        raise SnapshotError(f"{folder} đang chứa bản xuất khác / holds another export ({was}); choose another folder.")
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    if added := sorted(present - {RECORD, *files}):
        named = ", ".join(added[:3])
        raise SnapshotError(f"{folder} có tệp lạ / holds files that no export wrote: {named}. Move them away first.")


def _about(held: Content, asked: Asked, name: str) -> dict[str, Any]:
    """Metadata of a file, which has the name of what it holds, or holds all tables."""
    stem = PurePosixPath(name).stem
    if name.endswith(".tif"):
        raster = next(raster for raster in held.rasters() if raster.name == stem)
        return metadata(held, name, [raster], raster.grid.crs)
    if asked.format == "gpkg":
        return metadata(held, name, list(held.tables.values()), CRS(held.edition.communes.crs))
    return metadata(held, name, [held.tables[stem]], DEGREES)


def _described(held: Content, asked: Asked) -> dict[str, Any]:
    """Entries of what is in the files."""
    rasters = {"surface": [raster.entry for raster in held.rasters()]} if asked.format in ("cog", "stac") else {}
    if asked.format == "cog":
        return rasters
    return {name: table.entries for name, table in held.tables.items()} | rasters


def _json(record: Mapping[str, Any]) -> bytes:
    return (json.dumps(record, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()
