// The page as it opens: sentences, worst places, search, language and tabs, which answer at once. The map with all that is
// drawn, tapped and filled in is made when the page has been seen, or as soon as something asks for it.
(function () {
  "use strict";
  const at = (id) => document.getElementById(id);
  const data = JSON.parse(at("data").textContent), look = JSON.parse(at("look").textContent);
  phusongColumns(data);
  const words = phusongWords(look.texts), classes = phusongClasses(data, look, words);
  const later = phusongLater();
  const layerChoice = at("layer");
  const go = { unit: (row, reading) => mapped().unit(row, reading), mark: (layer, row) => mapped().mark(layer, row) };
  const story = phusongStory(data, words, classes, go);
  let unit = -1, geometry = null, map = null;

  // Scripts of the map stand on the page as text, so that a phone shows the first words before it reads them.
  function readScripts() {
    if (geometry) return;
    const script = document.createElement("script");
    script.textContent = at("map-script").textContent;
    document.head.append(script);
    geometry = phusongGeometry(data.units.bounds);
  }

  function mapped() {
    if (map) return map;
    readScripts();
    map = phusongMap(data, look, words, classes, story, geometry, later, { tabs: tabs, tell: tell, unit: () => unit });
    document.documentElement.className = "";
    return map;
  }

  function tell(chosen) {
    unit = chosen;
    story.tell(unit);
  }

  function tabs(name) {
    for (const tab of document.querySelectorAll("[role=tab]")) {
      const shown = tab.getAttribute("aria-controls") === name;
      tab.setAttribute("aria-selected", String(shown));
      tab.tabIndex = shown ? 0 : -1;
      at(tab.getAttribute("aria-controls")).hidden = !shown;
    }
    if (map) map.shown(name);
  }

  function addTabs() {
    const all = Array.from(document.querySelectorAll("[role=tab]"));
    all.forEach(function (tab, i) {
      tab.addEventListener("click", () => { mapped(); tabs(tab.getAttribute("aria-controls")); });
      tab.addEventListener("keydown", function (event) {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!step) return;
        const next = all[(i + step + all.length) % all.length];
        next.click();
        next.focus();
      });
    });
  }

  function fillLayers() {
    const before = layerChoice.value;
    layerChoice.replaceChildren();
    for (const section of data.sections) {
      const group = document.createElement("optgroup");
      group.label = words.said(section.label);
      data.figures.filter((figure) => figure.section === section.id).forEach((figure) => group.append(new Option(words.said(figure.label), "figure:" + figure.id)));
      data.rasters.filter((raster) => raster.section === section.id).forEach((raster) => group.append(new Option(words.said(raster.label), "raster:" + raster.id)));
      if (group.childElementCount) layerChoice.append(group);
    }
    if (before) layerChoice.value = before;
  }

  // Attributes cannot hold two languages, so the script puts the right one in its place.
  function label() {
    const language = words.language();
    document.documentElement.lang = language;
    for (const marked of document.querySelectorAll("[data-label-vi]")) {
      const text = marked.getAttribute("data-label-" + language);
      marked.setAttribute("aria-label", text);
      if ("placeholder" in marked) marked.placeholder = text;
      if (marked.tagName === "BUTTON" || marked.tagName === "A") marked.title = text;
    }
  }

  function speak(language) {
    words.use(language);
    label();
    fillLayers();
    story.tell(unit);
    if (map) map.speak();
    document.dispatchEvent(new CustomEvent("phusong:language", { detail: language }));
  }

  function linked() {
    const found = /^#commune=(\w+)/.exec(location.hash);
    return found ? data.units.code.indexOf(found[1]) : -1;
  }

  function followLink() {
    const row = linked();
    if (row >= 0 && row !== unit) go.unit(row, true);
  }

  phusongFind(data, words, go);
  addTabs();
  tabs("map");
  unit = linked();
  speak("vi");
  at("language").addEventListener("click", () => speak(words.language() === "vi" ? "en" : "vi"));
  layerChoice.addEventListener("change", () => mapped().chooseLayer());
  at("whole").addEventListener("click", () => mapped().whole());
  at("marks").addEventListener("toggle", mapped);
  window.addEventListener("hashchange", followLink);
  window.matchMedia("print").addEventListener("change", mapped);
  document.documentElement.className = "opening";
  requestAnimationFrame(function () {
    [readScripts, () => geometry.read(data.units.topology), mapped].forEach((step) => later(() => { step(); }));
  });
})();
