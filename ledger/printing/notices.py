"""Notices as documents: what a filing entered, or why it was refused, in a reader's language.

They are made from a filing's answer as the reader may see it and from nothing else: what is not
told to the reader is on no notice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from ledger.domain.numbers import printed
from ledger.domain.refusals import Finding, Severity
from ledger.domain.rules import RULES
from ledger.domain.rules.catalogue import FACT_UNKNOWN, PROVISIONAL
from ledger.printing import labels
from ledger.printing.lines import LINES
from ledger.printing.values import Rows, Writer, named
from ledger.wording import Wording

UNTOLD: Final = frozenset({"consent.used"})
"""Kinds of entries of which a notice says nothing: what a consent allowed says that it was used."""


@dataclass(frozen=True, slots=True)
class Part:
    """Entries of one kind that say the same, and where they say it."""

    heading: str
    rows: Rows
    places: tuple[tuple[str, str, str], ...]
    """Patent, day from which it counts, position in the log."""


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to do, to heed or to cure."""

    text: str
    rows: Rows


@dataclass(frozen=True, slots=True)
class Remarks:
    """Remarks of one sort, such as the grounds of a refusal."""

    heading: str
    remarks: tuple[Remark, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """A document to print."""

    language: str
    register: str
    title: str
    opening: str
    rows: Rows
    columns: tuple[str, str, str]
    parts: tuple[Part, ...]
    remarks: tuple[Remarks, ...]
    closing: str


# --- what was entered ---------------------------------------------------------------------------


def notice(words: Wording, filing: Mapping[str, Any]) -> Notice:
    """The notice of what a filing entered, from its receipt and those of its entries that the
    reader may see, as `GET /v1/filings/{id}` answers them."""
    receipt = filing["receipt"]
    told = [entry for entry in filing["entries"] if entry["topic"] not in UNTOLD]
    writer = Writer(words, dict(named(filing["entries"])))
    title = _title(told)
    return _page(
        words,
        title.name,
        title.opening if told else labels.NOT_PUBLIC,
        rows=(*_head(writer, receipt), *_awaited(writer, filing.get("prepared"))),
        parts=tuple(_parts(writer, told)),
        remarks=(
            _remarks(writer, labels.OBLIGATIONS, receipt["obligations"]),
            _remarks(writer, labels.WARNINGS, receipt["warnings"]),
        ),
        closing=labels.CLOSING,
    )


def _title(told: Iterable[Mapping[str, Any]]) -> labels.Title:
    topics = {entry["topic"].removeprefix("hidden_") for entry in told}
    return next((t for topic, t in labels.NOTICES.items() if topic in topics), labels.RECEIPT)


def _head(writer: Writer, receipt: Mapping[str, Any]) -> Rows:
    text = writer.words.text
    number = receipt["registration_no"]
    return (
        *(((text(labels.REGISTRATION_NO), (number,)),) if number else ()),
        (text(labels.REGISTERED_ON), (writer.day(receipt["registered_on"]),)),
        (text(labels.FILING), (receipt["filing_id"],)),
        (text(labels.FILED_BY), (receipt["filed_by"],)),
        (text(labels.RECORDED_AT), (writer.moment(receipt["recorded_at"]),)),
    )


def _awaited(writer: Writer, prepared: Mapping[str, Any] | None) -> Rows:
    """Who has still to confirm a prepared filing."""
    if prepared is None or prepared["state"] != "awaiting_confirmation":
        return ()
    names = tuple(party["name"] for party in prepared["awaiting"])
    return ((writer.words.text(labels.AWAITING), names),)


def _parts(writer: Writer, told: Iterable[Mapping[str, Any]]) -> Iterator[Part]:
    """The entries, those that say the same together."""
    places: dict[tuple[str, Rows], list[tuple[str, str, str]]] = {}
    for entry in told:
        values = _values(entry)
        rows = writer.rows(LINES, values)
        stream = entry["stream"]
        place = (
            printed(stream) if not stream.startswith(("filing:", "party:")) else "",
            writer.day(values["effective_on"]),
            str(entry["position"]),
        )
        places.setdefault((entry["topic"], rows), []).append(place)
    for (topic, rows), where in places.items():
        yield Part(writer.words.text(labels.KINDS[topic]), rows, tuple(where))


def _values(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The members of an entry that its reader was shown."""
    public = entry["entry"]
    opened = {name: value for name, (_, value) in (entry.get("open") or {}).items()}
    return {**public, **public.get("fields", {}), **entry.get("confidential", {}), **opened}


# --- what was refused ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Refusal:
    """A filing that was refused, as its filer was told."""

    command: str
    """Name of the act."""
    findings: tuple[Finding, ...]
    judged_at: datetime
    by: str
    reference: str | None = None
    dry_run: bool = False


def refusal(words: Wording, refused: Refusal) -> Notice:
    """The notice that a filing is refused, with every ground."""
    writer, text = Writer(words, {}), words.text
    reference = refused.reference
    sorts = {
        labels.GROUNDS: Severity.REFUSAL,
        labels.BESIDES: Severity.WARNING,
    }
    return _page(
        words,
        labels.REFUSALS.get(refused.command, labels.REFUSAL),
        labels.REFUSED,
        rows=(
            *(((text(labels.REFERENCE), (reference,)),) if reference else ()),
            (text(labels.FILED_BY), (refused.by,)),
            (text(labels.JUDGED_AT), (writer.moment(refused.judged_at),)),
        ),
        parts=(),
        remarks=tuple(
            Remarks(
                text(heading),
                tuple(_ground(writer, f) for f in refused.findings if f.severity is severity),
            )
            for heading, severity in sorts.items()
        ),
        closing=labels.DRY_RUN if refused.dry_run else labels.AGAIN,
    )


def refused_earlier(words: Wording, filing: Mapping[str, Any]) -> Notice:
    """The notice that a prepared filing was refused, from what its parties are told of it."""
    prepared = filing["prepared"]
    decided_at = prepared["decided_at"]
    return refusal(
        words,
        Refusal(
            command=prepared["command"],
            findings=tuple(_finding(told) for told in prepared["findings"]),
            judged_at=decided_at,
            by=filing["receipt"]["filed_by"],
            reference=filing["receipt"]["filing_id"],
        ),
    )


def _ground(writer: Writer, finding: Finding) -> Remark:
    """What a rule found, with the fact that failed."""
    words = writer.words
    said = in_words(words, finding)
    about = {
        labels.PATENT_NO: printed(said.patent) if said.patent else None,
        labels.PLACE: said.pointer,
        labels.CURE: said.cure,
        labels.WAIVER: said.waiver,
        labels.LAW: f"{said.article} · {said.rule}",
    }
    rows = tuple((words.text(label), (value,)) for label, value in about.items() if value)
    facts = tuple(f"{name}: {_plain(value)}" for name, value in said.fact.items())
    return Remark(said.message, (*rows, *(((words.text(labels.FACT), facts),) if facts else ())))


def _plain(value: Any) -> str:
    """A fact of a finding, which is data, on one line."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_plain(of)}" for name, of in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_plain(each) for each in value)
    return str(value)


# --- findings -----------------------------------------------------------------------------------


def _remarks(writer: Writer, heading: str, findings: Iterable[Mapping[str, Any]]) -> Remarks:
    told = tuple(_remark(writer, stored) for stored in findings)
    return Remarks(writer.words.text(heading), told)


def _remark(writer: Writer, stored: Mapping[str, Any]) -> Remark:
    """A warning or an obligation of a receipt."""
    text = writer.words.text
    said = in_words(writer.words, _finding(stored))
    days = tuple(
        dict.fromkeys(_last_day(writer, o) for o in stored.get("owed", ()) if o["last_day"])
    )
    about = {
        labels.PATENT_NO: (printed(said.patent),) if said.patent else (),
        labels.LAST_DAY: days,
        labels.HOW: (said.cure,) if said.cure else (),
        labels.LAW: (f"{said.article} · {said.rule}",),
    }
    rows = tuple((text(label), lines) for label, lines in about.items() if lines)
    return Remark(said.message, rows)


def _last_day(writer: Writer, owed: Mapping[str, Any]) -> str:
    day = writer.day(owed["last_day"])
    year = owed["missing_year"]
    if year is None:
        return day
    return f"{day}. {writer.words.text(PROVISIONAL).format(year=year)}"


def _finding(stored: Mapping[str, Any]) -> Finding:
    members = {name: value for name, value in stored.items() if name not in ("owed", "severity")}
    return Finding(severity=Severity(stored["severity"]), **members)


def in_words(words: Wording, finding: Finding) -> Finding:
    """A finding in a language. What was said under an earlier catalogue stays as it was said."""
    rule = RULES.get(finding.rule)
    known = finding.rule == FACT_UNKNOWN or (
        rule is not None and finding.message.startswith(rule.sentence)
    )
    return words.finding(finding) if known else finding


# --- the page -----------------------------------------------------------------------------------


def _page(
    words: Wording,
    title: str,
    opening: str,
    *,
    rows: Rows,
    parts: tuple[Part, ...],
    remarks: tuple[Remarks, ...],
    closing: str,
) -> Notice:
    columns = (labels.PATENT_NO, labels.EFFECTIVE_ON, labels.ENTRY)
    text = words.text
    return Notice(
        language=words.language,
        register=text(labels.REGISTER),
        title=text(title),
        opening=text(opening),
        rows=rows,
        columns=(text(columns[0]), text(columns[1]), text(columns[2])),
        parts=parts,
        remarks=tuple(each for each in remarks if each.remarks),
        closing=text(closing),
    )
