"""STAC: a static catalogue of the edition, with its tables as GeoParquet and its rasters as COG, for any web server."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any

from phusong.publish.exports import cog, geoparquet
from phusong.publish.exports.content import LABELS, Content, Table
from phusong.publish.exports.metadata import bounds, constraints
from phusong.publish.exports.rasters import Raster
from phusong.text import slug

VERSION = "1.1.0"
_PROJECTION = "https://stac-extensions.github.io/projection/v2.0.0/schema.json"
_COG = "image/tiff; application=geotiff; profile=cloud-optimized"
_GEOPARQUET = "application/vnd.apache.parquet"
_JSON, _GEOJSON = "application/json", "application/geo+json"


def files(content: Content) -> dict[str, bytes]:
    """
    Bytes of each file by its name: catalogue, collection, an item for each table and raster, and their data.

    References
    ----------
    SpatioTemporal Asset Catalog 1.1.0; a self-contained catalogue with relative links.
    """
    data = {f"tables/{name}": data for name, data in geoparquet.files(content).items()}
    data |= {f"surface/{name}": data for name, data in cog.files(content).items()}
    abouts: list[Table | Raster] = [table for table in content.tables.values() if len(table.frame)]
    abouts += content.rasters()
    items = {f"items/{one.name}.json": _item(content, one) for one in abouts}
    pages = {"catalog.json": _catalogue(content), "collection.json": _collection(content, abouts, list(items)), **items}
    return {**{name: _bytes(page) for name, page in pages.items()}, **data}


def _identifier(content: Content) -> str:
    return "-".join(
        filter(None, (slug(content.edition.project), content.edition.period, content.tier, slug(content.unit)))
    )


def _catalogue(content: Content) -> dict[str, Any]:
    edition = content.edition
    return {
        "type": "Catalog",
        "stac_version": VERSION,
        "id": f"{slug(edition.project)}-catalogue",
        "title": edition.title,
        "description": _description(content),
        "links": [_link("root", "./catalog.json"), _link("child", "./collection.json")],
    }


def _collection(content: Content, abouts: Sequence[Table | Raster], items: Sequence[str]) -> dict[str, Any]:
    moment = _moment(content)
    links = [_link("root", "./catalog.json"), _link("parent", "./catalog.json")]
    sources = content.edition.run.get("inputs", [])
    return {
        "type": "Collection",
        "stac_version": VERSION,
        "id": _identifier(content),
        "title": f"{content.edition.title} – {content.edition.period}",
        "description": _description(content),
        "license": "other",
        "phusong:constraints": constraints(content),
        "providers": [{"name": name} for name in dict.fromkeys(str(s["source"]) for s in sources if s.get("source"))],
        "extent": {
            "spatial": {"bbox": [bounds(abouts) or [-180, -90, 180, 90]]},
            "temporal": {"interval": [[moment, moment]]},
        },
        "links": links + [_link("item", f"./{name}", _GEOJSON) for name in items],
    }


def _item(content: Content, one: Table | Raster) -> dict[str, Any]:
    box = bounds([one])
    if box is None:
        raise ValueError(f"{one.name} lies nowhere")
    west, south, east, north = box
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    up = [("root", "../catalog.json"), ("parent", "../collection.json"), ("collection", "../collection.json")]
    return {
        "type": "Feature",
        "stac_version": VERSION,
        "stac_extensions": [_PROJECTION],
        "id": f"{_identifier(content)}-{one.name}",
        "collection": _identifier(content),
        "bbox": box,
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": {"datetime": _moment(content), **(_of_table(one) if isinstance(one, Table) else _of_raster(one))},
        "links": [_link(relation, place) for relation, place in up],
        "assets": {"data": _asset(one)},
    }


def _of_table(table: Table) -> dict[str, Any]:
    vi, en = LABELS[table.name]
    return {"title": vi, "description": en, "proj:code": "EPSG:4326"}


def _of_raster(raster: Raster) -> dict[str, Any]:
    authority = raster.grid.crs.to_authority()
    system = {"proj:code": ":".join(authority)} if authority else {"proj:wkt2": raster.grid.crs.to_wkt()}
    told = {"title": raster.entry.vi, "description": raster.entry.en, "gsd": raster.grid.pixel_m}
    return {**told, **system, "proj:shape": list(raster.grid.shape), "proj:transform": list(raster.grid.transform)[:6]}


def _asset(one: Table | Raster) -> Mapping[str, Any]:
    if isinstance(one, Table):
        return {"href": f"../tables/{one.name}.parquet", "type": _GEOPARQUET, "roles": ["data"]}
    return {"href": f"../surface/{one.name}.tif", "type": _COG, "roles": ["data"]}


def _description(content: Content) -> str:
    edition = content.edition
    told = f"{edition.title} / {edition.title_en}. {edition.period}, {edition.as_of}. {content.tier} {content.unit}"
    return told.strip() + (" DỮ LIỆU GIẢ LẬP / SYNTHETIC DATA" if edition.synthetic else "")


def _moment(content: Content) -> str:
    return dt.datetime.combine(content.edition.as_of, dt.time(), dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _link(relation: str, place: str, kind: str = _JSON) -> dict[str, str]:
    return {"rel": relation, "href": place, "type": kind}


def _bytes(page: Mapping[str, Any]) -> bytes:
    return (json.dumps(page, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()
