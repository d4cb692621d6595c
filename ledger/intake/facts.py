"""Takes over the ledger's own facts as JSON Lines (docs/facts.md): what a register or an
institution has on record already, or any source that somebody writes in this form.

One line is one source record. A line that does not hold is reported with its number and the reason,
and nothing else is lost with it. No reason repeats a value of the line, which may be personal.
"""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Iterator
from datetime import date
from typing import IO, Annotated, Any, cast, get_args

import orjson
from pydantic import Field, ValidationError

from ledger.domain.events import Amendment, PatentEvent, RecordWithdrawn
from ledger.domain.lifecycle import kind_by_number
from ledger.domain.parties import Pseudonym, Value
from ledger.domain.periods import CivilDate
from ledger.domain.stating import Number, PatentId, Reading, form_of
from ledger.domain.texts import Text
from ledger.intake.running import Broken, Found
from ledger.transcription import SourceRecord, Stated

LINE_BYTES_MAX = 8 * 1024 * 1024
FACTS_MAX = 20_000
REASON_MAX = 500

KINDS: dict[str, type[PatentEvent]] = {
    cls.TOPIC: cls
    for cls in get_args(PatentEvent)
    if cls is not RecordWithdrawn and not issubclass(cls, Amendment)
}
"""Event kinds that a line may state; a withdrawal is stated by `purged`, a correction by a later
record of the same reference."""


TrademarkId = Annotated[Text, Field(pattern=r"^[A-Z]{2}:[0-9A-Z]{1,20}$")]


class StatedFact(Value):
    """One fact on one patent, or a pledge of one trademark."""

    patent: PatentId | None = None
    trademark: TrademarkId | None = None
    """Office and number of a trademark, which has a stream of its own."""
    event: str
    effective_on: CivilDate | None = None
    """The day from which it counts; the record's day where it is not stated."""
    registration_no: Number | None = None
    fields: dict[str, Any]


class Line(Value):
    """One source record."""

    register_name: Text = Field(alias="register")
    reference: Text
    updated_on: CivilDate
    recorded_on: CivilDate
    purged: Annotated[bool, Field(strict=True)] = False
    facts: tuple[StatedFact, ...] = Field((), max_length=FACTS_MAX)


def read(stream: IO[bytes], pseudonym: Pseudonym) -> Iterator[Found | Broken]:
    """The records of a file in its order. Memory does not grow with the file."""
    number = 0
    try:
        for number, line in enumerate(_lines(stream), 1):
            if line is None:
                yield Broken(None, number, f"the line is longer than {LINE_BYTES_MAX:,} bytes")
            elif line.strip():
                yield _read_line(number, line, pseudonym)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        yield Broken(None, number + 1, f"the compressed file is damaged from here on ({error})")


def _lines(stream: IO[bytes]) -> Iterator[bytes | None]:
    """The lines of a file, plain or gzipped; None where one is too long."""
    magic = b""
    if stream.seekable():
        magic = stream.read(2)
        stream.seek(-len(magic), 1)
    if magic == b"\x1f\x8b":
        stream = cast("IO[bytes]", gzip.GzipFile(fileobj=stream))
    while line := stream.readline(LINE_BYTES_MAX + 1):
        if len(line) <= LINE_BYTES_MAX:
            yield line.removeprefix(b"\xef\xbb\xbf")
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(LINE_BYTES_MAX)
        yield None


def _read_line(number: int, text: bytes, pseudonym: Pseudonym) -> Found | Broken:
    reference = None
    try:
        content = orjson.loads(text)
        reference = _reference(content)
        return Found(number, _record(content, pseudonym))
    except orjson.JSONDecodeError as error:
        reason = f"not JSON: {error.msg} at character {error.colno}"
    except ValidationError as error:
        reason = _reason(error)
    except ValueError as error:
        reason = str(error)
    return Broken(reference, number, reason[:REASON_MAX])


def _reference(content: Any) -> str | None:
    stated = content.get("reference") if isinstance(content, dict) else None
    return stated[:100] if isinstance(stated, str) and stated.isprintable() else None


def _record(content: Any, pseudonym: Pseudonym) -> SourceRecord:
    line = Line.model_validate(content)
    if not line.facts and not line.purged:
        raise ValueError("facts: a record states at least one, unless it is purged")
    facts = tuple(
        _stated(place, fact, line.recorded_on, pseudonym) for place, fact in enumerate(line.facts)
    )
    told = {name: value for name, value in content.items() if name not in NOT_CONTENT}
    return SourceRecord(
        register=line.register_name,
        reference=line.reference,
        digest=hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest(),
        updated_on=line.updated_on,
        recorded_on=line.recorded_on,
        facts=facts,
        purged=line.purged,
    )


NOT_CONTENT = ("updated_on", "purged")


# --- facts ------------------------------------------------------------------------------------


def _stated(place: int, fact: StatedFact, recorded_on: date, pseudonym: Pseudonym) -> Stated:
    event = KINDS.get(fact.event)
    if event is None:
        raise ValueError(f"facts.{place}.event: there is no such kind; docs/facts.md lists them")
    try:
        stated = form_of(event).model_validate(fact.fields)
    except ValidationError as error:
        raise ValueError(_reason(error, f"facts.{place}.fields.")) from None
    stream = _stream(place, fact)
    reader = Reading(pseudonym)
    fields = {
        name: reader.member(name, getattr(stated, name)) for name in type(stated).model_fields
    }
    if fact.event == "patent.entered" and fields["kind"] is None:
        fields["kind"] = kind_by_number(stream)
    number = fact.registration_no or fields.get("licence_id") or fields.get("declaration_no")
    if number is None and fact.event.startswith("pledge."):
        raise ValueError(f"facts.{place}.registration_no: a pledge is known by its number")
    fields["personal"] = tuple(reader.personal.values()) or None
    return Stated(stream, event, fields, fact.effective_on or recorded_on, number)


def _stream(place: int, fact: StatedFact) -> str:
    """The stream a fact stands on: its patent's, or its trademark's."""
    if (fact.patent is None) is (fact.trademark is None):
        raise ValueError(f"facts.{place}: a fact is on one patent, or on one trademark")
    if fact.trademark is None:
        assert fact.patent is not None, "it is one of the two"
        return fact.patent
    if not fact.event.startswith("pledge."):
        raise ValueError(f"facts.{place}.event: of trademarks only pledges are taken over")
    return f"trademark:{fact.trademark}"


def _reason(error: ValidationError, before: str = "") -> str:
    """The first things that are wrong, without the values themselves."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    places = (".".join(map(str, each["loc"])) for each in found)
    said = [f"{before}{place}: {each['msg']}" for place, each in zip(places, found, strict=True)]
    return "; ".join(said[:5])
