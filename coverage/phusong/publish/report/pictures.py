"""Pictures of the report: the chart of its unit's 5G by quarter, and the map of its communes."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from phusong.ledger.edition import Edition
from phusong.ledger.readings import COVERED
from phusong.publish.atlas.assembly import Shared, atlas_of, in_order
from phusong.publish.atlas.atlas import Page
from phusong.publish.atlas.contents import contents
from phusong.publish.atlas.look import page_words, palette
from phusong.publish.atlas.outlines import TOLERANCE_M, Outlines, outlines
from phusong.publish.drawing import own_settings
from phusong.publish.pictures.picture import Kind, settings
from phusong.publish.pictures.picture import draw as draw_map
from phusong.publish.pictures.slimming import fewer_digits
from phusong.publish.redaction import redact
from phusong.publish.report.forms.raster import png
from phusong.publish.report.model import Picture
from phusong.publish.report.scope import Scope
from phusong.publish.series_chart import SeriesChart, charts
from phusong.publish.series_chart import draw as draw_chart
from phusong.publish.topology import arcs_of, shapes
from phusong.publish.topology import part as areas
from phusong.units import ANY

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DOTS_PER_INCH = 200.0
_CHART_MM, _MAP_MM = 130.0, 135.0
_KIND = Kind("svg", 7.2, 72.0)
"""Lower than a sheet of its own: its title and sources are those of the report."""
_PLOT_IN = 1.7
"""A lower chart than a phone shows: it stands below the headline, and its caption is its title."""


@dataclass(frozen=True)
class Gallery:
    """
    What the pictures of all reports of an edition are drawn from: public figures only, whatever the tier.

    Parameters
    ----------
    charts
        By the code of the province; that of the study by an empty one.
    edition
        As everyone may hold it.
    """

    charts: Mapping[str, SeriesChart]
    edition: Edition

    def pictures(self, scope: Scope) -> Sequence[Picture]:
        """Those of a unit; a commune has no series of its own, and no chart."""
        return [*self._chart(scope), self._map(scope)]

    def _chart(self, scope: Scope) -> Iterator[Picture]:
        chart = self.charts.get(scope.code) if scope.level != "commune" else None
        if chart is not None:
            with own_settings():
                yield _picture("chart", draw_chart(chart, _PLOT_IN, titled=False), scope, _CHART_MM)

    def _map(self, scope: Scope) -> Picture:
        """Of its own communes only: to simplify all outlines of the nation takes longer than a report."""
        part = _part(self.edition, scope)
        drawn = _outlines(in_order(part.communes), part, scope)
        atlas = atlas_of(Shared(part, None, part, None, "public", drawn, ()), None)
        rows = np.arange(len(atlas.communes))
        told = contents(atlas, Page(scope.level, scope.code, scope.name, rows, np.empty(0, np.int64)))
        alone = dataclasses.replace(told, data={**told.data, "base": None})
        with settings():
            drawing = draw_map(alone, _KIND, palette(page_words()), alone=False)
            return _picture("map", drawing, scope, _MAP_MM)


def gallery(edition: Edition) -> Gallery:
    """The charts of an edition, and the edition for its maps."""
    found = {}
    for chart in charts(edition) if "series" in edition.outlook else ():
        first = chart.points.iloc[0]
        if (first.definition_id, first.operator, first.technology) == (COVERED, ANY, "NR"):
            found[str(first.unit_code)] = chart
    return Gallery(found, redact(edition, "public"))


def _part(edition: Edition, scope: Scope) -> Edition:
    """What of an edition is drawn of a unit: communes, dead zones and villages."""
    none: dict[str, Any] = {name: getattr(edition, name).iloc[:0] for name in ("sites", "power_lines", "substations")}
    none |= {"levels": edition.levels.iloc[:0], "outlook": {}, "published": {}, "tasks": {}}
    if scope.level == "nation":
        return dataclasses.replace(edition, **none)
    communes = edition.communes[edition.communes[f"{scope.level}_code"].astype(str) == scope.code]
    own = {
        name: table[table["commune_code"].isin(communes["commune_code"])] if "commune_code" in table else table.iloc[:0]
        for name, table in (("zones", edition.zones), ("villages", edition.villages))
    }
    return dataclasses.replace(edition, communes=communes, **own, **none)


def _outlines(communes: gpd.GeoDataFrame, part: Edition, scope: Scope) -> Outlines:
    """Those that its map needs: round a province nothing is drawn, and its communes are not thinned out further."""
    if scope.level == "nation":
        return outlines(communes.geometry, communes["province_code"].tolist(), part.villages.geometry)
    fine = arcs_of(communes.geometry, TOLERANCE_M)
    degrees, nothing = shapes(fine).to_numpy(), areas(fine, [])
    at = shapely.get_coordinates(shapely.point_on_surface(degrees))
    return Outlines(fine, nothing, degrees, at, (), nothing)


def _picture(name: str, figure: Figure, scope: Scope, width_mm: float) -> Picture:
    """A drawing, under the settings that it was drawn in; its dots are made from its vectors, so that both agree."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None})
    svg = fewer_digits(buffer.getvalue())
    told, alt = (scope.words.text(f"headline.{key}", unit=scope.called) for key in (name, f"{name}_alt"))
    return Picture(name, svg, png(svg, _DOTS_PER_INCH), alt, told, width_mm)
