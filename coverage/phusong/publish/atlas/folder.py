"""Folder: the pages of an edition in the folder of their tier, written whole or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import geopandas as gpd
import numpy as np

from phusong.errors import SnapshotError
from phusong.ledger.edition import Edition
from phusong.progress import Step
from phusong.publish.atlas.assembly import Earlier, atlas_of, shared
from phusong.publish.atlas.atlas import Atlas, Page, file_name
from phusong.publish.atlas.contents import contents
from phusong.publish.atlas.frame import Contents, render
from phusong.publish.atlas.outlines import around
from phusong.publish.atlas.packing import Whole
from phusong.publish.atlas.rasters import ImageOf
from phusong.publish.tiers import Tier
from phusong.text import slug

INDEX = "index.html"
_DRAWN_AT_ONCE = 2
"""Pages; compression and burning of outlines let another go on."""

Beside = Callable[[Contents, Path], object]
"""Writes what else there is of a page, beside the file of the page."""


@dataclass(frozen=True)
class Asked:
    """
    Which pages of a tier are wanted.

    Parameters
    ----------
    province, commune
        Code of the one page that is wanted; with neither the page of the study and those of all its provinces. In the
        tiers of a province and of a commune they also say whose it is, and every province has a folder of its own.
    """

    tier: Tier
    province: str | None = None
    commune: str | None = None


def write(
    edition: Edition,
    earlier: Earlier | None,
    image_of: ImageOf,
    asked: Asked,
    folder: Path,
    progress: Step,
    beside: Beside | None = None,
) -> list[Path]:
    """
    Write the pages of an edition; those of a tier, or of a unit in its own tier, together or not at all.

    Parameters
    ----------
    edition, earlier
        With everything in them; they are redacted here.
    folder
        The tier's folder is made in it.
    beside
        Writes more files of each page, such as its pictures.

    Returns
    -------
    The files of the pages, the index first.

    Raises
    ------
    SnapshotError
        When the edition has no such province or commune.
    ValueError
        When a commune's tier is asked for without saying which commune.
    """
    _refuse_unknown(asked, edition)
    units = _whose(asked, edition.communes)
    progress("simplifying the outlines", 0, 0)
    common = shared(edition, earlier, image_of, asked.tier)
    written: list[Path] = []
    for unit in units:
        atlas = atlas_of(common, unit)
        place = folder / asked.tier / slug(unit) if unit else folder / asked.tier
        written += _written(atlas, list(_pages(atlas, asked, unit)), place, progress, beside)
    return written


def _refuse_unknown(asked: Asked, edition: Edition) -> None:
    for kind, code in (("province", asked.province), ("commune", asked.commune)):
        if code is not None and code not in set(edition.communes[f"{kind}_code"]):
            period = edition.period
            raise SnapshotError(
                f"Kỳ {period} không có đơn vị '{code}' / the edition of {period} has no {kind} '{code}'."
            )


def _whose(asked: Asked, communes: gpd.GeoDataFrame) -> list[str | None]:
    """Units of which each has a folder of its own; None for a tier that has one folder."""
    if asked.tier == "commune":
        if asked.commune is None:
            raise ValueError("the tier commune needs the code of a commune")
        return [asked.commune]
    if asked.tier != "province":
        return [None]
    if asked.commune is not None:
        return [str(communes["province_code"][communes["commune_code"] == asked.commune].iloc[0])]
    return [asked.province] if asked.province else sorted(communes["province_code"].astype(str).unique())


def _pages(atlas: Atlas, asked: Asked, unit: str | None) -> Iterator[tuple[str, Page]]:
    """Name of the file of each page, the index first."""
    none = np.empty(0, np.int64)
    if asked.commune is not None:
        rows = _rows(atlas, "commune", asked.commune)
        name = str(atlas.communes["commune_name"].iloc[rows[0]])
        page = Page("commune", asked.commune, name, rows, around(atlas.outlines, int(rows[0])))
        yield file_name(asked.commune, name), page
        return
    only = asked.province or unit
    if only is None:
        yield INDEX, Page("nation", "", atlas.edition.title, np.arange(len(atlas.communes)), none)
    for code, name in atlas.provinces.itertuples(index=False):
        if only in (None, code):
            yield file_name(code, name), Page("province", code, name, _rows(atlas, "province", code), none)


def _rows(atlas: Atlas, kind: str, code: str) -> Whole:
    return np.flatnonzero(atlas.communes[f"{kind}_code"].to_numpy() == code)


def _written(
    atlas: Atlas, pages: Sequence[tuple[str, Page]], place: Path, progress: Step, beside: Beside | None
) -> list[Path]:
    """The pages in their folder: all of them in place of what was there, or one beside it."""
    one = len(pages) == 1
    draft = place.with_name(f".{place.name}.partial")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        draft.mkdir(parents=True)
        with ThreadPoolExecutor(_DRAWN_AT_ONCE) as pool:
            drawn = pool.map(partial(contents, atlas), [page for _, page in pages])
            for number, ((name, _), told) in enumerate(zip(pages, drawn, strict=True), start=1):
                progress("drawing the pages", number, len(pages))
                (draft / name).write_bytes(render(told))
                if beside is not None:
                    beside(told, draft / name)
        if one:
            _move(draft, place, Path(pages[0][0]).stem)
        else:
            _swap(draft, place)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return [place / name for name, _ in pages]


def _move(draft: Path, place: Path, stem: str) -> None:
    """One page and what is beside it, in place of what was there of it: old pictures would tell other figures."""
    place.mkdir(exist_ok=True)
    made = {file.name for file in draft.iterdir()}
    for name in sorted(made):
        (draft / name).replace(place / name)
    for file in place.glob(f"{stem}.*"):
        if file.name not in made:
            file.unlink()


def _swap(draft: Path, place: Path) -> None:
    aside = place.with_name(f".{place.name}.old")
    shutil.rmtree(aside, ignore_errors=True)
    if place.exists():
        place.rename(aside)
    draft.rename(place)
    shutil.rmtree(aside, ignore_errors=True)
