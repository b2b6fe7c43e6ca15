"""Units: the tables of communes, and of provinces and the study, which are sums of them."""

from __future__ import annotations

from functools import partial

import geopandas as gpd
import numpy as np
import pandas as pd

from phusong.layers import sites
from phusong.layers import tables as filed
from phusong.ledger.communes import (
    commune_table,
    household_columns,
    lifeline_columns,
    outage_columns,
    reported_columns,
    village_columns,
    zones_touching,
)
from phusong.ledger.counts import Counts
from phusong.ledger.expectation import expectation_columns
from phusong.ledger.provinces import milestone_table, province_table
from phusong.pipeline.diagnosis import Diagnosis
from phusong.pipeline.preparation import Base
from phusong.pipeline.surveying import Expectations
from phusong.power import lifeline, outages
from phusong.power.supply import supply
from phusong.zones import reported


def tables(
    base: Base, counts: Counts, expected: Expectations, diagnosis: Diagnosis, centres: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """
    `communes`, `provinces` with the study last, and `milestones` of the obligation of shared, hardened masts.

    Parameters
    ----------
    centres
        Columns of the communes that tell of their centres (`pipeline.centres`).
    """
    project, inputs = base.project, base.inputs
    where, confidence = project.radio.environments[0].name, project.radio.uncertainty.confidence
    codes = inputs.communes.commune_code
    own = _village_columns(base, diagnosis)
    told = filed.by_commune(inputs.terminals, inputs.outages, codes, base.period.name)
    felt = outages.reliability(
        inputs.communes,
        told.saidi_min.to_numpy(float),
        told.saifi_count.to_numpy(float),
        own.households.to_numpy(float, na_value=np.nan),
    )
    extra = [
        own,
        household_columns(counts, own.households),
        expectation_columns(expected, where, confidence),
        _counted(base, diagnosis),
        centres,
        told[["terminals"]],
        outage_columns(felt, codes),
        _lifelines(base),
        reported_columns(reported.by_commune(diagnosis.listed), codes),
    ]
    communes = commune_table(inputs.communes, counts, pd.concat(extra, axis=1))
    provinces = province_table(communes, expected, where, confidence, diagnosis.zones, felt)
    steps = milestone_table(communes, partial(lifeline.milestones, obligation=project.lifeline))
    return {"communes": communes, "provinces": provinces, "milestones": steps}


def _village_columns(base: Base, diagnosis: Diagnosis) -> pd.DataFrame:
    inputs = base.inputs
    known = diagnosis.villages if base.project.layers.villages is not None else None
    return village_columns(known, inputs.astray, inputs.communes.commune_code)


def _counted(base: Base, diagnosis: Diagnosis) -> pd.DataFrame:
    """Zones that touch each commune, and sites on air in it."""
    inputs, communes = base.inputs, base.inputs.communes
    codes = communes.commune_code
    drawn = zones_touching(diagnosis.zones, pd.Series(codes.to_numpy(), codes.to_numpy())).reindex(codes)
    standing = inputs.sites[inputs.sites.on_air & inputs.sites.in_study]
    by_technology = {
        f"{technology.lower()}_sites": sites.count_in(standing[standing.technology == technology], communes)
        for technology in ("LTE", "NR")
    }
    return pd.DataFrame({"zones": drawn.to_numpy(), **by_technology})


def _lifelines(base: Base) -> pd.DataFrame:
    inputs, codes = base.inputs, base.inputs.communes.commune_code
    on_air = gpd.GeoDataFrame(inputs.sites[inputs.sites.on_air])
    supplied = supply(on_air, inputs.substations, base.project.storm)
    return lifeline_columns(lifeline.lifelines(supplied, codes, base.project.lifeline).communes, codes)
