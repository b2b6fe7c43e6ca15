"""Metadata: what stands beside each file: definition, day, licence, CRS and sources, after ISO 19115-1."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from functools import cache
from typing import Any

import numpy as np
from pyproj import CRS, Transformer

from phusong.config import shipped
from phusong.publish.exports.content import LABELS, Content, Table
from phusong.publish.exports.rasters import Raster
from phusong.text import slug

ENDING = ".metadata.json"
DEGREES = CRS("EPSG:4326")
_STRICTNESS = ("yes", "share-alike", "ask")
"""Of what licences say of passing on; what is made of several inputs is as strict as the strictest."""


def metadata(content: Content, file: str, about: Sequence[Table | Raster], crs: CRS) -> dict[str, Any]:
    """
    What a person must know of a file to use it rightly.

    Parameters
    ----------
    about
        The tables or rasters in the file.
    crs
        Of the coordinates in the file.

    References
    ----------
    ISO 19115-1:2014; the names are those of its elements.
    """
    edition = content.edition
    return {
        "metadataStandard": "ISO 19115-1:2014 (JSON)",
        "metadataIdentifier": "/".join(
            filter(None, (edition.project, edition.period, content.tier, content.unit, file))
        ),
        "language": ["vi", "en"],
        "characterSet": "utf8",
        "title": {"vi": edition.title, "en": edition.title_en},
        "edition": {"period": edition.period, "digest": edition.digest, "snapshot": edition.snapshot_digest},
        "dateInfo": {"as_of": str(edition.as_of), "edition_day": str(edition.day or edition.as_of)},
        "referenceSystem": _system(crs),
        "extent": {"geographic": bounds(about), "temporal": str(edition.as_of)},
        "resourceConstraints": constraints(content),
        "lineage": {
            "sources": _sources(content),
            "synthetic": list(edition.synthetic),
            "statement": _statement(content),
        },
        "contentInfo": [_contents(one) for one in about],
    }


def constraints(content: Content) -> dict[str, Any]:
    """
    Who may see the file, and what the licences of its sources allow.

    `redistribution` is that of the strictest source; a licence that is not known asks.
    """
    found = [_licence(source) for source in content.edition.run.get("inputs", [])]
    words = {one["redistribution"] for one in found}
    strictest = max(words, key=_STRICTNESS.index) if words else "ask"
    return {
        "tier": content.tier,
        "unit": content.unit,
        "redistribution": strictest,
        "licences": [dict(pairs) for pairs in sorted({tuple(sorted(one.items())) for one in found})],
    }


def bounds(about: Iterable[Table | Raster]) -> list[float] | None:
    """West, south, east and north in degrees; None where nothing lies anywhere."""
    boxes = np.array([box for one in about if not np.isnan(box := _box(one)).any()])
    if not len(boxes):
        return None
    ends = [*boxes[:, :2].min(axis=0), *boxes[:, 2:].max(axis=0)]
    return [round(float(end), 6) for end in ends]


def _box(one: Table | Raster) -> np.ndarray:
    if isinstance(one, Table):
        return np.asarray(one.frame.geometry.to_crs(DEGREES).total_bounds)
    return np.asarray(Transformer.from_crs(one.grid.crs, DEGREES, always_xy=True).transform_bounds(*one.grid.bounds))


def _contents(one: Table | Raster) -> dict[str, Any]:
    if isinstance(one, Table):
        vi, en = LABELS[one.name]
        columns = [asdict(entry) for entry in one.entries]
        return {"name": one.name, "definition": {"vi": vi, "en": en}, "rows": len(one.frame), "columns": columns}
    classes = [{"values": list(each.values), "vi": each.label.vi, "en": each.label.en} for each in one.classes]
    return {
        "name": one.name,
        "definition": {"vi": one.entry.vi, "en": one.entry.en},
        "unit": one.entry.unit,
        "pixel_m": one.grid.pixel_m,
        "shape": list(one.grid.shape),
        "nodata": None if np.isnan(one.nodata) else one.nodata,
        "classes": classes,
    }


def _system(crs: CRS) -> dict[str, Any]:
    authority = crs.to_authority()
    return {"code": ":".join(authority) if authority else None, "name": crs.name, "wkt": crs.to_wkt()}


def _sources(content: Content) -> list[dict[str, Any]]:
    told = ("layer", "source", "licence", "as_of", "year", "synthetic")
    rows = [{key: source.get(key) for key in told} for source in content.edition.run.get("inputs", [])]
    return [row for number, row in enumerate(rows) if row not in rows[:number]]


def _statement(content: Content) -> dict[str, str]:
    vi = "Mô hình tính toán từ các nguồn dưới đây; không phải số đo tại chỗ."
    en = "Computed by a model from these sources; not measured on the ground."
    if content.edition.synthetic:
        vi, en = f"{vi} DỮ LIỆU GIẢ LẬP, không phải số liệu thật.", f"{en} SYNTHETIC DATA, made up."
    return {"vi": vi, "en": en}


def _licence(source: Mapping[str, Any]) -> dict[str, str]:
    stated = str(source.get("licence") or "")
    key = "synthetic" if source.get("synthetic") else slug(stated)
    known = _licences().get(key, _licences()["unstated"])
    return {"stated": stated, **{name: known[name] for name in ("name", "allows", "redistribution")}}


@cache
def _licences() -> dict[str, dict[str, str]]:
    raw = tomllib.loads(shipped("gis_data", "licences.toml").read_text("utf-8"))
    return {slug(key): entry for key, entry in raw.items()}
