// Marks: zones, villages, sites and lines on top of the ground. A layer is made when it is first shown, so that a phone
// opens the page at once.
function phusongMarks(map, data, look, geometry, words, ways, later, onTap) {
  "use strict";
  const AT_ONCE = 25;
  const canvas = L.canvas({ padding: 0.15, tolerance: L.Browser.mobile ? 8 : 2 });
  const readers = {
    point: (layer) => geometry.points(layer.points),
    line: (layer) => geometry.lines(layer.lines),
    area: (layer) => phusongTopology.read(layer.topology),
  };
  const makers = {
    point: (place, style) => L.circleMarker(place, style),
    line: (place, style) => L.polyline(place, style),
    area: (place, style) => L.polygon(place, style),
  };
  const groups = {}, filled = {}, shapes = data.marks.filter((layer) => !layer.ground);

  function placeOf(layer, row) {
    const places = (layer.places = layer.places || readers[layer.shape](layer));
    if (layer.shape !== "area") return places[row];
    return phusongTopology.rings(places, row).map((ring) => ring.map(([x, y]) => L.latLng(y, x)));
  }

  function shapeOf(layer, row) {
    const found = look.marks[layer.classes[layer.class[row]].style];
    const style = { color: found.outline, weight: found.weight, dashArray: found.dashes, radius: found.radius };
    if (found.fill) Object.assign(style, { fill: true, fillColor: found.fill, fillOpacity: found.opacity });
    const common = { renderer: canvas, bubblingMouseEvents: false, smoothFactor: 0.6 };
    const shape = makers[layer.shape](placeOf(layer, row), Object.assign(style, common));
    shape.row = row;
    shape.full = { weight: found.weight, radius: found.radius };
    return shape;
  }

  // Far out, thousands of points would cover the map: they grow as the reader comes closer.
  function grow(shape) {
    if (!shape.setRadius) return;
    const factor = Math.min(1, Math.max(0.35, (map.getZoom() - 7) / 4));
    shape.options.weight = shape.full.weight * factor;
    shape.setRadius(shape.full.radius * factor);
  }

  function groupOf(layer) {
    if (groups[layer.id]) return groups[layer.id];
    if (layer.ground) return (groups[layer.id] = ways(layer));
    const group = (groups[layer.id] = L.featureGroup());
    filled[layer.id] = 0;
    group.on("click", (event) => onTap(layer, (event.layer || event.propagatedFrom).row, event.latlng));
    return group;
  }

  // Makes shapes of the next rows of a layer, and says whether any are left.
  function fill(layer, most) {
    const group = groupOf(layer), until = Math.min(layer.class.length, filled[layer.id] + most);
    for (; filled[layer.id] < until; filled[layer.id]++) {
      const row = filled[layer.id];
      if (layer.class[row] < 0) continue;
      const shape = shapeOf(layer, row);
      grow(shape);
      group.addLayer(shape);
    }
    return until < layer.class.length;
  }

  // What is switched on last would lie on top of everything, so the order of the layers is made anew.
  function arrange() {
    for (const other of shapes) if (groups[other.id] && map.hasLayer(groups[other.id])) groups[other.id].bringToFront();
  }

  function show(layer, shown) {
    const group = groupOf(layer);
    if (shown) group.addTo(map);
    else group.remove();
    if (layer.ground) return;
    fill(layer, Infinity);
    arrange();
  }

  // Shown a few shapes at a time, when nothing else is to do, where it is still wanted then.
  function showLater(layer, wanted) {
    later(() => { if (wanted()) groupOf(layer).addTo(map); });
    if (layer.ground) return;
    later(() => fill(layer, AT_ONCE));
    later(arrange);
  }

  map.on("zoomend", () => shapes.filter((layer) => groups[layer.id]).forEach((layer) => groups[layer.id].eachLayer(grow)));

  const boundsOf = (layer, row) => L.latLngBounds(layer.shape === "area" ? placeOf(layer, row).flat() : placeOf(layer, row));

  function centreOf(layer, row) {
    return layer.shape === "point" ? placeOf(layer, row) : boundsOf(layer, row).getCenter();
  }

  function goTo(layer, row) {
    if (layer.shape === "point") map.setView(placeOf(layer, row), Math.max(12, map.getZoom()), { animate: false });
    else map.fitBounds(boundsOf(layer, row).pad(0.5), { maxZoom: 13, animate: false });
  }

  return { show: show, showLater: showLater, centreOf: centreOf, goTo: goTo };
}
