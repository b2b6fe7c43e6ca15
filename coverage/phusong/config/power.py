"""The power section: territories of villages, and how much each kind of evidence of electricity weighs."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from phusong.config.section import Section, Share, Text


class DistributionLines(Section):
    """Mapped lines of low and medium voltage as evidence, in communes where their map is complete enough."""

    reach_m: float = Field(1000, gt=0, le=10000)
    """A village this near to a line can be supplied from it: about the radius of a rural low-voltage network."""
    min_flagged_villages: int = Field(5, ge=1)
    """Villages known to have power that a commune must have before the completeness of its map is judged."""
    min_near_share: Share = 0.9
    """Share of them that must be in reach of a mapped line for the map to be complete enough."""
    near_ratio: float = Field(4.5, ge=1, le=1000)
    """Likelihood ratio of a line in reach: served villages 0.9 (`min_near_share`), others 0.2."""
    far_ratio: float = Field(0.125, gt=0, le=1)
    """Likelihood ratio of none in reach: served villages 0.1, others 0.8."""
    source: Text = (
        "assumption: a line passes one village in five that it does not serve; to be held to flagged villages"
    )


class NightLights(Section):
    """Radiance at night as evidence: light speaks for power, darkness speaks less against it."""

    lit_nw_cm2_sr: float = Field(1.0, gt=0, le=100)
    """Radiance in nW/cm²/sr from which a village counts as lit."""
    dark_nw_cm2_sr: float = Field(0.3, ge=0, le=100)
    """... up to which it counts as dark; between the two nothing is said."""
    lit_ratio: float = Field(10, ge=1, le=1000)
    """Likelihood ratio of light: served villages 0.5, others 0.05 (glow of towns, fires, solar lamps)."""
    dark_ratio: float = Field(0.4, gt=0, le=1)
    """Likelihood ratio of darkness: served villages 0.36, others 0.9."""
    source: Text = (
        "assumptions, to be held to flagged villages; light far above the noise of places without people, as in HREA "
        "(Min et al. 2024, doi:10.1016/j.joule.2024.05.001); darkness weak, since 19 % of the world's settled ground "
        "shows no light (McCallum et al. 2022, Nature Communications)"
    )

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.lit_nw_cm2_sr <= self.dark_nw_cm2_sr:
            raise ValueError("lit_nw_cm2_sr must lie above dark_nw_cm2_sr")
        return self


class Power(Section):
    """Electricity: territories of villages, and what is taken as evidence of access."""

    village_reach_m: float = Field(2000, gt=0, le=20000)
    """Farthest pixel of a village's territory."""
    flag_yes_probability: Share = 0.99
    """Share of the people of a village with grid power who have it; 99.26 % of rural households did at the end of 2019,
    and 99.54 % of all in 2020."""
    flag_no_probability: Share = 0.02
    """The same of a village without grid power. An assumption: filings lag behind connections."""
    prior_share: float | None = Field(None, gt=0, lt=1)
    """Share served among villages without a flag, from which evidence starts; where nothing is said, even odds. Neither
    the national share nor any other is taken by itself: a village whose flag is missing is not an average one. Of the
    761 villages without signal in October 2024, 637 had power (0.84). A prior alone decides nothing."""
    served_from: Share = 0.9
    """Probability from which a village without a flag counts as served."""
    not_served_to: Share = 0.1
    """... up to which it counts as not served; between the two it is unknown."""
    lines: DistributionLines = DistributionLines()
    lights: NightLights = NightLights()
    outage_record_ratio: float = Field(1, ge=1, le=2)
    """Likelihood ratio of a SAIDI filed for the commune. It shows that the commune has customers, and so have those of
    villages without power; therefore it says nothing unless the project says so."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.not_served_to >= self.served_from:
            raise ValueError("not_served_to must lie below served_from")
        if self.flag_no_probability >= self.flag_yes_probability:
            raise ValueError("flag_no_probability must lie below flag_yes_probability")
        return self
