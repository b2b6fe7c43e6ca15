"""Preparation: the layers of a study on one day, the people on its grid, and the electricity of its villages."""

from __future__ import annotations

from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from phusong import people
from phusong.config import Project
from phusong.grid import Grid
from phusong.layers import villages
from phusong.layers.inputs import Inputs, read_inputs
from phusong.ledger import indicators
from phusong.ledger.period import Period
from phusong.people import Balance
from phusong.power import evidence
from phusong.progress import Step
from phusong.radio.carrier import carriers
from phusong.units import MICRO
from phusong.zones.cause import refuse_unknown_operators


@dataclass(frozen=True)
class Base:
    """
    What all stages of a run stand on.

    Parameters
    ----------
    divided
        Micro-persons of each pixel in each studied commune, shape (communes, pixels of the grid row by row).
    share
        Shares of the pixels in the communes, of the same shape.
    balance
        Where the people of the raster went.
    """

    project: Project
    period: Period
    inputs: Inputs
    divided: sparse.csr_array
    share: sparse.csr_array
    balance: Balance
    electricity: evidence.Access

    @property
    def micro(self) -> NDArray[np.int64]:
        """Micro-persons of the studied communes in each pixel of the grid."""
        return np.asarray(self.divided.sum(axis=0)).reshape(self.inputs.grid.shape)


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
    ground = inputs.population.ground(inputs.grid)
    everyone = people.spread(inputs.population, ground)
    near = gpd.GeoDataFrame(pd.concat([inputs.communes, inputs.neighbours], ignore_index=True), crs=inputs.grid.crs)
    share = people.shares(near, inputs.seams, ground)
    divided = people.pieces(share, everyone)
    studied = len(inputs.communes)
    sums = np.asarray(divided.sum(axis=1)).ravel() / MICRO
    raster = float(inputs.population.people.sum())
    balance = Balance(raster, float(sums[:studied].sum()), float(sums[studied:-1].sum()), float(sums[-1]))
    own, of_grid = divided[:studied], columns(ground, inputs.grid)
    if project.people.scale_to == "official":
        factors = people.official_factors(inputs.communes.population, np.asarray(own.sum(axis=1)).ravel())
        own, balance = people.scaled(own, factors), replace(balance, scaling=people.scaling(factors))
    return sparse.csr_array(own[:, of_grid]), sparse.csr_array(share[:studied][:, of_grid]), balance


def electrify(project: Project, period: Period, inputs: Inputs) -> evidence.Access:
    """Electricity of each village: its flag, else what mapped lines, light at night and outage records say."""
    codes = inputs.communes.commune_code
    filed = codes.isin(inputs.outages.commune_code[inputs.outages.period == period.name]).to_numpy(bool)
    astray = villages.astray(inputs.villages, inputs.communes)
    return evidence.weigh(
        inputs.villages, astray, inputs.power_lines, inputs.radiance_nw_cm2_sr, codes, filed, project.power
    )


def columns(ground: Grid, grid: Grid) -> NDArray[np.int64]:
    """Columns of the matrices over `ground` that are pixels of `grid`, a sub-grid of it."""
    return np.arange(ground.shape[0] * ground.shape[1]).reshape(ground.shape)[ground.window(grid)].ravel()


def placed(sites: gpd.GeoDataFrame) -> pd.DataFrame:
    """Sites as the radio engine takes them: without geometry, with x_m and y_m."""
    plain = pd.DataFrame(sites.drop(columns="geometry"))
    return plain.assign(x_m=sites.geometry.x, y_m=sites.geometry.y)
