"""Frame: what stands round the sections, out of the project file, by Decree 30/2020/NĐ-CP."""

from __future__ import annotations

from phusong.config.report import Report as Issued
from phusong.publish.labels import read_labels
from phusong.publish.report.model import Form
from phusong.publish.report.scope import Scope

_SAID = ("issuer", "place", "signatory_title", "signatory", "recipients")
"""What a document needs; the report says which of it is missing."""


def form(scope: Scope, issued: Issued, quarter: str) -> Form:
    """
    The form of a report.

    Parameters
    ----------
    issued
        Section of the project file.
    quarter
        The period in words.
    """
    edition, words = scope.edition, scope.words
    day = edition.day or edition.as_of
    number = words.text("form.number", number=issued.number) if issued.number else words.text("form.number_open")
    date = {"day": f"{day.day:02d}", "month": f"{day.month:02d}", "year": str(day.year)}
    return Form(
        language=words.language,
        superior=issued.superior,
        issuer=issued.issuer or (words.text("form.issuer_open"),),
        nation=words.text("form.nation"),
        motto=words.text("form.motto"),
        number=number,
        place_and_date=words.text("form.place_and_date", place=issued.place or words.text("form.place_open"), **date),
        kind=words.text("form.kind"),
        title=(words.text("form.title", period=quarter), scope.name),
        recipients_word=words.text("form.recipients_word"),
        recipients=issued.recipients or (words.text("form.recipients_open"),),
        signatory_title=issued.signatory_title,
        signatory=issued.signatory,
        tier=scope.tier,
        period=edition.period,
        day=day,
        digest=edition.digest,
        banner=_banner(scope),
        marking=words.text(f"form.marking_{scope.tier}"),
        missing=_missing(scope, issued),
    )


def _missing(scope: Scope, issued: Issued) -> tuple[str, ...]:
    keys = [key for key in _SAID if not getattr(issued, key)]
    if not keys:
        return ()
    what = ", ".join(scope.words.text(f"missing.{key}") for key in keys)
    return (scope.words.text("form.missing", what=what, keys=", ".join(keys)),)


def _banner(scope: Scope) -> str:
    if not scope.edition.synthetic:
        return ""
    labels = read_labels(scope.words.language)
    layers = ", ".join(labels.get(f"layer.{name}", name) for name in scope.edition.synthetic)
    return labels["page.synthetic"].format(layers=layers)
