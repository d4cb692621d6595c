"""Certificates as documents: made from the file and from what has become of it, in a language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ledger.domain.numbers import printed
from ledger.printing import labels
from ledger.printing.lines import LINES
from ledger.printing.notices import Notice, Part, Remark, Remarks
from ledger.printing.values import Rows, Writer, named
from ledger.wording import Wording

PARTS: Final = {
    "pledges": ("pledge.registered", "registration_no"),
    "preservations": ("preservation.started", "case_no"),
    "suspensions": ("suspension.started", "case_no"),
    "licences": ("licence.recorded", "registration_no"),
    "open_licences": ("open_licence.declared", "declaration_no"),
}
"""What may stand on a patent: the kind of entry by whose name it is called, and its number."""

TITLES: Final = {
    "standing": (labels.CERTIFIED_STANDING, labels.SAYS_STANDING),
    "nothing_else": (labels.CERTIFIED_NOTHING, labels.SAYS_NOTHING),
}
STATES: Final = {
    "current": labels.CURRENT,
    "superseded": labels.SUPERSEDED,
    "corrected": labels.CORRECTED,
}


def certificate(
    words: Wording, file: Mapping[str, Any], state: str, by: list[Any], head: Mapping[str, str]
) -> Notice:
    """The document of a certificate's file; `head` are the names and hashes of what is signed."""
    writer, text = Writer(words, dict(named(file["says"]))), words.text
    title, opening = TITLES[file["kind"]]
    return Notice(
        language=words.language,
        register=text(labels.REGISTER),
        title=text(title),
        opening=text(opening),
        rows=tuple(_rows(writer, file)),
        columns=(text(labels.NUMBER), text(labels.SINCE), text(labels.THROUGH)),
        parts=tuple(_parts(writer, file["says"])),
        remarks=(
            Remarks(text(labels.BECAME), (_became(writer, state, by),)),
            Remarks(text(labels.CHECKED_BY), (_signed(writer, head),)),
        ),
        closing=text(labels.CERTIFICATE_CLOSING),
    )


def _rows(writer: Writer, file: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    text, says = writer.words.text, file["says"]
    yield text(labels.CODE), (file["code"],)
    yield text(labels.PATENT_NO), (printed(file["patent"]),)
    yield text(labels.AT_END_OF), (writer.day(file["on"]),)
    yield text(labels.AT_POSITION), (str(file["position"]),)
    yield text(labels.ISSUED_AT), (writer.moment(file["issued_at"]),)
    if file["besides"]:
        yield text(labels.NAMED), tuple(file["besides"])
    status = labels.NOTHING_KNOWN if says["status"] is None else labels.STATUSES[says["status"]]
    yield text(labels.STATUS), (text(status),)
    for held in says.get("patentees", ()):
        yield text(LINES["patentees"].label), tuple(map(writer.party, held["parties"]))


def _parts(writer: Writer, says: Mapping[str, Any]) -> Iterator[Part]:
    for name, (topic, number) in PARTS.items():
        for row in says.get(name, ()):
            shown = row[number] or row.get("licence_id") or ""
            yield Part(
                writer.words.text(labels.KINDS[topic]),
                writer.rows(LINES, row),
                ((shown, writer.day(row["since"]), _through(writer, row["until"])),),
            )


def _through(writer: Writer, until: str | None) -> str:
    return "" if until is None else writer.lines(LINES["ends_on"], until)[0]


def _became(writer: Writer, state: str, by: list[Any]) -> Remark:
    """What has become of it, and by which entries."""
    text = writer.words.text
    rows: Rows = tuple(
        (
            f"{text(labels.ENTRY)} {entry['position']}",
            (text(labels.KINDS[entry["topic"]]), writer.moment(entry["recorded_at"])),
        )
        for entry in by
    )
    return Remark(text(STATES[state]), rows)


def _signed(writer: Writer, head: Mapping[str, str]) -> Remark:
    text = writer.words.text
    return Remark(text(labels.SIGNED_HEAD), tuple((text(k), (v,)) for k, v in head.items()))
