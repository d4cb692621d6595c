"""Notices as they are told: those on record, and those that time alone brings for a day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from ledger.domain.dues import Due, DueKind
from ledger.domain.notices import Role, ended_by_itself, fee_arrears
from ledger.domain.obligations import Duty
from ledger.domain.patent import Status
from ledger.domain.periods import LastDay, WorkingCalendar
from ledger.domain.rules import ALIASES, DEFINITIONS, RULES
from ledger.projections import standing

_DAY = timedelta(days=1)

Shown = Mapping[str, Any]
"""A party as a register view shows it."""


class Entry(NamedTuple):
    """An entry by its version in its stream; or the last of a stream by a position."""

    stream: str
    place: int
    by_position: bool = False


@dataclass(frozen=True, slots=True)
class Concerned:
    """Who is concerned on a patent on a day, by the register views."""

    patentees: Sequence[Shown]
    pledges: Sequence[Mapping[str, Any]]
    licences: Sequence[Mapping[str, Any]]
    declaration_no: str | None

    @property
    def pledgees(self) -> list[tuple[Shown, str]]:
        """The pledgees of every live pledge, with its number."""
        return [(p, one["registration_no"]) for one in self.pledges for p in one["pledgees"]]

    @property
    def takers(self) -> list[Shown]:
        """Who has taken a licence under the declaration that stands."""
        taken = (x for x in self.licences if x["declaration_no"] == self.declaration_no)
        return [licensee for licence in taken for licensee in licence["licensees"]]


def concerned_of(row: Mapping[str, Any]) -> Concerned:
    """Who is concerned, from the register views' rows."""
    return Concerned(
        row["patentees"] or [], row["pledges"] or [], row["licences"] or [], row["declaration_no"]
    )


@dataclass(frozen=True, slots=True)
class Told:
    """A notice to one party."""

    patent: str
    party: str
    name: str | None
    role: Role
    rule: str
    duty: Duty
    about: str | None
    since: date
    last_day: date | None
    missing_year: int | None
    entry: Entry
    by: Sequence[str] = ()
    to: Sequence[str] = ()
    obligation: str | None = None
    """Name of the obligation on record; None where time alone brings the notice."""
    met_by: Entry | None = None
    met_on: date | None = None

    def entries(self) -> Iterator[Entry]:
        """The entries that the notice names."""
        yield self.entry
        if self.met_by is not None:
            yield self.met_by

    def shown(self, positions: Mapping[Entry, int]) -> dict[str, Any]:
        """The notice as it is answered; entries by their positions."""
        met = None
        if self.met_by is not None:
            met = {"position": positions.get(self.met_by), "on": self.met_on}
        return {
            "obligation": self.obligation,
            "rule": self.rule,
            "message": sentence(self.rule),
            "duty": self.duty,
            "role": self.role,
            "party": {"id": self.party, "name": self.name},
            "by": list(self.by),
            "to": list(self.to),
            "patent": self.patent,
            "about": self.about,
            "since": self.since,
            "last_day": self.last_day,
            "provisional_for": self.missing_year,
            "entry": {"position": positions.get(self.entry)},
            "met": met,
        }


def sentence(rule: str) -> str:
    """The sentence of a rule or definition."""
    known = RULES.get(ALIASES[rule][0] if rule in ALIASES else rule)
    if known is not None:
        return known.sentence
    definition = DEFINITIONS.get(rule)
    return "" if definition is None else definition.sentence


def recorded(row: Mapping[str, Any]) -> Told:
    """The notice of an obligation on record, from its row."""
    told, met = row["details"], row["details"]["met"]
    return Told(
        patent=row["patent_id"],
        party=row["party"],
        name=told["name"],
        role=told["role"],
        rule=told["rule"],
        duty=Duty(told["duty"]),
        about=told["about"],
        since=date.fromisoformat(told["since"]),
        last_day=None if told["last_day"] is None else date.fromisoformat(told["last_day"]),
        missing_year=told["missing_year"],
        entry=Entry(row["patent_id"], told["entry"]),
        by=told["by"],
        to=told["to"],
        obligation=row["obligation"],
        met_by=None if met is None else Entry(row["patent_id"], met["entry"]),
        met_on=None if met is None else date.fromisoformat(met["on"]),
    )


def due_of(row: Mapping[str, Any]) -> Due:
    """What falls due, from its row."""
    return Due(
        DueKind(row["kind"]),
        row["about"],
        row["falls_on"],
        row["since"],
        row["until"],
        row["entry"],
    )


# --- what time alone brings -----------------------------------------------------------------------


def derived(
    patent: str, due: Due, concerned: Concerned, on: date, calendar: WorkingCalendar
) -> Iterator[Told]:
    """The notices that time has brought by the end of a day."""
    match due.kind:
        case DueKind.FEE:
            last = fee_arrears(due, on, calendar)
            if last is not None:
                yield from _arrears(patent, due, concerned, last)
        case DueKind.PRESERVATION | DueKind.SUSPENSION if ended_by_itself(due, on):
            yield from _freeze_ended(patent, due, concerned)
        case DueKind.LICENCE_CANCELLATION:
            yield from _to_be_cancelled(patent, due, concerned, due.last_day(calendar))
        case _:
            return


def _arrears(patent: str, due: Due, concerned: Concerned, last: LastDay) -> Iterator[Told]:
    """An annual fee is overdue: patentees pay, every pledgee is told, an open licence goes."""
    owing = [party["id"] for party in concerned.patentees]

    def told(
        party: Shown, role: Role, rule: str, duty: Duty, about: str, to: Sequence[str]
    ) -> Told:
        return Told(
            patent=patent,
            party=party["id"],
            name=party["name"],
            role=role,
            rule=rule,
            duty=duty,
            about=about,
            since=last.day + _DAY,
            last_day=last.day,
            missing_year=last.missing_year,
            entry=Entry(patent, due.entry),
            by=owing,
            to=to,
        )

    pledgees = list(dict.fromkeys(party["id"] for party, _ in concerned.pledgees))
    overdue = ("fee-overdue-notify-pledgee", Duty.PAY_FEE)
    for party in concerned.patentees:
        yield told(party, "owes", *overdue, due.about, pledgees)
    for party, number in concerned.pledgees:
        yield told(party, "told", *overdue, number, pledgees)
    if concerned.declaration_no is None:
        return
    takers = list(dict.fromkeys(party["id"] for party in concerned.takers))
    withdraw = ("open-duty-to-withdraw", Duty.WITHDRAW_OPEN_LICENCE, concerned.declaration_no)
    for party in concerned.patentees:
        yield told(party, "owes", *withdraw, takers)
    for party in concerned.takers:
        yield told(party, "told", *withdraw, takers)


def _freeze_ended(patent: str, due: Due, concerned: Concerned) -> Iterator[Told]:
    """A preservation or suspension ended because its time was over."""
    preserved = due.kind is DueKind.PRESERVATION
    rule = "preservation-auto-end" if preserved else "suspension-one-year"
    parties = [*concerned.patentees, *(party for party, _ in concerned.pledgees)]
    for party in {party["id"]: party for party in parties}.values():
        entry = Entry(patent, due.entry)
        yield _informed(patent, entry, party, rule, due.about, due.falls_on + _DAY)


def expired(row: Mapping[str, Any], on: date) -> bool:
    """Whether the right has expired by the end of a day, and not ended before."""
    right = standing.right(row["patent_id"], row["bibliography"], row["facts"])
    return right.status(on) is Status.EXPIRED


def term_over(
    patent: str, facts: Mapping[str, Any], concerned: Concerned, position: int
) -> Iterator[Told]:
    """The term is over: every pledgee is told, and recorded licences are to be cancelled. The day
    follows from the entry at a position."""
    since = date.fromisoformat(facts["terminates_on"])
    entry = Entry(patent, position, by_position=True)
    for party, number in concerned.pledgees:
        yield _informed(patent, entry, party, "lapse-notify-pledgee", number, since)
    for licence in concerned.licences:
        if licence["recorded"]:
            rule = "licence-cancel-on-patent-end"
            yield from _cancelling(patent, entry, licence, rule, since, None)


def _to_be_cancelled(patent: str, due: Due, concerned: Concerned, last: LastDay) -> Iterator[Told]:
    """A licence has ended, and its recordal still stands."""
    assert due.since is not None, "the days to have it cancelled begin with its end"
    for licence in concerned.licences:
        if licence["licence_id"] == due.about:
            rule = "licence-cancel-30-days"
            entry = Entry(patent, due.entry)
            yield from _cancelling(patent, entry, licence, rule, due.since, last)


def _cancelling(
    patent: str,
    entry: Entry,
    licence: Mapping[str, Any],
    rule: str,
    since: date,
    last: LastDay | None,
) -> Iterator[Told]:
    both = {p["id"]: p for p in (*licence["licensors"], *licence["licensees"])}
    for party in both.values():
        yield Told(
            patent=patent,
            party=party["id"],
            name=party["name"],
            role="owes",
            rule=rule,
            duty=Duty.CANCEL_LICENCE,
            about=licence["licence_id"],
            since=since,
            last_day=None if last is None else last.day,
            missing_year=None if last is None else last.missing_year,
            entry=entry,
            by=list(both),
        )


def _informed(patent: str, entry: Entry, party: Shown, rule: str, about: str, since: date) -> Told:
    return Told(
        patent=patent,
        party=party["id"],
        name=party["name"],
        role="told",
        rule=rule,
        duty=Duty.NOTIFY,
        about=about,
        since=since,
        last_day=None,
        missing_year=None,
        entry=entry,
        to=(party["id"],),
    )
