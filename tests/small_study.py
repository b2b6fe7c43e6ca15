"""What tests of commands share: the sample in large pixels, what a command said, and nobody who listens."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from phusong import pipeline
from phusong.config import load
from phusong.sample import write_sample


class Said(NamedTuple):
    """What a command left behind."""

    status: int
    out: str
    err: str


def silent(what: str, done: int, of: int, note: str = "") -> None:
    "Nobody is listening."
    del what, done, of, note


def small_study(folder: Path, *periods: str, settings: str = "") -> Path:
    "The sample in pixels of 500 m, run for some periods; `settings` go to the end of its project file."
    file = write_sample(folder)
    text = file.read_text("utf-8")
    assert "pixel_m = 100.0" in text
    file.write_text(text.replace("pixel_m = 100.0", "pixel_m = 500.0") + settings, "utf-8")
    for period in periods:
        pipeline.run(load(folder), period, 1, silent)
    return folder
