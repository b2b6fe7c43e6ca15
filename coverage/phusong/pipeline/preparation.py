"""Preparation: the layers of a study on one day, the people on its grid, and the electricity of its villages."""

from __future__ import annotations

from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from phusong.config import Project
from phusong.errors import LayerError
from phusong.layers.inputs import Inputs
from phusong.layers.memory import Arrays, Memory, forgetful
from phusong.layers.reading import read_inputs
from phusong.ledger import indicators
from phusong.ledger.period import Period
from phusong.people import Balance
from phusong.pipeline.ground import Plots
from phusong.pipeline.settlement import Settlement, weighed
from phusong.power import evidence
from phusong.progress import Step
from phusong.radio.carrier import carriers
from phusong.zones.cause import refuse_unknown_operators

_OF_POWER = ["technology", "frequency_mhz", "bandwidth_mhz", "eirp_dbm"]
_ROWS = 4096
"""Sites that are remembered together: an edit of some costs no more than these."""


@dataclass(frozen=True)
class Base:
    """What all stages of a run stand on."""

    project: Project
    period: Period
    inputs: Inputs
    people: Settlement
    electricity: evidence.Access
    memory: Memory = forgetful

    def with_communes(self, communes: gpd.GeoDataFrame) -> Base:
        """The same on the same communes, with or without their outlines."""
        return replace(self, inputs=replace(self.inputs, communes=communes))


def prepare(project: Project, period: Period, progress: Step, memory: Memory = forgetful, workers: int = 1) -> Inputs:
    """
    Every layer of a study, checked, also what only the stages can check.

    Parameters
    ----------
    memory
        Of runs before.
    workers
        Threads that share what can be shared.

    Raises
    ------
    PhusongError
        With the faults of every layer.
    """
    indicators.refuse_unknown(project.targets)
    inputs = read_inputs(project, period.last_day, lambda what: progress(what, 0, 0), memory, workers)
    refuse_unknown_operators(project.zones.operators, inputs.sites.operator.tolist())
    element_eirp_dbm(project, inputs, memory)
    return inputs


def element_eirp_dbm(project: Project, inputs: Inputs, memory: Memory = forgetful) -> NDArray[np.float64]:
    """
    EIRP of a resource element of each site.

    Raises
    ------
    LayerError
        With every site that can be no carrier.
    """
    sites = placed(inputs.sites)

    def work(part: pd.DataFrame) -> Arrays:
        kind = part.groupby(_OF_POWER, sort=False, dropna=False).ngroup().to_numpy()
        # a row of each kind, and each text that a carrier cannot be without: many rows say the same
        shown = ~np.logical_and.reduce([part.duplicated(names) for names in (_OF_POWER, "azimuths_deg", "antenna")])
        of_kind = np.empty(len(part))
        of_kind[kind[shown]] = [one.element_eirp_dbm for one in carriers(part[shown], project.radio, inputs.antennas)]
        return {"dbm": of_kind[kind]}

    def found(start: int) -> NDArray[np.float64]:
        part = sites.iloc[start : start + _ROWS]
        return memory("carriers", [part, project.radio, inputs.antennas], lambda: work(part))["dbm"]

    try:
        return np.concatenate([np.empty(0), *map(found, range(0, len(sites), _ROWS))])
    except LayerError:
        carriers(sites, project.radio, inputs.antennas)  # tells of all of them
        raise


def populate(project: Project, inputs: Inputs) -> tuple[sparse.csr_array, sparse.csr_array, Balance]:
    """People of every pixel in every studied commune, the shares of the pixels in them, and where all people went."""
    ground = Plots(inputs).on(inputs.grid).divide()
    factors, balance = weighed(project, inputs, ground.people, ground.neighbours, ground.outside)
    return (ground if factors is None else ground.scaled(factors)).divided, ground.share, balance


def electrify(project: Project, period: Period, inputs: Inputs) -> evidence.Access:
    """Electricity of each village: its flag, else what mapped lines, light at night and outage records say."""
    codes = inputs.communes.commune_code
    filed = codes.isin(inputs.outages.commune_code[inputs.outages.period == period.name]).to_numpy(bool)
    return evidence.weigh(
        inputs.villages, inputs.astray, inputs.power_lines, inputs.radiance_nw_cm2_sr, codes, filed, project.power
    )


def placed(sites: gpd.GeoDataFrame) -> pd.DataFrame:
    """Sites as the radio engine takes them: without geometry, with x_m and y_m."""
    plain = pd.DataFrame(sites.drop(columns="geometry"))
    return plain.assign(x_m=sites.geometry.x, y_m=sites.geometry.y)
