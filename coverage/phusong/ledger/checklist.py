"""The checklist of communes: criteria that the user brings, and the answer of each commune with its evidence."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self, get_args

from phusong.ledger.tasks import Evidence, TaskError, day_of
from phusong.text import nearest, nfc

EXPECTED = 16
"""Criteria of a commune's checklist (facts B10); the text of them was not published, so the user supplies it."""

Answer = Literal["yes", "no", "unknown"]


@dataclass(frozen=True)
class Criterion:
    """One line of the checklist."""

    id: str
    text_vi: str
    text_en: str = ""


@dataclass(frozen=True)
class Answered:
    """
    What is said of one criterion in one commune from a day on.

    Parameters
    ----------
    text_vi
        Criterion as it was worded then: an answer to another wording is no answer.
    evidence
        Required for yes and no; None for unknown.
    """

    criterion_id: str
    commune_code: str
    answer: Answer
    day: dt.date
    text_vi: str
    evidence: Evidence | None = None

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Self:
        """
        Answer out of an entry of the log.

        Raises
        ------
        TaskError
            When the answer is none of yes, no and unknown, or a yes or no comes without evidence.
        """
        answer: Answer | Any = said.get("answer")
        code = str(said.get("commune_code", ""))
        if answer not in get_args(Answer):
            raise TaskError(f"the answer '{answer}' is none of {', '.join(get_args(Answer))}")
        if not (len(code) == 5 and code.isascii() and code.isdigit()):
            raise TaskError(f"commune_code '{code}' is not of the form expected: five digits")
        if (answer == "unknown") == bool(said.get("evidence")):
            raise TaskError("yes and no need evidence, unknown takes none")
        evidence = Evidence.of(said["evidence"]) if said.get("evidence") else None
        return cls(str(said["criterion_id"]), code, answer, day_of(said["day"]), str(said["text_vi"]), evidence)

    def as_dict(self) -> dict[str, Any]:
        """For the log."""
        told = {
            "criterion_id": self.criterion_id,
            "commune_code": self.commune_code,
            "answer": self.answer,
            "day": self.day.isoformat(),
            "text_vi": self.text_vi,
        }
        return told | ({"evidence": self.evidence.as_dict()} if self.evidence else {})


Answers = dict[tuple[str, str], tuple[Answered, ...]]
"""By criterion and commune, in the order in which they were recorded."""


def step(answers: Answers, payload: Mapping[str, Any], on: dt.date) -> None:
    """
    Add the answers of one entry of the log; the earlier ones stay.

    Raises
    ------
    TaskError
        When one is impossible, or of a day after the entry's.
    """
    for said in payload["answers"]:
        own = Answered.of(said)
        if own.day > on:
            raise TaskError(f"an answer cannot be of {own.day}: today is {on}")
        if own.evidence is not None:
            own.evidence.refuse_future(on)
        key = own.criterion_id, own.commune_code
        answers[key] = (*answers.get(key, ()), own)


@dataclass(frozen=True)
class Checked:
    """Answers of a unit: `checks` = criteria x communes = `yes` + `no` + `unknown`."""

    unit_level: str
    unit_code: str
    communes: int
    checks: int
    yes: int
    no: int
    unknown: int


def roll_up(
    answers: Answers, criteria: Sequence[Criterion], province_of: Mapping[str, str], as_of: dt.date
) -> tuple[Checked, ...]:
    """
    Answers of each commune, of each province, and last of all, in the order of the codes.

    An answer counts from its day on; of several the latest day, and of one day the one recorded last. What was never
    answered, or under another wording of the criterion, is unknown.

    Parameters
    ----------
    province_of
        Code of the province by that of each commune that is asked; answers of other communes are not counted.
    """
    found = {
        commune: [answer_of(answers, criterion, commune, as_of) for criterion in criteria]
        for commune in sorted(province_of)
    }
    provinces = sorted(set(province_of.values()))
    members = {code: [c for c in found if province_of[c] == code] for code in provinces}
    return (
        *(_checked("commune", code, [own]) for code, own in found.items()),
        *(_checked("province", code, [found[c] for c in own]) for code, own in members.items()),
        _checked("study", "", found.values()),
    )


def answer_of(answers: Answers, criterion: Criterion, commune_code: str, as_of: dt.date) -> Answer:
    """What holds of a criterion in a commune at the end of a day."""
    own = [one for one in answers.get((criterion.id, commune_code), ()) if one.day <= as_of]
    last = sorted(own, key=lambda one: one.day)[-1:]
    return last[0].answer if last and last[0].text_vi == criterion.text_vi else "unknown"


def left_out(answers: Answers, criteria: Sequence[Criterion], communes: Iterable[str]) -> tuple[str, ...]:
    """What does not count, in sentences: answers to criteria or communes that are not asked, or to other wordings."""
    texts, asked = {criterion.id: criterion.text_vi for criterion in criteria}, set(communes)
    lost = Counter(
        "criteria that the checklist has not" if criterion not in texts
        else "communes that are not asked" if commune not in asked
        else "another wording of the criterion"
        for (criterion, commune), own in answers.items()
        if criterion not in texts or commune not in asked or own[-1].text_vi != texts[criterion]
    )  # fmt: skip
    return tuple(f"{number} answered of {what}: not counted" for what, number in sorted(lost.items()))


def read_criteria(file: Path) -> tuple[tuple[Criterion, ...], tuple[str, ...]]:
    """
    Criteria of a TOML file of `[[criterion]]` tables with id, text_vi and, if wanted, text_en; and cautions.

    Raises
    ------
    TaskError
        With every fault at once.
    """
    try:
        rows = tomllib.loads(file.read_text("utf-8-sig")).get("criterion")
    except FileNotFoundError:
        raise TaskError(f"there is no checklist {file}: write [[criterion]] tables with id and text_vi") from None
    except (OSError, ValueError) as fault:
        raise TaskError(f"{file} cannot be read as TOML: {fault}") from None
    if not isinstance(rows, list) or not rows:
        raise TaskError(f"{file} has no [[criterion]] tables")
    faults = [f"  - criterion {place}: {fault}" for place, row in enumerate(rows, 1) for fault in _faults(row)]
    ids = Counter(str(row.get("id")) for row in rows if isinstance(row, dict) and row.get("id"))
    faults += [f"  - the id {name} stands {number} times" for name, number in ids.items() if number > 1]
    if faults:
        raise TaskError("\n".join([f"{file}: {len(faults)} fault(s)", *faults]))
    told = f"{file.name} has {len(rows)} criteria; {EXPECTED} are expected"
    found = tuple(Criterion(row["id"], nfc(row["text_vi"]), nfc(row.get("text_en", ""))) for row in rows)
    return found, () if len(rows) == EXPECTED else (told,)


def _faults(row: Any) -> list[str]:
    if not isinstance(row, dict):
        return ["expected a table with id and text_vi"]
    known = ("id", "text_vi", "text_en")
    unknown = [
        f"unknown key '{key}'; did you mean '{nearest(key, known) or 'text_vi'}'?" for key in row if key not in known
    ]
    empty = [f"{key} is missing" for key in known[:2] if not row.get(key)]
    return unknown + empty + [f"{key} is no text" for key in row if key in known and not isinstance(row[key], str)]


def _checked(level: str, code: str, units: Iterable[Sequence[Answer]]) -> Checked:
    own = list(units)
    found = Counter(answer for unit in own for answer in unit)
    return Checked(level, code, len(own), found.total(), found["yes"], found["no"], found["unknown"])
