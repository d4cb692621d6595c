"""What a search finds a patent by, on two clocks: its classes, where its patentees are, its states.

A row holds on the days on which all its terms do. The states are the domain's own answers for a
day; time that brings one (a grant, a term's end) is foreseen as a day on which a row begins.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

from ledger.domain.holdings import Licence, Parties, uninterrupted
from ledger.domain.patent import Patent, Status
from ledger.projections.history import Part, Row, View


class State(StrEnum):
    """What can be said of a patent on a day and searched for."""

    NOT_GRANTED = "not_granted"
    IN_FORCE = "in_force"
    LAPSED = "lapsed"
    EXPIRED = "expired"
    ABANDONED = "abandoned"
    INVALID = "invalid"
    UNKNOWN = "unknown"
    PLEDGED = "pledged"
    PRESERVED = "preserved"
    SUSPENDED = "suspended"
    FROZEN = "frozen"
    """Preserved or suspended."""
    LICENSED = "licensed"
    """By a recorded licence that is not cancelled."""
    OPEN_LICENCE = "open_licence"


def parts(patent: Patent) -> Iterator[Part]:
    """All of it, where anything of it is public."""
    if patent.publicly_known:
        yield (
            patent.entered,
            patent.lapses,
            patent.abandoned_on,
            patent.terminates_on,
            patent.invalidations,
            patent.patentees,
            patent.pledges,
            patent.licences,
            patent.declarations,
            patent.preservations,
            patent.suspensions,
        )


def rows(patent: Patent, _: Part) -> Iterator[Row]:
    """One row a span of days on which the patent is found by the same terms."""
    entered = patent.entered
    stated = (entered.symbols or ()) if entered is not None else ()
    symbols = tuple([plain_symbol(symbol) for symbol in stated])
    lasting = _class_terms(symbols)
    if entered is not None and entered.kind is not None:
        lasting = (*lasting, f"kind:{entered.kind.value}")
    dates: tuple[date | None, ...] = (None, None, None)
    if entered is not None:
        dates = (entered.filed_on, entered.published_on, entered.granted_on)
    facts = _facts(patent)
    begun: date | None = None
    held = facts.on(date.min)
    for day in facts.days:
        found = facts.on(day)
        if found != held:
            terms, newest = held
            columns = ((*lasting, *terms), symbols, *dates, *newest)
            yield Row(patent.id, patent.id, begun, day, columns)
            begun, held = day, found
    terms, newest = held
    columns = ((*lasting, *terms), symbols, *dates, *newest)
    yield Row(patent.id, patent.id, begun, None, columns)


@lru_cache(maxsize=65_536)
def _class_terms(symbols: tuple[str, ...]) -> tuple[str, ...]:
    """The levels of all symbols, each once."""
    return tuple(dict.fromkeys(term for symbol in symbols for term in class_terms(symbol)))


Span = tuple[date, date | None]
Held = tuple[tuple[str, ...], tuple[date | None, date | None, date | None]]
"""What holds on a day: regions and states, and since when the newest pledge, recorded licence and
declaration stand."""

_TERM = {state: f"state:{state.value}" for state in State}
_OF_STATUS = {status: f"state:{status.value}" for status in Status}


@dataclass(frozen=True, slots=True)
class _Facts:
    """The dated facts of a patent, ready to be asked for many days."""

    patent: Patent
    pledged: tuple[Span, ...]
    licensed: tuple[Span, ...]
    declared: tuple[Span, ...]
    preserved: tuple[Span, ...]
    suspended: tuple[Span, ...]
    days: list[date]
    """Days on which anything may change, in order."""

    def on(self, day: date) -> Held:
        """What holds at the end of a day."""
        terms = [*_region_terms(self.patent.patentees_on(day) or ())]
        terms.append(_OF_STATUS[self.patent.status(day)])
        pledged = licensed = declared = None
        if self.pledged and (pledged := _newest(self.pledged, day)) is not None:
            terms.append(_TERM[State.PLEDGED])
        if self.licensed and (licensed := _newest(self.licensed, day)) is not None:
            terms.append(_TERM[State.LICENSED])
        if self.declared and (declared := _newest(self.declared, day)) is not None:
            terms.append(_TERM[State.OPEN_LICENCE])
        if self.preserved or self.suspended:
            terms += self._freezes(day)
        return tuple(terms), (pledged, licensed, declared)

    def _freezes(self, day: date) -> list[str]:
        preserved = _newest(self.preserved, day) is not None
        suspended = _newest(self.suspended, day) is not None
        said = (
            (State.PRESERVED, preserved),
            (State.SUSPENDED, suspended),
            (State.FROZEN, preserved or suspended),
        )
        return [_TERM[state] for state, holds in said if holds]


def _newest(spans: Iterable[Span], day: date) -> date | None:
    """Since when the newest of some things has stood that stand on a day."""
    found = [s for s, until in spans if s <= day and (until is None or day < until)]
    return max(found) if found else None


def _facts(patent: Patent) -> _Facts:
    pledged = tuple(
        span
        for pledge in patent.pledges
        if not pledge.revoked
        for span in uninterrupted(pledge.registered_on, pledge.ended_on, pledge.interruptions)
    )
    licensed = tuple(span for licence in patent.licences for span in _recorded(licence))
    declared = tuple(
        span
        for one in patent.declarations
        for span in uninterrupted(one.declared_on, one.withdrawn_on, one.interruptions)
    )
    preserved: tuple[Span, ...] = ()
    if patent.preservations:
        preserved = tuple((since, until) for _, since, until in patent.preservation_periods())
    suspended = tuple((s.starts_on, s.ends_on) for s in patent.suspensions)
    spans = (*pledged, *licensed, *declared, *preserved, *suspended)
    entered = patent.entered
    days = {
        None if entered is None else entered.granted_on,
        patent.terminates_on,
        patent.abandoned_on,
        *(lapse.effective_on for lapse in patent.lapses),
        *(held.since for held in patent.patentees),
        *(day for span in spans for day in span),
    }
    known = sorted(day for day in days if day is not None)
    return _Facts(patent, pledged, licensed, declared, preserved, suspended, known)


def _recorded(licence: Licence) -> Iterable[Span]:
    """When a licence's recordal stands; its own term is confidential."""
    if licence.recorded_on is None:
        return ()
    since = licence.shapes[0].since
    return uninterrupted(since, licence.cancelled_on, licence.interruptions)


# --- terms --------------------------------------------------------------------------------------


@lru_cache(maxsize=65_536)
def class_terms(plain: str) -> tuple[str, ...]:
    """The levels of a plain symbol, from section to group: H, H01, H01M, H01M10, H01M10/0525; of a
    design its class and subclass, 14 and 14-03."""
    if plain[:1].isdigit():
        levels = [plain[:2], plain]
    else:
        main = plain.partition("/")[0]
        levels = [plain[:1], plain[:3], plain[:4], main, plain]
    return tuple(dict.fromkeys(f"class:{level}" for level in levels if level))


@lru_cache(maxsize=65_536)
def plain_symbol(symbol: str) -> str:
    """A symbol, or how one begins, without blanks, edition and version: `H01M10/0525`, `14-03`."""
    compact = "".join(symbol.upper().split())
    return compact.rpartition("CL.")[2].partition("(")[0]


def _region_terms(parties: Parties) -> list[str]:
    """The regions of parties, each once, in order."""
    regions = {party.region for party in parties if party.region}
    if len(regions) == 1:
        return list(region_terms(*regions))
    return sorted({term for region in regions for term in region_terms(region)})


@lru_cache(maxsize=8_192)
def region_terms(region: str) -> tuple[str, ...]:
    """A region's province, prefecture and county, as far as it is stated (GB/T 2260)."""
    levels = dict.fromkeys((region[:2], region[:4], region[:6]))
    return tuple(f"region:{level}" for level in levels)


assert {status.value for status in Status} <= {state.value for state in State}

LISTINGS = View(
    table="listing",
    thing="patent_id",
    columns=(
        ("terms", "text[]"),
        ("symbols", "text[]"),
        ("filed_on", "date"),
        ("published_on", "date"),
        ("granted_on", "date"),
        ("pledged_on", "date"),
        ("licensed_on", "date"),
        ("declared_on", "date"),
    ),
    members=(
        "publicly_known",
        "entered",
        "lapses",
        "abandoned_on",
        "terminates_on",
        "invalidations",
        "patentees",
        "pledges",
        "licences",
        "declarations",
        "preservations",
        "suspensions",
    ),
    parts=parts,
    rows=rows,
)
