"""Satellite terminals: on the way to the target, within the cap, and where they stand."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from phusong.ledger.run_rate import required

CAP_TERMINALS = 600_000
"""Decision 659/QĐ-TTg of 23 March 2025, and the licences of February 2026."""
TARGET_SUBSCRIBERS = 500_000
"""In 2026 (government news, 15 November 2025)."""
SIGNAL = {
    "with_signal": ("Xã có sóng", "communes with signal"),
    "without_signal": ("Xã không có sóng", "communes without signal"),
    "unknown": ("Chưa rõ", "communes of which it is not known"),
    "not_studied": ("Ngoài phạm vi", "communes that are not studied"),
}
"""Words of `signal`, in Vietnamese and English."""


def on_the_way(
    terminals: pd.DataFrame,
    as_of: dt.date,
    by: dt.date,
    target: int = TARGET_SUBSCRIBERS,
    cap: int = CAP_TERMINALS,
) -> pd.DataFrame:
    """
    One row: active terminals, what they lack to the target and must gain a week, and their share of the cap.

    A subscriber is counted as one terminal. Where nothing was filed the number is unknown, and not 0.

    Parameters
    ----------
    terminals
        `active_terminals` of one period, all providers.

    Returns
    -------
    pd.DataFrame
        The columns of `run_rate.required`; `cap`, `cap_share`, `cap_left` (negative where there are more than allowed).

    Examples
    --------
    61 days are 8 whole weeks; 380,000 / 8 = 47,500:

    >>> filed = pd.DataFrame({"active_terminals": [100_000, 20_000]})
    >>> found = on_the_way(filed, dt.date(2026, 10, 31), dt.date(2026, 12, 31)).iloc[0]
    >>> int(found.per_week), round(float(found.cap_share), 3), int(found.cap_left)
    (47500, 0.2, 480000)
    """
    active = int(terminals.active_terminals.sum()) if len(terminals) else pd.NA
    counts = pd.DataFrame({"done": pd.array([active], "Int64"), "target": pd.array([target], "Int64")})
    share = counts.done.astype("Float64") / cap
    return required(counts, as_of, by).assign(cap=cap, cap_share=share, cap_left=cap - counts.done)


def by_signal(terminals: pd.DataFrame, communes: pd.DataFrame, served_share: float = 0.5) -> pd.DataFrame:
    """
    Active terminals in communes with and without signal: `signal`, as in `SIGNAL`, `communes`, `terminals`.

    A commune has signal when at least `served_share` of its people are known to have it, and none when fewer would have
    it even if all did of whom it is not known. It is not known where nobody lives. The terminals sum to those filed.

    Parameters
    ----------
    terminals
        `commune_code`, `active_terminals` of one period.
    communes
        `commune_code`, and people by signal and power as of `communes.joint_columns`.

    Examples
    --------
    >>> people = {"signal_served_power_served_people": [9, 1], "signal_not_served_power_served_people": [1, 9]}
    >>> communes = pd.DataFrame({"commune_code": ["00001", "00002"], **people})
    >>> filed = pd.DataFrame({"commune_code": ["00001", "00002", "99999"], "active_terminals": [5, 7, 1]})
    >>> by_signal(filed, communes).terminals.tolist()
    [5, 7, 0, 1]
    """
    served, dark, unsure = (
        communes.filter(regex=f"^signal_{state}_power_.*_people$").sum(axis=1).to_numpy(np.int64)
        for state in ("served", "not_served", "unknown")
    )
    asked = served_share * (served + dark + unsure)
    state = np.select([asked == 0, served >= asked, served + unsure < asked], ["unknown", *list(SIGNAL)[:2]], "unknown")
    of = pd.Series(state, communes.commune_code.to_numpy())
    where = terminals.commune_code.map(of).fillna("not_studied")
    found = terminals.active_terminals.groupby(where.to_numpy()).sum().reindex([*SIGNAL], fill_value=0)
    counted = of.value_counts().reindex([*SIGNAL], fill_value=0)
    # of communes that are not studied only those are known that hold a terminal
    counted["not_studied"] = terminals.commune_code[where == "not_studied"].nunique()
    return pd.DataFrame({"signal": [*SIGNAL], "communes": counted.to_numpy(), "terminals": found.to_numpy(np.int64)})
