"""One radio path in words: why a place has a signal or none, in Vietnamese or English, and every number as JSON."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

from phusong.publish.labels import Labels, read_labels
from phusong.radio.link_profile import CLEAR_SHARE, LEAST_RANGE_KM, MODEL, Edge, LinkProfile
from phusong.text import number_vi

Language = Literal["vi", "en"]

MOUNTAIN_M, HILL_M = 150.0, 20.0
"""How high above the receiver's ground what blocks its path must stand to be called so."""
HIGHEST_MAST_M = 300.0
"""No antenna is put higher above ground."""
_FREE_DB = 1.0
_COLUMN = 36


@dataclass(frozen=True)
class Words:
    """Labels of one language, and its way of writing numbers."""

    labels: Labels
    language: Language

    @classmethod
    def of(cls, language: Language) -> Self:
        """The words of a language."""
        return cls(read_labels(language), language)

    def number(self, value: float, decimals: int) -> str:
        """
        A number as documents of the language write it.

        Examples
        --------
        >>> Words.of("vi").number(1234.56, 1), Words.of("en").number(-0.04, 1)
        ('1.234,6', '0.0')
        """
        rounded = round(value, decimals) + 0.0
        return number_vi(rounded, decimals) if self.language == "vi" else f"{rounded:,.{decimals}f}"

    def say(self, key: str, **parts: str | tuple[float, int]) -> str:
        """A label of the section `link`, numbers given with their decimals filled in."""
        texts = {name: part if isinstance(part, str) else self.number(*part) for name, part in parts.items()}
        return self.labels[f"link.{key}"].format(**texts)


@dataclass(frozen=True)
class Source:
    """
    Where a link lies and what it was read from.

    Parameters
    ----------
    tx, rx
        Longitude and latitude in WGS 84 degrees.
    terrain
        File name and SHA-256 of each tile.
    """

    tx: tuple[float, float]
    rx: tuple[float, float]
    terrain: tuple[tuple[str, str], ...]
    step_km: float


def title(profile: LinkProfile, words: Words) -> str:
    """What link this is."""
    frequency = profile.settings.frequency_mhz
    return words.say("title", length=_km(profile.length_km), frequency=(frequency, 0 if frequency % 1 == 0 else 1))


def verdict(profile: LinkProfile, words: Words) -> list[str]:
    """Sentences that say what stands in the way, what it costs, and what would cure it."""
    terms, worst = profile.terms, profile.worst
    excess = terms.basic_transmission_loss_db - terms.los_db
    told = [_first(profile, worst, words)]
    others = [edge for edge in profile.edges if edge is not worst]
    if others:
        listed = ", ".join(words.say("other", at=_km(e.distance_km), height=_metres(e.above_line_m)) for e in others)
        told.append(words.say("others", edges=listed))
    numbers = {"total": (terms.basic_transmission_loss_db, 0), "free": (terms.los_db, 0)}
    told.append(words.say("free" if excess < _FREE_DB else "cost", excess=(excess, 0), **numbers))
    if profile.way != "diffraction":
        told.append(words.say(f"by_{profile.way}"))
    if profile.state == "blocked":
        told.append(_remedy(profile, words))
    if profile.length_km < LEAST_RANGE_KM:
        told.append(words.say("near", least=(LEAST_RANGE_KM, 2)))
    return told


def table(profile: LinkProfile, words: Words) -> list[tuple[str, float]]:
    """
    The loss broken into its terms, in dB: label and figure.

    Ducting stands there as it enters the sum, never below what sight alone leaves: P.1812, equation 60.
    """
    terms = profile.terms
    time = profile.settings.time_percent
    free = words.say("free_space") if time == 50 else words.say("free_space_time", time=_plain(time))
    return [
        (free, terms.los_db),
        (words.say("diffraction"), terms.diffraction_db),
        (words.say("way_diffraction"), terms.basic_diffraction_db),
        (words.say("way_ducting"), terms.least_ducting_db),
        (words.say("way_troposcatter"), terms.troposcatter_db),
        (words.say("total"), terms.basic_transmission_loss_db),
    ]


def mark(edge: Edge, words: Words) -> str:
    """A few words at an edge: how far above the line or, below it, how much is left of the first Fresnel zone."""
    if edge.above_line_m > 0:
        return words.say("edge", at=_km(edge.distance_km), height=_metres(edge.above_line_m))
    return words.say("gap", at=_km(edge.distance_km), clearance=(edge.clearance_share, 2))


def text(profile: LinkProfile, source: Source, words: Words) -> str:
    """The whole link for a terminal."""
    terms, settings = profile.terms, profile.settings
    lines = [title(profile, words)]
    lines.append(
        words.say(
            "antennas",
            tx_height=_metres(settings.tx_height_agl_m),
            tx_amsl=(terms.tx_amsl_m, 0),
            rx_height=_metres(settings.rx_height_agl_m),
            rx_amsl=(terms.rx_amsl_m, 0),
        )
    )
    lines += verdict(profile, words)
    lines += [f"  {label:<{_COLUMN}}{words.number(figure, 1):>8} dB" for label, figure in table(profile, words)]
    if profile.edges:
        lines.append(words.say("edges"))
        lines += [f"  {_edge_row(edge, words)}" for edge in profile.edges]
    return "\n".join([*lines, *notes(profile, source, words)])


def notes(profile: LinkProfile, source: Source, words: Words) -> list[str]:
    """Model, settings and terrain."""
    settings = profile.settings
    names = ["".join(letter if letter.isprintable() else "?" for letter in name) for name, _ in source.terrain]
    files = ", ".join(names[:2]) + (f" +{len(names) - 2}" if len(names) > 2 else "")
    model = words.say(
        "model",
        model=MODEL,
        time=_plain(settings.time_percent),
        locations="50",
        delta_n=_plain(settings.delta_n),
        n0=_plain(settings.n0),
    )
    return [model, words.say("terrain", files=files, step=(source.step_km, 2))]


def document(profile: LinkProfile, source: Source) -> dict[str, Any]:
    """Every number of a link, units in names, for JSON."""
    return {
        "model": MODEL,
        "settings": {**asdict(profile.settings), "location_percent": 50, "zone": 4, "clutter": None},
        "tx": {"longitude_deg": source.tx[0], "latitude_deg": source.tx[1]},
        "rx": {"longitude_deg": source.rx[0], "latitude_deg": source.rx[1]},
        "terrain": [{"file": name, "sha256": digest} for name, digest in source.terrain],
        "step_km": source.step_km,
        "state": profile.state,
        "by_curvature": profile.by_curvature,
        "way": profile.way,
        "basic_transmission_loss_db": profile.terms.basic_transmission_loss_db,
        "tx_height_for_sight_m": profile.tx_height_for_sight_m,
        "rx_height_for_sight_m": profile.rx_height_for_sight_m,
        "explanation": {language: verdict(profile, Words.of(language)) for language in ("vi", "en")},
        "edges": [asdict(edge) for edge in profile.edges],
        "bullington_edge": asdict(profile.corner),
        "terms": asdict(profile.terms),
        "profile": {
            "distance_km": _rounded(profile.distance_km, 6),
            "ground_amsl_m": _rounded(profile.ground_amsl_m, 3),
            "raised_amsl_m": _rounded(profile.raised_m, 3),
            "line_of_sight_amsl_m": _rounded(profile.line_m, 3),
            "fresnel_radius_m": _rounded(profile.fresnel_m, 3),
        },
    }


def _first(profile: LinkProfile, worst: Edge | None, words: Words) -> str:
    if worst is None:
        return words.say("clear")
    where: dict[str, str | tuple[float, int]] = {"at": _km(worst.distance_km)}
    if profile.by_curvature:
        return words.say("curved", height=_metres(worst.above_line_m), **where)
    relief = worst.ground_amsl_m - float(profile.ground_amsl_m[-1])
    kind = "mountain" if relief >= MOUNTAIN_M else "hill" if relief >= HILL_M else "rise"
    where["what"] = words.say(kind)
    if profile.state == "blocked":
        return words.say("blocked", height=_metres(worst.above_line_m), **where)
    return words.say("grazed", clearance=(worst.clearance_share, 2), needed=(CLEAR_SHARE, 2), **where)


def _remedy(profile: LinkProfile, words: Words) -> str:
    """Which antenna would have to be how high; nothing that nobody builds."""
    needed = {"tx": profile.tx_height_for_sight_m, "rx": profile.rx_height_for_sight_m}
    heights = {who: (math.ceil(metres), 0) for who, metres in needed.items() if metres <= HIGHEST_MAST_M}
    return words.say("_".join(["remedy", *heights]) if heights else "remedy_none", **heights)


def _edge_row(edge: Edge, words: Words) -> str:
    return words.say(
        "edge_above" if edge.above_line_m > 0 else "edge_below",
        at=_km(edge.distance_km),
        height=_metres(abs(edge.above_line_m)),
        clearance=(edge.clearance_share, 2),
        alone=(edge.alone_db, 1),
    )


def _km(value: float) -> tuple[float, int]:
    """Kilometres with as many decimals as their size asks for."""
    return value, 1 if value >= 1 else 2


def _metres(value: float) -> tuple[float, int]:
    return value, 0 if abs(value) >= 10 or value % 1 == 0 else 1


def _plain(value: float) -> tuple[float, int]:
    return value, 0 if value % 1 == 0 else 1


def _rounded(values: Sequence[float] | Any, decimals: int) -> list[float]:
    return [round(float(value), decimals) + 0.0 for value in values]
