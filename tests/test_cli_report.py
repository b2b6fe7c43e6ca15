"""`phusong report`, `explain` and `verify` on the sample in large pixels: three forms of two quarters that agree."""

from __future__ import annotations

import contextlib
import json
import re
import sys
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from small_study import small_study

from phusong.cli import main
from phusong.ledger import snapshot, task_log
from phusong.publish.report.forms.extraction import identity, printed
from phusong.publish.report.record import read
from phusong.text import number_vi, percent_vi

FORMS = ("docx", "pdf", "xlsx")
ISSUED = """
[report]
issuer = ["SỞ KHOA HỌC VÀ CÔNG NGHỆ"]
place = "Mẫu Thượng"
signatory_title = ["GIÁM ĐỐC"]
signatory = "Nguyễn Văn A"
recipients = ["- Như trên;", "- Lưu: VT."]
"""
TASK = {"work": "dựng cột", "responsibility": "chủ trì", "authority": "UBND", "product": "cột", "person": "Bà An"}
TASK |= {"task_id": "T-1", "start": "2026-07-01", "deadline": "2026-12-31", "commune_code": "97003"}


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> Path:
    folder = small_study(tmp_path_factory.mktemp("report") / "study", "2026Q2", "2026Q3", settings=ISSUED)
    task_log.append(folder / task_log.FOLDER, "An", lambda _: ("add", {"tasks": [TASK]}))
    return folder


@pytest.fixture(scope="module")
def made(study: Path) -> Path:
    "The report of the study for the regulator with its changes and pictures; its path without ending."
    with pytest.MonkeyPatch.context() as patch:
        words = [
            "phusong",
            "report",
            str(study),
            "--period",
            "2026Q3",
            "--tier",
            "regulator",
            "--workers",
            "1",
            "--quiet",
        ]
        patch.setattr(sys, "argv", words)
        with contextlib.suppress(SystemExit):
            main()
    return next((study / "reports" / "2026Q3").glob("*toan-quoc-regulator-vi.json")).with_suffix("")


def test_three_forms_print_the_same_figures_and_those_of_the_snapshot(study, made):
    record = read(made.with_suffix(".json"))
    asked = {figure.code: figure.text for figure in record.figures}
    assert len(asked) > 200
    for form in FORMS:
        assert dict(printed(made.with_suffix(f".{form}"))) == asked, form
        assert identity(made.with_suffix(f".{form}")) == record.identity
    tables, _, digest = snapshot.read(study / "snapshots", "2026Q3", ("communes", "zones", "indicators"))
    assert record.snapshot_digest == digest
    communes, zones, indicators = (pd.DataFrame(tables[name]) for name in ("communes", "zones", "indicators"))
    own = indicators[(indicators.definition_id == "people_covered_limited_share") & (indicators.unit_level == "study")]
    covered = own[(own.operator == "any") & (own.technology == "NR")].iloc[0]
    texts = {(figure.code[0], figure.definition): figure.text for figure in reversed(record.figures)}
    words = "Số dân có sóng ngoài trời từ mức hạn chế trở lên"
    assert texts["H", words] == number_vi(covered.numerator)
    assert texts["H", "Tỷ lệ dân số có sóng ngoài trời từ mức hạn chế trở lên, trên số dân đã rõ"] == percent_vi(
        covered.numerator / covered.denominator
    )
    assert texts["H", "Số dân theo lưới dân số"] == number_vi(communes.people.sum())
    assert texts["Z", "Số dân trong vùng lõm"] == number_vi(zones.people.sum())
    assert texts["Z", "Số vùng lõm có phần lớn dân ở đơn vị này"] == number_vi(len(zones))


def test_each_form_is_the_same_bytes_again(phusong, made, study, tmp_path):
    phusong("report", study, "--period", "2026Q3", "--tier", "regulator", "--workers", "1", "--out", tmp_path)
    for form in (*FORMS, "json"):
        file = made.with_suffix(f".{form}")
        assert (tmp_path / file.name).read_bytes() == file.read_bytes(), form


@pytest.mark.parametrize("form", FORMS)
def test_an_untouched_report_is_verified(phusong, made, form):
    said = phusong("verify", made.with_suffix(f".{form}"))
    assert said.status == 0, said.out + said.err
    assert "0 đã bị sửa" in said.out
    assert "Không còn trong tệp" not in said.out


def test_a_figure_that_was_changed_is_named_and_words_may_differ(phusong, made, study, tmp_path):
    record = read(made.with_suffix(".json"))
    wrong = next(figure for figure in record.figures if figure.unit == "people" and len(figure.text) > 6)
    edited = tmp_path / "edited.docx"
    with zipfile.ZipFile(made.with_suffix(".docx")) as old, zipfile.ZipFile(edited, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "word/document.xml":
                text = data.decode().replace("người đã rõ tình trạng", "người biết rõ tình trạng")
                text = re.sub(rf"({wrong.code}.*?>){re.escape(wrong.text)}<", r"\g<1>123.456<", text, count=1)
                assert text != data.decode()
                data = text.encode()
            new.writestr(name, data)
    said = phusong("verify", edited, "--project", study)
    assert said.status == 1
    assert "1 đã bị sửa" in said.out
    assert f"{wrong.code}: '123.456', tính lại / computed anew '{wrong.text}'" in said.out


def test_a_code_is_explained_down_to_rows_and_hashes(phusong, made, study, tmp_path):
    record = read(made.with_suffix(".json"))
    zone = next(figure for figure in record.figures if figure.query.where[:1] and figure.query.where[0][0] == "zone_id")
    said = phusong("explain", zone.code.lower(), study, "--csv", tmp_path / "rows.csv")
    assert said.status == 0, said.err
    assert zone.definition in said.out
    assert zone.filter in said.out
    assert record.snapshot_digest in said.out
    assert record.inputs[0]["sha256"] in said.out
    rows = pd.read_csv(tmp_path / "rows.csv")
    assert rows.zone_id.tolist() == [zone.query.where[0][1]]
    row = phusong("explain", zone.code.partition(".")[0], study)
    assert row.out.count("Định nghĩa / definition") == 3


def test_an_indicator_is_explained_with_its_published_definition(phusong, made, study):
    covered = next(figure for figure in read(made.with_suffix(".json")).figures if figure.code.startswith("H"))
    found = [
        figure
        for figure in read(made.with_suffix(".json")).figures
        if ("figure", "people_covered_limited_share") in figure.query.where
    ]
    assert covered.query.table == "communes"
    said = phusong("explain", f"[{found[0].code}]", study)
    assert "people_covered_limited_share, phiên bản / version 1" in said.out
    assert "levels: 1 dòng / rows" in said.out


def test_changes_are_explained_against_the_quarter_before(made):
    told = read(made.with_suffix(".json"))
    assert told.identity.against == "2026Q2"
    changes = [
        figure for figure in told.figures if figure.query.table == "changes" and figure.query.columns == ("change",)
    ]
    assert changes
    rows = {}
    for figure in told.figures:
        if figure.query.table == "changes" and figure.query.how == "value":
            rows.setdefault(figure.code.partition(".")[0], {})[figure.query.columns[0]] = figure.value
    for row in rows.values():
        assert row["value_from"] + row["change"] == row["value_to"]
        assert sum(value for name, value in row.items() if name.startswith("part_")) == row["change"]


def test_each_province_and_a_commune_have_reports_of_their_own(phusong, study, tmp_path):
    shared = ("--period", "2026Q3", "--no-changes", "--no-pictures", "--out", tmp_path, "--quiet")
    said = phusong("report", study, "--level", "provinces", "--lang", "en", "--workers", "2", *shared)
    assert said.status == 0, said.err
    assert len(list(tmp_path.glob("*-public-en.docx"))) == 2
    said = phusong("report", study, "--level", "commune:97003", "--tier", "commune", "--forms", "xlsx", *shared)
    assert said.status == 0, said.err
    own = json.loads(next(tmp_path.glob("*97003*commune-vi.json")).read_text("utf-8"))
    asked = [dict(map(tuple, figure["query"]["where"])) for figure in own["figures"]]
    assert {where["unit_code"] for where in asked if "unit_code" in where} == {"97003"}
    assert [path.suffix for path in sorted(tmp_path.glob("*97003*"))] == [".json", ".xlsx"]


def test_the_first_quarter_has_nothing_to_compare_with(phusong, study, tmp_path):
    said = phusong(
        "report", study, "--period", "2026Q2", "--forms", "docx", "--no-pictures", "--out", tmp_path, "--quiet"
    )
    assert said.status == 0, said.err
    with zipfile.ZipFile(next(tmp_path.glob("*.docx"))) as file:
        text = re.sub("<[^>]+>", "", file.read("word/document.xml").decode())
    assert "không có kỳ nào đã chạy" in text


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (("--level", "province:99"), "không có đơn vị province '99'"),
        (("--level", "province"), "--level province: expected"),
        (("--level", "nation:1"), "--level nation:1: expected"),
        (("--level", "../x:1"), "--level ../x:1: expected"),
        (("--tier", "province"), "--tier province: only with --level province:CODE"),
        (("--tier", "minister"), "--tier minister: expected public"),
        (("--lang", "fr"), "--lang fr: expected vi or en"),
        (("--forms", "docx,odt"), "--forms odt: expected docx, pdf, xlsx"),
        (("--against", "2026Q4"), "expected an earlier quarter"),
    ],
)
def test_what_cannot_be_written_is_refused(phusong, study, words, fault):
    said = phusong("report", study, "--period", "2026Q3", "--quiet", *words)
    assert said.status == 1
    assert fault in said.err


def test_what_cannot_be_explained_or_verified_is_refused(phusong, made, study, tmp_path):
    assert "is no code" in phusong("explain", "12", study).err
    assert "there is no figure Z-0000000" in phusong("explain", "Z-0000000", study).err
    assert "there is no such file" in phusong("verify", tmp_path / "none.docx").err
    away = tmp_path / "away.docx"
    away.write_bytes(made.with_suffix(".docx").read_bytes())
    assert "no project.toml above it" in phusong("verify", away).err
    other = tmp_path / "other.docx"
    other.write_bytes(b"no report")
    said = phusong("verify", other, "--project", study)
    assert said.status == 1
    assert "Unexpected fault" not in said.err
