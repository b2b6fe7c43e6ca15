// Finding a commune or a village by its name, with or without accents: a list of choices below a field.
function phusongFind(data, words, go) {
  "use strict";
  const MOST = 12;
  const field = document.getElementById("find-field"), list = document.getElementById("find-list");
  const told = document.getElementById("find-told");
  let entries = null, active = -1;

  // Letters without their marks: Hoà Bình, Hòa Bình and hoa binh are one.
  function folded(text) {
    const plain = text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[đĐ]/g, "d").toLowerCase();
    return plain.replace(/[^\p{L}\p{N}]+/gu, " ").trim();
  }

  function entry(name, unit, rank, go) {
    const province = unit >= 0 ? data.units.provinces.name[data.units.province[unit]] : "";
    return { name: name, folded: " " + folded(name), unit: unit, province: province, rank: rank, go: go };
  }

  function everything() {
    const { code, name, own } = data.units;
    const found = code.map((_, row) => entry(name[row], row, own[row] ? 0 : 2, () => go.unit(row, true)));
    for (const layer of data.marks) {
      if (!layer.search) continue;
      layer.name.forEach((name, row) => { if (name) found.push(entry(name, layer.unit[row], 1, () => go.mark(layer, row))); });
    }
    return found;
  }

  // Every word asked for begins a word of the name; names that go on from there as asked come first.
  function matching(asked) {
    entries = entries || everything();
    const whole = folded(asked), parts = whole.split(" ").map((part) => " " + part);
    if (!whole) return [];
    const found = entries.filter((entry) => parts.every((part) => entry.folded.includes(part)));
    const order = (entry) => (entry.folded.includes(" " + whole) ? 0 : 4) + entry.rank;
    return found.sort((a, b) => order(a) - order(b) || a.folded.length - b.folded.length);
  }

  function option(entry, i) {
    const item = document.createElement("li");
    item.id = "find-" + i;
    item.setAttribute("role", "option");
    item.append(words.format("text", entry.name));
    const where = entry.rank === 1 && entry.unit >= 0 ? [data.units.name[entry.unit], entry.province] : [entry.province];
    const small = item.appendChild(document.createElement("small"));
    small.textContent = where.filter(Boolean).map((text) => words.format("text", text)).join(", ");
    item.addEventListener("pointerdown", (event) => event.preventDefault());
    item.addEventListener("click", () => take(entry));
    return item;
  }

  let shown = [];
  function offer() {
    const found = matching(field.value);
    shown = found.slice(0, MOST);
    list.replaceChildren(...shown.map(option));
    list.hidden = shown.length === 0;
    field.setAttribute("aria-expanded", String(!list.hidden));
    const asked = folded(field.value) !== "", key = !found.length ? "find.none" : found.length > MOST ? "find.more" : "find.found";
    told.textContent = asked ? words.word(key, { count: words.format("count", found.length), most: MOST }) : "";
    told.className = asked && !found.length ? "" : "unseen"; // those who see read the list
    point(-1);
  }

  function point(i) {
    active = i;
    Array.from(list.children).forEach((item, n) => item.setAttribute("aria-selected", String(n === i)));
    if (i >= 0) {
      field.setAttribute("aria-activedescendant", "find-" + i);
      list.children[i].scrollIntoView({ block: "nearest" });
    } else field.removeAttribute("aria-activedescendant");
  }

  function close() {
    list.hidden = true;
    field.setAttribute("aria-expanded", "false");
  }

  function take(entry) {
    close();
    field.value = words.format("text", entry.name);
    field.blur();
    entry.go();
  }

  field.addEventListener("input", offer);
  field.addEventListener("focus", () => { field.select(); if (field.value) offer(); });
  field.addEventListener("blur", close);
  field.addEventListener("keydown", function (event) {
    const last = shown.length - 1;
    if (event.key === "ArrowDown") point(active >= last ? 0 : active + 1);
    else if (event.key === "ArrowUp") point(active <= 0 ? last : active - 1);
    else if (event.key === "Enter" && shown.length) take(shown[Math.max(0, active)]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
}
