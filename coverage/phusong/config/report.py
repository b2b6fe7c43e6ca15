"""The report section: who issues the quarterly report, who signs it and who receives it."""

from __future__ import annotations

from phusong.config.section import Section, Text


class Report(Section):
    """What stands round a report; no figure depends on it. What is not said the report leaves open, and says so."""

    superior: tuple[Text, ...] = ()
    """Lines with the name of the body above the issuing one."""
    issuer: tuple[Text, ...] = ()
    """Lines with the name of the issuing body."""
    number: Text = ""
    """Number and symbol, such as `15/BC-SKHCN`."""
    place: Text = ""
    """Place in the line of the date."""
    signatory_title: tuple[Text, ...] = ()
    """Lines with the office of who signs, such as `KT. GIÁM ĐỐC`, `PHÓ GIÁM ĐỐC`."""
    signatory: Text = ""
    """Name of who signs."""
    recipients: tuple[Text, ...] = ()
    """Lines of the recipients, such as `- Như trên;`."""
