"""The page's script reads the outlines as Python wrote them."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from phusong.publish import topology

SCRIPT = Path(topology.__file__).with_name("topology.js")


def test_script_reads_every_ring(chromium):
    "Islands, an enclave, places west and south of zero, and shared edges in both directions."
    enclave = shapely.box(104.01, 9.01, 104.02, 9.02)
    areas = [
        shapely.MultiPolygon(
            [shapely.box(104, 9, 104.1, 9.1).difference(enclave), shapely.box(105, 9, 105.001, 9.001)]
        ),
        enclave,
        shapely.box(104.1, 9, 104.2, 9.1),
        shapely.Point(-0.3, -0.2).buffer(0.1, quad_segs=40),
    ]
    arcs = topology.arcs_of(gpd.GeoSeries(areas, crs="EPSG:4326"), 30.0)
    groups = ["01", "01", "01", "02"]
    page = chromium.new_page()
    try:
        page.add_script_tag(content=SCRIPT.read_text("utf-8"))
        read, borders = page.evaluate(
            """([packed, groups]) => {
                const drawn = phusongTopology.read(packed);
                const rings = drawn.areas.map((_, area) => phusongTopology.rings(drawn, area));
                return [rings, phusongTopology.borders(drawn, groups).map((arc) => Array.from(drawn.lines[arc]))];
            }""",
            [topology.encoded(arcs), groups],
        )
    finally:
        page.close()
    spans = zip(arcs.area_starts[:-1], arcs.area_starts[1:], strict=True)
    expected = [[(arcs.ring(number) / 1e6).tolist() for number in range(a, b)] for a, b in spans]
    assert read == expected
    assert [len(area) for area in read] == [3, 1, 1, 1]
    assert borders == [(arcs.line(arc) / 1e6).ravel().tolist() for arc in topology.borders(arcs, groups)]
    assert min(np.array(read[3][0]).min(axis=0)) < 0
