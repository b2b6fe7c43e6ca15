"""The storm and lifeline sections: how sites live when mains is lost, and what an obligation asks of communes."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from phusong.config.section import Section, Share, Text

Source = Literal["mains", "generator", "solar"]
Hours = Annotated[float, Field(ge=0, allow_inf_nan=False)]

_WORDS: dict[Source, tuple[str, ...]] = {
    "mains": ("grid", "mains", "AC", "EVN", "điện lưới", "lưới", "lưới điện"),
    "generator": ("genset", "generator", "diesel", "máy phát", "máy phát điện", "máy nổ"),
    "solar": ("solar", "PV", "năng lượng mặt trời", "NLMT", "điện mặt trời"),
}


class Storm(Section):
    """How sites live when mains is lost."""

    hours: tuple[Hours, ...] = Field((4, 8, 24, 72), min_length=1)
    """Hours after the loss of which the storm test speaks."""
    source_words: dict[Source, tuple[Text, ...]] = Field(default_factory=lambda: dict(_WORDS))
    """Words of `power_source`, which may be joined by signs; mains before generator before solar where several are.
    What is given here replaces all of them."""
    assumed_backup_hours: Hours | None = None
    """For sites that say nothing of their backup; where nothing is said here, whether they live is unknown."""
    substation_reach_km: float = Field(20, ge=0, le=200)
    """A site on mains that names no substation is taken to hang on the nearest one within this distance."""
    shared_within_m: float = Field(50, ge=0, le=1000)
    """Another operator's site within this distance is taken to share the mast, where none says who shares it."""
    draws: int = Field(200, ge=1, le=10_000)
    """Storms drawn where the input is a probability."""
    seed: int = 2026
    """Of these draws: the same seed gives the same storms."""
    fragile_hours: Hours = 4
    """A pixel that has signal is fragile when it has none so many hours after all mains is lost."""


class Milestone(Section):
    """What part of the communes must meet the obligation by when."""

    by: dt.date
    """Last day."""
    share: Share
    """Part of the studied communes, 0 to 1."""


class Lifeline(Section):
    """The obligation: hardened masts in every commune that several operators share."""

    least_hardened_sites: int = Field(1, ge=1)
    """Masts of a commune that must be hardened and shared."""
    least_operators: int = Field(2, ge=1)
    """Operators that each of these must carry."""
    milestones: tuple[Milestone, ...] = (
        Milestone(by=dt.date(2026, 12, 31), share=0.5),
        Milestone(by=dt.date(2027, 12, 31), share=1.0),
    )
    """In the order of their days."""
    source: Text = (
        "Tây Ninh People's Committee (ngaynay.vn, post 168741): in every commune a mast fit for disaster risk level 4 "
        "and for two operators by the end of 2027, half of those planned by the end of 2026 (here: of the communes)"
    )
    """Who asks it, and where it is written."""

    @model_validator(mode="after")
    def _rising(self) -> Self:
        pairs = list(zip(self.milestones, self.milestones[1:], strict=False))
        if any(later.by <= earlier.by or later.share < earlier.share for earlier, later in pairs):
            raise ValueError("milestones: days must rise and shares must not fall")
        return self
