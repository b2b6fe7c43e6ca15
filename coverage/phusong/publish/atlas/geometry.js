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

  function boxOf(flat) {
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = 0; i < flat.length; i += 2) grow(box, flat[i], flat[i + 1], flat[i], flat[i + 1]);
    return box;
  }

  function grow(box, west, north, east, south) {
    if (west < box[0]) box[0] = west;
    if (north < box[1]) box[1] = north;
    if (east > box[2]) box[2] = east;
    if (south > box[3]) box[3] = south;
  }

  // Lines in Mercator degrees: neighbours share them, so each point is worked out once.
  function projected(topology) {
    for (const line of topology.lines) {
      for (let i = 0; i < line.length; i += 2) {
        line[i] -= west;
        line[i + 1] = north - mercator(line[i + 1]);
      }
    }
    topology.boxes = topology.lines.map(boxOf);
    return topology;
  }

  function trace(path, flat, forwards, begin) {
    const end = flat.length - 2;
    for (let i = begin ? 0 : 2; i <= end; i += 2) {
      const at = forwards ? i : end - i;
      if (i) path.lineTo(flat[at], flat[at + 1]);
      else path.moveTo(flat[at], flat[at + 1]);
    }
  }

  // A path of each area and the box round it. Ground is inside where an odd number of rings is round it.
  function areas(topology) {
    return topology.areas.map(function (rings) {
      const path = new Path2D(), box = [Infinity, Infinity, -Infinity, -Infinity];
      for (const refs of rings) {
        refs.forEach(function (ref, i) {
          const arc = ref < 0 ? ~ref : ref;
          trace(path, topology.lines[arc], ref >= 0, i === 0);
          const [west, north, east, south] = topology.boxes[arc];
          grow(box, west, north, east, south);
        });
        path.closePath();
      }
      return { path: path, box: box };
    });
  }

  // One path along the outlines of groups of areas, such as provinces.
  function borders(topology, groups) {
    const path = new Path2D();
    for (const arc of phusongTopology.borders(topology, groups)) trace(path, topology.lines[arc], true, true);
    return path;
  }

  // A path round points given by latitude and longitude.
  function ring(places) {
    const path = new Path2D();
    trace(path, new Float64Array(places.flatMap(([latitude, longitude]) => local(longitude, latitude))), true, true);
    return path;
  }

  const read = (values) => projected(phusongTopology.read(values));

  return { origin: back(0, 0), local: local, back: back, points: points, lines: lines, read: read, areas: areas, ring: ring, borders: borders };
}
