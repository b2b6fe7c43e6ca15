// Draws the page's contents on the folium map. Text reaches the page through textContent only, never as HTML.
(function () {
  "use strict";
  const contents = JSON.parse(document.getElementById("contents").textContent);
  const map = map_phusong;
  const texts = contents.texts;
  const narrow = window.matchMedia("(max-width: 1000px)").matches;
  const legend = document.getElementById("legend");
  const canvas = L.canvas({ padding: 0.3, tolerance: L.Browser.mobile ? 6 : 2 });

  function element(name, text) {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    return made;
  }

  // A column holds each different text once and the rows' places among them, or all texts without what the one before
  // began with.
  function textOf(column, row) {
    if (column.rows) return column.texts[column.rows[row]];
    if (!column.texts) {
      let before = "";
      column.texts = column.rests.map((rest, i) => (before = before.slice(0, column.same[i]) + rest));
    }
    return column.texts[row];
  }

  // Coordinates are steps of 0.00001 degree; every list goes on where the one before it ended.
  function reader() {
    let x = 0, y = 0;
    return function (steps) {
      const points = [];
      for (let i = 0; i < steps.length; i += 2) {
        x += steps[i];
        y += steps[i + 1];
        points.push(L.latLng(y / 1e5, x / 1e5));
      }
      return points;
    };
  }

  const decoders = {
    point: (geometry) => reader()(geometry),
    line: (geometry) => { const read = reader(); return geometry.map((parts) => parts.map(read)); },
    area: (geometry) => { const read = reader(); return geometry.map((polygons) => polygons.map((rings) => rings.map(read))); },
  };

  const makers = {
    point: (place, style) => L.circleMarker(place, style),
    line: (places, style) => L.polyline(places, style),
    area: (places, style) => L.polygon(places, style),
  };

  function placesOf(table) {
    if (!table.places) table.places = decoders[table.shape](table.geometry);
    return table.places;
  }

  function hatching(style) {
    const tile = document.createElement("canvas");
    tile.width = tile.height = 8;
    const pen = tile.getContext("2d");
    pen.fillStyle = style.fillColor;
    pen.fillRect(0, 0, 8, 8);
    pen.strokeStyle = style.hatch;
    pen.lineWidth = 1.5;
    for (const start of [-8, 0, 8]) {
      pen.moveTo(start - 1, 9);
      pen.lineTo(start + 9, -1);
    }
    pen.stroke();
    return pen.createPattern(tile, "repeat");
  }

  function prepared(style) {
    const common = { renderer: canvas, bubblingMouseEvents: false, smoothFactor: 0.6 };
    const pattern = style.hatch ? { fillColor: hatching(style) } : {};
    return Object.assign({}, style, pattern, common);
  }

  function describe(box, table, row) {
    box.append(element("h2", textOf(table.heading, row)));
    const body = box.appendChild(element("table")).appendChild(element("tbody"));
    for (const field of table.fields) {
      const text = textOf(field, row);
      if (!text) continue;
      const line = body.appendChild(element("tr"));
      const label = line.appendChild(element("th", field.label));
      label.scope = "row";
      line.append(element("td", text));
    }
  }

  // Points at one place hide each other, such as the cells of one mast: the one tapped comes first, then its neighbours.
  function content(table, row) {
    const box = element("div");
    describe(box, table, row);
    if (table.shape === "point") {
      const place = table.places[row];
      table.places.forEach((other, i) => { if (i !== row && other.equals(place, 0)) describe(box, table, i); });
    }
    return box;
  }

  function show(shape, place) {
    const size = map.getSize();
    if (narrow) legend.open = false;
    const options = {
      minWidth: Math.min(330, size.x - 64),
      maxWidth: Math.min(360, size.x - 64),
      maxHeight: Math.max(140, Math.min(420, size.y - (narrow ? 290 : 110))),
      autoPanPaddingTopLeft: narrow ? [10, 64] : [legend.offsetWidth + 20, 10],
      autoPanPaddingBottomRight: narrow ? [10, 140] : [switchWidth() + 20, 10],
    };
    const popup = L.popup(options).setLatLng(place).setContent(content(shape.table, shape.row));
    if (shape.table.shape !== "point") {
      const weight = shape.options.weight;
      shape.setStyle({ weight: weight + 2.5 });
      popup.once("remove", () => shape.setStyle({ weight: weight }));
    }
    popup.openOn(map);
    const button = popup.getElement().querySelector(".leaflet-popup-close-button");
    if (button) {
      button.setAttribute("aria-label", texts["control.close"]);
      button.title = texts["control.close"];
    }
  }

  // Layers are filled when they are first shown, so that a phone opens the page at once.
  function fill(group, layer) {
    const table = contents.tables[layer.table];
    const classes = table.classes[layer.reading];
    const styles = {};
    for (const key of Object.keys(layer.styles)) styles[key] = prepared(layer.styles[key]);
    placesOf(table).forEach(function (places, row) {
      const style = styles[classes[row]];
      if (!style || places.length === 0) return;
      const shape = makers[table.shape](places, style);
      shape.table = table;
      shape.row = row;
      shape.full = { weight: style.weight, radius: style.radius };
      group.addLayer(shape);
    });
  }

  // Far out, thousands of sites would cover the map: they grow as the reader comes closer.
  function grow(group) {
    const factor = Math.min(1, Math.max(0.3, (map.getZoom() - 8) / 4));
    group.eachLayer(function (shape) {
      if (!shape.setRadius) return;
      shape.options.weight = shape.full.weight * factor;
      shape.setRadius(shape.full.radius * factor);
    });
  }

  function groupOf(layer) {
    const group = L.featureGroup();
    group.once("add", () => fill(group, layer));
    group.on("add", () => grow(group));
    group.on("click", (event) => show(event.layer || event.propagatedFrom, event.latlng));
    return group;
  }

  function caption(layer) {
    const box = element("span");
    const swatch = layer.swatch;
    if (swatch) {
      const mark = box.appendChild(element("i"));
      mark.className = contents.tables[layer.table].shape;
      for (const [name, value] of [["--fill", swatch.fillColor], ["--outline", swatch.color], ["--weight", swatch.weight + "px"], ["--opacity", swatch.fillOpacity]]) {
        mark.style.setProperty(name, value);
      }
    }
    box.append(element("span", layer.label));
    return box.outerHTML; // the layer switch takes HTML; this was escaped by the browser itself
  }

  const groups = contents.layers.map(groupOf);

  // What is switched on last would lie on top of everything, so the order is made anew.
  function stack() {
    groups.forEach((group) => { if (map.hasLayer(group)) group.bringToFront(); });
  }

  function switchWidth() {
    return document.querySelector(".leaflet-control-layers").offsetWidth;
  }

  function addControls() {
    L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
    L.control.zoom({ position: "bottomright", zoomInTitle: texts["control.zoom_in"], zoomOutTitle: texts["control.zoom_out"] }).addTo(map);
    const control = L.control.layers(null, null, { collapsed: narrow, sortLayers: false });
    contents.layers.forEach(function (layer, i) {
      if (layer.base) control.addBaseLayer(groups[i], caption(layer));
      else control.addOverlay(groups[i], caption(layer));
    });
    control.addTo(map);
    const toggle = control.getContainer().querySelector(".leaflet-control-layers-toggle");
    toggle.title = texts["control.layers"];
    toggle.setAttribute("aria-label", texts["control.layers"]);
    const box = map.getContainer();
    box.setAttribute("aria-label", texts["control.map_label"]);
    // Leaflet focuses the map at every press; a frame round it is for those who came by keyboard.
    box.addEventListener("pointerdown", () => box.classList.add("pressed"));
    document.addEventListener("keydown", () => box.classList.remove("pressed"));
  }

  function addFinder(find) {
    const table = contents.tables.communes;
    let group = null;
    table.geometry.forEach(function (_, row) {
      const name = textOf(table.groups, row);
      if (!group || group.label !== name) {
        group = find.appendChild(element("optgroup"));
        group.label = name;
      }
      const option = group.appendChild(element("option", textOf(table.heading, row)));
      option.value = row;
    });
    find.addEventListener("change", function () {
      if (find.value === "") return;
      groups.forEach(function (layers) {
        layers.eachLayer(function (shape) {
          if (map.hasLayer(layers) && shape.table === table && shape.row === Number(find.value)) {
            map.fitBounds(shape.getBounds(), { maxZoom: 12, animate: false });
            show(shape, shape.getCenter());
          }
        });
      });
    });
  }

  if (narrow) legend.open = false;
  addControls();
  map.fitBounds(contents.bounds, {
    animate: false,
    paddingTopLeft: narrow ? [8, 8] : [legend.offsetWidth + 20, 8],
    // upright, the controls at the foot would cover the south; on its side there is room beside the study
    paddingBottomRight: narrow ? [8, map.getSize().y > map.getSize().x ? 120 : 8] : [switchWidth() + 20, 8],
  });
  map.on("overlayadd baselayerchange", stack);
  map.on("zoomend", () => groups.forEach((group) => { if (map.hasLayer(group)) grow(group); }));
  contents.layers.forEach((layer, i) => { if (layer.shown) groups[i].addTo(map); });
  stack();
  addFinder(document.getElementById("find"));
})();
