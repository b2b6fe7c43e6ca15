// The ground: land outside, the units in the looks of their classes, the outlines of provinces; and whose ground a tap is on.
function phusongGround(map, data, look, geometry, patterns) {
  "use strict";
  const topology = geometry.read(data.units.topology);
  const units = geometry.areas(topology);
  const outside = data.base ? geometry.areas(geometry.read(data.base.topology)) : [];
  const neighbours = look.neighbours.map(({ points }) => geometry.ring(points));
  const provinces = geometry.borders(topology, data.units.province);
  const places = geometry.points(data.units.at);
  const probe = document.createElement("canvas").getContext("2d");
  const NEAR_PX = 22, OUTLINED = 7;
  let styles = [], wholes = null, chosen = -1;

  const seen = (area, box) => area.box[0] < box[2] && area.box[2] > box[0] && area.box[1] < box[3] && area.box[3] > box[1];

  function outline(pen, view, path, colour, width) {
    pen.strokeStyle = colour;
    pen.lineWidth = (width * view.ratio) / view.scale;
    pen.stroke(path);
  }

  // From afar all units of a look are one path: that is quick, and no seam shows between them.
  function together() {
    if (wholes) return wholes;
    wholes = new Map();
    units.forEach(function (area, row) {
      if (!wholes.has(styles[row])) wholes.set(styles[row], new Path2D());
      wholes.get(styles[row]).addPath(area.path);
    });
    return wholes;
  }

  // Ground without a style of its own lets the picture below be seen.
  function fill(pen, path, style) {
    pen.globalCompositeOperation = style ? "source-over" : "destination-out";
    pen.fillStyle = style ? patterns.fill(pen, style) : "#000";
    pen.fill(path, "evenodd");
    pen.globalCompositeOperation = "source-over";
  }

  function fillUnits(pen, view) {
    if (view.zoom < OUTLINED) return together().forEach((path, style) => fill(pen, path, style));
    const shown = units.map((area, row) => [area, styles[row]]).filter(([area]) => seen(area, view.box));
    for (const [area, style] of shown) fill(pen, area.path, style);
    const width = Math.min(1, 0.4 + (view.zoom - OUTLINED) / 4);
    for (const [area] of shown) outline(pen, view, area.path, look.lines.unit, width);
  }

  function paint(pen, view) {
    const land = look.states.outside;
    pen.setTransform(view.scale, 0, 0, view.scale, view.x, view.y);
    pen.lineJoin = "round";
    pen.fillStyle = look.lines.neighbours;
    neighbours.forEach((path) => pen.fill(path));
    for (const area of outside.filter((area) => seen(area, view.box))) {
      fill(pen, area.path, land);
      outline(pen, view, area.path, land.outline, 0.8);
    }
    fillUnits(pen, view);
    outline(pen, view, provinces, look.lines.province, Math.max(0.7, Math.min(1.6, (view.zoom - 4) / 2.5)));
    if (chosen >= 0) {
      outline(pen, view, units[chosen].path, look.lines.chosen_edge, 6);
      outline(pen, view, units[chosen].path, look.lines.chosen, 3);
    }
  }

  // The unit whose ground this is; a near one where it is the sea, because islands are smaller than fingers.
  function unitAt(place) {
    const [x, y] = geometry.local(place.lng, place.lat);
    const row = units.findIndex((area) => seen(area, [x, y, x, y]) && probe.isPointInPath(area.path, x, y, "evenodd"));
    if (row >= 0) return row;
    const tapped = map.latLngToContainerPoint(place);
    let near = -1, least = NEAR_PX;
    places.forEach(function (other, i) {
      const away = map.latLngToContainerPoint(other).distanceTo(tapped);
      if (away < least) { near = i; least = away; }
    });
    return near;
  }

  function boundsOf(row) {
    const [west, north, east, south] = units[row].box;
    return L.latLngBounds(geometry.back(west, south), geometry.back(east, north));
  }

  const widthOf = (row) => units[row].box[2] - units[row].box[0];

  return {
    paint: paint,
    restyle: (found) => { styles = found; wholes = null; },
    choose: (row) => { chosen = row; },
    unitAt: unitAt,
    boundsOf: boundsOf,
    widthOf: widthOf,
    places: places,
  };
}
