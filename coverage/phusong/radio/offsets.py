"""Errors of the propagation model, drawn: one offset shared by an operator, band and setting, and one for each site."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from phusong.config import Uncertainty

Key = tuple[int | str, ...]


def offsets_ddbm(sites: pd.DataFrame, uncertainty: Uncertainty) -> NDArray[np.int16]:
    """
    What is added to every level of each site in each draw, in tenths of dB, shape (sites, 1 + draws).

    The first column is zero: the model as it is. Each draw is an offset of the operator's band in the site's setting
    and one of the site, each rounded to 0.1 dB. An offset is a function of the seed and of its own names, so neither
    other sites nor tiles nor the order of the rows change it, and two runs that share a site share its offsets.

    Parameters
    ----------
    sites
        site_id, operator, technology, band, setting ("urban" or "rural").
    """
    named = sites[["operator", "technology", "band", "setting"]].astype(str)
    row, shared = pd.factorize(pd.MultiIndex.from_frame(named))
    seed, draws = uncertainty.seed, uncertainty.draws
    model = _ddb(normals([(seed, "model", *names) for names in shared], draws), uncertainty.model_sigma_db)
    site = _ddb(normals([(seed, "site", str(name)) for name in sites.site_id], draws), uncertainty.site_sigma_db)
    drawn = model[row] + site
    return np.concatenate([np.zeros((len(sites), 1), np.int16), drawn], axis=1)


def normals(keys: Sequence[Key], draws: int) -> NDArray[np.float64]:
    """
    Standard normal numbers that depend on nothing but their key, shape (keys, draws).

    A Latin hypercube of antithetic pairs: cut into as many equally likely parts as there are draws, the normal
    distribution gives each key one number from every part, and for each number its negative, so their mean is zero.
    Of an odd number of draws the last is 0.

    References
    ----------
    McKay, Beckman and Conover (1979), Technometrics 21(2); the bits are SHAKE-256 (FIPS 202) of the key as JSON.

    Examples
    --------
    >>> one, other = normals([(2026, "site", "HN-1"), (2026, "site", "HN-2")], 4).round(2).tolist()
    >>> one[0] == -one[1] and one[2] == -one[3] and one != other
    True
    """
    pairs = draws // 2
    bits = b"".join(hashlib.shake_256(json.dumps(key).encode()).digest(16 * pairs) for key in keys)
    words = np.frombuffer(bits, "<u8").reshape(len(keys), 2, pairs)
    part = np.argsort(words[:, 0], axis=1, kind="stable")
    within = ((words[:, 1] >> np.uint64(12)) + 0.5) * 2.0**-52  # in the open interval from 0 to 1
    sign = np.where(words[:, 1] & np.uint64(1), 1.0, -1.0)
    value = sign * ndtri((part + within) / (2 * max(pairs, 1)))
    drawn = np.zeros((len(keys), draws))
    drawn[:, 0 : 2 * pairs : 2], drawn[:, 1 : 2 * pairs : 2] = value, -value
    return drawn


def _ddb(drawn: NDArray[np.float64], sigma_db: float) -> NDArray[np.int16]:
    return np.rint(10 * sigma_db * drawn).astype(np.int16)
