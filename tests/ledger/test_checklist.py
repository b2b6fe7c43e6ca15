"""The checklist of communes: criteria as data, answers with evidence, sums that add up."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from small_tasks import EVIDENCE, TODAY

from phusong.ledger import checklist
from phusong.ledger.checklist import Answers, Checked, Criterion, step
from phusong.ledger.tasks import TaskError

CRITERIA = (Criterion("c1", "Có sóng 5G"), Criterion("c2", "Có điện lưới"))
PROVINCES = {"00001": "01", "00002": "01", "00003": "02"}
DAY = dt.date(2026, 9, 30)


def said(criterion: str, commune: str, answer: str, day: str = "2026-09-30", **other: Any) -> dict[str, Any]:
    text = next((one.text_vi for one in CRITERIA if one.id == criterion), "khác")
    own = {"criterion_id": criterion, "commune_code": commune, "answer": answer, "day": day, "text_vi": text}
    return own | ({} if answer == "unknown" else {"evidence": EVIDENCE}) | other


def after(*answers: dict[str, Any]) -> Answers:
    found: Answers = {}
    step(found, {"answers": list(answers)}, TODAY)
    return found


def test_sums_of_communes_provinces_and_all():
    answers = after(said("c1", "00001", "yes"), said("c2", "00001", "no"), said("c1", "00003", "yes"))
    assert checklist.roll_up(answers, CRITERIA, PROVINCES, DAY) == (
        Checked("commune", "00001", 1, 2, 1, 1, 0),
        Checked("commune", "00002", 1, 2, 0, 0, 2),
        Checked("commune", "00003", 1, 2, 1, 0, 1),
        Checked("province", "01", 2, 4, 1, 1, 2),
        Checked("province", "02", 1, 2, 1, 0, 1),
        Checked("study", "", 3, 6, 2, 1, 3),
    )


def test_the_latest_day_counts_and_of_one_day_the_last_record():
    answers = after(
        said("c1", "00001", "yes", "2026-09-20"),
        said("c1", "00001", "no", "2026-09-10"),
        said("c1", "00001", "unknown", "2026-09-20"),
    )
    days = ("2026-09-09", "2026-09-10", "2026-09-19", "2026-09-20")
    found = [checklist.answer_of(answers, CRITERIA[0], "00001", dt.date.fromisoformat(day)) for day in days]
    assert found == ["unknown", "no", "no", "unknown"]


def test_an_answer_to_another_wording_is_none():
    answers = after(said("c1", "00001", "yes", text_vi="Có sóng 4G"), said("c9", "00001", "yes"))
    assert checklist.answer_of(answers, CRITERIA[0], "00001", DAY) == "unknown"
    assert checklist.left_out(answers, CRITERIA, PROVINCES) == (
        "1 answered of another wording of the criterion: not counted",
        "1 answered of criteria that the checklist has not: not counted",
    )
    assert checklist.left_out(after(said("c1", "00009", "no")), CRITERIA, PROVINCES) == (
        "1 answered of communes that are not asked: not counted",
    )


@pytest.mark.parametrize(
    ("own", "told"),
    [
        (said("c1", "00001", "yes", evidence=None), "yes and no need evidence, unknown takes none"),
        (said("c1", "00001", "unknown", evidence=EVIDENCE), "yes and no need evidence"),
        (said("c1", "00001", "maybe"), "the answer 'maybe' is none of yes, no, unknown"),
        (said("c1", "1", "yes"), "five digits"),
        (said("c1", "00001", "yes", "2027-01-01"), "cannot be of 2027-01-01: today is 2026-12-31"),
        (said("c1", "00001", "yes", "soon"), "is no day"),
    ],
)
def test_what_is_no_answer(own: dict[str, Any], told: str):
    with pytest.raises(TaskError, match=told):
        after(own)


def test_sixteen_are_expected_and_another_number_is_told(tmp_path: Path):
    rows = [f'[[criterion]]\nid = "c{k}"\ntext_vi = "Tiêu  chí {k}"\n' for k in range(1, 17)]
    (tmp_path / "c.toml").write_text("\n".join(rows), "utf-8")
    criteria, cautions = checklist.read_criteria(tmp_path / "c.toml")
    assert (len(criteria), criteria[0], cautions) == (16, Criterion("c1", "Tiêu chí 1"), ())
    (tmp_path / "c.toml").write_text("\n".join(rows[:3]), "utf-8")
    assert checklist.read_criteria(tmp_path / "c.toml")[1] == ("c.toml has 3 criteria; 16 are expected",)


def test_every_fault_of_the_criteria_at_once(tmp_path: Path):
    rows = '[[criterion]]\nid = "a"\ntext_v = "x"\n[[criterion]]\nid = "a"\ntext_vi = 3\n'
    (tmp_path / "c.toml").write_text(rows, "utf-8")
    with pytest.raises(TaskError) as told:
        checklist.read_criteria(tmp_path / "c.toml")
    assert str(told.value).splitlines()[1:] == [
        "  - criterion 1: unknown key 'text_v'; did you mean 'text_vi'?",
        "  - criterion 1: text_vi is missing",
        "  - criterion 2: text_vi is no text",
        "  - the id a stands 2 times",
    ]


@pytest.mark.parametrize(("text", "told"), [(None, "there is no checklist"), ("[", "as TOML"), ("a = 1", "has no")])
def test_what_is_no_checklist(tmp_path: Path, text: str | None, told: str):
    if text is not None:
        (tmp_path / "c.toml").write_text(text, "utf-8")
    with pytest.raises(TaskError, match=told):
        checklist.read_criteria(tmp_path / "c.toml")
