// A canvas that Leaflet moves and scales with the map, painted anew by one function after each move.
function phusongPainted(map, origin) {
  "use strict";
  const Painted = L.Renderer.extend({
    initialize: function (paint, pane) {
      L.Renderer.prototype.initialize.call(this, { pane: pane, padding: 0.15 });
      this.paint = paint;
    },
    _initContainer: function () {
      this._container = document.createElement("canvas");
      this._container.setAttribute("aria-hidden", "true");
    },
    _destroyContainer: function () {
      this._container.remove();
    },
    _updatePaths: function () {}, // no shapes of Leaflet's own are on it
    _update: function () {
      if (this._map._animatingZoom && this._bounds) return;
      L.Renderer.prototype._update.call(this);
      const size = this._bounds.getSize();
      this.ratio = Math.min(2, window.devicePixelRatio || 1);
      L.DomUtil.setPosition(this._container, this._bounds.min);
      this._container.width = size.x * this.ratio;
      this._container.height = size.y * this.ratio;
      this._container.style.width = size.x + "px";
      this._container.style.height = size.y + "px";
      this.repaint();
    },
    // The view: pixels of the canvas for a Mercator degree, where the origin lies, and the box seen in those degrees.
    repaint: function () {
      const canvas = this._container, pen = canvas.getContext("2d"), ratio = this.ratio;
      const scale = (ratio * 256 * Math.pow(2, this._zoom)) / 360;
      const place = this._map.project(origin, this._zoom).subtract(this._map.getPixelOrigin());
      const at = place.subtract(this._bounds.min).multiplyBy(ratio);
      const box = [-at.x / scale, -at.y / scale, (canvas.width - at.x) / scale, (canvas.height - at.y) / scale];
      pen.setTransform(1, 0, 0, 1, 0, 0);
      pen.clearRect(0, 0, canvas.width, canvas.height);
      this.paint(pen, { scale: scale, x: at.x, y: at.y, ratio: ratio, zoom: this._zoom, box: box });
    },
  });

  // Panes from the ground up: pictures lie below the outlines, names above everything, and neither is in a finger's way.
  function pane(name, height) {
    const made = map.createPane(name);
    made.style.zIndex = height;
    made.style.pointerEvents = "none";
    return name;
  }

  return function (paint, name, height) {
    return new Painted(paint, pane(name, height));
  };
}
