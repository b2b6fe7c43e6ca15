"""Sentences: the three on top of a page, from whole counts, for each unit and for the page as a whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from phusong.publish.atlas.figures import counted
from phusong.publish.atlas.look import Both, Words
from phusong.publish.atlas.packing import MISSING, Whole
from phusong.publish.atlas.wording import filled
from phusong.publish.suppression import COUNT

_NO_NR = ("no_data", "nobody", "all", "some", "all_known", "some_known")
_VILLAGES = ("no_data", "all", "some", "some_known")
_CHANGE = ("no_earlier", "no_data", "more", "fewer", "same")
_COUNTED = (
    *("people", "nr_people", "nr_unknown_people", "villages", "villages_without_signal", "villages_without_power"),
    *("villages_without_both", "villages_signal_unknown", "villages_power_unknown"),
)
"""Columns that the sentences are made of."""
_SHARE_STEPS = 10_000
"""Shares are cut to ten-thousandths, so that none reaches what it falls short of."""


@dataclass(frozen=True)
class Value:
    """What stands in a sentence for each unit: whole counts, or shares cut to four places; not a number: not known."""

    kind: Literal["count", "share"]
    of: Whole | np.ndarray


@dataclass(frozen=True)
class Sentence:
    """
    A sentence about each unit.

    Parameters
    ----------
    templates
        What it may say.
    which
        The place of the template for each unit.
    values
        What fills the templates' braces.
    """

    templates: tuple[Both, ...]
    which: Whole
    values: Mapping[str, Value]

    def text(self, row: int) -> Both:
        """What it says of one unit."""
        told = {
            name: float(value.of[row]) if value.kind == "share" else int(value.of[row])
            for name, value in self.values.items()
        }
        return filled(self.templates[self.which[row]], **told)


def sentences(
    units: pd.DataFrame, before: pd.DataFrame | None, before_said: Both | None, words: Words
) -> list[Sentence]:
    """
    Who has no 5G, which villages lack signal or power, and what changed.

    Parameters
    ----------
    units, before
        Counts as in the snapshot's table of communes, now and a quarter earlier, the same units in the same order.
    before_said
        The earlier quarter in words.
    """
    return [_no_nr(units, words), _villages(units, words), _change(units, before, before_said, words)]


def of_all(units: pd.DataFrame, before: pd.DataFrame | None, before_said: Both | None, words: Words) -> list[Both]:
    """The same of the units together; what changed is of those that are known in both quarters."""
    whole = summed(units[[name for name in _COUNTED if name in units]])
    told = [_no_nr(whole, words), _villages(whole, words)]
    if before is None:
        change = _change(whole, None, None, words)
    else:
        same = (counted(units, "nr_people") != MISSING) & (counted(before, "nr_people") != MISSING)
        now, then = (summed(table.loc[same, ["nr_people"]]) for table in (units, before))
        change = _change(now, then, before_said, words)
    return [sentence.text(0) for sentence in (*told, change)]


def summed(units: pd.DataFrame) -> pd.DataFrame:
    """
    One row with the sums of all counts; a count that is missing for some is of the others, and missing where all are.

    Terminals are not summed: some of their counts are left out, and the sum of the others says nothing.

    Examples
    --------
    >>> summed(pd.DataFrame({"people": [1, 2], "villages": [None, 4.0], "name": ["a", "b"]})).to_dict("records")
    [{'people': 3.0, 'villages': 4.0}]
    """
    numbers = units.select_dtypes("number").drop(columns=COUNT, errors="ignore")
    sums = numbers.astype("Float64").sum(min_count=1).to_frame().T
    return sums.assign(people_vintage=units["people_vintage"].max()) if "people_vintage" in units else sums


def _no_nr(units: pd.DataFrame, words: Words) -> Sentence:
    people, unknown, covered = (counted(units, name) for name in ("people", "nr_unknown_people", "nr_people"))
    known = people - unknown
    without = known - covered
    missing = (people == MISSING) | (unknown == MISSING) | (covered == MISSING)
    kinds = [missing, people == 0, known == 0, (without == 0) & (unknown == 0), unknown == 0, without == 0]
    which = np.select(kinds, [0, 1, 0, 2, 3, 4], 5)
    values = {"people": people, "without": without, "unknown": unknown}
    share = np.where(known > 0, covered * _SHARE_STEPS // np.maximum(known, 1), 0) / _SHARE_STEPS
    return _sentence("no_nr", _NO_NR, which, values, words, {"share": share})


def _villages(units: pd.DataFrame, words: Words) -> Sentence:
    names = {"villages": "villages", "signal": "villages_without_signal", "power": "villages_without_power"}
    names |= {"both": "villages_without_both"}
    names |= {f"{thing}_unknown": f"villages_{thing}_unknown" for thing in ("signal", "power")}
    values = {key: counted(units, name) for key, name in names.items()}
    missing = np.any([value == MISSING for value in values.values()], axis=0) | (values["villages"] == 0)
    unsure = values["signal_unknown"] + values["power_unknown"]
    lacking = values["signal"] + values["power"]
    which = np.select([missing, (lacking == 0) & (unsure == 0), unsure == 0], [0, 1, 2], 3)
    return _sentence("villages_lack", _VILLAGES, which, values, words)


def _change(units: pd.DataFrame, before: pd.DataFrame | None, before_said: Both | None, words: Words) -> Sentence:
    now = counted(units, "nr_people")
    if before is None or before_said is None:
        return _sentence("change", _CHANGE, np.zeros(len(units), np.int64), {"people": np.zeros_like(now)}, words)
    earlier = counted(before, "nr_people")
    change = now - earlier
    which = np.select([(now == MISSING) | (earlier == MISSING), change > 0, change < 0], [1, 2, 3], 4)
    made = _sentence("change", _CHANGE, which, {"people": np.abs(change)}, words)
    said = tuple(_with_before(template, before_said) for template in made.templates)
    return Sentence(said, made.which, made.values)


def _with_before(template: Both, before: Both) -> Both:
    return Both(template.vi.replace("{before}", before.vi), template.en.replace("{before}", before.en))


def _sentence(
    section: str,
    names: Sequence[str],
    which: Whole,
    counts: Mapping[str, Whole],
    words: Words,
    shares: Mapping[str, np.ndarray] | None = None,
) -> Sentence:
    values = {name: Value("count", np.maximum(count, MISSING)) for name, count in counts.items()}
    values |= {name: Value("share", share) for name, share in (shares or {}).items()}
    return Sentence(tuple(words[f"{section}.{name}"] for name in names), which.astype(np.int64), values)
