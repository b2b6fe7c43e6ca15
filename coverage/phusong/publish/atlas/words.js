// Words and numbers in the language of the moment, Vietnamese first.
function phusongWords(texts) {
  "use strict";
  const SIGNS = { vi: [".", ","], en: [",", "."] };
  // Marks that turn the direction of text would turn what stands after a name too.
  const TURNING = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
  let language = "vi";

  function number(value, decimals) {
    const [thousands, point] = SIGNS[language];
    const [whole, rest] = Math.abs(value).toFixed(decimals || 0).split(".");
    const grouped = whole.replace(/\B(?=(\d{3})+$)/g, thousands);
    return (value < 0 ? "−" : "") + grouped + (rest ? point + rest : "");
  }

  // Cut and not rounded, so that a share short of its target never reaches it.
  const tenths = (share) => (share < 0 ? -1 : 1) * Math.floor(Math.abs(share) * 1000 + 1e-7) / 10;

  const formats = {
    count: (value) => number(value, 0),
    number: (value) => number(value, Number.isInteger(value) ? 0 : 1),
    share: (value) => number(tenths(value), 1) + "\u00a0%",
    points: (value) => (value > 0 ? "+" : "") + word("number.points", { points: number(tenths(value), 1) }),
    difference: (value) => (value > 0 ? "+" : "") + number(value, 0),
    date: (value) => (language === "vi" ? value.split("-").reverse().join("/") : value),
    text: (value) => String(value).replace(TURNING, ""),
  };

  const said = (both) => both[language];

  function filled(template, values) {
    return template.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
  }

  function word(key, values) {
    return filled(texts[language][key], values || {});
  }

  return {
    language: () => language,
    use: (chosen) => { language = chosen; },
    format: (kind, value) => formats[kind](value),
    said: said,
    word: word,
    filled: (template, values) => filled(said(template), values),
  };
}
