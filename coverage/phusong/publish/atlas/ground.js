// The ground: land outside, the units in the looks of their classes, the outlines of provinces; and whose ground a tap is on.
function phusongGround(map, data, look, geometry, patterns) {
  "use strict";
  const units = detailed(geometry.read(data.units.topology));
  const outside = data.base ? detailed(geometry.read(data.base.topology)) : null;
  const neighbours = look.neighbours.map(({ points }) => geometry.ring(points));
  const provinces = phusongTopology.borders(units.whole, data.units.province);
  const probe = document.createElement("canvas").getContext("2d");
  const NEAR_PX = 22, OUTLINED = 7, FINEST_DEGREES = 4e-4;
  let styles = [], places = null, chosen = -1;

  const seen = (box, view) => box[0] < view[2] && box[2] > view[0] && box[1] < view[3] && box[3] > view[1];

  // Areas as finely as a view shows them, to half a pixel of its screen: what a phone need not draw costs it no time.
  function detailed(whole) {
    const found = new Map();
    return {
      whole: whole,
      at: function (view) {
        const level = Math.ceil(Math.log2(view.scale / view.ratio)), step = 0.5 / Math.pow(2, level);
        if (step < FINEST_DEGREES) return whole;
        if (!found.has(level)) found.set(level, geometry.coarser(whole, step));
        return found.get(level);
      },
    };
  }

  function stroke(pen, view, path, colour, width) {
    pen.strokeStyle = colour;
    pen.lineWidth = (width * view.ratio) / view.scale;
    pen.stroke(path);
  }

  // Ground without a style of its own lets the picture below be seen.
  function fill(pen, path, style) {
    pen.globalCompositeOperation = style ? "source-over" : "destination-out";
    pen.fillStyle = style ? patterns.fill(pen, style) : "#000";
    pen.fill(path, "evenodd");
    pen.globalCompositeOperation = "source-over";
  }

  // All units of a look that are seen are one path: that is quick, and no seam shows between them.
  function fillUnits(pen, view, shown) {
    const paths = new Map();
    styles.forEach(function (style, row) {
      if (!seen(shown.boxes[row], view.box)) return;
      if (!paths.has(style)) paths.set(style, new Path2D());
      geometry.area(paths.get(style), shown, row);
    });
    paths.forEach((path, style) => fill(pen, path, style));
  }

  function fillOutside(pen, view, shown) {
    const land = look.states.outside, path = new Path2D();
    shown.boxes.forEach((box, row) => { if (seen(box, view.box)) geometry.area(path, shown, row); });
    fill(pen, path, land);
    stroke(pen, view, path, land.outline, 0.8);
  }

  function paint(pen, view) {
    const shown = units.at(view), { unit, province, chosen_edge, chosen: inner } = look.lines;
    pen.setTransform(view.scale, 0, 0, view.scale, view.x, view.y);
    pen.lineJoin = pen.lineCap = "round"; // no ring is closed
    pen.fillStyle = look.lines.neighbours;
    neighbours.forEach((path) => pen.fill(path));
    if (outside) fillOutside(pen, view, outside.at(view));
    fillUnits(pen, view, shown);
    const far = view.zoom < OUTLINED, inView = (line) => seen(shown.line_boxes[line], view.box);
    if (!far) stroke(pen, view, geometry.along(shown, shown.line_boxes.keys(), inView), unit, Math.min(1, 0.4 + (view.zoom - OUTLINED) / 4));
    stroke(pen, view, geometry.along(shown, provinces, inView), province, Math.max(0.7, Math.min(1.6, (view.zoom - 4) / 2.5)));
    if (chosen < 0) return;
    const path = geometry.area(new Path2D(), shown, chosen);
    stroke(pen, view, path, chosen_edge, 6);
    stroke(pen, view, path, inner, 3);
  }

  const placesOf = () => (places = places || geometry.points(data.units.at));
  const holds = (row, x, y) => probe.isPointInPath(geometry.area(new Path2D(), units.whole, row), x, y, "evenodd");

  // The unit whose ground this is; a near one where it is the sea, because islands are smaller than fingers.
  function unitAt(place) {
    const [x, y] = geometry.local(place.lng, place.lat);
    const row = units.whole.boxes.findIndex((box, i) => seen(box, [x, y, x, y]) && holds(i, x, y));
    if (row >= 0) return row;
    const tapped = map.latLngToContainerPoint(place);
    let near = -1, least = NEAR_PX;
    placesOf().forEach(function (other, i) {
      const away = map.latLngToContainerPoint(other).distanceTo(tapped);
      if (away < least) { near = i; least = away; }
    });
    return near;
  }

  function boundsOf(row) {
    const [west, north, east, south] = units.whole.boxes[row];
    return L.latLngBounds(geometry.back(west, south), geometry.back(east, north));
  }

  const widthOf = (row) => units.whole.boxes[row][2] - units.whole.boxes[row][0];

  return {
    paint: paint,
    restyle: (found) => { styles = found; },
    choose: (row) => { chosen = row; },
    unitAt: unitAt,
    boundsOf: boundsOf,
    widthOf: widthOf,
    places: placesOf,
  };
}
