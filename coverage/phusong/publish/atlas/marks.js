// Marks: zones, villages, sites and lines on top of the ground. A layer is made when it is first shown, so that a phone
// opens the page at once.
function phusongMarks(map, data, look, geometry, words, onTap) {
  "use strict";
  const canvas = L.canvas({ padding: 0.15, tolerance: L.Browser.mobile ? 8 : 2 });
  const readers = {
    point: (layer) => geometry.points(layer.points),
    line: (layer) => geometry.lines(layer.lines),
    area: function (layer) {
      const topology = phusongTopology.read(layer.topology);
      return topology.areas.map((_, row) => phusongTopology.rings(topology, row).map((ring) => ring.map(([x, y]) => [y, x])));
    },
  };
  const makers = {
    point: (place, style) => L.circleMarker(place, style),
    line: (place, style) => L.polyline(place, style),
    area: (place, style) => L.polygon(place, style),
  };
  const groups = {};

  function placesOf(layer) {
    if (!layer.places) layer.places = readers[layer.shape](layer);
    return layer.places;
  }

  function shapeOf(layer, row) {
    const found = look.marks[layer.classes[layer.class[row]].style];
    const style = { color: found.outline, weight: found.weight, dashArray: found.dashes, radius: found.radius };
    if (found.fill) Object.assign(style, { fill: true, fillColor: found.fill, fillOpacity: found.opacity });
    const common = { renderer: canvas, bubblingMouseEvents: false, smoothFactor: 0.6, interactive: !layer.ground };
    const shape = makers[layer.shape](placesOf(layer)[row], Object.assign(style, common));
    shape.row = row;
    shape.full = { weight: found.weight, radius: found.radius };
    return shape;
  }

  // Far out, thousands of points would cover the map: they grow as the reader comes closer.
  function grow(group) {
    const factor = Math.min(1, Math.max(0.35, (map.getZoom() - 7) / 4));
    group.eachLayer(function (shape) {
      if (!shape.setRadius) return;
      shape.options.weight = shape.full.weight * factor;
      shape.setRadius(shape.full.radius * factor);
    });
  }

  function groupOf(layer) {
    if (groups[layer.id]) return groups[layer.id];
    const group = (groups[layer.id] = L.featureGroup());
    placesOf(layer).forEach((_, row) => { if (layer.class[row] >= 0) group.addLayer(shapeOf(layer, row)); });
    group.on("click", (event) => onTap(layer, (event.layer || event.propagatedFrom).row, event.latlng));
    return group;
  }

  // What is switched on last would lie on top of everything, so the order of the layers is made anew.
  function show(layer, shown) {
    const group = groupOf(layer);
    if (shown) group.addTo(map);
    else group.remove();
    grow(group);
    for (const other of data.marks) if (groups[other.id] && map.hasLayer(groups[other.id])) groups[other.id].bringToFront();
  }

  map.on("zoomend", () => Object.values(groups).forEach((group) => { if (map.hasLayer(group)) grow(group); }));

  const boundsOf = (layer, row) => L.latLngBounds(layer.shape === "area" ? placesOf(layer)[row].flat() : placesOf(layer)[row]);

  function centreOf(layer, row) {
    return layer.shape === "point" ? placesOf(layer)[row] : boundsOf(layer, row).getCenter();
  }

  function goTo(layer, row) {
    const place = placesOf(layer)[row];
    if (layer.shape === "point") map.setView(place, Math.max(12, map.getZoom()), { animate: false });
    else map.fitBounds(boundsOf(layer, row).pad(0.5), { maxZoom: 13, animate: false });
  }

  // Text of a field for a row in the language of the moment, empty where it is not known.
  function told(field, row) {
    const value = field.of[row];
    if (value === null || value === undefined || value === "") return "";
    return field.kind === "choice" ? words.said(field.choices[value]) : words.format(field.kind, value);
  }

  return { show: show, centreOf: centreOf, goTo: goTo, told: told };
}
