// The map with all that is drawn, tapped and filled in: what is chosen, and everything that follows from it.
//   page    what opened before: tabs(name), tell(unit) and unit(), the one that is told of
// Gives what the page asks of it.
function phusongMap(data, look, words, classes, story, geometry, later, page) {
  "use strict";
  const at = (id) => document.getElementById(id);
  const once = (make, made) => () => (made = made || make());
  const map = map_phusong;
  const layerChoice = at("layer"), timeChoice = at("time");
  const chosen = { layer: null, time: "now", marks: new Set(data.marks.filter((layer) => layer.shown).map((layer) => layer.id)) };

  const current = () => ({
    figure: data.figures.find((figure) => "figure:" + figure.id === chosen.layer),
    raster: data.rasters.find((raster) => "raster:" + raster.id === chosen.layer),
    time: chosen.time,
  });

  const patterns = phusongPatterns();
  const ground = phusongGround(map, data, look, geometry, patterns);
  const painted = phusongPainted(map, geometry.origin);
  const ways = phusongWays(look, geometry, painted);
  const marks = phusongMarks(map, data, look, geometry, words, ways, later, (layer, row, place) => popup.mark(place, layer, row));
  const go = { unit: toUnit, mark: toMark };
  const popup = phusongPopup(map, data, words, classes, story, current, report);
  const legend = phusongLegend(data, look, words, patterns, classes, current);
  const table = once(() => phusongTable(data, words, classes, current, go));
  const answer = once(() => phusongAnswer(map, at("answer"), data, look.answer, { unitAt: ground.unitAt, around: around }));
  const pictures = map.createPane("pictures");
  pictures.style.zIndex = 250;
  let picture = null, outlines = null, names = null;

  function report(start) {
    map.closePopup();
    page.tabs("answer");
    answer().about(start);
    bring("answer");
  }

  // Zones and villages of a unit, as the form offers them.
  function around(unit) {
    const named = (id, list) => data.marks.filter((layer) => layer.id === id && layer[list])
      .flatMap((layer) => layer[list].filter((name, row) => name && layer.unit[row] === unit));
    return { zones: named("zones", "ids"), villages: named("villages", "name") };
  }

  // The whole country is seen with its archipelagos, a province without what is far out at sea.
  const seeAll = () => map.fitBounds(data.level === "nation" ? data.units.bounds : data.units.view, { animate: false, padding: [6, 6] });

  function restyle() {
    const { figure, time } = current();
    ground.restyle(data.units.code.map(function (_, row) {
      if (figure) return classes.styleOf(figure, row, time);
      return data.units.own[row] ? null : look.states.outside;
    }));
  }

  function drawPicture() {
    const { raster } = current();
    if (picture) picture.remove();
    picture = raster ? L.imageOverlay("data:image/png;base64," + raster.png, raster.bounds, { pane: "pictures", className: "picture", interactive: false }).addTo(map) : null;
  }

  function chooseLayer() {
    chosen.layer = layerChoice.value;
    const { figure } = current();
    if (!figure || !figure.before) chosen.time = "now";
    timeChoice.hidden = !figure || !figure.before;
    timeChoice.querySelector("[value=" + chosen.time + "]").checked = true;
    drawPicture();
    redraw();
  }

  function redraw() {
    restyle();
    if (outlines) outlines.repaint();
    legend.draw(chosen.marks);
    if (!at("table").hidden) table().refresh();
  }

  function fillMarks() {
    at("marks-list").replaceChildren(...data.marks.map(function (layer) {
      const label = document.createElement("label"), box = label.appendChild(document.createElement("input"));
      box.type = "checkbox";
      box.value = layer.id;
      box.checked = chosen.marks.has(layer.id);
      label.append(words.said(layer.label));
      box.addEventListener("change", function () {
        if (box.checked) chosen.marks.add(layer.id);
        else chosen.marks.delete(layer.id);
        marks.show(layer, box.checked);
        legend.draw(chosen.marks);
      });
      return label;
    }));
    at("marks").hidden = data.marks.length === 0;
  }

  function choose(unit) {
    ground.choose(unit);
    outlines.repaint();
    page.tell(unit);
    const wanted = unit < 0 ? "" : "#commune=" + data.units.code[unit];
    if (location.hash !== wanted && (wanted || location.hash.startsWith("#commune="))) location.replace(wanted || "#");
    document.dispatchEvent(new CustomEvent("phusong:unit", { detail: unit }));
  }

  // On a phone, who asks for a unit by name reads its sentences first; who asks for a place on the map sees that.
  function toUnit(unit, reading) {
    page.tabs("map");
    map.fitBounds(ground.boundsOf(unit), { maxZoom: 13, animate: false, padding: [30, 30] });
    choose(unit);
    popup.unit(ground.places()[unit], unit);
    if (!reading) bring("map");
  }

  function toMark(layer, row) {
    page.tabs("map");
    chosen.marks.add(layer.id);
    fillMarks();
    marks.goTo(layer, row);
    marks.show(layer, true);
    popup.mark(marks.centreOf(layer, row), layer, row);
    legend.draw(chosen.marks);
    bring("map");
  }

  // On a phone, a part that was opened may be above or below what is seen.
  function bring(name) {
    const box = (name === "map" ? map.getContainer() : at(name)).getBoundingClientRect();
    if (box.top < 0 || box.bottom > window.innerHeight) at(name).scrollIntoView({ block: "start" });
  }

  function shown(name) {
    if (name === "map") map.invalidateSize({ animate: false });
    if (name === "table") table().refresh();
    if (name === "answer") answer();
  }

  function label() {
    map.getContainer().setAttribute("aria-label", words.word("map.label"));
    for (const kind of ["in", "out"]) {
      const button = document.querySelector(".leaflet-control-zoom-" + kind);
      button.title = words.word("map.zoom_" + kind);
      button.setAttribute("aria-label", button.title);
    }
  }

  function speak() {
    label();
    fillMarks();
    map.closePopup();
    if (names) names.repaint();
    chooseLayer();
  }

  function whole() {
    map.closePopup();
    choose(-1);
    seeAll();
  }

  L.control.zoom({ position: "bottomright" }).addTo(map);
  L.control.scale({ imperial: false, position: "bottomleft", maxWidth: 150 }).addTo(map);
  map.invalidateSize({ animate: false });
  speak();
  seeAll();
  outlines = painted(ground.paint, "ground", 300).addTo(map);
  // Names and marks come when the ground has been seen and a waiting finger answered.
  later(() => { names = painted(phusongNames(data, look, geometry, ground, words).paint, "names", 450).addTo(map); });
  data.marks.filter((layer) => layer.shown).forEach((layer) => marks.showLater(layer, () => chosen.marks.has(layer.id)));

  timeChoice.addEventListener("change", (event) => { chosen.time = event.target.value; redraw(); });
  map.on("click", function (event) {
    const unit = ground.unitAt(event.latlng);
    if (unit < 0) return;
    choose(data.units.own[unit] ? unit : page.unit());
    popup.unit(event.latlng, unit);
  });
  const box = map.getContainer();
  // Leaflet focuses the map at every press; a frame round it is for those who came by keyboard.
  box.addEventListener("pointerdown", () => box.classList.add("pressed"));
  document.addEventListener("keydown", () => box.classList.remove("pressed"));
  // A sheet of paper has another shape than the screen; what was seen is what is printed.
  window.matchMedia("print").addEventListener("change", function () {
    const seen = map.getBounds().pad(-0.05);
    map.invalidateSize({ animate: false });
    map.fitBounds(seen, { animate: false });
  });
  window.addEventListener("resize", () => map.invalidateSize({ animate: false }));
  document.addEventListener("phusong:pick", function (event) {
    const name = event.detail ? "map" : "answer";
    page.tabs(name);
    bring(name);
  });
  if (page.unit() >= 0) toUnit(page.unit(), true);
  performance.mark("phusong:map");
  return { unit: toUnit, mark: toMark, whole: whole, chooseLayer: chooseLayer, shown: shown, speak: speak };
}
