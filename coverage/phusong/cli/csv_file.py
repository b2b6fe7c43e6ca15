"""A table written as a new CSV file beside what a command prints."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from phusong.errors import PhusongError

if TYPE_CHECKING:
    import pandas as pd


def refuse_existing(csv: Path | None) -> None:
    """
    Stop before the work when a file is there already.

    Raises
    ------
    PhusongError
        Naming it.
    """
    if csv is not None and csv.exists():
        raise PhusongError(f"--csv {csv}: is there already; it was left as it is")


def write_csv(csv: Path | None, table: pd.DataFrame) -> None:
    """Write a table where a file is asked for, and say so."""
    if csv is not None:
        from phusong.ledger.bundle import csv_bytes

        csv.write_bytes(csv_bytes(table))
        typer.echo(f"Wrote {csv}")
