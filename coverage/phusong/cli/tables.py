"""Tables on a terminal: as a table where it fits, a block a row where it does not."""

from __future__ import annotations

import sys
from collections.abc import Collection, Sequence

import typer

WIDTH = 150
"""Columns of a table sent to a pipe, which has no width."""


def print_table(title: str, headings: Sequence[str], rows: Sequence[Sequence[str]], texts: Collection[int]) -> None:
    """
    Print rows under headings; in these " / " begins a new line.

    Parameters
    ----------
    texts
        Places of the columns that hold text and may be broken; the others hold numbers and stand to the right.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    if sys.stdout.isatty() and Console().width < WIDTH:
        typer.echo(title)
        for row in rows:
            typer.echo("\n" + row[0])
            for heading, cell in zip(headings[1:], row[1:], strict=True):
                typer.echo(f"  {heading}: {cell}")
        return
    table = Table(title=Text(title), title_justify="left")
    for place, heading in enumerate(headings):
        is_text = place in texts
        table.add_column(heading.replace(" / ", "\n"), justify="left" if is_text else "right", no_wrap=not is_text)
    for row in rows:
        table.add_row(*map(Text, row))  # a name may hold what would be taken for markup
    Console(width=None if sys.stdout.isatty() else WIDTH).print(table)
