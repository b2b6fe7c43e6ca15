"""Texts of a picture and where they stand; none may be cut at an edge."""

from __future__ import annotations

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox


def whole_texts(figure: Figure) -> list[tuple[str, Bbox]]:
    "What each visible text says, and its box in pixels, after none was found to be cut."
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    width, height = canvas.get_width_height()
    boxes = [
        (text.get_text(), text.get_window_extent(canvas.get_renderer()))
        for text in figure.findobj(Text)
        if text.get_visible() and text.get_text()
    ]
    for said, box in boxes:
        assert box.x0 >= -1, said
        assert box.x1 <= width + 1, said
        assert box.y0 >= -1, said
        assert box.y1 <= height + 1, said
    return boxes
