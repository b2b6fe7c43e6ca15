"""The paths that the radio stage asks a loss for, counted."""

from __future__ import annotations

import pytest

from phusong.radio import coverage


def paths_asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    "Grows by the number of paths of each carrier as the engine is asked."
    asked: list[int] = []
    loss = coverage.loss_db

    def counted(carrier, transmitter, paths, world):
        asked.append(paths.pixel.size)
        return loss(carrier, transmitter, paths, world)

    monkeypatch.setattr(coverage, "loss_db", counted)
    return asked
