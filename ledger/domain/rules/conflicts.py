"""Which licences cannot stand side by side: the matrix of law.md 3.4 over time, place and field."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from ledger.domain.holdings import Licence
from ledger.domain.licences import ChangeLicence, RecordLicence, day_after, first_day
from ledger.domain.patent import Patent
from ledger.domain.periods import Period
from ledger.domain.texts import folded

EVERYWHERE = frozenset({"china", "cn", "prc", "中国", "全国", "中华人民共和国"})
"""Ways to say the whole territory in which a Chinese patent has effect."""


@dataclass(frozen=True, slots=True)
class Scope:
    """How far a licence reaches; a territory or field not stated reaches everywhere."""

    kind: str
    period: Period
    territory: str | None
    field_of_use: str | None

    def overlaps(self, other: Scope) -> bool:
        """Whether the two have a day, a territory and a field in common."""
        return (
            self.period.overlaps(other.period)
            and _may_meet(self.territory, other.territory)
            and _may_meet(self.field_of_use, other.field_of_use)
        )

    def conflicts(self, other: Scope) -> bool:
        """Whether one promises to be the only licence where the other is another one."""
        return (self.kind, other.kind) != ("ordinary", "ordinary") and self.overlaps(other)

    def within(self, other: Scope) -> bool:
        """Whether it lies inside another one, as a sub-licence must inside its head."""
        return (
            self.period.within(other.period)
            and _inside(self.territory, other.territory)
            and _inside(self.field_of_use, other.field_of_use)
        )


def scope_recorded(command: RecordLicence, today: date) -> Scope | None:
    """The scope of the licence a filing wants recorded, None where its term is upside down."""
    starts = first_day(command) or today
    return _scope(
        command.kind or "ordinary",
        (starts, day_after(command.last_day)),
        command.territory,
        command.field_of_use,
    )


def scope_changed(command: ChangeLicence, licence: Licence) -> Scope | None:
    """The scope that a licence would have after a change."""
    now = licence.now
    return _scope(
        command.kind or now.kind,
        (command.starts_on or starts_on(licence), day_after(command.last_day) or now.ends_on),
        command.territory or now.territory,
        command.field_of_use or now.field_of_use,
    )


def scope_of(licence: Licence) -> Scope | None:
    """The scope of a known licence, None where it ended before it began."""
    ends = min((d for d in (licence.now.ends_on, licence.cancelled_on) if d), default=None)
    now = licence.now
    return _scope(now.kind, (starts_on(licence), ends), now.territory, now.field_of_use)


def starts_on(licence: Licence) -> date:
    """First day of a licence; the day of its first record where no other is known."""
    return licence.now.starts_on or licence.shapes[0].since


def _scope(
    kind: str, days: tuple[date, date | None], territory: str | None, field_of_use: str | None
) -> Scope | None:
    first, after = days
    if after is not None and after <= first:
        return None
    return Scope(kind, Period(first, after), territory, field_of_use)


def conflicting(patent: Patent, new: Scope, besides: set[str]) -> Iterator[Licence]:
    """The known licences that a new scope conflicts with, recorded or taken, save those named."""
    for licence in patent.licences:
        scope = scope_of(licence)
        if licence.licence_id not in besides and scope is not None and scope.conflicts(new):
            yield licence


def licence_named(patent: Patent, named: str) -> Licence | None:
    """The licence on the patent that a recordal number or a take's filing names."""
    return next((x for x in patent.licences if named in (x.licence_id, x.registration_no)), None)


def heads(patent: Patent, named: str | None) -> set[str]:
    """The head licence named and the licences above it."""
    above: set[str] = set()
    while named is not None:
        head = licence_named(patent, named)
        if head is None or head.licence_id in above:
            break
        above.add(head.licence_id)
        named = head.head_licence_id
    return above


def family(patent: Patent, licence: Licence) -> set[str]:
    """A licence, those above it and every sub-licence below it."""
    below = {
        x.licence_id for x in patent.licences if licence.licence_id in heads(patent, x.licence_id)
    }
    return below | heads(patent, licence.licence_id)


def _may_meet(one: str | None, other: str | None) -> bool:
    """Different words are taken at their word; nothing said, or the whole country, meets all."""
    return (
        one is None
        or other is None
        or bool({folded(one), folded(other)} & EVERYWHERE)
        or (folded(one) == folded(other))
    )


def _inside(inner: str | None, outer: str | None) -> bool:
    """Inside is the same words, or more words after the same ones ("Fujian, Fuzhou")."""
    if outer is None or folded(outer) in EVERYWHERE:
        return True
    return inner is not None and folded(inner).startswith(folded(outer))
