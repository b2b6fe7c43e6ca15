"""Units, codes and words that several stages share, so that what one writes the next reads."""

import numpy as np

MICRO = 1_000_000
"""People are counted in whole millionths of a person, so that neither order nor tiles can change a sum."""

CERTAIN = 10_000
"""Probabilities are stored in whole ten-thousandths: this is the probability 1."""

NOT_SERVED, SERVED, OUTSIDE, UNKNOWN = 0, 1, 254, 255
"""Values of coded rasters: no, yes, outside the study area, and not known, which is not no."""

NONE, LIMITED, GOOD, VERY_GOOD = 0, 1, 2, 3
"""Levels of signal."""

LIMITED_OR_BETTER, GOOD_OR_BETTER = 251, 252
"""Levels known from one site where another, which could not be computed, might give more."""

LEVELS = ("none", "limited", "good", "very_good", "unknown", "limited_or_better", "good_or_better")
LEVEL_VALUES = (NONE, LIMITED, GOOD, VERY_GOOD, UNKNOWN, LIMITED_OR_BETTER, GOOD_OR_BETTER)
"""Words for the codes of levels, and the codes, in the order in which people are counted by them."""

LEVEL_FLOOR = np.zeros(256, np.uint8)
"""Level that a code is known to reach."""
LEVEL_FLOOR[[LIMITED, GOOD, VERY_GOOD, LIMITED_OR_BETTER, GOOD_OR_BETTER]] = [LIMITED, GOOD, VERY_GOOD, LIMITED, GOOD]

WHITE, GREY, ALL = 0, 1, 2
"""Kinds of spots: no operator serves, some but not all do, all do."""

WHITE_OR_GREY, GREY_OR_ALL = 251, 252
"""Kinds between which a site that could not be computed decides."""

SPOTS = ("white", "grey", "all", "unknown", "white_or_grey", "grey_or_all")
SPOT_VALUES = (WHITE, GREY, ALL, UNKNOWN, WHITE_OR_GREY, GREY_OR_ALL)
"""Words for the codes of spots, and the codes, in the order in which people are counted by them."""

ANY = "any"
"""Stands for the best of all operators."""

NO_SIGNAL_DDBM, UNKNOWN_DDBM, OUTSIDE_DDBM = -32768, -32767, -32766
"""Received levels are stored in tenths of dBm; these stand for no site in reach, not known, and outside the study."""
