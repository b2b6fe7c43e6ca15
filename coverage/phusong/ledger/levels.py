"""Levels: the figures of the nation, or of the part of it that is studied, of its provinces and of its communes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence

import pandas as pd

from phusong.errors import ConfigError
from phusong.ledger.prospects import NO_OPERATOR
from phusong.ledger.readings import COVERED
from phusong.ledger.tasks import Counts, State, Status

LEVELS = {
    "study": ("Toàn phạm vi nghiên cứu", "the whole study"),
    "province": ("Tỉnh, thành phố", "province"),
    "commune": ("Xã, phường, đặc khu", "commune"),
}
"""Words of `unit_level`, in Vietnamese and English."""
TOPICS = {
    "indicators": ("Chỉ tiêu", "indicators"),
    "readings": ("Cách hiểu 'phủ sóng toàn quốc'", 'readings of "nationwide"'),
    "tasks": ("Nhiệm vụ", "tasks"),
    "zones": ("Vùng lõm", "dead zones"),
    "satellite": ("Vệ tinh", "satellite"),
}
"""Words of `topic`, in Vietnamese and English."""
UNIT = ["unit_level", "unit_code"]
SCOPE = ["topic", "figure", "operator", "technology", "environment"]
COLUMNS = [*UNIT, "unit_name", "province_code", *SCOPE, "numerator", "denominator", "value", "sums"]
LARGEST = "max"
"""Stands in the column of operators for the one that covers most of the unit."""
_NOT_SAID = "chưa nói / not said"


def levels(
    tables: Mapping[str, pd.DataFrame], tasks: Iterable[State] = (), as_of: dt.date | None = None
) -> pd.DataFrame:
    """
    Every figure of every unit: the study first, then provinces, then communes, by the order of their codes.

    Columns: unit_level (as in `LEVELS`), unit_code (empty for the study), unit_name, province_code, topic (as in
    `TOPICS`), figure, operator, technology, environment, numerator and denominator (whole; missing where there is
    none), value (the share or the count), and `sums`: whether numerators and denominators of the communes sum to those
    of their province, and these to the study. Where they do not, as with the operator that covers most, which may be
    another in each unit, it says so.

    A dead zone counts in the commune that it lies in most. Tasks that name a province and no commune, or neither, have
    a row of their own with an empty code beside the communes or provinces, so that sums hold.

    Parameters
    ----------
    tables
        `communes`, `indicators`, `zones` of one snapshot.
    tasks, as_of
        As they stand at the end of the day; without a day there are none.
    """
    communes = _with_centre(pd.DataFrame(tables["communes"].drop(columns="geometry", errors="ignore")))
    parts = [
        _indicators(tables["indicators"]),
        _readings(communes, tables["indicators"]),
        _summed(communes, _zones(communes, tables["zones"])).assign(topic="zones"),
        _summed(communes, communes[["terminals"]]).assign(topic="satellite"),
        *([_tasks(communes, list(tasks), as_of)] if as_of is not None else []),
    ]
    table = pd.concat(parts, ignore_index=True)
    named = pd.concat([table, _units(communes, table)], axis=1)
    rank = named.unit_level.map({level: place for place, level in enumerate(LEVELS)})
    order = named.assign(rank=rank, topic_rank=named.topic.map({topic: place for place, topic in enumerate(TOPICS)}))
    by = ["rank", "unit_code", "province_code", "topic_rank"]
    found = order.sort_values(by, kind="stable", ignore_index=True)
    whole = {"numerator": "Int64", "denominator": "Int64", "value": "float64", "sums": "bool"}
    return found[COLUMNS].astype(whole)


def of_unit(table: pd.DataFrame, level: str) -> pd.DataFrame:
    """
    Rows of one unit: `nation` (the study), `province:CODE` or `commune:CODE`.

    Raises
    ------
    ConfigError
        When it is none of these, or the study has no such unit.

    Examples
    --------
    >>> table = pd.DataFrame({"unit_level": ["study", "province"], "unit_code": ["", "97"], "value": [1, 2]})
    >>> of_unit(table, "province:97").value.tolist()
    [2]
    """
    name, _, code = level.partition(":")
    wanted = {"nation": "study", "study": "study"}.get(name, name)
    if wanted not in LEVELS or (wanted == "study") != (not code):
        raise ConfigError(f"--level '{level}': expected nation, province:CODE or commune:CODE, such as province:97")
    found = table[(table.unit_level == wanted) & (table.unit_code == code)]
    if found.empty:
        known = sorted(set(table.unit_code[table.unit_level == wanted]) - {""})
        some = ", ".join(known[:5]) + (" ..." if len(known) > 5 else "")
        raise ConfigError(f"--level '{level}': the study has no such {wanted}; there are {some}")
    return found.reset_index(drop=True)


def disagreements(table: pd.DataFrame) -> pd.DataFrame:
    """
    Figures that are to sum and do not: rows of the higher unit with the sum of its parts, `numerator_of_parts` and
    `denominator_of_parts`. Empty where all is right.
    """
    own = table[table.sums]
    communes, provinces = own[own.unit_level == "commune"], own[own.unit_level == "province"]
    parts = [
        _beside(provinces, communes.assign(unit_code=communes.province_code)),
        _beside(own[own.unit_level == "study"], provinces.assign(unit_code="")),
    ]
    return pd.concat(parts, ignore_index=True)


def _beside(above: pd.DataFrame, below: pd.DataFrame) -> pd.DataFrame:
    """Rows of units that are not the sums of their parts, which have the unit's code."""
    sums = below.groupby(["unit_code", *SCOPE], dropna=False)[["numerator", "denominator"]].sum(min_count=1)
    both = above.merge(sums.add_suffix("_of_parts").reset_index(), on=["unit_code", *SCOPE], how="outer")
    same = pd.Series(True, both.index)
    for name in ("numerator", "denominator"):
        same &= (both[name].fillna(-1) == both[f"{name}_of_parts"].fillna(-1)).to_numpy(bool)
    return both[~same]


def _with_centre(communes: pd.DataFrame) -> pd.DataFrame:
    return communes if "centre_covered" in communes else communes.assign(centre_covered="unknown")


def _units(communes: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Name and province of each row's unit."""
    provinces = communes.drop_duplicates("province_code").set_index("province_code").province_name
    of_commune = communes.set_index("commune_code")
    at = table.unit_level + ":" + table.unit_code
    names = {"study:": LEVELS["study"][0]} | {f"province:{code}": name for code, name in provinces.items()}
    names |= {f"commune:{code}": name for code, name in of_commune.commune_name.items()}
    home = {f"province:{code}": code for code in provinces.index}
    home |= {f"commune:{code}": province for code, province in of_commune.province_code.items()}
    told = table.get("home", pd.Series(index=table.index, dtype=object))
    return pd.DataFrame(
        {"unit_name": at.map(names).fillna(_NOT_SAID), "province_code": at.map(home).fillna(told).fillna("")}
    )


def _indicators(indicators: pd.DataFrame) -> pd.DataFrame:
    """Whole counts that sum; but not those of the operator that covers most, who may be another in each unit."""
    own = indicators.rename(columns={"definition_id": "figure"})
    kept = own[[*UNIT, *SCOPE[1:], "numerator", "denominator", "value"]]
    return kept.assign(topic="indicators", sums=(own.operator != LARGEST).to_numpy(bool))


def _readings(communes: pd.DataFrame, indicators: pd.DataFrame) -> pd.DataFrame:
    """As `readings.readings` has them, of all units at once."""
    named = (indicators.definition_id == COVERED) & (indicators.technology == "NR")
    own = indicators[named & ~indicators.operator.isin(NO_OPERATOR)].drop_duplicates([*UNIT, "operator"])
    most = own.sort_values(["numerator", "operator"], ascending=[False, True]).drop_duplicates(UNIT)
    covered = most[[*UNIT, "operator", "numerator", "denominator", "value"]].assign(figure="people_covered", sums=False)
    sites, centre = communes.nr_sites.astype("Int64"), communes.centre_covered.fillna("unknown")
    counts = {
        "communes_with_site": (sites > 0, sites.notna()),
        "communes_centre_covered": (centre == "yes", centre.isin(["yes", "no"])),
    }
    parts = [covered]
    for figure, (yes, known) in counts.items():
        found = _summed(communes, pd.DataFrame({figure: yes.fillna(False).astype(int)}), known.astype(int))
        share = found.numerator / found.denominator.where(found.denominator > 0)
        parts.append(found.assign(value=share.astype("Float64").astype(float)))
    return pd.concat(parts, ignore_index=True).assign(topic="readings", technology="NR", environment="")


def _zones(communes: pd.DataFrame, zones: pd.DataFrame) -> pd.DataFrame:
    """Zones of each commune, which lie in it most, and their people."""
    codes = communes.commune_code
    by_commune = zones.groupby("commune_code").people.agg(["size", "sum"]).reindex(codes, fill_value=0)
    return pd.DataFrame({"zones": by_commune["size"], "people_in_zones": by_commune["sum"]}).set_axis(communes.index)


def _summed(communes: pd.DataFrame, figures: pd.DataFrame, known: pd.Series | None = None) -> pd.DataFrame:
    """Counts of communes in long form, with the sums of those known for each province and the study."""
    parts = []
    for level, units in _keys(communes).items():
        by = units.to_numpy()
        for figure in figures:
            sums = figures[figure].astype("Int64").groupby(by).sum(min_count=1)
            row = {"unit_level": level, "unit_code": sums.index, "figure": figure, "numerator": sums.to_numpy()}
            row |= {} if known is None else {"denominator": known.groupby(by).sum().to_numpy()}
            parts.append(pd.DataFrame(row))
    return _counted(pd.concat(parts, ignore_index=True))


def _keys(communes: pd.DataFrame) -> dict[str, pd.Series]:
    """Code of the unit of each commune, by level."""
    codes = (pd.Series("", communes.index), communes.province_code, communes.commune_code)
    return dict(zip(LEVELS, codes, strict=True))


def _tasks(communes: pd.DataFrame, tasks: Sequence[State], as_of: dt.date) -> pd.DataFrame:
    """
    Tasks by how they stand, of all tasks that have begun.

    The province is that of the commune where it is studied, else the one named.
    """
    home = communes.set_index("commune_code").province_code
    held: dict[tuple[str, str, str], list[Status]] = {}
    for state in tasks:
        commune = state.task.commune_code
        province = str(home.get(commune, state.task.province_code))
        for unit in (("study", "", ""), ("province", province, province), ("commune", commune, province)):
            held.setdefault(unit, []).append(state.status(as_of))
    for level, units in _keys(communes).items():
        provinces = communes.province_code if level != "study" else units
        for code, province in zip(units, provinces, strict=True):
            held.setdefault((level, code, province), [])
    rows = [
        {"unit_level": level, "unit_code": code, "home": province, "figure": name, "numerator": count, **told}
        for (level, code, province), statuses in held.items()
        for name, count, told in _task_figures(Counts.of(statuses))
    ]
    return _counted(pd.DataFrame(rows).assign(topic="tasks"))


def _task_figures(counts: Counts) -> Iterator[tuple[str, int, dict[str, int]]]:
    begun = {"denominator": counts.tasks}
    yield "tasks_open", counts.running + counts.overdue, begun
    for name in ("done", "on_time", "late", "running", "overdue"):
        yield f"tasks_{name}", getattr(counts, name), begun
    yield "tasks_not_started", counts.not_started, {}


def _counted(table: pd.DataFrame) -> pd.DataFrame:
    value = table.numerator.astype("Float64").astype(float)
    filled = table if "denominator" in table else table.assign(denominator=float("nan"))
    return filled.assign(operator="", technology="", environment="", value=value, sums=True)
