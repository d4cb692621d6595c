"""Reads files of the USPTO's patent assignment XML (PADX): daily files and back files alike.

What a fact of the ledger needs must be there and must be readable, or the record is reported as
broken; what it does not need may be missing, and elements unknown here are passed over. A record to
be purged need say no more than which record it is and when it was recorded.

A record is known by reel and frame. Its `digest` is of its content alone: the date of its last
update and the purge indicator say something *about* the content, so a record sent again unchanged,
with another date of update, is still the same.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from datetime import date
from typing import TypeVar

import orjson
from lxml import etree
from lxml.etree import _Element

from ledger.domain.numbers import NUMBER_MAX
from ledger.domain.texts import LONG_TEXT_MAX, TEXT_MAX, long_text
from ledger.intake.characters import Source
from ledger.intake.uspto_chunks import PARSER, Chunk, chunks
from ledger.intake.uspto_records import (
    Assignee,
    AssignmentRecord,
    Assignor,
    BrokenRecord,
    Correspondent,
    DocumentId,
    FileHeader,
    Property,
)

T = TypeVar("T")


def read(source: Source) -> Iterator[AssignmentRecord | BrokenRecord]:
    """The records of a file in its order; WrongFileError if it is not such a file.

    A path or an open binary stream, plain, gzipped or zipped. Memory does not grow with the file.
    """
    transaction_on: date | None = None
    for chunk in chunks(source):
        if chunk.problem is not None:
            yield BrokenRecord(_reel_frame_within(chunk.text), chunk.line, chunk.problem)
        elif chunk.is_record:
            yield _read_record(chunk, transaction_on)
        else:
            transaction_on = _header(chunk.text).transaction_on or transaction_on


def read_header(source: Source) -> FileHeader:
    """What the file says of itself, read from its beginning alone."""
    return _header(next(iter(chunks(source))).text)


# --- records ---------------------------------------------------------------------------------


class _Unreadable(Exception):
    """What is wrong with a record."""


def _read_record(chunk: Chunk, transaction_on: date | None) -> AssignmentRecord | BrokenRecord:
    try:
        root = etree.fromstring(chunk.text.encode(), PARSER)
        return _record(root, chunk.line, transaction_on)
    except _Unreadable as unreadable:
        reason = str(unreadable)
    except etree.XMLSyntaxError as error:
        message = re.sub(r",? line (\d+)(, column \d+)?", "", error.msg or "damaged")
        reason = f"not well-formed at line {chunk.line + (error.lineno or 1) - 1}: {message[:200]}"
    return BrokenRecord(_reel_frame_within(chunk.text), chunk.line, reason)


def _record(root: _Element, line: int, transaction_on: date | None) -> AssignmentRecord:
    sections = _children(root, SECTIONS)
    if list(sections) != [name for name in SECTIONS if name in sections]:
        raise _Unreadable(f"its parts stand in the wrong order: {', '.join(sections)}")
    if "assignment-record" not in sections:
        raise _Unreadable("no assignment-record")
    head = _children(sections["assignment-record"], HEAD)
    reel_no, frame_no = _number(head, "reel-no"), _number(head, "frame-no")
    if reel_no is None or frame_no is None or reel_no == 0:
        raise _Unreadable("no reel-no and frame-no to know it by")
    recorded_on = _date(head, "recorded-date", whole=True)
    if recorded_on is None or recorded_on < FIRST_PATENT_ACT:
        raise _Unreadable("no recorded-date")
    purge = _purge(head)
    record = AssignmentRecord(
        reel_frame=f"{reel_no}/{frame_no}",
        reel_no=reel_no,
        frame_no=frame_no,
        last_update_on=_date(head, "last-update-date", whole=True) or transaction_on or recorded_on,
        purge=purge,
        recorded_on=recorded_on,
        page_count=_number(head, "page-count"),
        correspondent=_correspondent(head),
        conveyance_text=_text(head, "conveyance-text", LONG_TEXT_MAX),
        assignors=_each(sections, "patent-assignor", _assignor, purge=purge),
        assignees=_each(sections, "patent-assignee", _assignee, purge=purge),
        properties=_each(sections, "patent-property", _property, purge=purge),
        digest="",
        line=line,
    )
    if not purge and not any(each.documents for each in record.properties):
        raise _Unreadable("no patent-property names a document")
    return replace(record, digest=_digest(record))


def _correspondent(head: Fields) -> Correspondent | None:
    if "correspondent" not in head:
        return None
    fields = _children(head["correspondent"], ("name", *ADDRESS))
    return Correspondent(_text(fields, "name"), _address(fields))


def _assignor(element: _Element) -> Assignor:
    fields = _children(element, ("name", "execution-date", "date-acknowledged"))
    executed_on, acknowledged_on = (
        _date(fields, "execution-date"),
        _date(fields, "date-acknowledged"),
    )
    return Assignor(_name(fields), _name_type(fields), executed_on, acknowledged_on)


def _assignee(element: _Element) -> Assignee:
    fields = _children(element, ("name", *ADDRESS, "city", "state", "country-name", "postcode"))
    return Assignee(
        name=_name(fields),
        name_type=_name_type(fields),
        address=_address(fields),
        city=_text(fields, "city") or None,
        state=_text(fields, "state") or None,
        country=_text(fields, "country-name") or None,
        postcode=_text(fields, "postcode") or None,
    )


def _property(element: _Element) -> Property:
    documents = (_document(child) for child in element.iterchildren("{*}document-id"))
    title = _text(_children(element, ("invention-title",)), "invention-title", LONG_TEXT_MAX)
    return Property(tuple(each for each in documents if each.number), title or None)


def _document(element: _Element) -> DocumentId:
    fields = _children(element, ("country", "doc-number", "kind", "name", "date"))
    country = _text(fields, "country").upper() or "US"
    if not re.fullmatch("[A-Z]{2}", country):
        raise _Unreadable("the country of a document is not two letters")
    number = _text(fields, "doc-number")
    if len(number) > NUMBER_MAX:
        raise _Unreadable(f"doc-number is longer than {NUMBER_MAX} characters")
    kind = _text(fields, "kind").upper() or None
    return DocumentId(country, number, kind, _text(fields, "name") or None, _date(fields, "date"))


def _digest(record: AssignmentRecord) -> str:
    content = {k: v for k, v in asdict(record).items() if k not in NOT_CONTENT}
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


NOT_CONTENT = {"last_update_on", "purge", "digest", "line"}
SECTIONS = ("assignment-record", "patent-assignors", "patent-assignees", "patent-properties")
HEAD = (
    *("reel-no", "frame-no", "last-update-date", "purge-indicator", "recorded-date"),
    *("page-count", "correspondent", "conveyance-text"),
)
ADDRESS = ("address-1", "address-2", "address-3", "address-4")
INLINE = {"b", "i", "u", "sup", "sub", "smallcaps"}
PURGE = {"Y": True, "N": False, "": False}
FIRST_PATENT_ACT = date(1790, 4, 10)


# --- fields ----------------------------------------------------------------------------------

Fields = dict[str, _Element]


def _children(parent: _Element, names: tuple[str, ...]) -> Fields:
    """The children of these names, each at most once, in their order; others are passed over."""
    found: Fields = {}
    for child in parent:
        name = _local_name(child)
        if name in found:
            raise _Unreadable(f"{name} stands twice")
        if name in names:
            found[name] = child
    return found


def _local_name(element: _Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _each(
    sections: Fields, name: str, read_one: Callable[[_Element], T], *, purge: bool
) -> tuple[T, ...]:
    """What stands in a section; only a record to be purged may have nothing there."""
    section = sections.get(PLURAL[name])
    things = (
        tuple(map(read_one, section.iterchildren(f"{{*}}{name}"))) if section is not None else ()
    )
    if not things and not purge:
        raise _Unreadable(f"no {name}")
    return things


PLURAL = {
    "patent-assignor": "patent-assignors",
    "patent-assignee": "patent-assignees",
    "patent-property": "patent-properties",
}


def _text(fields: Fields, name: str, longest: int = TEXT_MAX) -> str:
    """The text of a field on one line, marks of print taken off; empty if there is none."""
    if name not in fields:
        return ""
    text = _flat(fields[name])
    if not text.isascii():
        text = text.translate(WINDOWS_1252)
    text = " ".join(text.split())
    if len(text) > longest:
        raise _Unreadable(f"{name} is longer than {longest:,} characters")
    if text.isascii() and text.isprintable():
        return text
    try:
        return long_text(text)
    except ValueError as error:
        raise _Unreadable(f"{name}: {error}") from error


def _flat(element: _Element) -> str:
    if not len(element):
        return element.text or ""
    if any(_local_name(inner) not in INLINE for inner in element.iterdescendants()):
        raise _Unreadable(f"{_local_name(element)} holds elements where a text should be")
    return "".join(map(str, element.itertext()))


WINDOWS_1252 = {
    code: character
    for code in range(0x80, 0xA0)
    if (character := bytes([code]).decode("cp1252", "ignore"))
}
"""Control characters of ISO 8859-1 that are meant as the quotation marks and dashes of Windows."""


def _name(fields: Fields) -> str:
    name = _text(fields, "name")
    if not name:
        raise _Unreadable("a party without a name")
    return name


def _name_type(fields: Fields) -> str | None:
    name_type = fields["name"].get("name-type", "").strip().lower()
    return name_type if name_type in ("natural", "legal") else None


def _address(fields: Fields) -> tuple[str, ...]:
    return tuple(line for name in ADDRESS if (line := _text(fields, name)))


def _number(fields: Fields, name: str) -> int | None:
    text = _text(fields, name)
    if text and not re.fullmatch("[0-9]{1,9}", text):
        raise _Unreadable(f"{name} is not a number")
    return int(text) if text else None


def _purge(head: Fields) -> bool:
    indicator = _text(head, "purge-indicator").upper()
    if indicator not in PURGE:
        raise _Unreadable("purge-indicator is neither Y nor N")
    return PURGE[indicator]


def _date(fields: Fields, name: str, *, whole: bool = False) -> date | None:
    """The date of a field; none if blank or zeros, or if a part of it is zeros and may be."""
    if name not in fields:
        return None
    inner = _children(fields[name], ("date",))
    text = _text(inner or fields, "date" if inner else name)
    day = _day(text)
    if day is None and text.strip("0-") and (whole or not PARTIAL_DATE.fullmatch(text)):
        raise _Unreadable(f"{name} is not a date")
    return day


def _day(text: str) -> date | None:
    match = DATE.fullmatch(text)
    try:
        return date(*map(int, match.groups())) if match else None
    except ValueError:
        return None


DATE = re.compile("([0-9]{4})-?([0-9]{2})-?([0-9]{2})")
PARTIAL_DATE = re.compile("[0-9]{4}-?(?:00|0[1-9]|1[0-2])-?00")


# --- what stands in damaged text -------------------------------------------------------------


def _header(text: str) -> FileHeader:
    code, day = ACTION_KEY_CODE.search(text), TRANSACTION_DATE.search(text)
    return FileHeader(code and code[1], day and _day(day[1]), bool(NO_DATA.search(text)))


def _reel_frame_within(text: str) -> str | None:
    reel, frame = REEL.search(text), FRAME.search(text)
    return f"{int(reel[1])}/{int(frame[1])}" if reel and frame else None


ACTION_KEY_CODE = re.compile(r"<action-key-code>\s*(\w{1,10})\s*<")
TRANSACTION_DATE = re.compile(r"<transaction-date>\s*(?:<date>\s*)?([0-9-]{8,10})\s*<")
NO_DATA = re.compile(r"<data-available-code>\s*[Nn]\s*<")
REEL = re.compile(r"<reel-no>\s*([0-9]{1,9})\s*<")
FRAME = re.compile(r"<frame-no>\s*([0-9]{1,9})\s*<")
