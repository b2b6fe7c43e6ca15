"""The cause section: which changes are tried at a dead zone without signal, to find out why it is dead."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from phusong.config.section import Section

Tilt = Annotated[float, Field(ge=-10, le=45)]
Rise = Annotated[float, Field(gt=0, le=200)]


class Cause(Section):
    """
    Which changes are tried at a dead zone without signal, to find out why it is dead.

    All are tried; the cause is the smallest that cures, in this order: a fault in the data of a site; another
    operator's sites, where only some operators count; power at a site; a site that is planned; another electrical tilt;
    a lower band of the project at the same mast; a higher mast; a new place, because of the terrain or because nobody
    is near. In each, every mast in reach may change or stay as it is. All three settings at once are tried
    where none of them cures alone and flat ground would not either.

    In a lower band a carrier has the EIRP and bandwidth that `radio.priors` state, else the usual power of a resource
    element of the study's sites in that band, else its own.
    """

    cured_share: float = Field(0.5, gt=0, le=1)
    """A change cures a zone when at least this share of the people tested would then have the signal that zones ask."""
    tested_pixels: int = Field(1000, ge=1, le=100_000)
    """Changes are tried at so many pixels of a zone at most, those with the most people."""
    tilts_deg: tuple[Tilt, ...] = Field((0, 2, 4, 6, 8), min_length=1)
    """Electrical tilts that antennas can be set to."""
    raises_m: tuple[Rise, ...] = Field((5, 10, 20, 30), min_length=1)
    """Heights by which a mast may be raised, the smallest first; the last is the bound."""

    @model_validator(mode="after")
    def _rising(self) -> Self:
        if list(self.raises_m) != sorted(set(self.raises_m)):
            raise ValueError("raises_m: heights must rise, so that the smallest that cures is found")
        if len(set(self.tilts_deg)) != len(self.tilts_deg):
            raise ValueError("tilts_deg: a tilt is there twice")
        return self
