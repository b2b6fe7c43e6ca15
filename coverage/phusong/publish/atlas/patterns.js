// Hatchings: what a plain fill cannot tell apart without colour.
function phusongPatterns() {
  "use strict";
  const SIDE = 8;
  const tiles = {};
  const strokes = {
    diagonal: (pen) => { for (const start of [-SIDE, 0, SIDE]) { pen.moveTo(start - 1, SIDE + 1); pen.lineTo(start + SIDE + 1, -1); } },
    cross: (pen) => { pen.moveTo(SIDE / 2, 0); pen.lineTo(SIDE / 2, SIDE); pen.moveTo(0, SIDE / 2); pen.lineTo(SIDE, SIDE / 2); },
    dots: (pen) => { pen.rect(1, 1, 1, 1); pen.rect(5, 5, 1, 1); },
  };

  function tile(style) {
    const key = style.fill + style.hatch + style.mark;
    if (tiles[key]) return tiles[key];
    const made = document.createElement("canvas");
    made.width = made.height = SIDE;
    const pen = made.getContext("2d");
    pen.fillStyle = style.fill;
    pen.fillRect(0, 0, SIDE, SIDE);
    pen.strokeStyle = style.mark;
    pen.lineWidth = 1.4;
    strokes[style.hatch](pen);
    pen.stroke();
    return (tiles[key] = made);
  }

  // What a canvas fills an area with; a pattern is undone the transformation of the canvas, so that it never grows.
  function fill(pen, style) {
    if (!style.hatch) return style.fill;
    const pattern = pen.createPattern(tile(style), "repeat");
    pattern.setTransform(pen.getTransform().inverse());
    return pattern;
  }

  // A piece of a legend, coloured or hatched alike.
  function swatch(style) {
    const made = document.createElement("canvas"), pen = made.getContext("2d");
    made.className = "swatch";
    made.setAttribute("aria-hidden", "true");
    made.width = 24;
    made.height = 14;
    pen.fillStyle = style.hatch ? pen.createPattern(tile(style), "repeat") : style.fill;
    pen.fillRect(0, 0, made.width, made.height);
    return made;
  }

  return { fill: fill, swatch: swatch };
}
