"""`phusong ledger levels`: the figures of the nation, of a province or of a commune, in one form; their sums agree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from phusong.cli.editions import (
    AsOf,
    Debug,
    JsonFile,
    PeriodText,
    ProjectPath,
    asked,
    record_of,
    refuse_existing,
    write_json,
)
from phusong.cli.outlook_tables import each, known
from phusong.cli.tables import print_table
from phusong.errors import SnapshotError

if TYPE_CHECKING:
    import pandas as pd


def levels(
    project: ProjectPath,
    period: PeriodText,
    level: Annotated[
        str | None, typer.Option(help="One unit: nation, province:CODE or commune:CODE.", metavar="LEVEL")
    ] = None,
    as_of: AsOf = None,
    json_file: JsonFile = None,
    debug: Debug = False,
) -> None:
    """Show the figures of the nation, a province or a commune; communes sum to provinces, and these to the nation."""
    del debug
    study, quarter, day = asked(project, period, as_of)
    from phusong.ledger import task_log
    from phusong.ledger.levels import disagreements, of_unit
    from phusong.pipeline.companions import three_levels

    refuse_existing("--json", json_file)
    table = three_levels(study, quarter, task_log.read(study.folder / task_log.FOLDER), day)
    wrong = disagreements(table)
    if len(wrong):
        first = wrong.iloc[0]
        raise SnapshotError(
            f"{quarter.name}: {len(wrong)} figures are not the sums of their parts, first {first.figure} of "
            f"{first.unit_level} '{first.unit_code}'; run the period again."
        )
    shown = of_unit(table, level or "nation")
    _print(shown)
    rows = len(table[table.sums & (table.unit_level != "commune")])
    typer.echo(f"Tổng khớp / sums agree: {rows} figures of provinces and the study are the sums of their parts.")
    write_json(json_file, record_of(study, quarter, day), {"levels": shown if level else table})


def _print(table: pd.DataFrame) -> None:
    from phusong.ledger.levels import TOPICS
    from phusong.text import number_vi, percent_vi

    first = table.iloc[0]
    for topic, part in table.groupby("topic", sort=False):
        rows = [
            [
                row.figure,
                " ".join(word for word in (row.operator, row.technology, row.environment) if word),
                *(known(count, number_vi) for count in (row.numerator, row.denominator)),
                known(row.value, percent_vi if _is_share(row) else lambda value: number_vi(value, 2 * (value % 1 > 0))),
            ]
            for row in each(part)
        ]
        title = f"{' / '.join(TOPICS[str(topic)])} – {first.unit_code} {first.unit_name}".strip()
        headings = ["Chỉ tiêu / Figure", "Phạm vi / Scope", "Tử số / Numerator", "Mẫu số / Denominator"]
        print_table(title, [*headings, "Giá trị / Value"], rows, (0, 1))


def _is_share(row: Any) -> bool:
    return str(row.figure).endswith("_share") or row.topic == "readings"
