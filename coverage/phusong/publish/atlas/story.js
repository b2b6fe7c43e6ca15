// The story: the name and sentences of the unit that is looked at, and its worst places.
function phusongStory(data, words, classes, go) {
  "use strict";
  const element = phusongElement;
  const MOST = 10, FEW = 3; // the style sheet hides what is over few on a phone
  const zones = data.marks.find((layer) => layer.id === "zones");
  const title = document.getElementById("unit"), back = document.getElementById("whole");
  const more = document.getElementById("more-worst");
  const page = document.getElementById("sentences"), own = document.getElementById("own-sentences");

  function sentencesOf(unit) {
    return data.sentences.filter((sentence) => sentence.which[unit] !== null).map(function (sentence) {
      const values = {};
      for (const [name, { kind, of }] of Object.entries(sentence.values)) {
        values[name] = of[unit] === null ? "?" : words.format(kind, of[unit]);
      }
      return words.filled(sentence.templates[sentence.which[unit]], values);
    });
  }

  function tell(unit) {
    title.hidden = back.hidden = own.hidden = unit < 0;
    page.hidden = unit >= 0;
    if (unit >= 0) {
      title.textContent = words.format("text", data.units.name[unit]);
      own.replaceChildren(...sentencesOf(unit).map((text) => element("p", text)));
    }
    worst(unit);
  }

  function tasksOf(zone, unit) {
    return data.tasks.filter((task) => (zone >= 0 ? task.zone === zone : task.zone < 0 && task.unit === unit));
  }

  function taskLine(task) {
    return words.word("worst.task", {
      title: words.format("text", task.title || ""),
      responsible: words.format("text", task.responsible || "?"),
      due: task.due ? words.format("date", task.due) : "?",
      status: words.said(task.status),
    });
  }

  // Communes of one name are many in the country, so its page says the province too.
  const among = data.level === "nation" ? "_of_province" : "";
  const provinceOf = (unit) => words.format("text", data.units.provinces.name[data.units.province[unit]]);

  // Dead zones of the page's own units by rank; a page without any names the units with the most people not covered.
  function worstZones(unit) {
    if (!zones) return [];
    const rows = zones.rank.map((_, row) => row).filter((row) => (unit < 0 ? data.units.own[zones.unit[row]] : zones.unit[row] === unit));
    rows.sort((a, b) => zones.rank[a] - zones.rank[b]);
    return rows.slice(0, MOST).map(function (row) {
      const values = {
        place: words.format("text", data.units.name[zones.unit[row]]),
        province: provinceOf(zones.unit[row]),
        missing: words.said(zones.classes[zones.class[row]].label),
        people: words.format("count", zones.people[row]),
      };
      return { text: words.word("worst.zone" + among, values), tasks: tasksOf(row, -1), go: () => go.mark(zones, row) };
    });
  }

  function worstUnits() {
    const figure = data.figures[0];
    if (!figure || figure.unit !== "share") return [];
    const lacking = (row) => figure.denominator[row] - figure.numerator[row];
    const rows = data.units.code.map((_, row) => row)
      .filter((row) => data.units.own[row] && classes.value(figure, row, "now") !== null && lacking(row) > 0);
    rows.sort((a, b) => lacking(b) - lacking(a) || a - b);
    return rows.slice(0, MOST).map(function (row) {
      const values = {
        place: words.format("text", data.units.name[row]),
        province: provinceOf(row),
        share: words.format("share", classes.value(figure, row, "now")),
        people: words.format("count", lacking(row)),
        figure: words.said(figure.label),
      };
      return { text: words.word("worst.unit" + among, values), tasks: tasksOf(-1, row), go: () => go.unit(row) };
    });
  }

  function worst(unit) {
    const found = worstZones(unit);
    const places = found.length || unit >= 0 ? found : worstUnits();
    const list = document.getElementById("worst");
    list.replaceChildren(...places.map(function (place) {
      const item = element("li");
      const button = item.appendChild(element("button", place.text));
      button.type = "button";
      button.addEventListener("click", place.go);
      place.tasks.forEach((task) => item.append(element("p", taskLine(task), "task")));
      return item;
    }));
    if (unit >= 0) tasksOf(-1, unit).forEach((task) => list.append(element("li", taskLine(task), "task")));
    const rest = list.childElementCount - FEW;
    more.hidden = rest <= 0;
    more.textContent = rest > 0 ? words.word("worst.more", { count: words.format("count", rest) }) : "";
    list.classList.remove("all");
    document.getElementById("no-worst").hidden = list.childElementCount > 0;
  }

  more.addEventListener("click", function () {
    document.getElementById("worst").classList.add("all");
    more.hidden = true;
  });

  return { tell: tell, tasksOf: tasksOf, taskLine: taskLine };
}
