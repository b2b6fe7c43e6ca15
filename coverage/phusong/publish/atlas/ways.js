// Ways: lines to find one's place by, such as roads. No tap is on them, so that they are painted and are no shapes.
function phusongWays(look, geometry, painted) {
  "use strict";
  function painter(layer) {
    let paths = null;
    const made = () => layer.classes.map((_, kind) => geometry.routes(layer.lines, (row) => layer.class[row] === kind));

    return function (pen, view) {
      paths = paths || made();
      pen.setTransform(view.scale, 0, 0, view.scale, view.x, view.y);
      pen.lineJoin = pen.lineCap = "round";
      layer.classes.forEach(function ({ style }, kind) {
        const { outline, weight, dashes } = look.marks[style], pixel = view.ratio / view.scale;
        pen.strokeStyle = outline;
        pen.lineWidth = weight * pixel;
        pen.setLineDash(dashes ? dashes.split(/[ ,]+/).map((length) => length * pixel) : []);
        pen.stroke(paths[kind]);
      });
      pen.setLineDash([]);
    };
  }

  return (layer) => painted(painter(layer), layer.id, 350);
}
