"""What does not fit in what stands on a patent on a day: pledges on a dead right, exclusive
licences that overlap, obligations whose time is over and that nobody met."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import combinations

from ledger.domain.discrepancies import Discrepancy
from ledger.domain.events import LicenceRecorded, PledgeRegistered
from ledger.domain.fulfilments import obligations
from ledger.domain.holdings import Licence
from ledger.domain.notices import met_by
from ledger.domain.obligations import obligation_id
from ledger.domain.patent import Patent, Status

DEAD = frozenset({Status.LAPSED, Status.EXPIRED, Status.ABANDONED, Status.INVALID})


def standing_discrepancies(patent: Patent, on: date) -> Iterator[Discrepancy]:
    """What does not fit at the end of a day."""
    yield from _pledges_on_dead_right(patent, on)
    yield from _overlapping_exclusive_licences(patent)
    yield from _unmet_obligations(patent, on)


def _pledges_on_dead_right(patent: Patent, on: date) -> Iterator[Discrepancy]:
    status = patent.status(on)
    if status not in DEAD:
        return
    standing = {pledge.registration_no for pledge in patent.standing_pledges(on)}
    for fact in patent.facts:
        number = fact.envelope.registration_no or fact.filing_id
        if isinstance(fact, PledgeRegistered) and number in standing:
            detail = f"{number} stands on a right that is {status.value}"
            yield Discrepancy(
                "pledge-on-dead-right", patent.id, fact.originator_version, fact.filing_id, detail
            )


def _overlapping_exclusive_licences(patent: Patent) -> Iterator[Discrepancy]:
    """Pairs that run at one time in the same territory and field, by the later one."""
    exclusive = [x for x in patent.licences if x.now.kind == "exclusive" and not x.head_licence_id]
    versions = {
        fact.licence_id: fact.originator_version
        for fact in patent.facts
        if isinstance(fact, LicenceRecorded)
    }
    for one, other in combinations(exclusive, 2):
        later = max((one, other), key=lambda x: versions.get(x.licence_id, 0))
        if _overlap(one, other) and later.licence_id in versions:
            earlier = other if later is one else one
            yield Discrepancy(
                "overlapping-exclusive-licences",
                patent.id,
                versions[later.licence_id],
                later.filing_id,
                f"{later.licence_id} overlaps {earlier.licence_id}",
            )


def _overlap(one: Licence, other: Licence) -> bool:
    apart = any(
        mine is not None and theirs is not None and mine != theirs
        for mine, theirs in (
            (one.now.territory, other.now.territory),
            (one.now.field_of_use, other.now.field_of_use),
        )
    )
    (since, until), (from_day, to_day) = _term(one), _term(other)
    return not apart and since < to_day and from_day < until


def _term(licence: Licence) -> tuple[date, date]:
    """Its first day and the first day after."""
    ends = (licence.now.ends_on, licence.cancelled_on, date.max)
    return licence.now.starts_on or licence.shapes[0].since, min(day for day in ends if day)


def _unmet_obligations(patent: Patent, on: date) -> Iterator[Discrepancy]:
    for cause, owed in obligations(patent):
        late = owed.last_day is not None and owed.last_day < on and owed.missing_year is None
        if late and met_by(patent, cause, owed) is None:
            name = obligation_id(cause.filing_id, owed.number)
            detail = f"{owed.duty} was due by {owed.last_day}: obligation {name}"
            yield Discrepancy(
                "obligation-not-met", patent.id, cause.originator_version, cause.filing_id, detail
            )
