"""Listing: every file of a release with its title, what it is and its size, by the places in which its parts lie."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

import pandas as pd

from phusong.ledger.edition import Edition
from phusong.publish.atlas.atlas import file_name
from phusong.publish.atlas.look import Both, Words, read_words
from phusong.publish.atlas.wording import filled
from phusong.publish.exports.folder import DICTIONARY
from phusong.publish.exports.folder import RECORD as EXPORT_RECORD
from phusong.publish.exports.metadata import ENDING
from phusong.publish.release import sums
from phusong.publish.release.parts import EXPORTS, MAPS, REPORTS, Asked, asked_reports
from phusong.publish.report.content import file_name as report_name
from phusong.publish.report.content import unit_name
from phusong.text import number_vi, sort_key

RECORD = "release.json"
"""What a folder is the release of."""
_SWAPPED = str.maketrans(",.", ".,")
_UNITS = ((1e6, "MB"), (1e3, "kB"), (1, "B"))
_ENDINGS = ("html", "png", "svg", "docx", "pdf", "xlsx", "json")
"""Of files of a unit, in the order in which they are listed."""
_BY_NAME = {
    DICTIONARY: "dictionary",
    EXPORT_RECORD: "export_record",
    "catalog.json": "catalogue",
    "collection.json": "collection",
    RECORD: "record",
    sums.NAME: "sums",
}

Sizes = Mapping[str, int]
"""Bytes of each file by its place from the index, with / between."""


@dataclass(frozen=True)
class Link:
    """A file by its place from the index; what it is, and how large."""

    place: str
    what: Both
    size: Both


@dataclass(frozen=True)
class Item:
    """One thing with the files that are of it."""

    title: Both
    links: Sequence[Link]


@dataclass(frozen=True)
class Part:
    """
    A part of the release.

    Parameters
    ----------
    below
        Parts of it: the exports have one a format.
    """

    key: str
    title: Both
    about: Both | None
    items: Sequence[Item] = ()
    below: Sequence[Part] = ()

    def links(self) -> Iterator[Link]:
        """All links of it and of what is below."""
        yield from (link for item in self.items for link in item.links)
        yield from (link for part in self.below for link in part.links())


@cache
def own_words() -> Words:
    """The words of the index."""
    return read_words(Path(__file__).with_name("words.toml"))


def size_of(count: int) -> Both:
    """
    A size in bytes, in the largest unit of which there is one.

    Examples
    --------
    >>> size_of(1_250_000), size_of(999)
    (Both(vi='1,2 MB', en='1.2 MB'), Both(vi='999 B', en='999 B'))
    """
    unit, name = next((pair for pair in _UNITS if count >= pair[0]), _UNITS[-1])
    text = f"{number_vi(count / unit, int(unit > 1))} {name}"
    return Both(text, text.translate(_SWAPPED))


def listing(folder: Path, edition: Edition, asked: Asked, sizes: Sizes) -> list[Part]:
    """
    The parts of the release in a folder, which name every one of its files once.

    Parameters
    ----------
    edition
        As the tier may hold it.
    """
    units = [(one, unit_name(edition, one)) for one in asked_reports(edition, asked)]
    reports = {report_name(edition, one, name): _both_titles(edition, one.code, name) for one, name in units}
    found = [_of_units(MAPS, _pages(edition, asked), sizes), _of_units(REPORTS, reports, sizes)]
    if asked.formats:
        found.append(_part(EXPORTS, below=[_export(folder, form, sizes) for form in asked.formats]))
    named = {link.place for part in found for link in part.links()}
    rest = [Item(_title(name), [_link(name, sizes, "")]) for name in sizes if name not in named]
    return [*found, _part("check", rest)]


def _part(key: str, items: Sequence[Item] = (), below: Sequence[Part] = ()) -> Part:
    words = own_words()
    return Part(key, words[f"part.{key}"], words[f"about.{key}"], items, below)


def _both_titles(edition: Edition, code: str, name: str) -> Both:
    """Name of a unit; the whole, which has no code, may have one in each language."""
    return Both(name, name) if code else Both(edition.title or name, edition.title_en or edition.title or name)


def _pages(edition: Edition, asked: Asked) -> dict[str, Both]:
    """Name of the unit of each map page by the name of its file, without ending; the whole first."""
    kind = "commune" if asked.tier == "commune" else "province"
    rows = pd.DataFrame(edition.communes[[f"{kind}_code", f"{kind}_name"]]).drop_duplicates().astype(str)
    units = sorted(rows.itertuples(index=False), key=lambda row: sort_key(row[1]))
    named = {PurePosixPath(file_name(code, name)).stem: _both_titles(edition, code, name) for code, name in units}
    return {"index": _both_titles(edition, "", ""), **named}


def _of_units(part: str, units: Mapping[str, Both], sizes: Sizes) -> Part:
    """Maps or reports, an item a unit."""
    title = own_words()[f"title.{part}"]
    held: dict[str, list[Link]] = {stem: [] for stem in units}
    for ending in _ENDINGS:
        for name in (name for name in _below(part, sizes) if name.endswith(f".{ending}")):
            held.setdefault(PurePosixPath(name).stem, []).append(_link(name, sizes, ending))
    named = ((units.get(stem, Both(stem, stem)), links) for stem, links in held.items())
    return _part(part, [Item(filled(title, unit=unit), links) for unit, links in named if links])


def _export(folder: Path, form: str, sizes: Sizes) -> Part:
    """One format of the exports: each file of data with what is of it, then what is of them all."""
    names = list(_below(f"{EXPORTS}/{form}", sizes))
    items = [_data(folder, form, name, sizes) for name in names if f"{name}{ENDING}" in sizes]
    named = {link.place for item in items for link in item.links}
    items += [Item(_title(name), [_link(name, sizes, "")]) for name in names if name not in named]
    return Part(form, own_words()[f"format.{form}"], None, items)


def _data(folder: Path, form: str, name: str, sizes: Sizes) -> Item:
    """A file of data, by what its metadata says that it holds, with what lies beside it."""
    about = json.loads((folder / f"{name}{ENDING}").read_bytes())["contentInfo"]
    said = [Both(one["definition"]["vi"], one["definition"]["en"]) for one in about]
    names = Both("; ".join(one.vi for one in said), "; ".join(one.en for one in said))
    title = names if len(said) == 1 else filled(own_words()["title.tables"], names=names)
    path = PurePosixPath(name)
    beside = {f"{name}{ENDING}": "metadata", str(path.with_suffix(".qml")): "qml"}
    beside[f"{EXPORTS}/{form}/items/{path.stem}.json"] = "item"
    links = [_link(place, sizes, kind) for place, kind in beside.items() if place in sizes]
    return Item(title, [_link(name, sizes, ""), *links])


def _title(name: str) -> Both:
    """Of a file that stands beside others; of one that nobody expected its name."""
    words, key = own_words(), _BY_NAME.get(PurePosixPath(name).name)
    return words[f"title.{key}"] if key else filled(words["title.other"], name=name)


def _link(name: str, sizes: Sizes, kind: str) -> Link:
    """What a file is, in words where there are some, else its name."""
    path = PurePosixPath(name)
    return Link(name, own_words().get(f"kind.{kind}") or Both(path.name, path.name), size_of(sizes[name]))


def _below(part: str, sizes: Sizes) -> Iterator[str]:
    return (name for name in sizes if name.startswith(f"{part}/"))
