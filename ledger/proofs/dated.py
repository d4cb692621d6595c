"""The dated facts of a patent: all that its public entries say stands on it, with the days on which
it does, so that one digest holds for any day.

They follow from the leaves of the log alone. What a leaf does not show is withheld here too, for
whoever keeps the log as for whoever verifies it. The form is pinned by the golden histories: the
digests stand in signed checkpoints (ADR 0032).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from typing import Any

import orjson

from ledger.domain.evolving import evolve
from ledger.domain.holdings import Declaration, Licence, Parties, Pledge, uninterrupted
from ledger.domain.parties import Party
from ledger.domain.patent import Patent
from ledger.eventstore import reading
from ledger.eventstore.stored_form import canonical
from ledger.eventstore.world import is_patent

Dated = dict[str, Any]


def told_by(entry: bytes) -> tuple[str, str] | None:
    """Stream and topic of the leaf of a public fact about a patent; None for any other leaf."""
    # Members are in the order of their names, and a quote within a text is escaped.
    end = entry.rfind(b',"topic":"')
    begin = entry.rfind(b',"stream":"', 0, end)
    found = 0 < begin < end
    said = orjson.loads(b"{" + entry[begin + 1 :] if found else entry)
    stream = said.get("stream")
    return (stream, said["topic"]) if stream is not None and is_patent(stream) else None


class PublicFold:
    """A patent as its public entries tell it, one after the other."""

    __slots__ = ("count", "patent")

    def __init__(self, stream: str) -> None:
        self.patent = Patent(stream)
        self.count = 0

    def add(self, topic: str, entry: bytes) -> None:
        """Take in the next public entry. Its place among them is its version: the place in the
        stream is not public."""
        self.count += 1
        event = reading.shown(self.patent.id, self.count, topic, entry)
        self.patent = evolve(self.patent, event)  # type: ignore[arg-type] # a patent's own fact


def digest_of(dated: bytes) -> bytes:
    """The digest of dated facts in their canonical form."""
    return sha256(dated).digest()


def key_of(patent: str) -> bytes:
    """Where a patent lies in the map."""
    return sha256(patent.encode()).digest()


def commitment(newest: int, digest: bytes) -> bytes:
    """What the map holds for a patent: the index of its newest public leaf, and the digest of its
    dated facts."""
    return sha256(f'[{newest},"{digest.hex()}"]'.encode()).digest()


def canonical_dated(patent: Patent) -> bytes:
    """The dated facts of a patent folded from public entries, as canonical JSON (RFC 8785)."""
    return canonical(
        {
            "patent": patent.id,
            "right": _right(patent),
            "patentees": list(_patentees(patent)),
            "pledges": [row for pledge in patent.pledges for row in _pledge(pledge)],
            "preservations": [
                {"case_no": paper.case_no, "court": paper.court, "kind": paper.kind}
                | _days(since, until)
                for paper, since, until in patent.preservation_periods()
            ],
            "suspensions": [
                {"case_no": freeze.case_no} | _days(freeze.starts_on, freeze.ends_on)
                for freeze in patent.suspensions
                if freeze.starts_on < freeze.ends_on
            ],
            "licences": [row for licence in patent.licences for row in _licence(licence)],
            "open_licences": [
                row for declared in patent.declarations for row in _declaration(declared)
            ],
        }
    )


def _days(since: date | None, until: date | None) -> Dated:
    return {"since": since, "until": until}


def _parties(parties: Parties) -> list[Any]:
    return [_party(party) for party in parties]


_PARTIES: dict[int, tuple[Party, orjson.Fragment]] = {}
"""Parties by their identity, which each entry of the dictionary keeps."""
_PARTIES_MAX = 50_000


def _party(party: Party) -> orjson.Fragment:
    """A party with the members that it has; the same few come again and again."""
    known = _PARTIES.get(id(party))
    if known is None or known[0] is not party:
        if len(_PARTIES) >= _PARTIES_MAX:
            _PARTIES.clear()
        said = {name: value for name, value in party.__dict__.items() if value is not None}
        known = _PARTIES[id(party)] = (party, orjson.Fragment(canonical(said)))
    return known[1]


def _right(patent: Patent) -> Dated:
    entered = patent.entered
    told: Dated = {
        "aliases": patent.aliases,
        "fees": patent.fees_settled(),
        "statuses": list(_statuses(patent)),
        "terminates_on": patent.terminates_on,
        "titles": patent.titles,
    }
    if entered is not None:
        told |= {
            "fees_paid_through": entered.fees_paid_through,
            "filed_on": entered.filed_on,
            "granted_on": entered.granted_on,
            "invention_title": entered.invention_title,
            "kind": entered.kind,
            "publication_no": entered.publication_no,
            "symbols": entered.symbols,
        }
    decided = [
        {
            "case_no": case.case_no,
            "decision_no": case.decision_no,
            "final_on": case.final_on,
            "outcome": case.outcome,
        }
        for case in sorted(
            patent.invalidations, key=lambda case: (case.final_on or date.min, case.case_no)
        )
        if case.final_on is not None
    ]
    return told | {"invalidations": decided}


def _statuses(patent: Patent) -> Iterator[Dated]:
    """What the right is, from each day on which that turns; the first from ever."""
    granted = None if patent.entered is None else patent.entered.granted_on
    turns = {granted, patent.abandoned_on, patent.terminates_on, date.min}
    turns |= {lapse.effective_on for lapse in patent.lapses}
    before = None
    for day in sorted(day for day in turns if day is not None):
        status = patent.status(day)
        if status is not before:
            yield {"since": None if day == date.min else day, "status": status}
        before = status


def _patentees(patent: Patent) -> Iterator[Dated]:
    held = patent.patentees
    ends = [*(later.since for later in held[1:]), None]
    for patentees, until in zip(held, ends, strict=False):
        if until is None or patentees.since < until:
            yield {"parties": _parties(patentees.parties)} | _days(patentees.since, until)


def _pledge(pledge: Pledge) -> Iterator[Dated]:
    """One row a shape; a revoked registration never was."""
    if pledge.revoked:
        return
    for shape, since, until in pledge.spans():
        yield {
            "registration_no": pledge.registration_no,
            "registered_on": pledge.registered_on,
            "pledgors": _parties(shape.pledgors),
            "pledgees": _parties(shape.pledgees),
        } | _days(since, until)


def _licence(licence: Licence) -> Iterator[Dated]:
    for shape, since, until in licence.spans():
        yield {
            "licence_id": licence.licence_id,
            "registration_no": licence.registration_no,
            "recorded_on": licence.recorded_on,
            "kind": shape.kind,
            "licensors": _parties(shape.licensors),
            "licensees": _parties(shape.licensees),
            "open_licence": licence.declaration_no is not None,
            "sub_licence": licence.head_licence_id is not None,
        } | _days(since, until)


def _declaration(declaration: Declaration) -> Iterator[Dated]:
    shown = {
        "declaration_no": declaration.declaration_no,
        "patentees": _parties(declaration.patentees),
        "fee": declaration.fee,
        "fee_explanation": declaration.fee_explanation,
        "licence_starts_on": declaration.starts_on,
        "licence_ends_on": declaration.ends_on,
        "contact": declaration.contact,
    }
    days = declaration.declared_on, declaration.withdrawn_on
    for span in uninterrupted(*days, declaration.interruptions):
        yield shown | _days(*span)
