"""Ground: the square metres of each commune by what reaches them."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from phusong import people
from phusong.layers.pixel_areas import geodesic_pixel_m2
from phusong.ledger.counts import Whole
from phusong.ledger.surface import Surface
from phusong.pipeline.preparation import Base
from phusong.units import LEVEL_VALUES, MICRO


def area_by_level(base: Base, surface: Surface) -> dict[tuple[str, str], Whole]:
    """Geodesic square metres of each commune by level, classes as in `LEVELS`, by technology and operator."""
    pixels, place = np.unique(base.share.indices, return_inverse=True)
    area_m2 = geodesic_pixel_m2(base.inputs.grid, pixels)[place]
    # in whole millionths, as people are, so that no order of adding changes a sum
    micro = np.rint(base.share.data * area_m2 * MICRO).astype(np.int64)
    pieces = sparse.csr_array((micro, base.share.indices, base.share.indptr), base.share.shape)
    return {
        key: people.whole(people.sums_by_class(pieces, level, LEVEL_VALUES)) for key, level in surface.level.items()
    }
