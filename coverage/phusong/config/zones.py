"""The zones section: what a dead zone is, how zones are followed, ranked, and held to the official list."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from phusong.config.section import Section, Share, Technology, Text

Level = Literal["limited", "good", "very_good"]


class Criterion(Section):
    """One thing by which zones are ranked; more of it is worse. The choice is the project's: no document sets it."""

    column: Text
    """Column of the table of zones."""
    weight: float = Field(gt=0)
    """Its importance beside the others; only the proportions of the weights matter."""
    scale: Literal["log", "share", "flag"] = "log"
    """`log` for counts that span orders of magnitude: ten times as much is one step more. `share` for amounts that
    count in proportion to the largest of the study. `flag` for yes and no."""
    label: Text
    """What it is called in Vietnamese sentences."""
    label_en: Text
    """What it is called in English sentences."""


_CRITERIA = (
    Criterion(column="people", weight=5, label="số dân", label_en="people"),
    Criterion(column="no_signal", weight=2, scale="flag", label="chưa có sóng", label_en="no signal"),
    Criterion(column="no_power", weight=2, scale="flag", label="chưa có điện lưới", label_en="no grid power"),
    Criterion(
        column="especially_difficult", weight=2, scale="flag",
        label="thôn đặc biệt khó khăn", label_en="especially difficult village",
    ),
    Criterion(column="schools", weight=1, label="trường học", label_en="schools"),
    Criterion(column="clinics", weight=1, label="cơ sở y tế", label_en="clinics"),
)  # fmt: skip


class Zones(Section):
    """What a dead zone is, and how zones are followed from period to period, ranked, and held to the filed list."""

    technologies: tuple[Technology, ...] = Field(("LTE", "NR"), min_length=1)
    """A pixel has signal when any operator serves it with any of these."""
    level: Level = "limited"
    """... at this level or better."""
    operators: tuple[Text, ...] = ()
    """Operators whose signal counts; all of them when none is named."""
    min_people: float = Field(10, ge=0)
    """Smaller zones are not drawn; their people stay in the sums as scattered."""
    overlap_share: Share = 0.05
    """Zones of two periods are related when what they share is at least this part of the people of the smaller one."""
    criteria: tuple[Criterion, ...] = Field(_CRITERIA, min_length=1)
    """What makes one zone worse than another."""
    match_reach_m: float = Field(1000, gt=0, le=20000)
    """A row of the official list may mean a village of a similar name at most this far from the place it gives."""
    match_place_m: float = Field(300, gt=0, le=5000)
    """... and a village of any name at most this far, if it is the only one."""

    @model_validator(mode="after")
    def _columns_differ(self) -> Self:
        columns = [criterion.column for criterion in self.criteria]
        twice = sorted({column for column in columns if columns.count(column) > 1})
        if twice:
            raise ValueError(f"criteria: {', '.join(twice)} is there twice; give each column one weight")
        return self

    @model_validator(mode="after")
    def _nearer_without_a_name(self) -> Self:
        if self.match_place_m > self.match_reach_m:
            raise ValueError("match_place_m is above match_reach_m; a place alone says less than a place with a name")
        return self
