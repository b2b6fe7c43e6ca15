"""Recognition: which blocks of a file are tables of the layer, and what their columns are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from phusong.errors import FilingError
from phusong.intake.columns import Recognition, recognise
from phusong.intake.request import Request
from phusong.intake.spec import Spec
from phusong.intake.table import Block

_KNOWN = 2
"""A block with fewer columns of the layer is another table."""
_SURELY = 3
"""A block without the layer's key is a table of it when it has more columns than this."""


def recognised(
    blocks: Sequence[Block], request: Request, layer: Spec
) -> tuple[list[Block], list[tuple[Block, Recognition]]]:
    """
    All blocks of a file, rows of other tables told to be no data; and the tables of the layer with their columns.

    Raises
    ------
    FilingError
        When there is no table of the layer, or two columns fit equally well.
    """
    kept: list[Block] = []
    own: list[tuple[Block, Recognition]] = []
    for block in blocks:
        found = recognise(block, layer, request.profile, request.ask) if block.header else None
        shaped = layer.located == "shape" and block.table.geometry is not None
        if found is not None and _is_of(found, layer, len(blocks), shaped=shaped):
            own.append((block, found))
            kept.append(block)
        else:
            kept.append(_aside(block))
    if not own:
        raise FilingError(
            f"{blocks[0].table.file if blocks else 'the file'} has no table of {layer.layer}: {_why_not(blocks, layer)}"
        )
    return kept, own


def _is_of(found: Recognition, layer: Spec, blocks: int, *, shaped: bool = False) -> bool:
    """Whether enough of its columns are known; the shapes of a layer of shapes are as good as one."""
    names = {match.column for match in found.matches}
    known = len(names) + shaped
    return known >= _KNOWN and (blocks == 1 or not layer.key or layer.key in names or len(names) > _SURELY)


def _aside(block: Block) -> Block:
    word = "another table" if block.header else "note"
    told = (*block.aside, *((int(label), word) for label in block.cells.index))
    return replace(block, cells=block.cells.iloc[:0], aside=told)


def _why_not(blocks: Sequence[Block], layer: Spec) -> str:
    headers = next((block.header for block in blocks if block.header), ())
    if not headers:
        return "no row of column names was found"
    shown = ", ".join(repr(header) for header in headers[:8] if header)
    return f"its columns are {shown}; expected such as {', '.join(list(layer.fields)[-6:])}"
