"""The sample province: a whole study that is made up, from one seed, to try every stage on."""

from __future__ import annotations

from phusong.sample.study import write_sample

__all__ = ["write_sample"]
