// Classes: from the figures of a layer to the look of each unit, and to the words for its value.
function phusongClasses(data, look, words) {
  "use strict";
  // The scale of a figure at a time: differences have one of their own.
  function scaleOf(figure, time) {
    if (time !== "change") return look.scales[figure.scale];
    const scale = look.scales[figure.unit === "share" ? "change" : "change_people"];
    return figure.better === -1 ? turned(scale) : scale;
  }

  // Where less is better, the colours of a fall and a rise change places.
  function turned(scale) {
    const last = scale.styles.length - 1;
    scale.turned = scale.turned || Object.assign({}, scale, { styles: scale.styles.map((style, i) => Object.assign({}, style, { fill: scale.styles[last - i].fill })) });
    return scale.turned;
  }

  function at(table, figure, row) {
    const part = table.numerator[row];
    if (part === null || part === undefined) return null;
    if (figure.unit !== "share") return part;
    return table.denominator[row] ? part / table.denominator[row] : null;
  }

  // Value of a unit, or null where there is none.
  function value(figure, row, time) {
    if (time !== "change") return at(time === "before" ? figure.before : figure, figure, row);
    const now = at(figure, figure, row), before = at(figure.before, figure, row);
    return now === null || before === null ? null : now - before;
  }

  const reached = (breaks, size) => breaks.filter((least) => least <= size).length;

  // Number of the class: the first of a rising scale is for exactly nothing; a symmetric one has "no change" in its middle.
  const numbers = {
    rising: (scale, value) => (value === 0 ? 0 : 1 + reached(scale.breaks, value)),
    symmetric: (scale, value) => scale.breaks.length + 1 + Math.sign(value) * (1 + reached(scale.breaks, Math.abs(value))),
    named: (_, value) => value,
  };

  // Why a unit has no class of its own: the name of a state, or null where it has one.
  function stateOf(figure, row, time) {
    if (!data.units.own[row]) return "outside";
    if (figure.suppressed && figure.suppressed.includes(row)) return "suppressed";
    const found = value(figure, row, time);
    if (found === null) return figure.missing || "no_data";
    return found === 0 && time !== "change" && figure.zero ? figure.zero : null;
  }

  function styleOf(figure, row, time) {
    const state = stateOf(figure, row, time);
    if (state) return look.states[state];
    const scale = scaleOf(figure, time);
    return scale.styles[numbers[scale.kind](scale, value(figure, row, time))];
  }

  function told(figure, row, time) {
    const state = stateOf(figure, row, time);
    if (state && state !== "no_signal") return words.said(look.states[state].label);
    const found = value(figure, row, time), scale = scaleOf(figure, time);
    if (scale.kind === "named") return words.said(scale.styles[found].label);
    if (time === "change") return words.format(figure.unit === "share" ? "points" : "difference", found);
    return words.format(figure.unit === "share" ? "share" : "count", found);
  }

  // The parts of a share: how many of how many.
  function parts(figure, row, time) {
    const table = time === "before" ? figure.before : figure;
    if (figure.unit !== "share" || time === "change" || stateOf(figure, row, time) in { outside: 1, suppressed: 1 }) return "";
    if (value(figure, row, time) === null) return "";
    const [part, whole] = [table.numerator[row], table.denominator[row]].map((count) => words.format("count", count));
    return words.word("number.of", { part: part, whole: whole });
  }

  // Text of a field for a row in the language of the moment, empty where it is not known.
  function ofField(field, row) {
    const value = field.of[row];
    if (value === null || value === undefined || value === "") return "";
    return field.kind === "choice" ? words.said(field.choices[value]) : words.format(field.kind, value);
  }

  return { scaleOf: scaleOf, value: value, stateOf: stateOf, styleOf: styleOf, told: told, parts: parts, ofField: ofField };
}
