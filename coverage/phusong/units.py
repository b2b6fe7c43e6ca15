"""Units and codes that several stages share, so that what one writes the next reads."""

MICRO = 1_000_000
"""People are counted in whole millionths of a person, so that neither order nor tiles can change a sum."""

NOT_SERVED, SERVED, OUTSIDE, UNKNOWN = 0, 1, 254, 255
"""Values of coded rasters: no, yes, outside the study area, and not known, which is not no."""

NO_SIGNAL_DDBM = -32768
"""Stored where no computed site reaches; other received levels are tenths of dBm."""
