// The form by which an official answers back. Nothing leaves the page but the file that is saved and the text that is
// copied; nothing is kept when it is closed. Text reaches the page through textContent and values only, never as HTML.
// phusong intake --layer reports takes both in: layers/reports.py has the columns, intake/readers/pasted.py the line.
//   map     the Leaflet map
//   root    the element with answer.html in it
//   data    what the page's data block holds
//   texts   words by language and key
//   ground  has unitAt(place), row of the unit there or -1, and around(row), its { zones: ids, villages: names }
// Gives { about(place) }: a place to start from, { latitude, longitude, zone_id, village_name }.
function phusongAnswer(map, root, data, texts, ground) {
  "use strict";
  const FORMAT = "1", MARK = "#phusong1|", LONGEST = 300, HASH = 12, CUT = "…";
  const COLUMNS = [
    "report_id", "kind", "commune_code", "longitude", "latitude", "zone_id", "village_name", "operator", "note",
    "photo_name", "reporter", "reported_at", "page_hash", "edition_hash", "period", "project", "format",
  ];
  const LINE = [
    "kind", "commune_code", "longitude", "latitude", "reported_at", "report_id", "edition_hash", "page_hash", "period",
    "project", "zone_id", "village_name", "operator", "photo_name", "reporter",
  ];
  const MOST = { village_name: 24, operator: 16, photo_name: 24, reporter: 24 };
  const form = root.querySelector("form");
  const fields = form.elements;
  const kept = root.querySelector(".answer-kept");
  const message = kept.querySelector("textarea");
  let reports = [], unsaved = false, picking = false, pin = null;

  const language = () => (document.documentElement.lang === "en" ? "en" : "vi");
  const word = (key, values) => texts[language()][key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const tell = (key, values) => { root.querySelector(".answer-said").textContent = key ? word(key, values) : ""; };

  // One line of plain text; the bar divides the cells of a copied line.
  const clean = (text) => text.normalize("NFC").replace(/[\s\p{Cc}]+/gu, " ").replace(/\|/g, "/").trim();
  const cut = (text, most) => {
    const letters = Array.from(text);
    return letters.length > most ? letters.slice(0, Math.max(most - 1, 0)).join("") + CUT : text;
  };

  // As typed: digits that nobody gave would claim to be exact.
  const typed = (name) => fields[name].value.trim().replace(",", ".");

  function place() {
    const [lat, lng] = ["latitude", "longitude"].map((name) => (/^\d+(\.\d+)?$/.test(typed(name)) ? Number(typed(name)) : NaN));
    return lat >= 6 && lat <= 24 && lng >= 102 && lng <= 118 ? { lat: lat, lng: lng } : null;
  }

  function unit(at) {
    const row = at ? ground.unitAt(at) : -1;
    return row < 0 ? { row: row, code: "", name: "" } : { row: row, code: data.units.code[row], name: data.units.name[row] };
  }

  function options(list, values) {
    list.replaceChildren(...values.map((value) => Object.assign(document.createElement("option"), { value: value })));
  }

  // What can be known of the place: its commune, and the zones and villages there.
  function look() {
    const at = place(), here = unit(at);
    const there = here.row < 0 ? { zones: [], villages: [] } : ground.around(here.row);
    options(root.querySelector("#answer-zones"), there.zones);
    options(root.querySelector("#answer-villages"), there.villages);
    form.querySelector("output").textContent = !at ? "" : here.code ? word("commune", here) : word("no_commune");
    if (pin) pin.remove();
    pin = at ? L.circleMarker(at, { radius: 9, color: "#000", weight: 2, fillColor: "#fff", fillOpacity: 0.8, interactive: false }).addTo(map) : null;
  }

  function put(at) {
    fields.latitude.value = at.lat.toFixed(5);
    fields.longitude.value = at.lng.toFixed(5);
    look();
  }

  // Beside the map, because the form may be out of sight while a place is chosen.
  const hint = L.control({ position: "topright" });
  hint.onAdd = function () {
    const box = L.DomUtil.create("div", "answer-hint leaflet-bar"), away = L.DomUtil.create("button", "", box);
    box.prepend(word("picking") + " ");
    away.type = "button";
    away.textContent = word("cancel");
    away.addEventListener("click", () => pick(false));
    L.DomEvent.disableClickPropagation(box);
    return box;
  };

  function pick(on) {
    picking = on;
    if (on) hint.addTo(map); else hint.remove();
    fields.pick.setAttribute("aria-pressed", String(on));
    map.getContainer().style.cursor = on ? "crosshair" : "";
    document.dispatchEvent(new CustomEvent("phusong:pick", { detail: on }));
    tell("");
  }

  // FNV-1a of 64 bits over UTF-8: pages opened from a file or a message may have no other hash. It marks what is sent
  // twice and guards against nothing.
  function hash(text) {
    let value = 0xcbf29ce484222325n;
    for (const byte of new TextEncoder().encode(text)) value = BigInt.asUintN(64, (value ^ BigInt(byte)) * 0x100000001b3n);
    return value.toString(16).padStart(16, "0");
  }

  function now() {
    const at = new Date(), east = -at.getTimezoneOffset(), two = (n) => String(Math.floor(n)).padStart(2, "0");
    const local = new Date(at.getTime() + 60000 * east).toISOString().slice(0, 19);
    return local + (east < 0 ? "-" : "+") + two(Math.abs(east) / 60) + ":" + two(Math.abs(east) % 60);
  }

  function filled(at) {
    const told = (name) => clean(fields[name].value);
    const report = {
      kind: fields.kind.value,
      commune_code: unit(at).code,
      longitude: typed("longitude"),
      latitude: typed("latitude"),
      zone_id: told("zone_id"),
      village_name: told("village_name"),
      operator: told("operator"),
      note: told("note"),
      photo_name: clean(fields.photo.files.length ? fields.photo.files[0].name : ""),
      reporter: told("reporter"),
      reported_at: now(),
      page_hash: document.getElementById("data").dataset.sha256 || "",
      edition_hash: data.page.edition,
      period: data.page.period,
      project: data.page.project,
      format: FORMAT,
    };
    report.report_id = "r" + hash(COLUMNS.slice(1).map((name) => report[name]).join("\u001f"));
    return report;
  }

  function add(event) {
    event.preventDefault();
    const at = place();
    if (!fields.kind.value) return tell("no_kind");
    if (!at) return tell("no_place");
    const report = filled(at);
    if (reports.some((other) => other.report_id === report.report_id)) return tell("repeated");
    reports.push(report);
    unsaved = true;
    const reporter = fields.reporter.value;
    form.reset();
    fields.reporter.value = reporter;
    look();
    show();
    tell("added");
  }

  const nameOf = (report) => {
    const row = data.units.code.indexOf(report.commune_code);
    return [word(report.kind), row >= 0 ? data.units.name[row] : ""].filter(Boolean).join(" – ");
  };

  // Of a line that grows too long the words for people go first, then the end of the note.
  function line(report) {
    const short = (name) => (name.endsWith("_hash") ? report[name].slice(0, HASH) : cut(report[name], MOST[name] || LONGEST));
    const body = MARK + LINE.map(short).join("|") + "|", whole = nameOf(report) + ": " + body;
    if ((whole + report.note).length <= LONGEST) return whole + report.note;
    const start = whole.length > LONGEST - 60 ? body : whole;
    return start + cut(report.note, LONGEST - start.length);
  }

  // What a spreadsheet would run as a formula is marked as text, and a cell that needs it is quoted.
  function cell(text) {
    const safe = /^[=+\-@\t\r]/.test(text) ? "'" + text : text;
    return /[",;]/.test(safe) ? '"' + safe.replace(/"/g, '""') + '"' : safe;
  }

  const table = () =>
    "\ufeff" + [COLUMNS, ...reports.map((report) => COLUMNS.map((name) => report[name]))]
      .map((row) => row.map(cell).join(",") + "\r\n").join("");

  function save() {
    const link = document.createElement("a"), day = now().slice(0, 16).replace(/\D/g, "");
    link.download = ["phan-anh", data.page.code || "ca-nuoc", data.page.period, day].join("-") + ".csv";
    link.href = URL.createObjectURL(new Blob([table()], { type: "text/csv;charset=utf-8" }));
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    unsaved = false;
    tell("saved", { name: link.download });
  }

  function copy() {
    message.focus();
    message.select();
    let done = false;
    try { done = document.execCommand("copy"); } catch { /* told below */ }
    unsaved = unsaved && !done;
    tell(done ? "copied" : "by_hand");
  }

  function entry(report) {
    const item = document.createElement("li"), away = document.createElement("button");
    away.type = "button";
    away.textContent = word("remove");
    away.addEventListener("click", () => {
      reports = reports.filter((other) => other !== report);
      unsaved = unsaved && reports.length > 0;
      show();
      tell("");
    });
    const told = [nameOf(report), `${report.latitude}, ${report.longitude}`, report.village_name, report.zone_id, report.operator, report.note, report.photo_name];
    item.append(told.filter(Boolean).join(" · ") + " ", away);
    return item;
  }

  function show() {
    kept.hidden = !reports.length;
    kept.querySelector("h3").textContent = word("list", { count: reports.length });
    kept.querySelector("ol").replaceChildren(...reports.map(entry));
    message.value = reports.map(line).join("\n");
  }

  function about(start) {
    for (const name of ["zone_id", "village_name"]) fields[name].value = start[name] || "";
    put({ lat: start.latitude, lng: start.longitude });
  }

  // Before the shapes on the map hear of it, which else keep a tap to themselves.
  map.getContainer().addEventListener("click", (event) => {
    if (!picking || event.target.closest(".leaflet-control") || (map.dragging && map.dragging.moved())) return;
    event.stopImmediatePropagation();
    put(map.mouseEventToLatLng(event));
    pick(false);
  }, true);
  form.addEventListener("submit", add);
  fields.pick.addEventListener("click", () => pick(!picking));
  for (const name of ["latitude", "longitude"]) fields[name].addEventListener("change", look);
  kept.querySelector("[name=save]").addEventListener("click", save);
  kept.querySelector("[name=copy]").addEventListener("click", copy);
  window.addEventListener("beforeunload", (event) => { if (unsaved) { event.preventDefault(); event.returnValue = ""; } });
  document.addEventListener("phusong:language", () => { tell(""); look(); show(); });
  return { about: about };
}
