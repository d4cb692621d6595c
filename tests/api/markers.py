"""A marker for every confidential field that an entry about a patent can have: what of it is read
where it must not be, is found by looking for the marker."""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import count
from typing import Any, get_args, get_origin

from pydantic.fields import FieldInfo

from ledger.domain.events import (
    CONFIDENTIAL,
    EVENT_TYPES,
    Change,
    LicenceCancelled,
    LicenceChanged,
    OpenLicenceContractRecorded,
    PatentEvent,
    PledgeChanged,
    PledgeRevoked,
    RecordedElsewhere,
    SecuredClaim,
    TrademarkPart,
)
from ledger.domain.money import Money
from ledger.domain.parties import Party, PartyKind
from ledger.domain.royalties import LumpSum
from tests.builders import (
    LAMPWORKS,
    MILLS,
    PLEDGE_NO,
    about,
    deregistered,
    fee_paid,
    licensed,
    parties,
    pledged,
    released,
    transferred,
)

MARKER = re.compile(r"MARK-[a-z]+|77[0-9]{4}77\.00|29[0-9]{2}-[01][0-9]-[0-3][0-9]")
"""A text, an amount of money, or a day of the thirtieth century."""

SMALL = (bool, int, Change)
"""Types of which no value stands nowhere else; changes are marked by corrections that are filed."""
CORRECTIONS = {"entry.corrected", "entry.revoked", "hidden_entry.corrected", "hidden_entry.revoked"}
NOT_MARKED = {("fee.paid", "due"): "reckoned by the published table of fees"}

_amounts, _days, _letters = count(1000), count(), count()


def text() -> str:
    """A text of its own."""
    number = next(_letters)
    return f"MARK-{chr(97 + number // 26)}{chr(97 + number % 26)}"


def amount() -> Money:
    return Money(amount=f"77{next(_amounts):04}77.00", currency="CNY")


def day() -> date:
    return date(2907, 1, 1) + timedelta(days=40 * next(_days))


def marked(kind: Any) -> Any:
    """A value of a type, with a marker in it; None of a small one."""
    made = {
        str: text,
        date: day,
        Money: amount,
        LumpSum: lambda: LumpSum(total=amount()),
        Party: lambda: Party(id=f"name:{text()}", name=text(), kind=PartyKind.ENTERPRISE),
        SecuredClaim: lambda: SecuredClaim(
            id=text(), kind=text(), amount=amount(), debt_due_on=day(), scope=text()
        ),
        TrademarkPart: lambda: TrademarkPart(
            register=text(), registration_no=text(), registered_on=date(2020, 1, 2)
        ),
    }
    if kind in made:
        return made[kind]()
    if get_origin(kind) is tuple:
        one = marked(get_args(kind)[0])
        return None if one is None else (one,)
    if get_origin(kind) is dict:
        return {text(): text()}
    members = get_args(kind)
    assert members or kind in (*SMALL, type(None)), f"no marker is made for {kind}"
    return next((value for value in map(marked, members) if value is not None), None)


def _bases(patent: str) -> list[PatentEvent]:
    """A fact of every kind that has confidential fields, but for corrections."""
    number = {"registration_no": PLEDGE_NO}
    licence: dict[str, Any] = {
        "licence_id": "X2025990000001",
        "licensors": parties(LAMPWORKS),
        "licensees": parties(MILLS),
    }
    on = date(2025, 9, 1)
    return [
        fee_paid(patent),
        licensed(patent),
        LicenceChanged(**about(patent, on), **licence, kind=None),
        LicenceCancelled(**about(patent, on), **licence),
        OpenLicenceContractRecorded(
            **about(patent, on, registration_no="X2025990000002"),
            **licence | {"licence_id": "X2025990000002"},
            declaration_no="OL2025990000009",
            kind="ordinary",
        ),
        pledged(patent),
        PledgeChanged(**about(patent, on, **number), pledgors=None, pledgees=None),
        released(patent),
        deregistered(patent),
        PledgeRevoked(**about(patent, on, **number)),
        transferred(patent, on=on),
        RecordedElsewhere(
            **about(patent, on), kind="other", text="", from_parties=(), to_parties=(), cites=()
        ),
    ]


def confidential(kind: type[PatentEvent]) -> dict[str, FieldInfo]:
    """Fields that are confidential; obligations are told to those concerned by another way."""
    return {
        name: field
        for name, field in kind.model_fields.items()
        if CONFIDENTIAL in field.metadata and name != "obligations"
    }


def facts(patent: str) -> list[PatentEvent]:
    """Facts about a patent in which every confidential field has a marker of its own, but for
    those that are too small for one."""
    made = []
    for fact in _bases(patent):
        fields = confidential(type(fact))
        values = {name: marked(field.annotation) for name, field in fields.items()}
        made.append(fact.model_copy(update=values))
    kinds = {fact.TOPIC for fact in made} | CORRECTIONS
    there = {
        topic
        for topic, kind in EVENT_TYPES.items()
        if issubclass(kind, PatentEvent) and confidential(kind)
    }
    assert there <= kinds, f"tests/api/markers.py has no fact of {there - kinds}"
    return made
