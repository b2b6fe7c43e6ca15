"""Preparation: the layers of a study on one day, the people on its grid, and the electricity of its villages."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy import sparse

from phusong.config import Project
from phusong.layers import villages
from phusong.layers.inputs import Inputs
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


@dataclass(frozen=True)
class Base:
    """What all stages of a run stand on."""

    project: Project
    period: Period
    inputs: Inputs
    people: Settlement
    electricity: evidence.Access


def prepare(project: Project, period: Period, progress: Step) -> Inputs:
    """
    Every layer of a study, checked, also what only the stages can check.

    Raises
    ------
    PhusongError
        With the faults of every layer.
    """
    indicators.refuse_unknown(project.targets)
    inputs = read_inputs(project, period.last_day, lambda what: progress(what, 0, 0))
    refuse_unknown_operators(project.zones.operators, inputs.sites.operator.tolist())
    carriers(placed(inputs.sites), project.radio, inputs.antennas)
    return inputs


def populate(project: Project, inputs: Inputs) -> tuple[sparse.csr_array, sparse.csr_array, Balance]:
    """People of every pixel in every studied commune, the shares of the pixels in them, and where all people went."""
    ground = Plots(inputs).on(inputs.grid).divide()
    micro = np.asarray(ground.divided.sum(axis=1)).ravel()
    factors, balance = weighed(project, inputs, micro, ground.neighbours, ground.outside)
    return (ground if factors is None else ground.scaled(factors)).divided, ground.share, balance


def electrify(project: Project, period: Period, inputs: Inputs) -> evidence.Access:
    """Electricity of each village: its flag, else what mapped lines, light at night and outage records say."""
    codes = inputs.communes.commune_code
    filed = codes.isin(inputs.outages.commune_code[inputs.outages.period == period.name]).to_numpy(bool)
    astray = villages.astray(inputs.villages, inputs.communes)
    return evidence.weigh(
        inputs.villages, astray, inputs.power_lines, inputs.radiance_nw_cm2_sr, codes, filed, project.power
    )


def placed(sites: gpd.GeoDataFrame) -> pd.DataFrame:
    """Sites as the radio engine takes them: without geometry, with x_m and y_m."""
    plain = pd.DataFrame(sites.drop(columns="geometry"))
    return plain.assign(x_m=sites.geometry.x, y_m=sites.geometry.y)
