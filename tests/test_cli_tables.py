"""Tables on a terminal: whole where they fit, by blocks where they do not, and never markup."""

from __future__ import annotations

import pytest

from phusong.cli.tables import WIDTH, print_table

HEADINGS = ["Tỉnh / Province", "Dân số / People"]
ROWS = [("[bold]Đông[/bold]", "1.000"), ("An", "2")]


def test_numbers_to_the_right_and_text_as_it_is(capsys):
    print_table("Bảng", HEADINGS, ROWS, texts=(0,))
    lines = capsys.readouterr().out.splitlines()
    assert "│ [bold]Đông[/bold] │  1.000 │" in lines
    assert "│ An                │      2 │" in lines
    assert lines[2] == "┃ Tỉnh              ┃ Dân số ┃"


@pytest.mark.parametrize(("width", "blocks"), [(WIDTH - 1, True), (WIDTH, False)])
def test_a_narrow_terminal_gets_a_block_a_row(capsys, monkeypatch, width, blocks):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", str(width))
    print_table("Bảng", HEADINGS, ROWS, texts=(0,))
    out = capsys.readouterr().out
    assert ("\nAn\n  Dân số / People: 2\n" in out) == blocks
    assert ("┃" in out) != blocks


def test_nothing_is_cut_in_a_pipe(capsys):
    "Text may be broken into lines, numbers stand whole."
    long = [(f"{'Bản Mường ' * 30}Nghẹn", "123.456.789", "x", "y")]
    print_table("Bảng", ["a", "b", "c", "d"], long, texts=(0, 2, 3))
    out = capsys.readouterr().out
    assert out.count("Mường") == 30
    assert "123.456.789" in out
    assert "…" not in out
