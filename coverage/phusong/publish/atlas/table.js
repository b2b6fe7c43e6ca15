// Tables: the same figures as the map's, sorted by a tap on a heading and copied as a spreadsheet reads them.
function phusongTable(data, words, classes, current, go) {
  "use strict";
  const choice = document.getElementById("table-of"), box = document.getElementById("twin");
  const page = document.getElementById("main-table"), told = document.getElementById("table-told");

  function cell(name, text, order) {
    const made = document.createElement(name);
    made.textContent = text;
    if (order !== undefined && order !== null) made.dataset.order = order;
    return made;
  }

  function build(headings, rows) {
    const table = document.createElement("table");
    const head = table.createTHead().insertRow();
    headings.forEach((text) => { const made = head.appendChild(cell("th", text)); made.scope = "col"; });
    const body = table.createTBody();
    for (const cells of rows) body.insertRow().append(...cells);
    return table;
  }

  function nameCell(text, onTap) {
    const made = document.createElement("th");
    made.scope = "row";
    const button = made.appendChild(cell("button", words.format("text", text)));
    button.type = "button";
    button.addEventListener("click", onTap);
    return made;
  }

  // The twin of the map: each unit's value and what it is made of.
  function twinOfFigure(figure, time) {
    const share = figure.unit === "share" && time !== "change";
    const table = time === "before" ? figure.before : figure;
    const counts = share ? [table.numerator, table.denominator] : [];
    const headings = ["table.unit", "table.province"].map((key) => words.word(key)).concat(words.said(figure.label));
    if (share) headings.push(words.word("table.part"), words.word("table.whole"));
    const rows = data.units.code.map((_, row) => row).filter((row) => data.units.own[row]).map(function (row) {
      const value = classes.value(figure, row, time), province = data.units.provinces.name[data.units.province[row]];
      const cells = [nameCell(data.units.name[row], () => go.unit(row)), cell("td", words.format("text", province))];
      cells.push(cell("td", classes.told(figure, row, time), value));
      counts.forEach((list) => cells.push(cell("td", list[row] === null ? "–" : words.format("count", list[row]), list[row])));
      return cells;
    });
    return build(headings, rows);
  }

  function twinOfMarks(layer) {
    const headings = [words.said(layer.label), words.word("table.unit"), words.word("table.class")];
    const fields = layer.fields;
    const rows = layer.class.map((_, row) => row).filter((row) => layer.class[row] >= 0).map(function (row) {
      const unit = layer.unit[row];
      const cells = [nameCell(layer.name[row] || "–", () => go.mark(layer, row))];
      cells.push(cell("td", unit >= 0 ? words.format("text", data.units.name[unit]) : "–"));
      cells.push(cell("td", words.said(layer.classes[layer.class[row]].label)));
      fields.forEach((field) => cells.push(cell("td", classes.ofField(field, row) || "–", typeof field.of[row] === "number" && field.kind !== "choice" ? field.of[row] : undefined)));
      return cells;
    });
    return build(headings.concat(fields.map((field) => words.said(field.label))), rows);
  }

  // Numbers by size, texts in Vietnamese order; what is not known stays at the end both ways.
  function sorted(table, column, rising) {
    const rows = Array.from(table.tBodies[0].rows, (row) => ({ row: row, text: row.cells[column].textContent, size: sizeOf(row.cells[column]) }));
    const numeric = rows.some(({ size }) => size !== null);
    const unknown = ({ size }) => numeric && size === null;
    const collator = new Intl.Collator("vi", { numeric: true });
    const compare = (a, b) => (numeric ? a.size - b.size : collator.compare(a.text, b.text));
    rows.sort((a, b) => unknown(a) - unknown(b) || (rising ? 1 : -1) * compare(a, b));
    table.tBodies[0].append(...rows.map(({ row }) => row));
  }

  // Cells written with the page have their number as text only, in Vietnamese.
  function sizeOf(cell) {
    if (cell.dataset.order !== undefined) return Number(cell.dataset.order);
    const found = /^[−-]?[\d.]+(,\d+)?(?=([\s\u00a0]%)?$)/.exec(cell.textContent.trim());
    return found ? Number(found[0].replace(/\./g, "").replace(",", ".").replace("−", "-")) : null;
  }

  function makeSortable(table) {
    const heads = Array.from(table.tHead.rows[0].cells);
    heads.forEach(function (head, column) {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", function () {
        const rising = head.getAttribute("aria-sort") !== "ascending";
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", rising ? "ascending" : "descending");
        sorted(table, column, rising);
      });
    });
    return table;
  }

  // A cell that a spreadsheet would run as a formula is marked as text; numbers keep their minus.
  function asCell(text) {
    const line = text.replace(/\s+/g, " ").trim();
    return /^[=+\-@]/.test(line) && !/^[+-]?[\d.,]+( %)?$/.test(line) ? "'" + line : line;
  }

  function asText(table) {
    const seen = (cell) => asCell(cell.querySelector("." + words.language()) ? cell.querySelector("." + words.language()).textContent : cell.textContent);
    return Array.from(table.rows).map((row) => Array.from(row.cells).map(seen).join("\t")).join("\n");
  }

  // Where the clipboard is closed to pages, as in some phones' viewers, a marked text can be copied still.
  function copyMarked(text) {
    const field = document.body.appendChild(document.createElement("textarea"));
    field.value = text;
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }

  async function copy() {
    const text = asText(shown());
    let done = false;
    try {
      await navigator.clipboard.writeText(text);
      done = true;
    } catch {
      done = copyMarked(text);
    }
    told.textContent = words.word(done ? "table.copied" : "table.not_copied");
  }

  const shown = () => (box.hidden ? page : box.firstChild);

  function refresh() {
    const kept = choice.value || "main";
    const { figure, time } = current();
    choice.replaceChildren(new Option(words.word("table.main"), "main"));
    if (figure) choice.add(new Option(words.said(figure.label) + (time === "now" ? "" : " – " + words.word("time." + time)), "figure"));
    for (const layer of data.marks.filter((layer) => !layer.ground)) choice.add(new Option(words.said(layer.label), layer.id));
    choice.value = kept;
    if (!choice.value) choice.value = "main";
    draw();
  }

  function draw() {
    const layer = data.marks.find((layer) => layer.id === choice.value);
    const { figure, time } = current();
    page.parentElement.hidden = choice.value !== "main";
    box.hidden = choice.value === "main";
    told.textContent = "";
    if (box.hidden) return;
    box.replaceChildren(makeSortable(layer ? twinOfMarks(layer) : twinOfFigure(figure, time)));
  }

  makeSortable(page);
  page.addEventListener("click", function (event) {
    const button = event.target.closest("button[data-code]");
    if (button) go.unit(data.units.code.indexOf(button.dataset.code));
  });
  choice.addEventListener("change", draw);
  document.getElementById("table-copy").addEventListener("click", copy);
  return { refresh: refresh };
}
