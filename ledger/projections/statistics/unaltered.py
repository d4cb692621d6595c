"""Streams on which a right was granted and dealt with and nothing was altered since: most of all.

Each row of theirs is known from the filing that made it and was never closed, so it follows from
the grant and its own fact, and nothing need be folded. What is told here of a transfer and of a
pledge is what the views tell of one that is as it was made; a stream with any fact besides, or
written in any other form than today's, is left to the fold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple

from ledger.domain import folds
from ledger.domain.events import (
    LicenceRecorded,
    OpenLicenceDeclared,
    PatentEntered,
    PledgeRegistered,
    TransferRegistered,
)
from ledger.domain.evolving import evolve_in_order
from ledger.domain.figures import enterprises
from ledger.domain.parties import Party
from ledger.domain.patent import Patent
from ledger.eventstore import reading
from ledger.projections.history import Row, View
from ledger.projections.licence_rates import LICENCE_RATE, OPEN_LICENCE_ASKED
from ledger.projections.operations import OPERATION, PLEDGE, TRANSFER
from ledger.projections.packing import day as packed_day
from ledger.projections.packing import text, values, word
from ledger.projections.pledge_financing import PLEDGE_FINANCING
from ledger.projections.statistics.excerpts import (
    OF_GRANT,
    OF_PLEDGE,
    OF_TRANSFER,
    between,
    day,
    kind_of,
    last,
    members,
    number_of,
    of_first,
    of_first_packed,
    parties,
    stated_claim,
)
from ledger.projections.statistics.families import DEALINGS
from ledger.projections.statistics.grouping import (
    OF_PATENT,
    UNKNOWN,
    Columns,
    chinese,
    is_trademark,
    of_grant,
    of_no_grant,
)

CORRECTS_NOTHING: Final = b'{"corrects":null,'
"""How an entry begins that replaces none; what is hidden says it elsewhere."""


class Packed(NamedTuple):
    """A row as binary COPY takes it, but for its positions."""

    table: str
    thing: str
    body: bytes


Shown = Iterable[Packed]


class Logged(NamedTuple):
    """An entry of a stream as it lies in the log."""

    known: int
    """The last position of its filing."""
    version: int
    topic: bytes
    state: bytes


class Stream(NamedTuple):
    """A stream as far as it is read."""

    name: str
    groups: Columns
    """What the patent is grouped by."""
    grant: Logged | None = None

    def row(self, view: View, thing: str, *columns: Any) -> Packed:
        """A row of an act, which is named so."""
        named = f"{self.name} {thing}"
        return Packed(view.table, named, view.body(Row(named, self.name, None, None, columns)))

    def operation(self, act: str, cause: str, on: date, number: str, givers: bytes) -> Packed:
        """A row of OPERATION, which most rows are: parties come again, and are packed once."""
        thing = f"{self.name} {act} {number}"
        packed = [
            OPERATION.head,
            text(thing),
            text(self.name),
            word(act),
            word(cause),
            packed_day(on),
            text(number),
            values(OF_PATENT, self.groups),
            of_first_packed(givers),
        ]
        return Packed(OPERATION.table, thing, b"".join(packed))

    def granted(self) -> Patent:
        """The patent with its grant alone."""
        if self.grant is None:
            return Patent(self.name)
        _, version, topic, state = self.grant
        grant = reading.glance(self.name, version, topic.decode(), state)
        return evolve_in_order(Patent(self.name), grant)  # type: ignore[arg-type] # the stream's fact


Told = list[tuple[Packed, int]]
"""Rows, each with the position from which it is known."""


def rows_of(name: str, log: Sequence[Logged]) -> Told | None:
    """Each row of a stream; None where the stream has to be folded."""
    try:
        return _told(name, log)
    except reading.WRONG:
        return None


def _told(name: str, log: Sequence[Logged]) -> Told | None:
    stream = None
    told: Told = []
    for entry in log:
        if entry.topic in ALTERING or not entry.state.startswith(CORRECTS_NOTHING):
            return None
        if entry.topic == GRANT:
            if stream is not None:
                return None
            stream = _granted(name, entry)
        elif (telling := ADDING.get(entry.topic)) is not None:
            stream = stream or Stream(name, of_no_grant(name))
            told += [(row, entry.known) for row in telling(stream, entry)]
    if len(told) < 2:
        return told
    # Of things of one number the fold tells which is which.
    return told if len({(row.table, row.thing) for row, _ in told}) == len(told) else None


def _granted(name: str, logged: Logged) -> Stream:
    if is_trademark(name):
        return Stream(name, of_no_grant(name), logged)
    fields = members(logged.state, OF_GRANT)
    kind, on = fields["kind"], fields["granted_on"]
    groups = of_grant(
        None if kind is None else kind_of(kind),
        fields["symbols"],
        fields["industry"],
        fields["strategic_industry"],
        None if on is None else day(on),
    )
    return Stream(name, groups, logged)


# --- as it was made -------------------------------------------------------------------------------


def _transfer(stream: Stream, logged: Logged) -> Shown:
    if not chinese(stream.name):
        return
    stated = members(logged.state, OF_TRANSFER)
    number, on = number_of(stated), day(stated["effective_on"])
    givers = last(logged.state, b'"transferors":')
    yield stream.operation(TRANSFER, stated["cause"], on, number, givers)


def _pledge(stream: Stream, logged: Logged) -> Shown:
    state = logged.state
    stated = members(state, OF_PLEDGE)
    number, on = number_of(stated), day(stated["effective_on"])
    givers = last(state, b'"pledgors":')
    pledgees = parties(between(state, b'"pledgees":', b',"pledgors":'))
    if chinese(stream.name):
        yield stream.operation(PLEDGE, PLEDGE, on, number, givers)
    bank = pledgees[0] if pledgees else None
    yield stream.row(
        PLEDGE_FINANCING,
        f"{PLEDGE} {number} 0",
        is_trademark(stream.name),
        number,
        0,
        on,
        None,
        on,
        None,
        None,
        *_claim(stated_claim(state), number, on, pledgees),
        enterprises(parties(givers)),
        UNKNOWN if bank is None else bank.id,
        UNKNOWN if bank is None or bank.institution is None else bank.institution.value,
        *stream.groups,
        *of_first(givers),
    )


def _claim(
    claim: dict[str, Any] | None, number: str, on: date, pledgees: Sequence[Party]
) -> Columns:
    if claim is None:
        return (number, None, None, None)
    return (
        " ".join([claim["id"], *sorted(party.id for party in pledgees)]),
        Decimal(claim["amount"]["amount"]),
        claim["amount"]["currency"],
        (date.fromisoformat(claim["debt_due_on"]) - on).days,
    )


def _by(fold: Callable[[Patent, Any], Patent], *views: View) -> Callable[[Stream, Logged], Shown]:
    """What views tell of a patent on which a fact of a topic alone was recorded."""

    def telling(stream: Stream, entry: Logged) -> Shown:
        topic = entry.topic.decode()
        fact = reading.glance(stream.name, entry.version, topic, entry.state)
        alone = fold(stream.granted(), fact)
        return [
            Packed(view.table, row.thing, view.body(row))
            for view in views
            for part in view.parts(alone)
            for row in view.rows(alone, part)
        ]

    return telling


GRANT: Final = PatentEntered.TOPIC.encode()
ADDING: Final[dict[bytes, Callable[[Stream, Logged], Shown]]] = {
    TransferRegistered.TOPIC.encode(): _transfer,
    PledgeRegistered.TOPIC.encode(): _pledge,
    LicenceRecorded.TOPIC.encode(): _by(folds.with_licence, OPERATION, LICENCE_RATE),
    OpenLicenceDeclared.TOPIC.encode(): _by(folds.with_declaration, OPEN_LICENCE_ASKED),
}
"""Facts that add a thing and leave those that are there as they are, by their topics."""
ALTERING: Final = frozenset(topic.encode() for topic in DEALINGS).difference(ADDING)
