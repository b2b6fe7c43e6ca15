"""KML and KMZ: shapes, what is told of them, and what is not resolved."""

from __future__ import annotations

import pytest
import shapely

from phusong.errors import FilingError
from phusong.intake.readers import Limits, read


def kml(*marks: str, head: str = "") -> bytes:
    """A document of placemarks."""
    body = "".join(f"<Placemark>{mark}</Placemark>" for mark in marks)
    return f'<?xml version="1.0"?>{head}<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{body}</Document></kml>'.encode()


def shape_of(filed, mark: str):
    """The shape of the only placemark."""
    (table,) = read(filed("a.kml", kml(mark)))
    return table.geometry[0]


POINT = "<Point><coordinates>105.5,21.5,12</coordinates></Point>"


def test_what_is_told_of_a_placemark_becomes_columns(filed):
    first = f"""<name> VTL-1 </name><description>trạm</description><ExtendedData>
    <Data name="Công nghệ"><value>4G</value></Data>
    <SchemaData><SimpleData name="cao">30</SimpleData></SchemaData></ExtendedData>{POINT}"""
    (table,) = read(filed("a.kml", kml(first, f"<name>VTL-2</name>{POINT}")))
    assert table.names == ("name", "description", "Công nghệ", "cao")
    assert table.cells.to_numpy(object).tolist() == [["VTL-1", "trạm", "4G", "30"], ["VTL-2", None, None, None]]
    assert table.cells.index.tolist() == [0, 1]
    assert table.crs == "EPSG:4326"
    assert table.geometry.tolist() == [shapely.Point(105.5, 21.5)] * 2


@pytest.mark.parametrize(
    ("mark", "expected"),
    [
        (POINT, "POINT (105.5 21.5)"),
        ("<Point><coordinates>\n 105.5, 21.5 \n</coordinates></Point>", "POINT (105.5 21.5)"),
        ("<LineString><coordinates>105,21 106,21,5</coordinates></LineString>", "LINESTRING (105 21, 106 21)"),
        (
            "<MultiGeometry><LineString><coordinates>105,21 106,21</coordinates></LineString>"
            "<LineString><coordinates>107,21 108,21</coordinates></LineString></MultiGeometry>",
            "MULTILINESTRING ((105 21, 106 21), (107 21, 108 21))",
        ),
        (
            "<Polygon><outerBoundaryIs><LinearRing><coordinates>0,0 4,0 4,4 0,0</coordinates></LinearRing>"
            "</outerBoundaryIs><innerBoundaryIs><LinearRing><coordinates>2,1 3,1 3,2 2,1</coordinates></LinearRing>"
            "</innerBoundaryIs></Polygon>",
            "POLYGON ((0 0, 4 0, 4 4, 0 0), (2 1, 3 1, 3 2, 2 1))",
        ),
    ],
    ids=["point", "blanks", "line", "lines", "hole"],
)
def test_shapes_are_whole(filed, mark, expected):
    assert shape_of(filed, mark).wkt == expected


@pytest.mark.parametrize(
    "coordinates", ["", "105.5", "105.5;21.5", "NaN,21.5", "inf,21.5", "một,hai", "105.5,21.5 x"], ids=str
)
def test_a_broken_shape_is_none_and_its_row_stays(filed, coordinates):
    (table,) = read(filed("a.kml", kml(f"<name>A-1</name><Point><coordinates>{coordinates}</coordinates></Point>")))
    assert table.cells.iloc[0].tolist() == ["A-1"]
    assert table.geometry.tolist() == [None]


def test_links_to_other_places_are_told_and_not_followed(filed):
    link = b"<NetworkLink><Link><href>http://127.0.0.1:9/x.kml</href></Link></NetworkLink>"
    (table,) = read(filed("a.kml", kml(POINT).replace(b"</Document>", link + b"</Document>")))
    assert table.notes == ("1 links to other places are not followed",)
    only = kml().replace(b"</Document>", link + b"</Document>")
    with pytest.raises(FilingError, match=r"b\.kml has no placemarks; its links to other places are not followed"):
        list(read(filed("b.kml", only)))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    "entity",
    ['<!ENTITY a "x">', '<!ENTITY a SYSTEM "file:///etc/passwd">', '<!ENTITY a "x"><!ENTITY b "&a;&a;&a;&a;&a;&a;">'],
    ids=["inner", "outer", "laughs"],
)
def test_entities_are_refused_in_any_encoding(filed, entity, encoding):
    text = kml(f"<name>&a;</name>{POINT}", head=f"<!DOCTYPE kml [{entity}]>").decode()
    data = text.replace('version="1.0"', f'version="1.0" encoding="{encoding}"').encode(encoding)
    with pytest.raises(
        FilingError, match=r"a\.kml declares XML entities; they are not resolved, so the file is refused"
    ):
        list(read(filed("a.kml", data)))


def test_a_description_that_speaks_of_doctypes_is_only_text(filed):
    mark = f"<name>A-1</name><description><![CDATA[<!DOCTYPE html><b>trạm</b>]]></description>{POINT}"
    (table,) = read(filed("a.kml", kml(mark)))
    assert table.cells.iloc[0].tolist() == ["A-1", "<!DOCTYPE html><b>trạm</b>"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"<kml><Document>", r"a\.kml is no KML: no element found"),
        (b"<kml/>", r"a\.kml has no placemarks$"),
        (b'<?xml version="1.0" encoding="x-no"?><kml/>', r"a\.kml is no KML: unknown encoding"),
    ],
)
def test_what_is_no_kml_is_refused(filed, data, message):
    with pytest.raises(FilingError, match=message):
        list(read(filed("a.kml", data)))


def test_a_kml_too_large_is_refused(filed):
    with pytest.raises(FilingError, match=r"a\.kml has 0\.0 GB; file it as GeoPackage or CSV"):
        list(read(filed("a.kml", kml(POINT)), Limits(feature_bytes=10)))


def test_a_kmz_is_read_without_the_pictures_of_its_marks(zipped):
    path = zipped(
        "a.kmz", {"doc.KML": kml(f"<name>A-1</name>{POINT}"), "files/mark.png": b"\x89PNG", "x.csv": b"a;b\n"}
    )
    (table,) = read(path)
    assert (table.file, table.cells.iloc[0, 0]) == ("a.kmz/doc.KML", "A-1")
