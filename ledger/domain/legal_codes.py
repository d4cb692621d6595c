"""The EPO's INPADOC codes of Chinese legal events, and which of ours each stands for.

The category of WIPO ST.27 is the class that the EPO gives the code, whose letters are those of
ST.27. Key events of ST.27 are not told: which of them each event is has not been read in the
standard. Our entries that no code fits have none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple


class LegalCode(NamedTuple):
    """A code of the EPO's list, with its class there; None where the list gives it none."""

    code: str
    event_class: str | None

    @property
    def category(self) -> str | None:
        """The category of ST.27."""
        return self.event_class if self.event_class in CATEGORIES else None


CATEGORIES: Final = frozenset("ABCDEFGHKLMPQRSTUVW")
"""The categories that were read in ST.27; Y and Z are the EPO's."""

OF_TOPICS: Final = {
    "pledge.registered": LegalCode("PE01", "S"),
    "pledge.changed": LegalCode("PM01", "S"),
    "pledge.released": LegalCode("PM01", "S"),
    "pledge.deregistered": LegalCode("PC01", "S"),
    "licence.recorded": LegalCode("EE01", "S"),
    "licence.changed": LegalCode("EM01", "S"),
    "licence.cancelled": LegalCode("EC01", "S"),
    "open_licence.declared": LegalCode("OL01", "S"),
    "open_licence.withdrawn": LegalCode("OL02", "S"),
    "open_licence.recorded": LegalCode("EE01", "S"),
    "transfer.registered": LegalCode("TR01", "R"),
    "preservation.started": LegalCode("PP01", "T"),
    "preservation.released": LegalCode("PD01", "T"),
    "lapse.decided": LegalCode("CF01", "H"),
    "right.restored": LegalCode("RR01", "K"),
    "entry.corrected": LegalCode("RECT", "Y"),
}
"""What an entry of a kind is, whatever it says."""

OF_FIELDS: Final = {
    "name.changed": (
        "item",
        {
            "name": LegalCode("CP01", "R"),
            "address": LegalCode("CP02", "R"),
            "both": LegalCode("CP03", "R"),
        },
    ),
    "patent.abandoned": (
        "reason",
        {
            "voluntary": LegalCode("AV01", "H"),
            "same_day_invention": LegalCode("AR01", "H"),
        },
    ),
    "invalidation.final": (
        "outcome",
        {"whole": LegalCode("IW01", "H"), "partial": LegalCode("IP01", "M")},
    ),
    "term.compensated": (
        "kind",
        {"pta": LegalCode("TG01", "G"), "pte": LegalCode("TP01", "G")},
    ),
}
"""What an entry of a kind is by one of its fields."""


def code_of(stream: str, topic: str, fields: Mapping[str, Any]) -> LegalCode | None:
    """The code of an entry on a Chinese patent, as far as one fits."""
    if not stream.startswith("CN:"):
        return None
    if topic in OF_FIELDS:
        field, codes = OF_FIELDS[topic]
        return codes.get(fields.get(field, ""))
    return OF_TOPICS.get(topic)
