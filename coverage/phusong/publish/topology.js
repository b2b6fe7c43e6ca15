// Reads what topology.py encoded and makes lines and rings of it, in longitude and latitude.
const phusongTopology = (function () {
  "use strict";

  const digits = new Uint8Array(127);
  let count = 0;
  for (let code = 33; code < 127; code++) {
    if (!"\"'\\<>&{}".includes(String.fromCharCode(code))) digits[code] = count++;
  }
  const base = count / 2;

  // The lowest digit comes first; signs of the second half of the alphabet say that another digit follows.
  function decoded(text) {
    const numbers = new Float64Array(text.length);
    let count = 0, value = 0, factor = 1;
    for (let i = 0; i < text.length; i++) {
      const digit = digits[text.charCodeAt(i)];
      value += digit * factor;
      factor *= base;
      if (digit >= base) continue;
      numbers[count++] = value % 2 ? -(value + 1) / 2 : value / 2;
      value = 0;
      factor = 1;
    }
    return numbers.subarray(0, count);
  }

  // `lines`: the points of each arc, longitude and latitude in turn: an array a point would keep a phone busy clearing up;
  // `areas`: for each area its rings, each a list of arcs (i forwards, ~i backwards).
  function read(packed) {
    const numbers = decoded(packed.text), unit = packed.units_per_degree;
    let place = 3, ref = 0, x = 0, y = 0, ring = 0;
    const list = (count, make) => {
      const made = [];
      for (let i = 0; i < count; i++) made.push(make());
      return made;
    };
    const next = () => numbers[place++], nextRef = () => (ref += numbers[place++]);
    const pointsOf = list(numbers[0], next), arcsOf = list(numbers[1], next), ringsOf = list(numbers[2], next);
    const refs = arcsOf.map((count) => list(count, nextRef));
    const lines = pointsOf.map(function (count) {
      const line = new Float64Array(2 * count);
      for (let i = 0; i < line.length; i += 2) {
        line[i] = (x += numbers[place++]) / unit;
        line[i + 1] = (y += numbers[place++]) / unit;
      }
      return line;
    });
    return { lines: lines, areas: ringsOf.map((count) => refs.slice(ring, (ring += count))) };
  }

  // Rings of an area as points, not closed. Fill them by the even-odd rule: a hole is a ring within another.
  function rings(topology, area) {
    return topology.areas[area].map((refs) => {
      const points = [];
      for (const ref of refs) {
        const line = topology.lines[ref < 0 ? ~ref : ref], end = line.length - 2;
        for (let i = 0; i < end; i += 2) {
          const at = ref < 0 ? end - i : i;
          points.push([line[at], line[at + 1]]);
        }
      }
      return points;
    });
  }

  // Numbers of the lines that one area of a group has for itself, such as the outlines of provinces; `groups` has a value an area.
  function borders(topology, groups) {
    const waiting = topology.lines.map(() => null), found = topology.lines.map(() => false);
    topology.areas.forEach(function (rings, area) {
      for (const refs of rings) {
        for (const ref of refs) {
          const arc = ref < 0 ? ~ref : ref;
          if (waiting[arc] === null) waiting[arc] = groups[area];
          else if (waiting[arc] === groups[area]) waiting[arc] = null;
          else found[arc] = true;
        }
      }
    });
    return topology.lines.flatMap((_, arc) => (found[arc] || waiting[arc] !== null ? [arc] : []));
  }

  return { read: read, rings: rings, borders: borders, numbers: (text) => Array.from(decoded(text)) };
})();
