"""The two errors that are for people: what is wrong, where, and what was expected."""


class PhusongError(Exception):
    """Something a person can mend: shown as a sentence, without a traceback."""


class ConfigError(PhusongError):
    """The project file cannot be used as it stands."""


class LayerError(PhusongError):
    """
    A layer cannot be used as it stands.

    Parameters
    ----------
    layer
        Name of the layer, as in the project file.
    faults
        Every fault found, one sentence each.
    """

    def __init__(self, layer: str, faults: list[str]) -> None:
        self.layer = layer
        self.faults = tuple(faults)
        count = f"{len(faults)} fault{'s' if len(faults) != 1 else ''}"
        super().__init__("\n".join([f"{layer}: {count}", *(f"  - {fault}" for fault in faults)]))


class SnapshotError(PhusongError):
    """A snapshot cannot be written or read where it was asked for."""


class FilingError(PhusongError):
    """A filed table cannot be read or understood as it stands."""


class FetchError(PhusongError):
    """Open data cannot be brought from where it was asked for."""
