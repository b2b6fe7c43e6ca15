// What a tap on the map tells.
function phusongPopup(map, data, words, classes, story, current, onAnswer) {
  "use strict";
  const element = phusongElement;

  function lines(rows) {
    const table = element("table"), body = table.createTBody();
    for (const [label, text, more] of rows) {
      const line = body.insertRow();
      line.appendChild(element("th", label)).scope = "row";
      const value = line.appendChild(element("td", text));
      if (more) value.append(element("small", more));
    }
    return table;
  }

  function ofUnit(unit) {
    const box = element("div"), provinces = data.units.provinces, province = data.units.province[unit];
    box.append(element("h3", words.format("text", data.units.name[unit])));
    if (data.level !== "commune") box.append(element("p", words.format("text", provinces.name[province])));
    if (!data.units.own[unit]) box.append(element("p", words.word("popup.outside")));
    const { figure, time } = current(), rows = [];
    const line = (shown, at) => [words.said(shown.label), classes.told(shown, unit, at), classes.parts(shown, unit, at)];
    if (figure && time !== "now") rows.push([words.said(figure.label) + " – " + words.word("time." + time), classes.told(figure, unit, time)]);
    const others = data.figures.filter((other) => other.popup && other !== figure);
    if (data.units.own[unit]) rows.push(...[figure, ...others].filter(Boolean).map((shown) => line(shown, "now")));
    box.append(lines(rows));
    story.tasksOf(-1, unit).forEach((task) => box.append(element("p", story.taskLine(task), "task")));
    const file = data.level === "nation" && provinces.file[province];
    if (file) {
      const link = box.appendChild(element("a", words.word("popup.page", { province: provinces.name[province] })));
      link.href = file + "#commune=" + encodeURIComponent(data.units.code[unit]);
    }
    return box;
  }

  function ofMark(layer, row) {
    const box = element("div");
    const kind = words.said(layer.classes[layer.class[row]].label);
    box.append(element("h3", layer.name[row] ? words.format("text", layer.name[row]) : kind));
    const rows = [[words.said(layer.label), kind]];
    if (layer.unit[row] >= 0) rows.push([words.word("table.unit"), words.format("text", data.units.name[layer.unit[row]])]);
    for (const field of layer.fields) {
      const text = classes.ofField(field, row);
      if (text) rows.push([words.said(field.label), text]);
    }
    box.append(lines(rows));
    if (layer.id === "zones") story.tasksOf(row, -1).forEach((task) => box.append(element("p", story.taskLine(task), "task")));
    return box;
  }

  function open(place, content, about) {
    const button = content.appendChild(element("button", words.word("popup.answer")));
    button.type = "button";
    button.addEventListener("click", () => onAnswer(Object.assign({ latitude: place.lat, longitude: place.lng }, about)));
    const size = map.getSize();
    const options = { minWidth: Math.min(280, size.x - 64), maxWidth: Math.min(340, size.x - 64), maxHeight: Math.max(120, size.y - 150), autoPanPadding: [8, 8] };
    const popup = L.popup(options).setLatLng(place).setContent(content).openOn(map);
    const close = popup.getElement().querySelector(".leaflet-popup-close-button");
    close.setAttribute("aria-label", words.word("popup.close"));
    close.title = words.word("popup.close");
  }

  // What a report of a mark is about, by the names that the form has for it.
  function named(layer, row) {
    if (layer.id === "zones") return { zone_id: layer.ids ? layer.ids[row] : "" };
    return layer.id === "villages" ? { village_name: layer.name[row] || "" } : {};
  }

  return {
    unit: (place, row) => open(place, ofUnit(row), {}),
    mark: (place, layer, row) => open(place, ofMark(layer, row), named(layer, row)),
  };
}
