"""The search for canaries opens what it must: each is found through every wrapping, and nothing where none is."""

from __future__ import annotations

import base64
import gzip
import io
import json
import sqlite3
import zipfile
import zlib

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from canaries import found, number, position, table_files, word
from matplotlib.figure import Figure
from PIL import Image, PngImagePlugin
from rasterio.io import MemoryFile

from phusong.publish.atlas.packing import Columns, digits, lines, points

SECRET = word("secret")
PLAIN = f"trạm {SECRET.value} ở đây".encode()


def zipped(name: str, data: bytes) -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return into.getvalue()


def pdf() -> bytes:
    "A page as matplotlib sets it: the letters of a line apart, with the kerning between them."
    into, figure = io.BytesIO(), Figure()
    figure.text(0.1, 0.5, f"AVAV {SECRET.value}")
    figure.savefig(into, format="pdf")
    return into.getvalue()


def png(pixels: bool) -> bytes:
    into, told = io.BytesIO(), PngImagePlugin.PngInfo()
    shades = np.zeros((40, 40), np.uint8)
    if pixels:
        shades[20, 5 : 5 + len(SECRET.value)] = list(SECRET.value.encode())
    else:
        told.add_text("Comment", SECRET.value, zip=True)
    Image.fromarray(shades).save(into, "png", pnginfo=told)
    return into.getvalue()


def free_pages() -> bytes:
    "A database from which the row was deleted: no query finds it, the file still holds it."
    database = sqlite3.connect(":memory:")
    database.execute("pragma secure_delete = off")
    database.execute("create table t (x text)")
    database.execute("insert into t values (?)", ["x" * 9000 + SECRET.value])
    database.execute("delete from t")
    database.commit()
    return database.serialize()


def tiff() -> bytes:
    with MemoryFile() as memory:
        with memory.open(driver="GTiff", dtype="uint8", count=1, height=8, width=8, compress="DEFLATE") as raster:
            raster.write(np.zeros((1, 8, 8), np.uint8))
            raster.set_band_description(1, SECRET.value)
        return bytes(memory.read())


WRAPPED = {
    "text": PLAIN,
    "utf-16": PLAIN.decode().encode("utf-16"),
    "capitals": PLAIN.upper(),
    "html": b"<p>" + b"".join(b"&#%d;" % letter for letter in SECRET.value.encode()),
    "json": "".join(f"\\u{ord(letter):04x}" for letter in SECRET.value).encode(),
    "base64": b"data:image/png;base64," + base64.b64encode(PLAIN * 2),
    "hex": (PLAIN * 2).hex().encode(),
    "gzip": gzip.compress(PLAIN),
    "deflate": zlib.compress(PLAIN, wbits=-15),
    "name in a zip file": zipped(f"{SECRET.value}.txt", b"nothing"),
    "zip in a zip": zipped("a.zip", zipped("b.txt", PLAIN)),
    "deflated base64 in a page": b"<script>x='" + base64.b64encode(zlib.compress(PLAIN * 3)) + b"'</script>",
    "pdf": pdf(),
    "png text": png(pixels=False),
    "png pixels": png(pixels=True),
    "sqlite free pages": free_pages(),
    "tiff": tiff(),
}


@pytest.mark.parametrize("name", WRAPPED)
def test_a_word_is_found_in(name):
    assert found({name: WRAPPED[name]}, [SECRET, word("another")]) == [f"secret in {name}"]


def test_table_formats_are_read():
    "Words, numbers and places; Parquet keeps them compressed by column."
    values = [word("w"), number("n"), position("p", 540_123.25, 2_360_456.5, 105.387_41, 21.337_52)]
    place = gpd.GeoSeries([shapely.Point(540_123.25, 2_360_456.5)], crs="EPSG:3405")
    degrees = place.to_crs("EPSG:4326").iloc[0]
    values[2] = position("p", 540_123.25, 2_360_456.5, degrees.x, degrees.y)
    table = gpd.GeoDataFrame({"word": [values[0].value], "number": [values[1].value]}, geometry=place)
    for name, data in table_files("t", table).items():
        wanted = {"w", "n"} if name.endswith((".csv", ".json")) else {"w", "n", "p"}
        assert {one.split(" in ")[0] for one in found({name: data}, values)} == wanted, name
    assert found(table_files("t", pd.DataFrame({"word": ["harmless"], "number": [1.5]})), values) == []


def test_places_on_a_page_are_added_up():
    "Steps from the place before, in hundred-thousandths of a degree, as the map has them."
    own = position("p", 0.5, 0.5, 105.12345, 21.54321)
    page = '<script type="application/json" id="contents">{"geometry":[10500000,2150000,12345,4321]}</script>'
    assert found({"map.html": page.encode()}, [own]) == ["p in map.html"]
    assert found({"map.html": page.replace("12345,", "12545,").encode()}, [own]) == []


def test_what_a_page_packs_is_unpacked():
    "Numbers of a column, those kept as what they lack of another, thousandths, and places as steps."
    one, two, three = (number(name) for name in ("one", "two", "three"))
    values = np.array([[int(one.value), 5_000_000], [int(two.value), 4_999_999]])
    columns, like = Columns(), None
    for row in values:
        like = columns.place(row, like)
    at = position("place", 1.0, 2.0, 105.123456, 21.654321)
    block = {
        "columns": columns.packed,
        "thousandths": digits([round(three.value * 1000)]),
        "at": points(np.array([[105.0, 21.0], [105.123456, 21.654321]])),
        "lines": lines(np.array([shapely.LineString([(105.0, 21.0), (105.123456, 21.654321)])])),
    }
    page = f'<script type="application/json" id="data">{json.dumps(block)}</script>'.encode()
    secrets = [one, two, three, at]
    assert found({"page": page}, secrets) == [f"{secret.place} in page" for secret in secrets]
    bare = {**block, "at": None, "columns": [], "lines": None}
    page = f'<script type="application/json" id="data">{json.dumps(bare)}</script>'.encode()
    assert found({"page": page}, secrets) == ["three in page"]
