"""The proof of the redaction: what a tier may not hold is in nothing that can be written of its edition."""

from __future__ import annotations

import dataclasses
import io
import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from canaries import Canary, found, number, position, table_files, word
from pyproj import CRS, Transformer

from phusong.errors import SnapshotError
from phusong.grid import Grid
from phusong.ledger.edition import Edition
from phusong.publish import zone_sheet
from phusong.publish.atlas import Asked, write
from phusong.publish.drawing import own_settings
from phusong.publish.map import draw
from phusong.publish.redaction import redact
from phusong.publish.suppression import Hidden, hidden
from phusong.publish.tiers import TIERS, Rules, within
from phusong.publish.zone_ground import Ground, frame

GIS_DATA = Path(__file__).resolve().parents[2] / "gis_data"
PROJECTED = "EPSG:3405"
WEST, SOUTH, SIDE = 540_000.0, 2_360_000.0, 5_000.0
DEGREES = Transformer.from_crs(PROJECTED, "EPSG:4326", always_xy=True)
DICTIONARY = tomllib.loads((GIS_DATA / "data_dictionary.toml").read_text("utf-8"))
RULES = Rules.shipped()
READERS = [("public", None), ("commune", "00001"), ("province", "01")]
OWN = {None: set(), "00001": {"00001"}, "01": {"00001", "00002"}}
"""Communes of each reader."""


@dataclass(frozen=True)
class Secret:
    """A canary, from which tier on its column may be held, and the commune whose it is; empty for nobody's."""

    canary: Canary
    tier: str
    commune: str

    def kept_from(self, tier: str, unit: str | None) -> bool:
        return not (within(self.tier, tier) and self.commune in OWN[unit])


@dataclass
class Planting:
    """Tables with canaries in every column that is not for everyone; another salt gives others at other places."""

    salt: str
    secrets: list[Secret] = dataclasses.field(default_factory=list)

    def canary(self, kind: str, place: str, tier: str = "regulator", commune: str = "") -> str | float:
        one = {"text": word, "number": number, "integer": number}[kind](f"{self.salt}{place}")
        self.secrets.append(Secret(one, tier, commune))
        return one.value

    def point(self, place: str, commune: str, tier: str) -> shapely.Point:
        "A point in the south-western quarter of a commune, to the millimetre."
        shift = number(f"{self.salt}{place}").value
        x = WEST + SIDE * (int(commune) - 1) + 300 + shift % 2000
        y = SOUTH + 300 + shift // 7 % 2000 + 0.125
        self.secrets.append(Secret(position(place, x, y, *DEGREES.transform(x, y)), tier, commune))
        return shapely.Point(x, y)

    def columns(self, table: str, communes: list[str], leave: set[str] = frozenset()) -> dict[str, list]:
        "Every column of a table that is not for everyone, and one that nobody declared."
        kinds = {}
        for part in (DICTIONARY["layers"], DICTIONARY["snapshot"]):
            kinds |= {name: entry["type"].removesuffix("?") for name, entry in part.get(table, {}).items()}
        kinds |= dict.fromkeys((name for name in RULES.columns[table] if name not in kinds), "text")
        tiers = {name: RULES.tier_of(table, name) for name in kinds} | {
            "secret": "regulator",
            "secret_dbm": "regulator",
        }
        kinds |= {"secret": "text", "secret_dbm": "number"}
        return {
            name: [self.canary(kind, f"{table}.{name}.{row}", tiers[name], of) for row, of in enumerate(communes)]
            for name, kind in kinds.items()
            if kind in ("text", "number", "integer") and tiers[name] != "public" and name not in leave
        }


def planted(edition: Edition, salt: str = "") -> tuple[Edition, list[Secret]]:
    """The small edition with canaries in tables, sentences, and facts of the run."""
    plant = Planting(salt)
    homes = ["00001", "00001", "00002", "00003"]
    sites = edition.sites.drop(columns="site_id").assign(
        **plant.columns("sites", homes, {"operator", "technology", "commune_code"}),
        geometry=[plant.point(f"sites.{row}", of, "commune") for row, of in enumerate(homes)],
        commune_code=homes,
    )
    stations = gpd.GeoDataFrame(
        plant.columns("substations", ["00001", "00004"]),
        geometry=[plant.point(f"substations.{row}", of, "commune") for row, of in enumerate(["00001", "00004"])],
        crs=PROJECTED,
    )
    ends = [[plant.point(f"lines.{of}.{end}", of, "commune") for end in "ab"] for of in ("00001", "00003")]
    lines = gpd.GeoDataFrame(
        plant.columns("power_lines", ["00001", "00003"], {"voltage_kv"}) | {"voltage_kv": [110.0, 22.0]},
        geometry=[shapely.LineString(pair) for pair in ends],
        crs=PROJECTED,
    )
    of_zones = edition.zones.commune_code.tolist()
    # what is named belongs to commune 00003 and to nobody's own, so that no reader but the regulator may know it
    named = f"{sites.site_id[3]}, {stations['name'][1]} và {sites.feeder_id[3]}"
    zones = edition.zones.assign(
        **plant.columns("zones", of_zones, {"cause_site_id"}),
        cause_site_id=[sites.site_id[0], sites.site_id[3], sites.site_id[3]],
        cause="tilt",
        why_vi=f"Xếp trước vì gần {named}.",
        why_en=f"Before the next one for {named.upper()}.",
        other_causes=named,
        rank_low=1,
        rank_high=3,
    )
    villages = edition.villages.assign(**plant.columns("villages", edition.villages.commune_code.tolist()))
    communes = edition.communes.assign(
        **plant.columns("communes", edition.communes.commune_code.tolist()), nr_secret_people=7
    )
    work = edition.communes.commune_code.tolist()
    tasks = pd.DataFrame(
        dict.fromkeys(RULES.columns["tasks.tasks"], "") | plant.columns("tasks.tasks", work), index=range(4)
    ).assign(commune_code=work, province_code=edition.communes.province_code.tolist(), agency="UBND xã")
    tasks["work"] = f"{tasks.person[3]} thay ắc quy của {named}"
    gained = pd.DataFrame(plant.columns("outlook.gained", ["", ""]))
    run = {
        **edition.run,
        "warnings": [f"sites: {plant.canary('text', 'run.warnings')} stands outside"],
        "settings": {"layers": {"sites": {"path": plant.canary("text", "run.settings.path")}}},
        "counts": {"sites": {"in_reach_on_air": 3, "off_terrain_site_ids": [sites.site_id[3]]}},
        "model_card": {"model": "P.1812", "eirp_dbm": plant.canary("number", "run.model_card.eirp_dbm")},
        "inputs": [{**edition.run["inputs"][2], "file": plant.canary("text", "run.inputs.file")}],
        "secret": {"deep": [plant.canary("number", "run.secret")]},
    }
    whole = dataclasses.replace(
        edition,
        communes=communes, zones=zones, sites=sites, villages=villages, power_lines=lines, substations=stations,
        run=run,
        filings=pd.DataFrame(plant.columns("filings", ["", ""])),
        filing_reasons=pd.DataFrame(plant.columns("filing_reasons", ["", ""])),
        tasks={"tasks": tasks, "undeclared": pd.DataFrame({"x": [plant.canary("text", "tasks.undeclared")]})},
        outlook={"gained": gained},
    )  # fmt: skip
    return whole, plant.secrets


def nothing(*_: object) -> None:
    "No raster, and nobody who listens."


def frames(edition: Edition) -> Iterator[tuple[str, pd.DataFrame]]:
    "Every table of an edition, also those in groups."
    for field in dataclasses.fields(edition):
        value = getattr(edition, field.name)
        group = {field.name: value} if isinstance(value, pd.DataFrame) else value
        if isinstance(group, dict) and field.name != "run":
            yield from ((name, frame) for name, frame in group.items() if len(frame.columns))


def ground(zone: shapely.MultiPolygon) -> Ground:
    "Level ground with nobody on it."
    box = frame(zone)
    grid = Grid.over(box, 500.0, CRS(PROJECTED))
    return Ground(box, grid, np.zeros(grid.shape), grid, np.full(grid.shape, np.nan))


def sheet(edition: Edition) -> bytes:
    "The picture of the edition's first dead zone."
    into = io.BytesIO()
    figure = zone_sheet.draw(edition, edition.zones.zone_id.iloc[0], ground(edition.zones.geometry.iloc[0]))
    with own_settings():
        figure.savefig(into, format="png", dpi=60, metadata={"Software": None})
    return into.getvalue()


def written(edition: Edition) -> dict[str, bytes]:
    "All that can be written of an edition: the map, a picture, every table in every format, and the facts of the run."
    files = {"map.html": draw(edition), "zone.png": sheet(edition)}
    files["run.json"] = json.dumps(edition.run, default=str, ensure_ascii=False).encode()
    for name, table in frames(edition):
        files |= table_files(name, table)
    return files


@pytest.mark.parametrize(("tier", "unit"), READERS)
def test_no_canary_reaches_a_lower_tier(edition, tier, unit):
    whole, secrets = planted(edition)
    kept = [secret.canary for secret in secrets if secret.kept_from(tier, unit)]
    assert len(kept) > 80
    assert found(written(redact(whole, tier, unit)), kept) == []


@pytest.mark.parametrize(("tier", "unit"), [*READERS, ("public", "00001")])
def test_no_canary_reaches_a_page(edition, tmp_path, tier, unit):
    "The pages are given the whole edition and redact it themselves."
    whole, secrets = planted(edition)
    kept = [secret.canary for secret in secrets if secret.kept_from(tier, None if tier == "public" else unit)]
    asked = Asked(tier, **({} if unit is None else {"commune" if len(unit) == 5 else "province": unit}))
    files = write(whole, None, nothing, asked, tmp_path, nothing)
    assert found({file.name: file.read_bytes() for file in files}, kept) == []


def test_pages_of_the_regulator_hold_some(edition, tmp_path):
    "So the search of pages is not blind."
    whole, secrets = planted(edition)
    files = write(whole, None, nothing, Asked("regulator"), tmp_path, nothing)
    seen = found({file.name: file.read_bytes() for file in files}, [secret.canary for secret in secrets])
    assert any(place.startswith("sites.") for place in seen)


def test_every_canary_is_seen_by_the_regulator(edition):
    "So the search is not blind: each stands in a table or in the facts."
    whole, secrets = planted(edition)
    files = written(redact(whole, "regulator"))
    seen = {place.rpartition(" in ")[0] for place in found(files, [secret.canary for secret in secrets])}
    assert {secret.canary.place for secret in secrets} - seen == set()


@pytest.mark.parametrize(("tier", "unit"), READERS[:1])
def test_what_is_not_held_changes_no_byte(edition, tier, unit):
    "Two editions that differ only in what everyone may not know are the same file, to the last pixel."
    one, two = (planted(edition, salt)[0] for salt in ("", "other "))
    before, after = (written(redact(whole, tier, unit)) for whole in (one, two))
    # a GeoPackage holds the moment of its writing
    assert [name for name in before if not name.endswith((".gpkg", ".zip")) and before[name] != after[name]] == []


def test_own_rows_are_held(edition):
    "A commune sees its sites, their backup and its substation; a province those of its communes."
    whole, secrets = planted(edition)
    for tier, unit, sites, stations in (("commune", "00001", 2, 1), ("province", "01", 3, 1), ("province", "02", 1, 1)):
        own = redact(whole, tier, unit)
        assert (len(own.sites), len(own.substations)) == (sites, stations)
        assert "backup_hours" in own.sites
        assert "eirp_dbm" not in own.sites
        assert set(own.communes.commune_code) == {"00001": {"00001"}, "01": OWN["01"], "02": {"00003", "00004"}}[unit]
    held = [one.canary for one in secrets if not one.kept_from("commune", "00001")]
    files = written(redact(whole, "commune", "00001"))
    assert {place.rpartition(" in ")[0] for place in found(files, held)} == {one.place for one in held}


def test_sentences_say_what_it_is_and_not_which(edition):
    whole, _ = planted(edition)
    zone = redact(whole, "public").zones.iloc[0]
    assert zone.why_vi == "Xếp trước vì gần một trạm, một trạm biến áp và một xuất tuyến."
    assert zone.why_en == "Before the next one for a site, a substation VÀ a feeder."
    work = redact(whole, "public").tasks["tasks"]["work"]
    assert work[0] == "người thực hiện thay ắc quy của một trạm, một trạm biến áp và một xuất tuyến"


def test_a_cause_names_only_the_units_own_site(edition):
    whole, _ = planted(edition)
    assert redact(whole, "province", "01").zones.cause_site_id.notna().tolist() == [True, False]
    assert redact(whole, "province", "02").zones.cause_site_id.tolist() == [whole.sites.site_id[3]]
    assert "cause_site_id" not in redact(whole, "public").zones


def test_a_ranking_by_what_is_not_held_tells_no_score(edition):
    "The distance to a line or substation is for the unit itself; a score would give it away."
    zones = edition.zones.assign(score=0.5, why_vi="gần lưới: 3,2 km", why_en="near the grid: 3.2 km")
    for column, told in (("people", True), ("grid_distance_m", False)):
        run = {**edition.run, "settings": {"zones": {"criteria": [{"column": column, "weight": 1.0}]}}}
        public = redact(dataclasses.replace(edition, zones=zones, run=run), "public").zones
        assert [name in public for name in ("score", "why_vi", "why_en")] == [told] * 3
        assert "rank" in public


def test_dead_zones_for_everyone_follow_coarse_pixels(edition):
    "All corners lie on multiples of 500 m, which those of the zones do not."
    odd = edition.zones.set_geometry(edition.zones.geometry.translate(37, 41))
    drawn = redact(dataclasses.replace(edition, zones=odd), "public").zones
    assert (np.mod(shapely.get_coordinates(drawn.geometry.to_numpy()), 500) == 0).all()
    assert not drawn.geometry.is_empty.any()
    kept = redact(dataclasses.replace(edition, zones=odd), "commune", "00001").zones
    assert kept.geometry.iloc[0].equals(odd.geometry.iloc[0])


def figures(edition: Edition) -> pd.DataFrame:
    "Levels with the counts of terminals, their rates, and a figure that has nothing to do with them."
    own = edition.communes
    rows = [("commune", code, count) for code, count in zip(own.commune_code, own.terminals, strict=True)]
    rows += [("province", "01", 3), ("province", "02", 1), ("study", "", 4)]
    names = ["terminals", "satellite_terminals_per_1000_households", "people"]
    return pd.DataFrame(
        [
            {
                "unit_level": level,
                "unit_code": code,
                "figure": figure,
                "numerator": count,
                "denominator": 9,
                "value": 1.5,
            }
            for figure in names
            for level, code, count in rows
        ]
    ).astype({"numerator": "Int64"})


def test_small_counts_are_left_out_wherever_they_can_be_told(edition):
    """
    Terminals are 3, not filed, 0 and 1: both small counts, both totals and that of the study would give them away.

    The commune of the 3 knows it, and so does its province; the other one is kept from both.
    """
    whole = dataclasses.replace(
        edition, levels=figures(edition), outlook={"satellite": pd.DataFrame({"done": [4], "state": ["open"]})}
    )
    assert hidden(edition.communes) == Hidden(frozenset({"00001", "00004"}), frozenset({"01", "02"}), study=True)
    public = redact(whole, "public")
    assert public.communes.terminals.isna().tolist() == [True, True, False, True]
    assert public.communes.terminals_suppressed.tolist() == [True, False, False, True]
    rates = public.levels[public.levels.figure != "people"]
    shown = rates[~rates.terminals_suppressed]
    assert set(shown.unit_code) == {"00002", "00003"}
    assert rates[rates.terminals_suppressed][["numerator", "denominator", "value"]].isna().all().all()
    assert public.levels[public.levels.figure == "people"].numerator.count() == 6
    assert public.outlook["satellite"].empty
    mine = redact(whole, "commune", "00001")
    assert mine.communes.terminals.tolist() == [3]
    counts = mine.levels[mine.levels.figure == "terminals"].set_index("unit_code").numerator
    assert counts.notna().to_dict() == {
        "00001": True, "00002": False, "00003": True, "00004": False, "01": False, "02": False, "": False,
    }  # fmt: skip


def test_counts_of_other_periods_need_what_was_left_out_of_them(edition):
    "A series shows an earlier count only where it is known that it was not left out; a difference needs both."
    rows = [("2026Q2", "", "00003", 5.0), ("2026Q3", "", "00003", 0.0), ("2026Q3", "2026Q2", "00003", -5.0)]
    series = pd.DataFrame(rows, columns=["period", "from_period", "unit_code", "value"])
    series = series.assign(unit_level="commune", definition_id="satellite_terminals")
    tables = {"series": series[:2].drop(columns="from_period"), "marks": series[2:]}
    whole = dataclasses.replace(edition, outlook=tables)
    blind = redact(whole, "public").outlook
    assert blind["series"]["value"].notna().tolist() == [False, True]
    assert blind["marks"]["value"].notna().tolist() == [False]
    told = redact(whole, "public", earlier={"2026Q2": Hidden()}).outlook["series"]
    assert told["value"].tolist() == [5.0, 0.0]


def test_counts_by_anything_else_than_units_are_not_for_everyone(edition, monkeypatch):
    "Sums by hexagon cut across the communes, so that the two could be held against each other."
    hexagons = pd.DataFrame({"hexagon": ["87a", "87b"], "terminals": [9, 12], "people": [1, 2]})
    rates = pd.DataFrame({"hexagon": ["87a", "87b"], "figure": ["terminals", "people"], "value": [9, 1]})
    declared = {
        **RULES.columns,
        "outlook.a": dict.fromkeys(hexagons, "public"),
        "outlook.b": dict.fromkeys(rates, "public"),
    }
    rules = dataclasses.replace(RULES, columns=declared)
    monkeypatch.setattr(Rules, "shipped", classmethod(lambda _: rules))
    public = redact(dataclasses.replace(edition, outlook={"a": hexagons, "b": rates}), "public").outlook
    assert list(public["a"]) == ["hexagon", "people"]
    assert public["b"].figure.tolist() == ["people"]


def test_what_stays_is_declared(edition):
    "The facts of a run by name, and nothing below one that is not named."
    run = redact(planted(edition)[0], "public").run
    assert set(run) == {"people_vintage", "grid", "inputs", "counts", "model_card", "tier", "unit", "operators"}
    assert run["counts"] == {"sites": {"in_reach_on_air": 3}}
    assert (run["tier"], run["unit"], len(run["operators"])) == ("public", "", 2)


def test_the_regulator_holds_everything(edition):
    assert redact(edition, "regulator") is edition


def test_an_edition_of_little_is_redacted_too(bare):
    assert len(draw(redact(bare, "public"))) > 0
    assert redact(bare, "commune", "00002").communes.commune_code.tolist() == ["00002"]


@pytest.mark.parametrize(("tier", "unit"), [("public", "00001"), ("commune", None), ("regulator", "01")])
def test_a_unit_goes_with_its_tier(edition, tier, unit):
    with pytest.raises(ValueError, match="unit"):
        redact(edition, tier, unit)


def test_an_unknown_unit_is_named(edition):
    with pytest.raises(SnapshotError, match=r"'00009'.*has no commune of the code '00009'"):
        redact(edition, "commune", "00009")


def test_a_new_field_is_not_published_by_chance(edition):
    "It has a default that tells nothing, or it is refused."

    @dataclasses.dataclass(frozen=True)
    class Quiet(Edition):
        secret: tuple[str, ...] = ()

    @dataclasses.dataclass(frozen=True, kw_only=True)
    class Loud(Edition):
        secret: str

    fields = {field.name: getattr(edition, field.name) for field in dataclasses.fields(edition)}
    assert redact(Quiet(**fields, secret=("NM-1",)), "public").secret == ()
    with pytest.raises(ValueError, match=r"'secret' has no tier in gis_data/tiers\.toml"):
        redact(Loud(**fields, secret="NM-1"), "public")


def test_every_declared_tier_is_one():
    declared = [
        *RULES.fields.values(),
        *RULES.facts.values(),
        *(t for own in RULES.columns.values() for t in own.values()),
    ]
    assert set(declared) <= set(TIERS)


def test_what_points_at_masts_is_for_no_lower_tier():
    "Every column of these by name: whoever adds one must think of it."
    for table in ("sites", "substations", "power_lines", "quarantined_sites", "antennas"):
        open_to_all = {name for name, tier in RULES.columns[table].items() if tier == "public"}
        assert open_to_all <= set(DICTIONARY["snapshot"]["every"]), table
    dbm = {f"{t}.{name}": tier for t, own in RULES.columns.items() for name, tier in own.items() if "dbm" in name}
    assert "public" not in dbm.values(), dbm
    rasters = {name: entry["tier"] for name, entry in DICTIONARY["snapshot"]["surface"].items()}
    assert {name for name, tier in rasters.items() if tier == "public"} == {"people", "power", "terrain", "clutter"}


def test_columns_that_stay_with_the_regulator_are_listed():
    "Undeclared means regulator, so a new column is not published before somebody has thought of it."
    kept = {
        f"{table}.{name}"
        for table in ("communes", "villages", "zones", "sites", "power_lines", "substations")
        for name, tier in RULES.columns[table].items()
        if tier == "regulator"
    }
    assert kept == {
        *(f"sites.{name}" for name in ("bandwidth_mhz", "azimuths_deg", "downtilt_deg", "mechanical_tilt_deg")),
        *(f"sites.{name}" for name in ("antenna", "eirp_dbm", "assumed")),
    }
