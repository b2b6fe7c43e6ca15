"""Storm test of a study: its sites' supply and footprints against a hazard, as tables with their record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from phusong.config import Project
from phusong.config.storm import Storm
from phusong.errors import LayerError
from phusong.layers.hazard import probability_at, read_area
from phusong.layers.inputs import Inputs
from phusong.ledger import record
from phusong.ledger.period import Period
from phusong.pipeline.clock import Clock
from phusong.pipeline.footprints import Origin, reach
from phusong.pipeline.preparation import populate, prepare
from phusong.pipeline.storm_tables import in_people, named, summed, worst
from phusong.power import storm as power
from phusong.power.dependency import Dependency, dependency
from phusong.power.failures import single_failures
from phusong.power.footprints import Footprints, Places, villages_served
from phusong.power.lifeline import lifelines
from phusong.power.supply import counts, supply
from phusong.progress import Step
from phusong.text import slug
from phusong.units import ANY

RECORD = "storm.json"
WORST = 10

Tables = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Hazard:
    """
    Where mains is lost: at named substations and feeders, in an area, or by chance; nowhere when nothing is said.

    Parameters
    ----------
    area, probability
        Files: polygons, and a raster of probabilities of losing mains.
    outside_probability
        For places off that raster, or where it has no data.
    """

    substations: tuple[str, ...] = ()
    area: Path | None = None
    probability: Path | None = None
    outside_probability: float | None = None

    @property
    def kind(self) -> str:
        """What it is, in a word."""
        given = {"area": self.area, "substations": self.substations, "probability": self.probability}
        return next((kind for kind, value in given.items() if value), "single-failures")

    @property
    def file(self) -> Path | None:
        """The file it is read from."""
        return self.area or self.probability

    @property
    def name(self) -> str:
        """
        For a folder.

        Examples
        --------
        >>> Hazard(area=Path("Bão số 3.gpkg")).name, Hazard(("TBA-01",)).name, Hazard().name
        ('area-bao_so_3', 'substations-tba_01', 'single-failures')
        """
        said = self.file.stem if self.file else " ".join(sorted(set(self.substations)))
        return "-".join(part for part in (self.kind, slug(said)[:40]) if part)


@dataclass(frozen=True)
class Standing:
    """
    What every storm of a study is held against.

    Parameters
    ----------
    supplied
        Sites on air in reach of the study, as `power.supply.supply` tells them.
    footprints
        By technology, and for `any` of those that the zones ask for.
    origin
        Whether the footprints were computed or kept.
    """

    supplied: gpd.GeoDataFrame
    graph: Dependency
    footprints: Mapping[str, Footprints]
    places: Places
    origin: Origin


@dataclass(frozen=True)
class Verdict:
    """
    A storm test.

    Parameters
    ----------
    tables
        By name, as they are written: by_operator, by_commune, villages, lifelines and sites after a storm, monte_carlo
        after storms by chance; worst_failures, and failures and failures_by_commune where all were asked for;
        obligation_communes, obligation_milestones; supply.
    record
        What `storm.json` says.
    """

    tables: Tables
    record: Mapping[str, Any]
    origin: Origin
    clock: Clock


def run(
    project: Project,
    quarter: str,
    hazard: Hazard,
    hours: Sequence[float],
    every_failure: bool,
    workers: int,
    progress: Step,
    keep: bool = True,
) -> Verdict:
    """
    Test the sites of a study and quarter against a hazard.

    Parameters
    ----------
    hours
        After mains is lost; those of the project when there are none.
    every_failure
        Whether to tell every single failure at every hour, and not only the worst at the last.
    keep
        Whether footprints are read from the project's folder, and kept there.

    Raises
    ------
    PhusongError
        When the project, a layer, the hours or the hazard cannot be used.
    """
    period, clock = Period.parse(quarter), Clock()
    settings = project.storm.model_copy(update={"hours": tuple(power.checked_hours(hours or project.storm.hours))})
    inputs = prepare(project, period, progress)
    supplied = supply(inputs.sites[inputs.sites.on_air], inputs.substations, settings)
    graph = dependency(supplied, inputs.substations, _feeds(inputs.substations))
    loss, chances = _loss(hazard, supplied, graph, inputs), _chances(hazard, supplied, graph, inputs)
    clock.done("layers and supply")
    standing = stand(project, inputs, supplied, graph, workers, progress, keep)
    clock.done("footprints")
    progress("counting who is covered", 0, 0)
    tables = _after(standing, loss, settings) if loss else {}
    tables |= _drawn(standing, chances, settings) if chances else {}
    clock.done("storm")
    progress("counting whom each failure alone would silence", 0, 0)
    tables |= failures(standing, settings.hours, every_failure)
    clock.done("single failures")
    obligation = lifelines(supplied, inputs.communes.commune_code, project.lifeline)
    tables |= {"obligation_communes": obligation.communes, "obligation_milestones": obligation.milestones}
    tables["supply"] = _supply(standing)
    uncounted = {"without_commune": len(obligation.without_commune), "elsewhere": len(obligation.elsewhere)}
    facts = {
        "tier": "regulator",
        "people_vintage": inputs.population.year,
        "hazard": _told(hazard, loss, chances),
        "hours": list(settings.hours),
        "counts": {**_counts(standing), "obligation": uncounted},
    }
    written = {name: named(table, inputs) for name, table in tables.items()}
    return Verdict(written, record.compose(project, period, facts), standing.origin, clock)


def stand(
    project: Project,
    inputs: Inputs,
    supplied: gpd.GeoDataFrame,
    graph: Dependency,
    workers: int,
    progress: Step,
    keep: bool,
) -> Standing:
    """The study with its footprints, over all pixels that have people or a village."""
    divided, _, _ = populate(project, inputs)
    places = Places.of(inputs.communes.commune_code, divided, inputs.villages, inputs.grid)
    wanted = places.by_pixel > 0
    wanted[places.village_pixel[places.village_pixel >= 0]] = True
    found, origin = reach(project, inputs, wanted.reshape(inputs.grid.shape), workers, progress, keep)
    technologies = tuple(sorted(set(project.zones.technologies)))
    groups = {name: (name,) for name in technologies} | ({ANY: technologies} if len(technologies) > 1 else {})
    prints = {name: found.footprints(group, wanted.size) for name, group in groups.items()}
    return Standing(supplied, graph, prints, places, origin)


def failures(standing: Standing, hours: Sequence[float], every: bool) -> Tables:
    """
    Single failures: the worst at the last hour, with the technologies together; and all of them where that is asked.

    Returns
    -------
    dict
        worst_failures, and with `every` failures and failures_by_commune, of every technology and hour.
    """
    *_, together = standing.footprints
    names = list(standing.footprints) if every else [together]
    tables: dict[str, list[pd.DataFrame]] = {"failures": [], "failures_by_commune": []}
    for hour in hours if every else hours[-1:]:
        for name in names:
            found = single_failures(standing.supplied, standing.graph, standing.footprints[name], standing.places, hour)
            tables["failures"].append(found.failures.assign(hour=hour))
            tables["failures_by_commune"].append(found.by_commune.assign(hour=hour))
    told = {name: in_people(_hour_first(pd.concat(parts, ignore_index=True))) for name, parts in tables.items()}
    keys = ["hour", "kind", "failure_id", "technology", "operator"]
    told["failures"] = summed(told["failures"], told["failures_by_commune"], keys)
    last = told["failures"][(told["failures"].hour == hours[-1]) & (told["failures"].technology == together)]
    return {"worst_failures": worst(last, standing.supplied, WORST), **(told if every else {})}


def _supply(standing: Standing) -> pd.DataFrame:
    """What each site lives on and how many villages it serves, without its geometry."""
    *_, together = standing.footprints.values()
    served = villages_served(together, standing.places).sum(axis=0)
    villages = pd.Series(np.asarray(served).ravel(), together.site_ids)
    table = pd.DataFrame(standing.supplied.drop(columns="geometry"))
    return table.assign(villages=table.site_id.map(villages).fillna(0).astype(int))


def _hour_first(table: pd.DataFrame) -> pd.DataFrame:
    return table[["hour", *(name for name in table if name != "hour")]]


def _feeds(substations: gpd.GeoDataFrame) -> pd.DataFrame:
    """A row for each substation and one that feeds it, where the layer tells it; ";" stands between several."""
    pairs = pd.DataFrame(substations[["substation_id", "fed_from"]]).dropna()
    pairs = pairs.assign(fed_from=pairs.fed_from.str.split(";")).explode("fed_from", ignore_index=True)
    return pairs.assign(fed_from=pairs.fed_from.str.strip().replace("", None))


def _loss(hazard: Hazard, supplied: gpd.GeoDataFrame, graph: Dependency, inputs: Inputs) -> power.Loss | None:
    if hazard.kind not in ("area", "substations"):
        return None
    area = None if hazard.area is None else read_area(hazard.area, inputs.grid.crs)
    study = shapely.union_all(inputs.communes.geometry.to_numpy())
    return power.mains_lost(supplied, graph, inputs.substations, study, hazard.substations, area)


@dataclass(frozen=True)
class _Chances:
    """Probability of losing mains, by substation_id and by site_id, and how many have it from elsewhere."""

    substation: pd.Series
    site: pd.Series
    unsaid: Mapping[str, int]


def _chances(hazard: Hazard, supplied: gpd.GeoDataFrame, graph: Dependency, inputs: Inputs) -> _Chances | None:
    file, outside = hazard.probability, hazard.outside_probability
    if file is None:
        return None
    stations = inputs.substations
    site = pd.Series(_at(file, supplied, inputs), supplied.site_id.to_numpy(object), dtype=float)
    listed = pd.Series(_at(file, stations, inputs), stations.substation_id.to_numpy(object), dtype=float)
    unsaid = {
        "sites_outside": int(site.isna().sum()),
        "substations_outside": int(listed.isna().sum()),
        "substations_unlisted": len(graph.unlisted),
    }
    if any(unsaid.values()) and outside is None:
        found = (
            f"{file.name} says nothing of {unsaid['sites_outside']} sites and {unsaid['substations_outside']} "
            f"substations (off it, or no data), and {unsaid['substations_unlisted']} substations that sites name are "
            "not in the layer; --outside-probability P, such as 0, takes P for all of them"
        )
        raise LayerError("storm probability", [found])
    ids = graph.nodes.node_id[graph.nodes.kind == "substation"]
    instead = 0.0 if outside is None else outside  # nothing is left to be filled then
    return _Chances(listed.reindex(ids).fillna(instead), site.fillna(instead), unsaid)


def _at(file: Path, places: gpd.GeoDataFrame, inputs: Inputs) -> NDArray[Any]:
    return probability_at(file, places.geometry.x.to_numpy(), places.geometry.y.to_numpy(), inputs.grid.crs)


def _after(standing: Standing, loss: power.Loss, settings: Storm) -> Tables:
    found = [
        vars(power.storm(standing.supplied, loss, prints, standing.places, settings.hours))
        for prints in standing.footprints.values()
    ]
    each = ("by_operator", "by_commune", "villages")  # the others are the same for every technology
    tables = {name: in_people(pd.concat([part[name] for part in found], ignore_index=True)) for name in each}
    tables["by_operator"] = summed(tables["by_operator"], tables["by_commune"], ["hour", "technology", "operator"])
    return {**tables, "lifelines": found[0]["lifelines"], "sites": found[0]["sites"]}


def _drawn(standing: Standing, chances: _Chances, settings: Storm) -> Tables:
    found = [
        power.monte_carlo(
            standing.supplied, standing.graph, prints, standing.places, settings, chances.substation, chances.site
        )
        for prints in standing.footprints.values()
    ]
    return {"monte_carlo": in_people(pd.concat(found, ignore_index=True))}


def _told(hazard: Hazard, loss: power.Loss | None, chances: _Chances | None) -> dict[str, Any]:
    told: dict[str, Any] = {"kind": hazard.kind, "substations": sorted(set(hazard.substations))}
    if hazard.file is not None:
        told |= {"file": hazard.file.name, "sha256": record.sha256_of(hazard.file)}
    if loss is not None:
        told |= {"sites_struck": int(loss.struck.sum()), "sites_cut": int(loss.cut.sum()), "nodes_lost": loss.nodes}
    if chances is not None:
        told |= {"outside_probability": hazard.outside_probability, **chances.unsaid}
    return told


def _counts(standing: Standing) -> dict[str, Any]:
    graph, places = standing.graph, standing.places
    kinds = graph.nodes.kind.value_counts()
    return {
        "supply": counts(standing.supplied),
        "dependency": {
            "substations": int(kinds.get("substation", 0)),
            "feeders": int(kinds.get("feeder", 0)),
            "substations_without_sites": list(graph.without_sites),
            "substations_unlisted": list(graph.unlisted),
            "sites_unattached": len(graph.unattached),
        },
        "footprints": {
            name: {"sites": len(prints.site_ids), "pairs": len(prints.sites), "sites_idle": len(prints.idle)}
            for name, prints in standing.footprints.items()
        },
        "villages": {"villages": len(places.village_ids), "off_grid": list(places.off_grid)},
    }
