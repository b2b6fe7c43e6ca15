"""Communes and provinces through time: which units there were on a day, and how those of two days relate."""

from phusong.administration.history import AmbiguousCodeError, History

__all__ = ["AmbiguousCodeError", "History"]
