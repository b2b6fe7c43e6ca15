"""The radio section: path-loss model, link budget, environments, thresholds, priors and uncertainty."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from phusong.config.section import Section, Technology, Text

Propagation = Literal["p1812", "3gpp-rma", "3gpp-uma", "3gpp-umi", "bullington", "free-space"]
Setting = Literal["urban", "rural"]
_FREQUENCIES_MHZ = {"p1812": (30.0, 6000.0), **dict.fromkeys(("3gpp-rma", "3gpp-uma", "3gpp-umi"), (500.0, 100_000.0))}
"""Range of the models that have one."""
_RECEIVERS_M = {"p1812": (1.0, 30.0), "3gpp-rma": (1.0, 10.0), "3gpp-uma": (1.5, 13.0), "3gpp-umi": (1.5, 22.5)}


class Band(Section):
    """A range of downlink carrier frequencies that shares its radio settings."""

    name: Text
    """Name by 3GPP, such as n41 or B3."""
    technology: Technology
    low_mhz: float = Field(gt=0)
    high_mhz: float = Field(gt=0)
    scs_khz: Literal[15, 30, 60] | None = None
    """Subcarrier spacing; where nothing is said, 30 kHz for NR. LTE has 15 kHz only."""
    reach_km: float | None = Field(None, gt=0, le=100)
    """Farthest pixel computed for this band."""
    ssb_offset_db: float | None = None
    """Power of the synchronisation block's resource elements relative to the carrier's even share."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.high_mhz < self.low_mhz:
            raise ValueError(f"band {self.name}: high_mhz is below low_mhz")
        if self.technology == "LTE" and self.scs_khz not in (None, 15):
            raise ValueError(f"band {self.name}: LTE has 15 kHz subcarriers only")
        return self


class Levels(Section):
    """RSRP (LTE) or SS-RSRP (NR) in dBm from which a level is reached."""

    limited_dbm: float = Field(-110, ge=-156, le=-31)
    good_dbm: float = Field(-100, ge=-156, le=-31)
    very_good_dbm: float = Field(-90, ge=-156, le=-31)

    @model_validator(mode="after")
    def _rising(self) -> Self:
        if not self.limited_dbm < self.good_dbm < self.very_good_dbm:
            raise ValueError("the thresholds must rise from limited over good to very_good")
        return self


class Environment(Section):
    """Where the receiver is, and what that costs."""

    name: Literal["outdoor", "in_vehicle", "indoor"]
    loss_db: float = Field(0, ge=0, le=60)
    """Median loss by the vehicle's body; for `indoor` on top of the building's."""
    sigma_db: float = Field(0, ge=0, le=30)
    """Spread of that loss from one vehicle or building to another."""
    building: Literal["traditional", "thermally-efficient"] | None = None
    """Median building entry loss and its spread by ITU-R P.2109, at the carrier's frequency."""
    source: Text = ""


class Prior(Section):
    """What to take where a filing leaves an attribute of a site empty; the first prior that fits is taken."""

    operator: Text | None = None
    technology: Technology | None = None
    band: Text | None = None
    """Name of one of `radio.bands`."""
    setting: Setting | None = None
    """Urban in a ward (phường), rural elsewhere."""
    bandwidth_mhz: float | None = Field(None, ge=1.4, le=100)
    height_agl_m: float | None = Field(None, ge=3, le=300)
    azimuths_deg: str | None = None
    downtilt_deg: float | None = Field(None, ge=-10, le=45)
    eirp_dbm: float | None = Field(None, ge=0, le=95)
    source: Text
    """Who says so."""


class Uncertainty(Section):
    """How sure the levels are. Errors of the model are shared, so they do not average out over a commune."""

    location_sigma_db: float | None = Field(None, ge=0, le=20)
    """Location variability inside a pixel; where nothing is said, by ITU-R P.1812 section 4.8 for the pixel's width."""
    model_sigma_db: float = Field(4, ge=0, le=20)
    """One offset for each operator, band and setting."""
    site_sigma_db: float = Field(5, ge=0, le=20)
    """One offset for each site."""
    draws: int = Field(64, ge=0, le=1000)
    """Sets of offsets drawn; 0 gives no interval."""
    seed: int = 2026
    confidence: float = Field(0.9, gt=0, lt=1)
    """Share of the draws inside an interval."""
    source: Text = "root sum square 6.4 dB, inside the 4-12 dB that planning tools state before calibration"


class Radio(Section):
    """How the radio stage reads the world."""

    propagation: Propagation = "p1812"
    """Basic transmission loss: ITU-R P.1812; 3GPP TR 38.901 with line of sight over the terrain; ITU-R P.525 free space
    alone, or with ITU-R P.526 Bullington diffraction over the real profile."""
    mode: Literal["fast", "exact"] = "fast"
    """`exact`: each pixel its own profile (p1812, bullington). `fast`: profiles along radials that pixels share."""
    time_percent: float = Field(50, ge=1, le=50)
    """Share of time for which the loss is not exceeded (p1812)."""
    delta_n: float = Field(58, gt=0, lt=157)
    """Fall of refractivity through the lowest kilometre, N-units (p1812): 7.32 exp(0.005577 N0) for the N0 below."""
    n0: float = Field(370, ge=200, le=450)
    """Sea-level surface refractivity, N-units (p1812): radiosondes over Hà Nội, 2016-2018."""
    polarization: Literal["vertical", "horizontal"] = "vertical"
    receiver_height_m: float = Field(1.5, ge=0.5, le=30)
    """Receiving antenna above the ground."""
    receiver_gain_dbi: float = Field(0, ge=-20, le=30)
    """Receiving antenna's gain."""
    body_loss_db: float = Field(0, ge=0, le=20)
    """Loss by the user's body and hand."""
    effective_earth_radius_km: float = Field(8500, ge=4000, le=60000)
    """Median effective Earth radius (bullington); 8 500 km is the usual 4/3 Earth of ITU-R P.526."""
    reach_km: float = Field(10, gt=0, le=100)
    """Farthest pixel computed, where the band says nothing."""
    ssb_offset_db: float = Field(0, ge=-20, le=20)
    """See `Band.ssb_offset_db`, where the band says nothing."""
    radials_per_rim_pixel: float = Field(1, ge=1, le=6)
    """Density of the sweep's radials at its rim (fast)."""
    covered_at_percent: Literal[50, 75, 90, 95] = 50
    """Share of the locations in a pixel that must have a level before the pixel counts as having it."""
    clutter_heights_m: dict[str, float] | None = None
    """Class of `layers.clutter` = representative clutter height; else the shipped table of the layer's classes."""
    bands: tuple[Band, ...] = ()
    """Settings by band; a carrier in none of them has 15 kHz (LTE) or 30 kHz (NR) subcarriers."""
    environments: tuple[Environment, ...] = (
        Environment(name="outdoor"),
        Environment(name="in_vehicle", loss_db=9, sigma_db=5, source="3GPP TR 38.901, section 7.4.3.2"),
        Environment(name="indoor", building="traditional", source="ITU-R P.2109-2"),
    )
    """The first is the one that levels, maps and zones speak of."""
    priors: tuple[Prior, ...] = ()
    uncertainty: Uncertainty = Uncertainty()
    lte: Levels = Levels()
    nr: Levels = Levels()

    @model_validator(mode="after")
    def _fitting(self) -> Self:
        names = [environment.name for environment in self.environments]
        if not names or len(set(names)) != len(names):
            raise ValueError("environments: at least one, each name once")
        if self.mode == "exact" and self.propagation not in ("p1812", "bullington"):
            raise ValueError(f"mode 'exact' is for 'p1812' and 'bullington', not '{self.propagation}'")
        low, high = _RECEIVERS_M.get(self.propagation, (0.5, 30.0))
        if not low <= self.receiver_height_m <= high:
            raise ValueError(f"receiver_height_m: '{self.propagation}' is for receivers of {low:g}..{high:g} m")
        known = {band.name for band in self.bands}
        strange = sorted({prior.band for prior in self.priors if prior.band} - known)
        if strange:
            raise ValueError(f"priors: no band is called {', '.join(strange)}")
        return self

    @property
    def frequencies_mhz(self) -> tuple[float, float]:
        """Carrier frequencies that the model is for."""
        return _FREQUENCIES_MHZ.get(self.propagation, (0.0, 100_000.0))

    @property
    def farthest_km(self) -> float:
        """The largest reach of any band."""
        return max([self.reach_km, *(band.reach_km for band in self.bands if band.reach_km)])

    def band_of(self, technology: str, frequency_mhz: float) -> Band | None:
        """The first band that holds a carrier."""
        fits = (b for b in self.bands if b.technology == technology and b.low_mhz <= frequency_mhz <= b.high_mhz)
        return next(fits, None)

    def levels(self, technology: str) -> Levels:
        """Thresholds of a technology."""
        return self.nr if technology == "NR" else self.lte
