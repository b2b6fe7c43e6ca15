"""The content of the report: figures counted by hand, what is missing told, bad names and sizes, tiers, templates."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from phusong.config.report import Report as Issued
from phusong.errors import ConfigError, SnapshotError
from phusong.ledger.readings import COVERED
from phusong.publish.labels import read_labels
from phusong.publish.report.content import Asked, Source, content, scope_of
from phusong.publish.report.dead_zones import SHOWN
from phusong.publish.report.model import Bullets, Figure, Heading, Paragraph, Report, Table
from phusong.publish.report.quality import AXES
from phusong.publish.report.wording import read, wording

NATION = Asked("nation", "", "regulator", "vi")
UNITS = (("study", "", 10_000), ("province", "01", 3000), ("province", "02", 7000))
OPERATORS = {"any": 0.9, "Mạng A": 0.8, "Mạng B": 0.7}
TASK_STATES = ("tasks", "done", "on_time", "late", "running", "overdue", "not_started")


def level_rows() -> pd.DataFrame:
    "Covered people of the study and its two provinces: 90 % by all, 80 % by A, 70 % by B; 4G a tenth more by all."
    rows = []
    for level, code, people in UNITS:
        unit = {"unit_level": level, "unit_code": code, "unit_name": code or "Nghiên cứu", "province_code": code}
        for operator, share in OPERATORS.items():
            for technology in ("NR", "LTE"):
                covered = int(people * share) + (people // 10 if technology == "LTE" and operator == "any" else 0)
                scope = {"operator": operator, "technology": technology, "environment": "outdoor"}
                told = {"topic": "indicators", "figure": COVERED, "numerator": covered, "denominator": people}
                rows.append({**unit, **scope, **told, "value": covered / people, "sums": True})
    return pd.DataFrame(rows)


def reading_rows() -> pd.DataFrame:
    row = {"reading": "communes_with_site", "operator": "", "numerator": 3, "denominator": 4, "value": 0.75}
    row |= {"shown_percent": 75.0, "target": 1.0, "needed": 4, "short_by": 1, "unknown": 0, "met": "no"}
    return pd.DataFrame([{"unit_level": level, "unit_code": code, **row} for level, code, _ in UNITS])


def task_frames(**said: object) -> dict[str, pd.DataFrame]:
    task = {"task_id": "T-1", "work": "dựng cột", "person": "Bà An", "responsibility": "chủ trì", "authority": "UBND"}
    task |= {"product": "cột", "agency": "Sở KHCN", "deadline": dt.date(2026, 12, 31), "status": "running"}
    task |= {
        "status_vi": "đang thực hiện",
        "status_en": "running",
        "commune_code": "00001",
        "province_code": "01",
        **said,
    }
    counts = {name: int(name in ("tasks", "running")) for name in TASK_STATES}
    sums = pd.DataFrame([{"unit_level": "study", "unit_code": "", **counts}])
    agency = pd.DataFrame([{"unit_level": "agency", "unit_code": task["agency"], **counts}])
    rule = pd.DataFrame([{"rule_vi": "Trong hạn gồm cả ngày đến hạn.", "rule_en": "The due day counts."}])
    return {"tasks": pd.DataFrame([task]), "by_province": sums, "by_agency": pd.concat([agency, sums]), "rule": rule}


@pytest.fixture
def source(edition) -> Source:
    "The small edition with levels, readings and a task; nothing beside it."
    whole = dataclasses.replace(
        edition, levels=level_rows(), outlook={"readings": reading_rows()}, tasks=task_frames(), day=edition.as_of
    )
    return Source(whole, {}, "", Issued())


def report(source: Source, asked: Asked = NATION) -> Report:
    return content(source, asked, scope_of(source, asked))


def said(made: Report) -> str:
    "All words and numbers of the sentences."
    items = [block.runs for block in made.blocks if isinstance(block, Paragraph)]
    items += [item for block in made.blocks if isinstance(block, Bullets) for item in block.items]
    return "\n".join("".join(run if isinstance(run, str) else run.text for run in item) for item in items)


def table(made: Report, name: str) -> Table:
    return next(block for block in made.blocks if isinstance(block, Table) and block.name == name)


def cells(made: Report, name: str) -> list[list[str]]:
    rows = table(made, name).rows
    return [[cell if isinstance(cell, str) else cell.text for cell in row] for row in rows]


def test_the_headline_is_what_was_counted(source):
    text = said(report(source))
    assert "9.000 trong 10.000 người đã rõ tình trạng có sóng 5G" in text
    assert "90,0 %" in text
    assert "Có 3 vùng lõm với 600 người." in text
    assert "không có điện lưới: 2.500 người" in text


def test_a_province_has_its_own_figures_only(source):
    made = report(source, Asked("province", "01", "regulator", "vi"))
    text = said(made)
    assert "2.700 trong 3.000 người" in text
    assert "9.000" not in text
    assert "Có 2 vùng lõm với 500 người." in text
    assert [row[0] for row in cells(made, "units")] == sorted(row[0] for row in cells(made, "units"))
    assert len(cells(made, "units")) == 2


def test_provinces_and_operators_stand_side_by_side(source):
    made = report(source)
    rows = {row[0]: row for row in cells(made, "units")}
    assert rows["Tỉnh Đông"][1:4] == ["3.000", "90,0 %", "100,0 %"]
    assert rows["Tỉnh Đông"][5:7] == ["2", "500"]
    by_operator = {row[0]: row[1:3] for row in cells(made, "province_operators")}
    assert by_operator["Tỉnh Đông"] == ["80,0 %", "70,0 %"]
    assert table(made, "units").total


def test_an_operator_without_a_site_of_the_technology_has_a_dash_and_is_not_unknown(source):
    levels = source.edition.levels
    without = levels[(levels.operator != "Mạng B") | (levels.technology != "NR")]
    made = report(dataclasses.replace(source, edition=dataclasses.replace(source.edition, levels=without)))
    assert {row[0]: row[1:3] for row in cells(made, "operators")}["Mạng B"] == ["–", "–"]
    assert [row[2] for row in cells(made, "province_operators")] == ["–", "–"]


def test_every_figure_of_a_table_has_the_code_of_its_row_and_column(source):
    made = report(source)
    assert made.figures
    for block in made.blocks:
        if isinstance(block, Table):
            for row in block.rows:
                figures = [(place, cell) for place, cell in enumerate(row) if isinstance(cell, Figure)]
                for place, cell in figures:
                    assert cell.code == f"{row[-1]}.{'abcdefghijkl'[place]}"
                    assert cell.in_cell
            assert {len(row) for row in block.rows} == {len(block.headings)}
            assert len(block.kinds) == len(block.widths) == len(block.headings)


def test_the_annexes_hold_the_rows_that_were_counted(source):
    made = report(source)
    sheets = {sheet.name: sheet for sheet in made.annexes}
    for figure in made.figures:
        if figure.query.how == "sum" and figure.query.table == "communes" and not figure.query.where:
            sheet = sheets["rows_communes"]
            place = sheet.headings.index(figure.query.columns[0])
            assert sum(row[place] for row in sheet.rows) == figure.value
    assert len(sheets["rows_zones"].rows) == 3


def test_both_languages_tell_the_same_figures(source):
    vi, en = report(source), report(source, dataclasses.replace(NATION, language="en"))
    assert [(f.code, f.value, f.query) for f in vi.figures] == [(f.code, f.value, f.query) for f in en.figures]
    assert "9,000 of 10,000 people" in said(en)
    assert [b.level for b in vi.blocks if isinstance(b, Heading)] == [
        b.level for b in en.blocks if isinstance(b, Heading)
    ]


def test_an_edition_without_layers_says_what_is_missing_and_invents_nothing(bare):
    made = report(Source(bare, {}, "", Issued()), dataclasses.replace(NATION, tier="public"))
    text = said(made)
    assert "Chưa có số liệu phủ sóng 5G" in text
    assert "Không có cách hiểu nào tính được" in text
    assert "Chưa có số liệu điện" in text
    assert "Chưa có đơn vị nào nộp số liệu thiết bị vệ tinh" in text
    assert "Sổ nhiệm vụ không có nhiệm vụ nào" in text
    assert "Chưa có kỳ trước" in text
    shares = [figure for figure in made.figures if figure.unit == "share"]
    assert all(figure.value is None and figure.text == "chưa rõ" for figure in shares)


def test_a_quarter_without_a_predecessor_says_so(source):
    text = said(report(source))
    assert "Trước Quý III/2026 không có kỳ nào đã chạy" in text
    assert "không nêu vùng mới và vùng đã hết" in text


def test_changes_are_told_in_hundredths_that_sum(source):
    key = {"definition_id": COVERED, "unit_level": "study", "unit_code": "", "operator": "any", "technology": "NR"}
    parts = {"part_method": 0, "part_sites_new": 30, "part_filing": -3, "part_method_later": 0}
    row = {**key, "environment": "outdoor", "value_from": 8973, "value_to": 9000, "change": 27, **parts}
    changes = pd.DataFrame([{**row, "not_divided": ""}, {**row, "operator": "Mạng A", "not_divided": "earlier"}])
    beside = {"changes": changes.assign(definition_id=[COVERED, COVERED])}
    asked = dataclasses.replace(NATION, earlier="2026Q2", against="2026Q2")
    made = report(dataclasses.replace(source, beside=beside), asked)
    assert table(made, "changes").headings == ("Số liệu", "Trước, %", "Sau, %", "Thay đổi", "Trạm mới", "Kê khai", "Mã")
    assert cells(made, "changes")[0][0].endswith(" – 5G – Mọi nhà mạng gộp lại")
    assert cells(made, "changes")[0][1:6] == ["89,73", "90,00", "+0,27", "+0,30", "-0,03"]
    assert "1 số liệu không chia được theo nguyên nhân: không có ở kỳ trước." in said(made)


def test_the_changes_of_one_operator_are_for_the_regulator(source):
    key = {
        "definition_id": COVERED,
        "unit_level": "study",
        "unit_code": "",
        "technology": "NR",
        "environment": "outdoor",
    }
    row = {**key, "value_from": 1, "value_to": 2, "change": 1, "part_filing": 1, "not_divided": ""}
    changes = pd.DataFrame([{**row, "operator": "any"}, {**row, "operator": "Mạng A"}])
    asked = dataclasses.replace(NATION, tier="public", earlier="2026Q2", against="2026Q2")
    made = report(dataclasses.replace(source, beside={"changes": changes}), asked)
    assert len(cells(made, "changes")) == 1


def test_new_and_closed_zones_are_those_of_the_unit(source):
    events = pd.DataFrame(
        {"kind": ["birth", "birth", "continued"], "zone_id": ["2026Q3-0001", "2026Q3-0003", "2026Q3-0002"]}
    )
    closed = pd.DataFrame(
        {
            "zone_id": ["2026Q1-0009", "2026Q1-0009", "2026Q1-0010"],
            "closed": ["2026Q3", "2026Q2", "2026Q3"],
            "why": ["served", "served", "unknown"],
        }
    )
    earlier = pd.DataFrame({"zone_id": ["2026Q1-0009", "2026Q1-0010"], "commune_code": ["00002", "00003"]})
    beside = {"zone_events": events, "zones_closed": closed, "earlier_zones": earlier}
    told = dataclasses.replace(source, beside=beside, compared_with="2026Q2")
    whole = said(report(told))
    assert "So với kỳ trước: 2 vùng mới; 2 vùng không còn, gồm 1 đã được phục vụ, 0 nhập vào vùng khác" in whole
    assert "0 còn lại quá nhỏ để vẽ, 1 nay chưa rõ, 0 ra ngoài phạm vi." in whole
    assert "So với kỳ trước: 1 vùng mới; 1 vùng không còn" in said(
        report(told, Asked("province", "01", "regulator", "vi"))
    )
    assert "So với kỳ trước: 1 vùng mới; 1 vùng không còn, gồm 0 đã được phục vụ" in said(
        report(told, Asked("province", "02", "regulator", "vi"))
    )


def test_a_province_without_figures_is_named(source):
    levels = source.edition.levels
    edition = dataclasses.replace(source.edition, levels=levels[levels.unit_code != "02"])
    made = report(dataclasses.replace(source, edition=edition))
    assert "Không có số liệu của: Tỉnh <b>An</b>." in said(made)
    assert {row[0]: row[2] for row in cells(made, "units")}["Tỉnh <b>An</b>"] == "chưa rõ"


def test_a_name_of_200_letters_stays_whole_and_makes_a_short_file_name(source):
    long = "Xã " + "Ngã " * 49 + "Ba"
    communes = source.edition.communes.assign(commune_name=[long, "../../x", "Xã B", "Xã C"])
    told = dataclasses.replace(source, edition=dataclasses.replace(source.edition, communes=communes))
    made = report(told, Asked("commune", "00001", "regulator", "vi"))
    assert made.form.title[1].startswith(long.strip())
    assert len(made.name) < 120
    assert (
        report(told, Asked("commune", "00002", "regulator", "vi")).name == "nho-2026Q3-00002-x-tinh-dong-regulator-vi"
    )


def test_three_thousand_zones_are_listed_by_rank_and_kept_in_the_annex(source):
    count = 3000
    zones = source.edition.zones.iloc[np.zeros(count, int)].reset_index(drop=True)
    ids = [f"2026Q3-{number:04d}" for number in range(count)]
    many = gpd.GeoDataFrame(zones.assign(zone_id=ids, rank=range(count, 0, -1)), crs=zones.crs)
    made = report(dataclasses.replace(source, edition=dataclasses.replace(source.edition, zones=many)))
    listed = cells(made, "zones")
    assert [row[0] for row in listed] == [str(rank) for rank in range(1, SHOWN + 1)]
    assert "Các vùng còn lại nằm trong phụ lục" in said(made)
    assert len(next(sheet for sheet in made.annexes if sheet.name == "rows_zones").rows) == count


def test_causes_have_their_proposal_and_an_unknown_one_is_surveyed(source):
    zones = source.edition.zones.assign(cause=["tilt", "no_grid", ""], cause_change="", cause_site_id=None)
    made = report(dataclasses.replace(source, edition=dataclasses.replace(source.edition, zones=zones)))
    rows = {row[0]: row for row in cells(made, "causes")}
    assert rows["chưa có điện lưới"][1:4] == ["1", "200", "Kéo lưới điện hoặc điện mặt trời"]
    assert rows["chưa xác định"][1:4] == ["1", "100", "Khảo sát thực địa"]
    labels = read_labels("vi")
    causes = [key.partition(".")[2] for key in labels if key.startswith("cause.")]
    assert all(f"proposal.{cause}" in wording("vi").texts for cause in causes)


def test_a_task_without_an_agency_is_told_as_such(source):
    edition = dataclasses.replace(source.edition, tasks=task_frames(agency="", product=None))
    made = report(dataclasses.replace(source, edition=edition))
    assert cells(made, "tasks") == [
        [
            "T-1: dựng cột",
            "Người: Bà An; Trách nhiệm: chủ trì; Thẩm quyền: UBND",
            "chưa ghi",
            "chưa ghi",
            "31/12/2026",
            "đang thực hiện",
        ]
    ]
    assert cells(made, "agencies")[0][:2] == ["chưa ghi", "1"]


@pytest.mark.parametrize("nobody", ["", None, np.nan])
def test_a_task_without_an_owner_says_that_none_is_named(source, nobody):
    edition = dataclasses.replace(source.edition, tasks=task_frames(person=nobody))
    assert cells(report(dataclasses.replace(source, edition=edition)), "tasks")[0][1].startswith("Người: chưa ghi; ")


def test_who_does_a_task_is_not_for_everyone(source):
    made = report(source, dataclasses.replace(NATION, tier="public"))
    assert "Bà An" not in repr(made)
    assert "Người, trách nhiệm và thẩm quyền không thuộc bản của cấp này." in said(made)


def test_the_public_report_names_no_site(source):
    secret = "TRAM-BI-MAT"
    sites = source.edition.sites.assign(site_id=[f"{secret}-{n}" for n in range(4)])
    zones = source.edition.zones.assign(cause="tilt", cause_change="tilt 4 deg", cause_site_id=f"{secret}-1")
    told = dataclasses.replace(source, edition=dataclasses.replace(source.edition, sites=sites, zones=zones))
    assert secret in repr(report(told))
    assert secret not in repr(report(told, dataclasses.replace(NATION, tier="public")))


def test_small_counts_of_terminals_are_withheld_and_not_unknown(source):
    rows = [
        {"unit_level": level, "unit_code": code, "topic": "indicators", "figure": "satellite_terminals", "operator": ""}
        | {"technology": "", "environment": "", "numerator": 4, "denominator": 2, "value": 4.0}
        for level, code, _ in UNITS
    ]
    edition = dataclasses.replace(source.edition, levels=pd.concat([source.edition.levels, pd.DataFrame(rows)]))
    told = dataclasses.replace(source, edition=edition)
    assert "Thiết bị đầu cuối vệ tinh đang hoạt động: 4;" in said(report(told))
    everyone = said(report(told, dataclasses.replace(NATION, tier="public")))
    assert "không công bố, vì có thể suy ra số nhỏ" in everyone
    assert "hoạt động: 4" not in everyone


def with_filings(source: Source, *, held: bool = True) -> Source:
    "One filing of sites: 7 of 10 rows taken, all correct; of nothing was it asked whether it is complete."
    row = {"filing": 1, "layer": "sites", "filed_as_of": "2026-09-30", "file": "a.csv", "filer": "Mạng A", "rows": 10}
    row |= {"accepted": 7, "quarantined": 3} | {f"{axis}_denominator": 10.0 for axis in AXES}
    row |= {f"{axis}_numerator": 9.0 for axis in AXES} | {"correct_numerator": 10.0}
    row |= {"complete_numerator": 0.0, "complete_denominator": 0.0}
    reason = {"filing": 1, "layer": "sites", "filer": "Mạng A", "axis": "correct"}
    reasons = [
        {**reason, "reason": f"r{n}", "rows": 5 - n, "reason_vi": f"lý do {n}", "reason_en": ""} for n in range(4)
    ]
    tables = {"filings": pd.DataFrame([row]), "filing_reasons": pd.DataFrame(reasons)} if held else {}
    inputs = [*source.edition.run.get("inputs", ()), {"layer": "sites", "file": "accepted.parquet"}]
    run = {**source.edition.run, "inputs": inputs}
    return dataclasses.replace(source, edition=dataclasses.replace(source.edition, run=run, **tables))


def test_filers_have_their_scores_and_what_is_not_counted_is_unknown(source):
    made = report(with_filings(source))
    scores = ["100,0 %", "chưa rõ", *["90,0 %"] * 4]
    assert [row[:-1] for row in cells(made, "scores")] == [["Mạng A (trạm phát sóng)", "10", "7", "3", *scores]]
    assert [row[1:3] for row in cells(made, "set_aside")] == [["Lý do 0", "5"], ["Lý do 1", "4"], ["Lý do 2", "3"]]
    assert "Không có điểm sáu tiêu chí" not in said(made)


def test_a_snapshot_without_the_scores_of_its_filings_says_so(source):
    "It was written before snapshots held them."
    made = report(with_filings(source, held=False))
    assert "Không có điểm sáu tiêu chí của trạm phát sóng: ảnh chụp kỳ này không giữ điểm" in said(made)
    assert not [block for block in made.blocks if isinstance(block, Table) and block.name == "scores"]


def test_without_an_intake_the_report_says_that_there_are_no_scores(source):
    assert "không lớp số liệu nào của kỳ này lấy từ thư mục" in said(report(source))


def test_scores_of_filers_are_for_the_regulator_and_of_the_whole(source):
    told = with_filings(source)
    everyone = report(told, dataclasses.replace(NATION, tier="public"))
    assert "lý do 0" not in repr(everyone)
    assert "scores" not in {block.name for block in everyone.blocks if isinstance(block, Table)}
    assert "của cả hồ sơ, không chia theo địa bàn" in said(report(told, Asked("province", "01", "regulator", "vi")))


def test_each_reading_has_its_rate_and_its_probability(source):
    readings = reading_rows().assign(per_week=1, per_week_before=0.5, state="open")
    chance = {"goal": "communes_with_site", "operator": "any", "definition_id": "", "method": "draws", "value": 4.0}
    chance |= {"by": dt.date(2026, 12, 31), "probability_low": 0.25, "probability_high": 0.5, "reason": ""}
    chances = pd.DataFrame([{"unit_level": level, "unit_code": code, **chance} for level, code, _ in UNITS])
    outlook = {"readings": readings, "chances": chances}
    told = dataclasses.replace(source, edition=dataclasses.replace(source.edition, outlook=outlook))
    assert cells(report(told), "needs")[0][1:6] == ["1", "1", "0,5", "25,0 %", "50,0 %"]
    untold = dataclasses.replace(told, edition=dataclasses.replace(told.edition, outlook={"readings": readings}))
    assert cells(report(untold), "needs")[0][4:6] == ["chưa rõ", "chưa rõ"]


def test_whom_planned_sites_bring_is_told_where_it_was_measured(source):
    row = {"operator": "any", "sites": 15, "planned_people": 300, "mean_people": 20.0, "people_left": 1000}
    row |= {"sites_needed": pd.NA, "reached": "never"}
    outlook = {**source.edition.outlook, "yields": pd.DataFrame([row])}
    told = dataclasses.replace(source, edition=dataclasses.replace(source.edition, outlook=outlook))
    assert cells(report(told), "yields")[0][1:6] == ["15", "300", "20,0", "1.000", "chưa rõ"]
    assert "chưa đo, hoặc không nhà mạng nào" in said(report(source))


def test_signal_that_was_not_in_question_is_no_unknown(source):
    assert {row[0]: row[3] for row in cells(report(source), "zones")} == {"1": "chưa rõ", "2": "–", "3": "chưa rõ"}


def test_the_ground_that_was_read_is_told_in_the_language(source):
    card = {"model": "ITU-R P.1812-7 (troposcatter of P.1812-6)", "terrain": "SRTM, of 2000; sampled at 100 m"}
    run = {**source.edition.run, "model_card": {**card, "clutter": "none read"}}
    made = report(dataclasses.replace(source, edition=dataclasses.replace(source.edition, run=run)))
    assert "tán xạ tầng đối lưu" in said(made)
    assert "địa hình: SRTM (2000), lấy mẫu theo ô 100 m; lớp phủ: không có." in said(made)


def test_names_of_others_stay_text(source):
    made = report(source)
    assert any("<b>An</b>" in row[0] for row in cells(made, "units"))


def test_what_the_project_file_does_not_say_is_told(source):
    made = report(source)
    first, second = made.blocks[:2]
    assert isinstance(first, Paragraph)
    assert first.style == "warning"
    assert "cơ quan ban hành, địa danh, chức vụ người ký, người ký, nơi nhận" in first.runs[0]
    assert isinstance(second, Heading)
    issued = Issued(
        issuer=("SỞ KHCN",), place="Huế", signatory_title=("GIÁM ĐỐC",), signatory="An", recipients=("- Lưu: VT.",)
    )
    whole = report(dataclasses.replace(source, issued=issued))
    assert whole.form.missing == ()
    assert whole.form.place_and_date == "Huế, ngày 30 tháng 09 năm 2026"
    assert isinstance(whole.blocks[0], Heading)


def test_a_unit_that_is_not_there_is_refused(source):
    with pytest.raises(SnapshotError, match="province '99'"):
        report(source, Asked("province", "99", "public", "vi"))


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ('one = { vi = "{a} và {b}", en = "{a} and {c}" }', r"words.one: \{b\} is in vi and not in en"),
        ('one = { vi = "{a:.2f}", en = "{a}" }', "is no plain placeholder"),
        ('one = { vi = "một" }', "words.one: expected a text in vi and in en"),
        ('one = { vi = "{a", en = "a" }', "words.one.vi"),
    ],
)
def test_a_wrong_template_is_named(tmp_path: Path, entry: str, fault: str):
    file = tmp_path / "report.toml"
    file.write_text(f"[words]\n{entry}\n", "utf-8")
    with pytest.raises(ConfigError, match=fault):
        read(file, "vi")


def test_a_placeholder_that_nothing_fills_is_named(tmp_path: Path):
    file = tmp_path / "report.toml"
    file.write_text('[words]\none = { vi = "{vung} vùng", en = "{vung} zones" }\n', "utf-8")
    with pytest.raises(ConfigError, match=r"words.one has \{vung\}; it can hold \{zones\}"):
        read(file, "vi").runs("words.one", zones="3")
