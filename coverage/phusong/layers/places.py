"""Public places: schools, clinics and commune offices, by the words of their file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import geopandas as gpd
import pandera.pandas as pa

from phusong.config import PLACE_KINDS, Project
from phusong.layers.account import Account, refuse_if
from phusong.layers.points import read_points, settled
from phusong.layers.schema import word

SCHEMA = pa.DataFrameSchema(
    {
        "place_id": word(required=False, nullable=True),
        "kind": word(),
        "place_name": word(required=False, nullable=True),
    }
)


def read(project: Project) -> tuple[gpd.GeoDataFrame, Account]:
    """
    Places of `PLACE_KINDS` in the project's CRS, by kind; none when the project has no such layer.

    `kinds` of the layer translates the file's words; rows of other kinds are left out and counted (`left_out`, by the
    file's word), and so are words that no row bears (`words_unused`) and places that are there twice (`repeated`).

    Raises
    ------
    LayerError
        With every fault of the layer; also when no row is of a kind known.
    """
    layer = project.layers.places
    frame, account = read_points(project, "places", SCHEMA, "kind")
    if layer is None:
        return frame, account
    kinds = layer.kinds or {kind: kind for kind in PLACE_KINDS}
    known = frame.kind.isin(kinds)
    others = {str(word): int(count) for word, count in frame.kind[~known].value_counts().sort_index().items()}
    refuse_if("places", [_unknown(others, kinds)] if others and not known.any() else [])
    unused = sorted(set(layer.kinds) - set(frame.kind))
    counted = replace(account, counts={"left_out": others, "words_unused": unused})
    own = frame[known].assign(kind=frame.kind[known].map(kinds))
    return settled((own, counted), ["kind", "place_id", "place_name"], ["kind", "place_name"])


def _unknown(others: Iterable[str], kinds: Iterable[str]) -> str:
    found = ", ".join(list(others)[:5])
    return f"no row is of the kinds {', '.join(kinds)} (found {found}): say in layers.places.kinds what the words mean"
