"""What a search finds a patent by, on two clocks: its classes, where its patentees are, its states.

A row holds on the days on which all its terms do. The states are the domain's own answers for a
day; time that brings one (a grant, a term's end) is foreseen as a day on which a row begins.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from ledger.domain.holdings import Licence, Parties, uninterrupted
from ledger.domain.numbers import PatentKind
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
    symbols, lasting = _lasting(stated, None if entered is None else entered.kind)
    dates: tuple[date | None, ...] = (None, None, None)
    if entered is not None:
        dates = (entered.filed_on, entered.published_on, entered.granted_on)
    spans = _spans(patent)
    begun: date | None = None
    held = _held(patent, spans, date.min)
    for day in _days(patent, spans):
        found = _held(patent, spans, day)
        if found != held:
            terms, newest = held
            columns = ((*lasting, *terms), symbols, *dates, *newest)
            yield Row(patent.id, patent.id, begun, day, columns)
            begun, held = day, found
    terms, newest = held
    columns = ((*lasting, *terms), symbols, *dates, *newest)
    yield Row(patent.id, patent.id, begun, None, columns)


@lru_cache(maxsize=65_536)
def _lasting(
    stated: tuple[str, ...], kind: PatentKind | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Plain symbols, and the terms that hold on every day: their levels, each once, and the
    kind."""
    symbols = tuple([plain_symbol(symbol) for symbol in stated])
    terms = dict.fromkeys(term for symbol in symbols for term in class_terms(symbol))
    return symbols, tuple(terms) if kind is None else (*terms, f"kind:{kind}")


Span = tuple[date, date | None]
Held = tuple[list[str], tuple[date | None, date | None, date | None]]
"""What holds on a day: regions and states, and since when the newest pledge, recorded licence and
declaration stand."""

_TERM = {state: f"state:{state}" for state in State}
_OF_STATUS = {status: f"state:{status}" for status in Status}


class _Spans(NamedTuple):
    """The days on which things stand, by what they make of a patent."""

    pledged: list[Span]
    licensed: list[Span]
    declared: list[Span]
    preserved: list[Span]
    suspended: list[Span]


def _spans(patent: Patent) -> _Spans:
    return _Spans(
        [
            span
            for pledge in patent.pledges
            if not pledge.revoked
            for span in uninterrupted(pledge.registered_on, pledge.ended_on, pledge.interruptions)
        ],
        [span for licence in patent.licences for span in _recorded(licence)],
        [
            span
            for one in patent.declarations
            for span in uninterrupted(one.declared_on, one.withdrawn_on, one.interruptions)
        ],
        [(since, until) for _, since, until in patent.preservation_periods()]
        if patent.preservations
        else [],
        [(s.starts_on, s.ends_on) for s in patent.suspensions],
    )


def _recorded(licence: Licence) -> Iterable[Span]:
    """When a licence's recordal stands; its own term is confidential."""
    if licence.recorded_on is None:
        return ()
    since = licence.shapes[0].since
    return uninterrupted(since, licence.cancelled_on, licence.interruptions)


def _days(patent: Patent, spans: _Spans) -> list[date]:
    """Days on which anything may change, in order."""
    entered = patent.entered
    granted_on = None if entered is None else entered.granted_on
    days = {
        *[day for day in (granted_on, patent.terminates_on, patent.abandoned_on) if day],
        *[lapse.effective_on for lapse in patent.lapses],
        *[held.since for held in patent.patentees],
        *[day for some in spans for span in some for day in span if day],
    }
    return sorted(days)


def _held(patent: Patent, spans: _Spans, day: date) -> Held:
    """What holds at the end of a day."""
    parties = patent.patentees_on(day)
    terms = _region_terms(parties) if parties else []
    terms.append(_OF_STATUS[patent.status(day)])
    pledged = licensed = declared = None
    if spans.pledged and (pledged := _newest(spans.pledged, day)) is not None:
        terms.append(_TERM[State.PLEDGED])
    if spans.licensed and (licensed := _newest(spans.licensed, day)) is not None:
        terms.append(_TERM[State.LICENSED])
    if spans.declared and (declared := _newest(spans.declared, day)) is not None:
        terms.append(_TERM[State.OPEN_LICENCE])
    if spans.preserved or spans.suspended:
        terms += _freezes(spans, day)
    return terms, (pledged, licensed, declared)


def _freezes(spans: _Spans, day: date) -> list[str]:
    preserved = _newest(spans.preserved, day) is not None
    suspended = _newest(spans.suspended, day) is not None
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
    if len(parties) == 1:
        region = parties[0].region
        return [*region_terms(region)] if region else []
    regions = {party.region for party in parties if party.region}
    if len(regions) == 1:
        return [*region_terms(*regions)]
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
