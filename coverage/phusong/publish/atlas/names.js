// Names of seas, neighbours, provinces and communes, each where it lies on no other.
function phusongNames(data, look, geometry, ground, words) {
  "use strict";
  const FONT = '"Noto Sans", "Segoe UI", Roboto, "DejaVu Sans", Arial, sans-serif';
  const entries = [];
  const MOST_LETTERS = 28;

  const short = (text) => (text.length > MOST_LETTERS ? text.slice(0, MOST_LETTERS - 1) + "…" : text);
  const bare = (name) => short(words.format("text", name).replace(/^(Thành phố|Tỉnh|Phường|Xã|Đặc khu) /, ""));

  function add(place, kind, text, room) {
    const [x, y] = geometry.local(place.lng, place.lat);
    entries.push(Object.assign({ x: x, y: y, text: text, room: room || Infinity }, look.names.kinds[kind]));
  }

  for (const name of look.names.places) name.at.forEach((place) => add(L.latLng(place), name.kind, () => words.said(name.text)));
  if (data.level === "nation") {
    geometry.points(data.units.provinces.at).forEach((place, i) => add(place, "province", () => bare(data.units.provinces.name[i])));
  }
  ground.places().forEach((place, row) => add(place, "commune", () => bare(data.units.name[row]), ground.widthOf(row)));

  const apart = (a, b) => a[2] <= b[0] || b[2] <= a[0] || a[3] <= b[1] || b[3] <= a[1];

  function paint(pen, view) {
    const taken = [], ratio = view.ratio;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.lineJoin = "round";
    for (const entry of entries) {
      if (view.zoom < entry.from || view.zoom >= entry.until) continue;
      const x = entry.x * view.scale + view.x, y = entry.y * view.scale + view.y;
      if (x < 0 || y < 0 || x > pen.canvas.width || y > pen.canvas.height) continue;
      const lines = entry.text().split("\n"), size = entry.size * ratio;
      pen.font = (entry.slanted ? "italic " : "") + entry.weight + " " + size + "px " + FONT;
      const half = Math.max(...lines.map((line) => pen.measureText(line).width)) / 2 + 3 * ratio;
      if (2 * half > entry.room * view.scale * 1.15 && view.zoom < 13) continue;
      const box = [x - half, y - lines.length * size * 0.65, x + half, y + lines.length * size * 0.65];
      if (!taken.every((other) => apart(box, other))) continue;
      taken.push(box);
      pen.strokeStyle = entry.halo;
      pen.lineWidth = 3 * ratio;
      pen.fillStyle = entry.colour;
      lines.forEach(function (line, i) {
        const height = y + (i - (lines.length - 1) / 2) * size * 1.2;
        if (entry.halo) pen.strokeText(line, x, height);
        pen.fillText(line, x, height);
      });
    }
  }

  return { paint: paint };
}
