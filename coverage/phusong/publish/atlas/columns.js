// Columns: the lists of the data block that stand there as short texts become lists when they are first asked for.
function phusongColumns(data) {
  "use strict";
  const made = [];

  const orNull = (list) => list.map((value) => (value === -1 ? null : value));

  // Column k before -1 becomes null: its own numbers, or an earlier column less them.
  function column(k) {
    if (!made[k]) {
      const { digits, less } = data.columns[k];
      const own = phusongTopology.numbers(digits);
      made[k] = less === undefined ? own : column(less).map((value, i) => value - own[i]);
    }
    return made[k];
  }

  const numbersOf = (value) => (value.digits === undefined ? column(value.column) : phusongTopology.numbers(value.digits));

  function listOf(value) {
    if (value.texts) return listOf(value.rows).map((row) => (row === null ? null : value.texts[row]));
    return orNull(numbersOf(value));
  }

  function lazy(object, keys, unpacked) {
    for (const key of keys) {
      const value = object && object[key];
      if (!value || Array.isArray(value)) continue;
      Object.defineProperty(object, key, {
        configurable: true,
        get: function () {
          const list = unpacked(value);
          Object.defineProperty(object, key, { value: list });
          return list;
        },
      });
    }
  }

  lazy(data.units, ["own", "province"], numbersOf);
  for (const figure of data.figures) {
    lazy(figure, ["numerator", "denominator"], listOf);
    lazy(figure.before, ["numerator", "denominator"], listOf);
  }
  for (const layer of data.marks) {
    lazy(layer, ["name", "rank", "people"], listOf);
    lazy(layer, ["unit", "class"], numbersOf); // rows of other lists, -1 for none
    layer.fields.forEach((field) => lazy(field, ["of"], listOf));
  }
  for (const sentence of data.sentences) {
    lazy(sentence, ["which"], listOf);
    Object.values(sentence.values).forEach((value) => lazy(value, ["of"], listOf));
  }
}
