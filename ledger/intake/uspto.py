"""Takes over the USPTO's patent assignment records: what each kind of conveyance says here.

A record counts from the day on which it was recorded; the days of execution are kept beside it. It
is taken over on all of its properties or, where one of them names no patent for certain, not at
all. Parties are known by their names alone. Whatever the office tells of where they live, and to
whom it writes, is personal.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from ledger.domain.events import (
    LicenceCancelled,
    LicenceRecorded,
    NameOrAddressChanged,
    PatentEvent,
    PatentNumbered,
    PledgeDeregistered,
    PledgeRegistered,
    PledgeReleased,
    RecordedElsewhere,
    ReleaseRecorded,
    TransferRegistered,
)
from ledger.domain.parties import Party, PartyKind, Personal, Residence, party_by_name
from ledger.intake import uspto_xml
from ledger.intake.characters import Source
from ledger.intake.conveyances import Conveyance, cited_records, classify
from ledger.intake.running import Broken, Found
from ledger.intake.uspto_numbers import aliases_of, patent_of
from ledger.intake.uspto_records import Assignee, AssignmentRecord, BrokenRecord
from ledger.transcription import SourceRecord, Stated

REGISTER = "US-ASSIGNMENTS"

Parties = tuple[Party, ...]
Fact = tuple[type[PatentEvent], dict[str, Any], str | None]
"""An event kind, its fields and the number of its registration, the same on every patent."""


def read(source: Source) -> Iterator[Found | Broken]:
    """The records of a file as the ledger takes them over."""
    for record in uspto_xml.read(source):
        if isinstance(record, BrokenRecord):
            yield Broken(record.reel_frame, record.line, record.reason)
        else:
            yield taken_over(record)


def taken_over(record: AssignmentRecord) -> Found | Broken:
    """The facts that a record states, on every patent it is about."""
    properties: dict[str, tuple[set[str], str | None]] = {}
    for place, item in enumerate(record.properties, 1):
        patent = patent_of(item)
        if patent is None:
            reason = f"property {place}: no document says for certain which patent it is"
            return Broken(record.reel_frame, record.line, reason)
        aliases, title = properties.setdefault(patent, (set(), item.invention_title))
        aliases.update(aliases_of(item))
        properties[patent] = (aliases, title or item.invention_title)
    personal = _personal(record)
    facts = [(event, fields | {"personal": personal}, no) for event, fields, no in _facts(record)]
    stated = []
    for patent, (aliases, title) in properties.items():
        if aliases or title:
            numbers = {"aliases": tuple(sorted(aliases)), "invention_title": title}
            stated.append(Stated(patent, PatentNumbered, numbers, record.recorded_on))
        for event, fields, number in facts:
            stated.append(Stated(patent, event, fields, record.recorded_on, number))
    taken = SourceRecord(
        register=REGISTER,
        reference=record.reel_frame,
        digest=record.digest,
        updated_on=record.last_update_on,
        recorded_on=record.recorded_on,
        facts=tuple(stated),
        purged=record.purge,
    )
    return Found(record.line, taken)


# --- kinds of conveyance ----------------------------------------------------------------------


def _facts(record: AssignmentRecord) -> list[Fact]:
    kind = classify(record.conveyance_text)
    if kind is not Conveyance.CORRECTION:
        return MAPPING[kind](record, kind)
    confirmed = confirmed_by(record.conveyance_text)
    restated = [] if confirmed is None else MAPPING[confirmed](record, confirmed)
    return [*_elsewhere(record, kind), *restated]


def confirmed_by(text: str) -> Conveyance | None:
    """What a corrective assignment restates as it should have been recorded, if it moves title and
    the correction is not about which patents it concerns (docs/adr/0009)."""
    match = CORRECTIVE.search(" ".join(text.upper().split()))
    if match is None or WRONG_PATENTS.search(match["corrected"]):
        return None
    kind = classify(match["confirmed"])
    return kind if kind in MOVES_TITLE else None


CORRECTIVE = re.compile(
    r"\bCORRECTIVE\b(?P<corrected>.*)\bHERE?BY CONFIRMS?\b(?: THE)?(?P<confirmed>.*)"
)
WRONG_PATENTS = re.compile(
    r"\b(?:NUMBERS?|NOS?|APPL\w*|SERIAL|PATENTS?|PROPERT(?:Y|IES)|ERRON\w+|IN ERROR|REMOV\w+"
    r"|DELET\w+|WITHDRAW\w*|DUPLICAT\w+)\b"
)
MOVES_TITLE = {
    Conveyance.ASSIGNMENT,
    Conveyance.NUNC_PRO_TUNC,
    Conveyance.MERGER,
    Conveyance.COURT_ORDER,
    Conveyance.NAME_CHANGE,
}


def _transfer(record: AssignmentRecord, kind: Conveyance) -> list[Fact]:
    fields = {
        "cause": CAUSES[kind],
        "transferors": _assignors(record),
        "transferees": _assignees(record),
        "patentees_after": None,
        "executed_on": _executed_on(record),
    }
    return [(TransferRegistered, fields, None)]


CAUSES = {
    Conveyance.ASSIGNMENT: "assignment",
    Conveyance.NUNC_PRO_TUNC: "assignment",
    Conveyance.MERGER: "merger",
    Conveyance.COURT_ORDER: "judgment",
    Conveyance.NAME_CHANGE: "change_of_form",
}


def _name_change(record: AssignmentRecord, kind: Conveyance) -> list[Fact]:
    """One party under a new name; where several are named, who became whom is not said."""
    before, after = _assignors(record), _assignees(record)
    if len(before) != 1 or len(after) != 1:
        return _transfer(record, kind)
    fields = {"before": before[0], "after": after[0], "item": "name"}
    return [(NameOrAddressChanged, fields, None)]


def _address_change(record: AssignmentRecord, kind: Conveyance) -> list[Fact]:
    """The same parties at another address, which is personal."""
    before = {party.id: party for party in _assignors(record)}
    after = {party.id: party for party in _assignees(record)}
    if set(before) != set(after) and not len(before) == len(after) == 1:
        return _elsewhere(record, kind)
    if set(before) == set(after):
        pairs = [(before[party], after[party]) for party in before]
    else:
        pairs = list(zip(before.values(), after.values(), strict=True))
    return [
        (NameOrAddressChanged, {"before": b, "after": a, "item": _changed(b, a)}, None)
        for b, a in pairs
    ]


def _changed(before: Party, after: Party) -> str:
    return "address" if before.id == after.id else "both"


def _security_interest(record: AssignmentRecord, _: Conveyance) -> list[Fact]:
    fields = {"pledgors": _assignors(record), "pledgees": _assignees(record)}
    return [(PledgeRegistered, fields, _number(record.reel_frame))]


def _release(record: AssignmentRecord, _: Conveyance) -> list[Fact]:
    """The end of the registrations that it cites, or of the one that its parties have."""
    cited = _cited(record)
    if not cited:
        return [(ReleaseRecorded, {"kind": "pledge", **_said(record)}, None)]
    if re.search(r"\bPARTIAL", record.conveyance_text, re.IGNORECASE):
        return [(PledgeReleased, {}, _number(reference)) for reference in cited]
    return [(PledgeDeregistered, {}, _number(reference)) for reference in cited]


def _licence(record: AssignmentRecord, _: Conveyance) -> list[Fact]:
    number = _number(record.reel_frame)
    fields = {
        "licence_id": number,
        "kind": licence_kind(record.conveyance_text),
        "licensors": _assignors(record),
        "licensees": _assignees(record),
        "head_licence_id": None,
    }
    return [(LicenceRecorded, fields, number)]


def licence_kind(text: str) -> str:
    """The kind that the words say; ordinary where they do not."""
    words = re.sub(r"\bNON[- ]?(?:EXCLUSIVE|SOLE)", "", text.upper())
    if re.search(r"\bEXCLUSIVE", words):
        return "exclusive"
    return "sole" if re.search(r"\bSOLE\b", words) else "ordinary"


def _licence_termination(record: AssignmentRecord, _: Conveyance) -> list[Fact]:
    cited = _cited(record)
    if not cited:
        return [(ReleaseRecorded, {"kind": "licence", **_said(record)}, None)]
    parties = {"licensors": _assignors(record), "licensees": _assignees(record)}
    return [
        (LicenceCancelled, {"licence_id": _number(reference), **parties}, _number(reference))
        for reference in cited
    ]


def _elsewhere(record: AssignmentRecord, kind: Conveyance) -> list[Fact]:
    """Kept as text: what it does to the register is not said."""
    fields = {
        "kind": kind.value,
        **_said(record),
        "cites": cited_records(record.conveyance_text),
        "executed_on": _executed_on(record),
    }
    return [(RecordedElsewhere, fields, None)]


MAPPING: dict[Conveyance, Callable[[AssignmentRecord, Conveyance], list[Fact]]] = {
    Conveyance.ASSIGNMENT: _transfer,
    Conveyance.NUNC_PRO_TUNC: _transfer,
    Conveyance.MERGER: _transfer,
    Conveyance.COURT_ORDER: _transfer,
    Conveyance.NAME_CHANGE: _name_change,
    Conveyance.ADDRESS_CHANGE: _address_change,
    Conveyance.SECURITY_INTEREST: _security_interest,
    Conveyance.RELEASE: _release,
    Conveyance.LICENCE: _licence,
    Conveyance.CONFIRMATORY_LICENCE: _licence,
    Conveyance.LICENCE_TERMINATION: _licence_termination,
    Conveyance.CORRECTION: _elsewhere,
    Conveyance.SECURITY_TRANSFER: _elsewhere,
    Conveyance.GOVERNMENT_INTEREST: _elsewhere,
    Conveyance.OTHER: _elsewhere,
}


def _number(reference: str) -> str:
    """The number under which a record's pledge or licence is known, `US 12345/678`."""
    return f"US {reference}"


def _cited(record: AssignmentRecord) -> list[str]:
    return [r for r in cited_records(record.conveyance_text) if r != record.reel_frame]


def _said(record: AssignmentRecord) -> dict[str, Any]:
    return {
        "text": record.conveyance_text,
        "from_parties": _assignors(record),
        "to_parties": _assignees(record),
    }


def _executed_on(record: AssignmentRecord) -> tuple[str, ...] | None:
    """Days of execution beside the names, as stated."""
    days = [
        f"{each.name}: {each.executed_on or each.acknowledged_on}"
        for each in record.assignors
        if each.executed_on or each.acknowledged_on
    ]
    return tuple(days) or None


# --- parties ----------------------------------------------------------------------------------


def _assignors(record: AssignmentRecord) -> Parties:
    return _distinct(
        _party(each.name, each.name_type, Residence.ABROAD) for each in record.assignors
    )


def _assignees(record: AssignmentRecord) -> Parties:
    return _distinct(
        _party(each.name, each.name_type, residence(each.country)) for each in record.assignees
    )


def _distinct(parties: Iterator[Party]) -> Parties:
    return tuple({party.id: party for party in parties}.values())


def _party(name: str, name_type: str | None, where: Residence) -> Party:
    kind = kind_of_party(name, name_type)
    return Party(id=party_by_name(name), name=name, kind=kind, residence=where)


def kind_of_party(name: str, name_type: str | None) -> PartyKind:
    """By the office's word, else by the name: `SURNAME, GIVEN NAMES` is how it writes a person."""
    words = name.upper()
    if name_type == "natural":
        return PartyKind.INDIVIDUAL
    if re.search(r"\bUNIVERSIT|\bUNIV\b|\bCOLLEGE\b", words):
        return PartyKind.UNIVERSITY
    if re.search(r"\b(?:UNITED STATES OF AMERICA|GOVERNMENT|DEPARTMENT OF|SECRETARY OF)\b", words):
        return PartyKind.STATE_ORGAN
    person = re.fullmatch(r"[^\W\d][^\d,&/]+, [^\d,&/]+", words) and not COMPANY.search(words)
    if name_type is None and person:
        return PartyKind.INDIVIDUAL
    return PartyKind.ENTERPRISE


COMPANY = re.compile(
    r"\b(?:INC|INCORPORATED|CORP|CORPORATION|CO|COMPANY|LTD|LIMITED|LL[CP]|L\.L\.[CP]|L\.?P|PLC|AG"
    r"|GMBH|KG|SE|S\.?A|S\.?A\.?S|SARL|S\.?P\.?A|S\.?R\.?L|[BN]\.?V|A/?S|OY|AB|PTE|PTY|TRUST\w*|BANK"
    r"|AGENT|N\.?A|ASSOCIATION|FOUNDATION|INSTITUTE|PARTNERS\w*|HOLDINGS?|GROUP|FUND|K\.?K)\b"
)


def residence(country: str | None) -> Residence:
    """The office names no country for the United States."""
    words = (country or "").upper()
    if "HONG KONG" in words or "TAIWAN" in words or words.startswith("MACA"):
        return Residence.HK_MO_TW
    return Residence.MAINLAND if re.search(r"\bCHINA\b", words) else Residence.ABROAD


def _personal(record: AssignmentRecord) -> tuple[Personal, ...] | None:
    """Where assignees live and to whom the office writes."""
    found = [
        Personal(party=party_by_name(each.name), address=address)
        for each in record.assignees
        if (address := _address(each))
    ]
    to = record.correspondent
    if to is not None and (to.name or to.address):
        lines = filter(None, (to.name, *to.address))
        found.append(Personal(party="correspondent", address=", ".join(lines)))
    return tuple(found) or None


def _address(assignee: Assignee) -> str:
    parts = (*assignee.address, assignee.city, assignee.state, assignee.postcode, assignee.country)
    return ", ".join(part for part in parts if part)
