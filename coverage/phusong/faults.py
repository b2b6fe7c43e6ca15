"""Faults of a project file, as sentences: where, what is wrong, what was expected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from phusong.text import nearest


def sentences(errors: Sequence[Any], model: type[BaseModel]) -> list[str]:
    """
    One sentence for each place; a value that fits none of several kinds is one fault, not one for each kind.

    Parameters
    ----------
    errors
        As pydantic tells them.
    model
        What was to be read; its unknown keys are compared with its known ones.
    """
    by_place: dict[tuple[str, ...], list[Any]] = {}
    for error in errors:
        by_place.setdefault(_place(error["loc"], model)[0], []).append(error)
    return [_sentence(place, found, model) for place, found in by_place.items()]


def _sentence(place: tuple[str, ...], errors: list[Any], model: type[BaseModel]) -> str:
    where, error = ".".join(place) or "the file", errors[0]
    if error["type"] == "extra_forbidden":
        near = nearest(place[-1], _known_keys(place[:-1], model))
        return f"{where}: unknown key" + (f"; did you mean '{near}'?" if near else "")
    if error["type"] == "missing":
        return f"{where}: is missing"
    # A fault between the keys of a section has all of the section as its input, and names the keys itself.
    found = "" if isinstance(error["input"], dict) else f" (found {error['input']!r})"
    if len(errors) > 1:
        meaning = " ".join((_place(error["loc"], model)[1] or "another kind of value").split())
        return f"{where}: expected: {meaning}{found}"[:300]
    return f"{where}: {error['msg'].removeprefix('Value error, ')}{found}"[:300]


def _place(location: Sequence[str | int], top: type[BaseModel]) -> tuple[tuple[str, ...], str]:
    """Keys of the project file out of pydantic's location, which also names the kinds it tried; and what they mean."""
    place: list[str] = []
    meaning = ""
    model: Any = top
    for part in location:
        field = getattr(model, "model_fields", {}).get(part)
        if field is not None:
            place.append(str(part))
            meaning, annotation = field.description or "", field.annotation
            model = _model_in(annotation) or annotation
        elif isinstance(part, int) and isinstance(model, type) and issubclass(model, BaseModel):
            place.append(str(part))
        else:
            # a key that no section has, or of a table such as columns; deeper parts name kinds
            is_table = getattr(model, "__origin__", None) is dict
            is_section = isinstance(model, type) and issubclass(model, BaseModel)
            return tuple([*place, str(part)] if is_table or is_section else place), meaning
    return tuple(place), meaning


def _known_keys(place: tuple[str, ...], top: type[BaseModel]) -> list[str]:
    model: Any = top
    for part in place:
        if part.isdigit():
            continue
        if part not in getattr(model, "model_fields", {}):
            return []
        model = _model_in(model.model_fields[part].annotation)
    return [key for key in getattr(model, "model_fields", {}) if key != "folder"]


def _model_in(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((m for part in getattr(annotation, "__args__", ()) if (m := _model_in(part)) is not None), None)
