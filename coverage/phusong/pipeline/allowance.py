"""Allowance: the memory that a run may take, and whether another task fits into it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from phusong.errors import ConfigError
from phusong.pipeline.resident import resident_bytes

_UNITS = {"MB": 1e6, "GB": 1e9, "MIB": 2.0**20, "GIB": 2.0**30}


@dataclass(frozen=True)
class Allowance:
    """
    Memory that a run may take, this process and those that work for it together.

    Parameters
    ----------
    most_bytes
        None for as much as there is.
    """

    most_bytes: float | None = None

    @classmethod
    def parse(cls, text: str | None) -> Allowance:
        """
        An allowance as people write it.

        Raises
        ------
        ConfigError
            When it is no size.

        Examples
        --------
        >>> Allowance.parse("4 GB").most_bytes, Allowance.parse("1.5GiB").most_bytes, Allowance.parse(None).most_bytes
        (4000000000.0, 1610612736.0, None)
        """
        if text is None:
            return cls()
        found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([MG]i?B)\s*", text, re.IGNORECASE)
        if not found or found[2].upper() not in _UNITS or not float(found[1]):
            raise ConfigError(f"--memory-limit {text}: expected a size such as 800MB, 4GB or 3.5GiB")
        return cls(float(found[1]) * _UNITS[found[2].upper()])

    def fits(self, more_bytes: float) -> bool:
        """Whether the run may take so much more."""
        return self.most_bytes is None or resident_bytes() + more_bytes <= self.most_bytes

    def workers(self, most: int, task_bytes: float) -> int:
        """
        How many tasks may be done at a time, at least one.

        Parameters
        ----------
        most
            As many as there are workers.
        """
        if self.most_bytes is None:
            return most
        return int(min(most, max(1, (self.most_bytes - resident_bytes()) // task_bytes)))

    def share(self, part: float, most_bytes: float) -> float:
        """So many bytes, and no more than a part of what is allowed."""
        return most_bytes if self.most_bytes is None else min(most_bytes, part * self.most_bytes)

    def refuse_short(self, task_bytes: float, what: str, remedy: str) -> None:
        """
        Stop when not even one task fits.

        Raises
        ------
        ConfigError
            Saying how much is needed.
        """
        if self.most_bytes is not None and not self.fits(task_bytes):
            used, needed = resident_bytes(), resident_bytes() + task_bytes
            raise ConfigError(
                f"--memory-limit {_size(self.most_bytes)} is too little: {what} takes about {_size(task_bytes)} beside "
                f"{_size(used)} in use. Give {_size(needed)}, or {remedy}."
            )


def _size(number: float) -> str:
    """Bytes as people give them."""
    return f"{number / 1e9:.1f}GB" if number >= 1e9 else f"{number / 1e6:.0f}MB"


BOUNDLESS = Allowance()
