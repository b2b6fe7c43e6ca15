// The legend: the classes of what is drawn, their unit, definition and day.
function phusongLegend(data, look, words, patterns, classes, current) {
  "use strict";
  const element = phusongElement;
  const box = document.getElementById("legend-classes");

  function entry(list, mark, label) {
    const item = list.appendChild(element("li"));
    item.append(mark, element("span", words.said(label)));
  }

  function swatches(heading, styles) {
    box.append(element("h3", heading));
    const list = box.appendChild(element("ul"));
    styles.forEach((style) => entry(list, patterns.swatch(style), style.label));
  }

  // Only states that a unit of the page is in, so that a phone's legend stays short.
  function statesOf(figure, time) {
    const found = new Set(data.units.code.map((_, row) => classes.stateOf(figure, row, time)));
    if (data.base) found.add("outside");
    return Object.keys(look.states).filter((name) => found.has(name)).map((name) => look.states[name]);
  }

  // What a value of exactly nothing is shown as takes the place of the first class; where nothing is known, none is shown.
  function stylesOf(figure, time) {
    const { styles } = classes.scaleOf(figure, time);
    if (data.units.code.every((_, row) => classes.stateOf(figure, row, time) in look.states)) return [];
    return figure.zero && time !== "change" ? styles.slice(1) : styles;
  }

  function markOf(layer, style) {
    const found = look.marks[style], made = document.createElement("i");
    made.className = "mark " + layer.shape;
    made.style.borderColor = found.outline;
    made.style.borderWidth = Math.max(1.5, found.weight) + "px";
    made.style.borderStyle = found.dashes ? "dashed" : "solid";
    if (layer.shape !== "line") made.style.background = found.fill || "transparent";
    return made;
  }

  function draw(shown) {
    const { figure, raster, time } = current();
    box.replaceChildren();
    if (figure) {
      const when = figure.before ? " – " + words.word("time." + time) : "";
      swatches(words.said(figure.label) + when + ", " + words.word("unit." + (time === "change" && figure.unit === "share" ? "points" : figure.unit)), stylesOf(figure, time).concat(statesOf(figure, time)));
    } else {
      swatches(words.said(raster.label), raster.legend.concat(data.base ? [look.states.outside] : []));
    }
    for (const layer of data.marks.filter((layer) => shown.has(layer.id))) {
      box.append(element("h3", words.said(layer.label)));
      const list = box.appendChild(element("ul"));
      const drawn = new Set(layer.class);
      layer.classes.forEach((kind, i) => { if (drawn.has(i)) entry(list, markOf(layer, kind.style), kind.label); });
    }
    const { definition } = figure || raster;
    const said = words.said(definition);
    if (said) box.append(element("p", words.word("legend.definition", { definition: said })));
    box.append(element("p", words.word("legend.as_of", { date: words.format("date", data.page.as_of), year: data.page.people_year || "?" })));
  }

  return { draw: draw };
}
