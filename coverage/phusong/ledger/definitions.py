"""Definitions of the indicators, as data; each is held by its digest, so that none is changed in place."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from phusong.config import shipped
from phusong.config.section import Section, Text
from phusong.errors import ConfigError
from phusong.faults import sentences

Unit = Literal["share", "communes", "villages", "tasks", "terminals", "terminals per 1,000 households"]
OperatorRule = Literal["one", "any", "max", "all"]
EnvironmentName = Literal["outdoor", "in_vehicle", "indoor"]


class Definition(Section):
    """What one indicator counts; the keys are explained in gis_data/indicators.toml."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_]*$")
    version: str = Field(pattern=r"^[1-9][0-9]*$")
    """A number in quotes, such as "2"."""
    name: Text = Field(min_length=1)
    name_vi: Text = Field(min_length=1)
    unit: Unit
    per: int = Field(1, ge=0)
    """The value is so many times numerator / denominator; 0 where it is the numerator, a count."""
    numerator: Text = Field(min_length=1)
    denominator: Text = Field(min_length=1)
    operator_rules: tuple[OperatorRule, ...] = ()
    environments: tuple[EnvironmentName, ...] = ()
    threshold: Text = ""
    probability: Text = ""
    interval: Text = ""
    filled: Literal["snapshot", "edition", "no measurements"] = "snapshot"
    """Where its rows come from; without measurements there are none, which is not 0."""
    basis: Text = Field(min_length=1)
    """Source, and what it leaves open."""
    sdg: Literal["", "9.c.1", "7.1.1"] = ""

    @property
    def digest(self) -> str:
        """SHA-256 of all that it says, its version included."""
        # without what is left at its default, so that a key that comes to be later changes no older digest
        said = json.dumps(self.model_dump(mode="json", exclude_defaults=True), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()


@cache
def definitions() -> Mapping[str, Definition]:
    """
    The definitions that come with the code, by id, in the order of their file.

    Raises
    ------
    ConfigError
        As `read`.
    """
    return read(shipped("gis_data", "indicators.toml"), shipped("gis_data", "indicator_digests.toml"))


def read(file: Path, digests: Path) -> dict[str, Definition]:
    """
    Definitions of a file, each the one that its digest holds.

    Parameters
    ----------
    file
        TOML with a table an indicator, named by its id.
    digests
        TOML with a table an indicator, of versions and the SHA-256 of what each says; also of those no longer in use.

    Raises
    ------
    ConfigError
        With every fault at once: unknown keys and words, a definition that was changed in place, and one whose version
        has no digest yet.
    """
    said, held = _toml(file), _toml(digests)
    found: dict[str, Definition] = {}
    faults: list[str] = []
    for name, entry in said.items():
        try:
            found[name] = Definition.model_validate({**entry, "id": name})
        except ValidationError as fault:
            told = sentences(fault.errors(), Definition)
            faults += [f"{name}: {sentence.removeprefix('the file: ')}" for sentence in told]
    faults += _not_held(found, held, digests.name)
    if faults:
        head = f"{file.name}: {len(faults)} fault{'s' if len(faults) > 1 else ''}"
        raise ConfigError("\n".join([head, *(f"  - {fault}" for fault in faults)]))
    return found


def recorded(names: Iterable[str]) -> dict[str, dict[str, str]]:
    """What `run.json` keeps of some definitions: version and digest, by id."""
    known = definitions()
    return {name: {"version": known[name].version, "sha256": known[name].digest} for name in sorted(set(names))}


def redefined(now: Mapping[str, Mapping[str, str]], before: Mapping[str, Mapping[str, str]]) -> list[str]:
    """
    Ids that say something else under the version that they had before, both as of `recorded`.

    Examples
    --------
    >>> before = {"a": {"version": "1", "sha256": "0f"}, "b": {"version": "1", "sha256": "0f"}}
    >>> redefined({"a": {"version": "1", "sha256": "9c"}, "b": {"version": "2", "sha256": "9c"}}, before)
    ['a']
    """
    return [
        name
        for name, told in now.items()
        if name in before and told["version"] == before[name]["version"] and told["sha256"] != before[name]["sha256"]
    ]


def _not_held(found: Mapping[str, Definition], held: Mapping[str, Any], file: str) -> Iterator[str]:
    for name, definition in found.items():
        version, kept = definition.version, held.get(name, {}).get(definition.version)
        if kept is None:
            yield f'{name}: version {version} is new; add to [{name}] of {file}: "{version}" = "{definition.digest}"'
        elif kept != definition.digest:
            yield (
                f"{name}: version {version} was changed in place, and figures of this version were published as it "
                f"was; put it back, or give it a new version (its digest in {file} is {kept[:12]}…, "
                f"now {definition.digest[:12]}…)"
            )


def _toml(file: Path) -> dict[str, Any]:
    try:
        tables = tomllib.loads(file.read_text("utf-8-sig"))
    except FileNotFoundError:
        raise ConfigError(f"There is no file {file} of indicators.") from None
    except (OSError, ValueError) as fault:
        raise ConfigError(f"{file} cannot be read as TOML: {fault}") from None
    if wrong := [name for name, table in tables.items() if not isinstance(table, dict)]:
        raise ConfigError(f"{file.name}: expected a table an indicator, such as [{wrong[0]}] (found a value)")
    return tables
