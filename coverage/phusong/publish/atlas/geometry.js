// From the texts of the data block to paths for a canvas, in Mercator degrees from a page's own origin: near to it the
// 24 bits that a canvas keeps of a coordinate are finer than a decimetre.
function phusongGeometry(bounds) {
  "use strict";
  const RADIANS = Math.PI / 180;
  const mercator = (latitude) => Math.log(Math.tan((45 + latitude / 2) * RADIANS)) / RADIANS;
  const west = (bounds[0][1] + bounds[1][1]) / 2;
  const north = mercator((bounds[0][0] + bounds[1][0]) / 2);

  function local(longitude, latitude) {
    return [longitude - west, north - mercator(latitude)];
  }

  const back = (x, y) => L.latLng((Math.atan(Math.exp((north - y) * RADIANS)) / RADIANS - 45) * 2, west + x);

  // Points as Leaflet takes them, one a row.
  function points(values) {
    const steps = phusongTopology.numbers(values.text), unit = values.units_per_degree, found = [];
    let x = 0, y = 0;
    for (let i = 0; i < steps.length; i += 2) {
      x += steps[i];
      y += steps[i + 1];
      found.push(L.latLng(y / unit, x / unit));
    }
    return found;
  }

  function lines(values) {
    const steps = phusongTopology.numbers(values.text), unit = values.units_per_degree, found = [];
    let at = 1 + steps[0], x = 0, y = 0;
    for (let i = 0; i < steps[0]; i++) {
      const line = [];
      for (let n = 0; n < steps[1 + i]; n++, at += 2) {
        x += steps[at];
        y += steps[at + 1];
        line.push(L.latLng(y / unit, x / unit));
      }
      found.push(line);
    }
    return found;
  }

  function grow(box, west, north, east, south) {
    if (west < box[0]) box[0] = west;
    if (north < box[1]) box[1] = north;
    if (east > box[2]) box[2] = east;
    if (south > box[3]) box[3] = south;
  }

  function boxOf(places, begin, end) {
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    for (let at = begin; at < end; at += 2) grow(box, places[at], places[at + 1], places[at], places[at + 1]);
    return box;
  }

  function boxRound(boxes) {
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    for (const own of boxes) grow(box, own[0], own[1], own[2], own[3]);
    return box;
  }

  // Areas and their lines: `places` has the points of all lines one after the other, line n from starts[n] until
  // starts[n + 1] (an array a line would keep a phone busy clearing up). There is a box round each area and each line.
  function made(values) {
    const { lines, areas } = phusongTopology.read(values), starts = new Uint32Array(lines.length + 1);
    lines.forEach((line, n) => { starts[n + 1] = starts[n] + line.length; });
    const places = new Float64Array(starts[lines.length]);
    lines.forEach((line, n) => places.set(line, starts[n]));
    for (let at = 0; at < places.length; at += 2) {
      places[at] -= west;
      places[at + 1] = north - mercator(places[at + 1]);
    }
    const round = lines.map((_, n) => boxOf(places, starts[n], starts[n + 1]));
    const boxes = areas.map((rings) => boxRound(rings.flatMap((refs) => refs.map((ref) => round[ref < 0 ? ~ref : ref]))));
    return { places: places, starts: starts, areas: areas, lines: lines, boxes: boxes, line_boxes: round };
  }

  const kept = new Map();

  function read(values) {
    if (!kept.has(values)) kept.set(values, made(values));
    return kept.get(values);
  }

  // The same areas with no more points than a step can tell apart: between the ends of a line those that lie a step from
  // the last one kept. Lines that meet still do, and a small ring stays as it is.
  function coarser(topology, step) {
    const { places, starts } = topology, kept = new Float64Array(places.length), begins = new Uint32Array(starts.length);
    let count = 0;
    for (let n = 0; n + 1 < starts.length; n++) {
      const begin = starts[n], last = starts[n + 1] - 2;
      let x = NaN, y = NaN; // from which nothing is less than a step away
      for (let at = begin; at <= last; at += 2) {
        if (at < last && Math.abs(places[at] - x) < step && Math.abs(places[at + 1] - y) < step) continue;
        kept[count++] = x = places[at];
        kept[count++] = y = places[at + 1];
      }
      const ring = places[begin] === places[last] && places[begin + 1] === places[last + 1];
      if (ring && count - begins[n] < 8) {
        kept.set(places.subarray(begin, last + 2), begins[n]);
        count = begins[n] + last + 2 - begin;
      }
      begins[n + 1] = count;
    }
    return Object.assign({}, topology, { places: kept, starts: begins });
  }

  function trace(path, topology, number, forwards, begin) {
    const { places, starts } = topology, first = starts[number], last = starts[number + 1] - 2;
    for (let i = begin ? 0 : 2; i <= last - first; i += 2) {
      const at = forwards ? first + i : last - i;
      if (i) path.lineTo(places[at], places[at + 1]);
      else path.moveTo(places[at], places[at + 1]);
    }
  }

  // Adds an area to a path. Ground is inside where an odd number of rings is round it. The lines of a ring end where they
  // begin; to close it besides would take a browser as long as all that is in the path already.
  function area(path, topology, row) {
    for (const refs of topology.areas[row]) {
      refs.forEach((ref, i) => trace(path, topology, ref < 0 ? ~ref : ref, ref >= 0, i === 0));
    }
    return path;
  }

  // One path along some lines of areas, each once, as far as they are asked for.
  function along(topology, numbers, asked) {
    const path = new Path2D();
    for (const number of numbers) if (asked(number)) trace(path, topology, number, true, true);
    return path;
  }

  // One path along lines that are no outlines, such as roads: those of the rows that are asked for.
  function routes(values, asked) {
    const steps = phusongTopology.numbers(values.text), unit = values.units_per_degree, path = new Path2D();
    let at = 1 + steps[0], x = 0, y = 0;
    for (let i = 0; i < steps[0]; i++) {
      const drawn = asked(i);
      for (let n = 0; n < steps[1 + i]; n++, at += 2) {
        x += steps[at];
        y += steps[at + 1];
        if (!drawn) continue;
        const [across, down] = local(x / unit, y / unit);
        if (n) path.lineTo(across, down);
        else path.moveTo(across, down);
      }
    }
    return path;
  }

  // A path round points given by latitude and longitude.
  function ring(places) {
    const path = new Path2D();
    for (const [latitude, longitude] of places) path.lineTo(...local(longitude, latitude));
    return path;
  }

  return {
    origin: back(0, 0), local: local, back: back, points: points, lines: lines, read: read, coarser: coarser,
    area: area, along: along, routes: routes, ring: ring,
  };
}
