"""Static table: the main figures of each unit as plain text, for readers without script."""

from __future__ import annotations

from collections.abc import Sequence

from phusong.publish.atlas.figures import Figure
from phusong.publish.atlas.frame import Table
from phusong.publish.atlas.look import Both, Words
from phusong.publish.atlas.packing import MISSING
from phusong.publish.labels import number_text
from phusong.text import percent_vi

_SHOWN = (
    "people",
    "nr_any",
    "lte_any",
    "power",
    "gap_both",
    "villages_without_signal",
    "villages_without_power",
    "zones",
    "terminals",
)


def static_table(
    first: Both, names: Sequence[str], codes: Sequence[str], figures: Sequence[Figure], words: Words
) -> Table:
    """
    A row a unit: its name, then its main figures as Vietnamese documents write them.

    Parameters
    ----------
    first
        Heading of the names.
    figures
        Of the same units in the same order.
    """
    known = {figure.id: figure for figure in figures}
    chosen = [known[name] for name in _SHOWN if name in known]
    rows = [[name, *(_cell(figure, row, words) for figure in chosen)] for row, name in enumerate(names)]
    return Table([first, *(figure.label for figure in chosen)], rows, list(codes))


def _cell(figure: Figure, row: int, words: Words) -> str:
    if row in figure.suppressed:
        return words["cell.suppressed"].vi
    value = int(figure.numerator[row])
    if value == MISSING:
        return words["cell.no_data"].vi
    if figure.denominator is None:
        return number_text(value, "")
    return percent_vi(value / int(figure.denominator[row]))
