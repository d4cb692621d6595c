"""Search on a large register beside a bare SELECT of the rows that it shows; as-of questions on a
log and on one ten times as long, everything asked once before it is timed.

The register is invented: patents of some thousands of firms with Chinese names, in many classes and
regions, every third one pledged to one of forty banks. Its entries are appended past the writer and
its views made by a rebuild, as `patent-ledger replay` makes them. FULL=1 in the environment takes
100,000 patents, and logs of 100,000 and 1,000,000 entries.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
import psycopg
from eventsourcing.persistence import StoredEvent
from psycopg.conninfo import make_conninfo
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import set_json_loads

from benchmarks.ground import Ground, console
from ledger.database import connect
from ledger.domain.events import LedgerEvent
from ledger.domain.numbers import registration_number
from ledger.domain.parties import PartyDetails
from ledger.domain.periods import FIRST_DAY
from ledger.eventstore.recorder import LedgerDatastore, LedgerRecorder
from ledger.eventstore.stored_form import encode
from ledger.means import fresh_id, fresh_salts
from ledger.migrating import migrate
from ledger.projections import asking, extracts, portfolios, searching
from ledger.projections.asking import Point
from ledger.projections.disclosure import Viewer
from ledger.projections.holdings import holdings
from ledger.projections.obligations import Wanted as Obliged
from ledger.projections.obligations import obligations
from ledger.projections.rebuild import rebuild
from ledger.projections.searching import Wanted
from ledger.projections.standing import Reckoning
from ledger.projections.statistics.query import Query
from ledger.projections.statistics.reports import report
from tests import builders

FULL = bool(os.environ.get("FULL"))
PATENTS = 100_000 if FULL else 15_000
SHORT, LONG = (100_000, 1_000_000) if FULL else (5_000, 50_000)
"""Entries of the two logs of `as-of`."""
ROUNDS = 100
ASKED_ABOUT = 50
"""How many patents, parties, moments and names `as-of` asks about, each as often as any other."""
PAGE = 20
BANKS = 40
FIRST_BANK = 900_000
APPENDED_AT_ONCE = 5_000
TODAY = date(2026, 3, 2)
BEGAN = datetime(2025, 5, 6, 4, tzinfo=UTC)
SECONDS_BETWEEN_MAX = 40
"""Most seconds between two entries; as many entries as any benchmark makes end before today."""
PLACES = ("厦门", "福州", "杭州", "宁波", "南京", "苏州", "武汉", "长沙", "成都", "西安")
TRADES = ("灯塔", "电池", "光学", "医药", "机械", "材料", "纺织", "水泵", "阀门", "仪表")
FORMS = ("有限公司", "股份有限公司", "研究院", "大学")
CLASSES = ("H01M 10/05", "F21L 4/00", "A61K 9/00", "G01F 23/00", "B60L 1/00", "C08L 3/02")

Connection = psycopg.Connection[DictRow]


def firm(serial: int) -> PartyDetails:
    """An invented firm; every fourteen have one name but for a number."""
    place, trade = PLACES[serial % 10], TRADES[serial // 10 % 10]
    form = FORMS[serial // 100 % 4]
    name = f"{place}{trade}{serial // 400}号{form}"
    region = f"{35 + serial % 10}0{serial % 9 + 1}00"
    return PartyDetails(name=name, credit_code=builders.credit_code(serial), region=region)


def branch(serial: int) -> str:
    """The name of an invented bank."""
    return f"灯塔商业银行第{serial}支行"


def stored(firms: int) -> Iterator[StoredEvent]:
    """Patents, and a pledge on every third, as the writer would store them."""
    drawn = random.Random(7)
    banks = [
        PartyDetails(
            name=f"灯塔商业银行第{n}支行", credit_code=builders.credit_code(FIRST_BANK + n)
        )
        for n in range(BANKS)
    ]
    recorded_at = BEGAN

    def record(event: LedgerEvent) -> StoredEvent:
        nonlocal recorded_at
        recorded_at += timedelta(seconds=drawn.randrange(SECONDS_BETWEEN_MAX))
        envelope = event.envelope.model_copy(update={"recorded_at": recorded_at})
        return encode(event.model_copy(update={"envelope": envelope}), fresh_salts)[0]

    serial = 0
    while True:
        serial += 1
        owner = firm(drawn.randrange(firms))
        patent = builders.number(serial % 1_000_000, year=2010 + serial // 1_000_000)
        symbols = tuple(drawn.sample(CLASSES, 2))
        entered = builders.entered(
            patent, patentees=(owner,), symbols=symbols, filing_id=fresh_id(), fees_paid_through=9
        )
        yield record(entered)
        if serial % 3 == 0:
            pledged = builders.pledged(
                patent,
                registration_no=registration_number("Y", 2025, "99", serial),
                pledgors=(owner,),
                pledgees=(drawn.choice(banks),),
                filing_id=fresh_id(),
            )
            yield record(pledged.model_copy(update={"originator_version": 2}))


class Library:
    """A register of its own on the benchmarks' server."""

    def __init__(self, place: Ground, name: str, firms: int) -> None:
        with connect(place.url) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        self.url = make_conninfo(place.url, dbname=name)
        self.entries = 0
        migrate(self.url)
        self._more = stored(firms)

    def grow(self, until: int) -> None:
        """Append entries up to a position and make the views anew."""
        with LedgerDatastore(self.url, "ledger_writer") as datastore:
            recorder = LedgerRecorder(datastore)
            while self.entries < until:
                count = min(until - self.entries, APPENDED_AT_ONCE)
                recorder.insert_events([next(self._more) for _ in range(count)])
                self.entries += count
        rebuild(self.url)
        with connect(self.url) as connection:
            connection.execute("VACUUM (ANALYZE)")

    def reader(self, role: str) -> Connection:
        """A connection as the API's reader has it."""
        connection = connect(self.url, role, row_factory=dict_row, prepare_threshold=0)
        set_json_loads(orjson.loads, connection)
        connection.execute("SET plan_cache_mode = force_generic_plan")
        return connection


def timed(places: Iterable[int], ask: Callable[[int], Any]) -> list[float]:
    """How long each of some questions takes, in rising order of seconds."""
    took = []
    for place in places:
        began = time.perf_counter()
        ask(place)
        took.append(time.perf_counter() - began)
    return sorted(took)


def search(place: Ground, filings: int) -> Iterator[dict[str, Any]]:
    """One line of figures a kind of search."""
    del filings
    firms = PATENTS // 5
    library = Library(place, "bench_search", firms)
    with console.status(f"search: a register of {PATENTS} patents"):
        library.grow(PATENTS * 4 // 3)
    names = [firm(serial).name for serial in range(0, firms, max(1, firms // ROUNDS))]
    kinds: dict[str, Callable[[int], Wanted]] = {
        "exact name": lambda n: Wanted(name=names[n % len(names)], match="exact"),
        "prefix": lambda n: Wanted(name=names[n % len(names)][:6], match="prefix"),
        "similar": lambda n: Wanted(name=names[n % len(names)][:-2] + "厂"),
        "bank": lambda n: Wanted(
            name=f"灯塔商业银行第{n % BANKS}支行", match="exact", role="pledgee"
        ),
        "class, region, state": lambda n: Wanted(
            terms=("class:H01M", f"region:{35 + n % 10}", "state:pledged")
        ),
        "registration": lambda n: Wanted(about=registration_number("Y", 2025, "99", 3 * (n + 1))),
    }
    with library.reader("ledger_public") as connection:
        point = Point(searching.lists_known(connection), TODAY)
        for kind, wanted in kinds.items():
            yield _searched(connection, point, kind, wanted)


def _searched(
    connection: Connection, point: Point, kind: str, wanted: Callable[[int], Wanted]
) -> dict[str, Any]:
    reckoning = Reckoning()
    shown: list[list[str]] = []
    totals: list[int] = []

    def ask(n: int) -> None:
        hits, total = searching.first(connection, wanted(n), point, PAGE)
        totals.append(total)
        searching.shown(connection, hits, point, reckoning)
        shown.append([hit["patent_id"] for hit in hits])

    def bare(n: int) -> None:
        connection.execute(
            "SELECT * FROM patent WHERE patent_id = ANY (%s) AND upper_inf(recorded)", (shown[n],)
        ).fetchall()

    timed(range(5), ask)
    shown.clear()
    totals.clear()
    took = timed(range(ROUNDS), ask)
    limit = ROUNDS / sum(timed(range(ROUNDS), bare))
    rate = ROUNDS / sum(took)
    return {
        "search": kind,
        "callers": 1,
        "rate_per_s": round(rate),
        "limit": f"SELECT of the {sum(map(len, shown)) / ROUNDS:.0f} patents shown, by key",
        "limit_per_s": round(limit),
        "ratio": round(rate / limit, 3),
        "p50_ms": round(took[ROUNDS // 2] * 1000, 2),
        "p99_ms": round(took[ROUNDS * 99 // 100] * 1000, 2),
        "hits": round(sum(totals) / ROUNDS),
    }


def as_of(place: Ground, filings: int) -> Iterator[dict[str, Any]]:
    """One line of figures a question, on the long log beside the short one."""
    del filings
    library = Library(place, "bench_as_of", 2_000)
    took: dict[str, list[float]] = {}
    for entries in (SHORT, LONG):
        with console.status(f"as-of: {entries} entries"):
            library.grow(entries)
            for question, seconds in _asked(library):
                took.setdefault(question, []).append(seconds)
    for question, (short, long) in took.items():
        yield {
            "question": question,
            "callers": 1,
            "rate_per_s": round(1 / long),
            "limit": f"the same question on {SHORT} entries; here {LONG}",
            "limit_per_s": round(1 / short),
            "ratio": round(short / long, 3),
            "p50_ms": round(long * 1000, 3),
            "p99_ms": None,
            "factor": round(long / short, 2),
        }


def _asked(library: Library) -> Iterator[tuple[str, float]]:
    """Each question about what was known early, and its median time."""
    known = SHORT // 2
    now = builders.envelope(TODAY).recorded_at
    with library.reader("ledger_auditor") as auditor, library.reader("ledger_public") as public:
        point = asking.point(auditor, known, TODAY, now=now)
        rows = auditor.execute(
            "SELECT patent_id FROM patent WHERE lower(recorded) <= %s ORDER BY patent_id LIMIT %s",
            (known, ASKED_ABOUT),
        ).fetchall()
        patents = [row["patent_id"] for row in rows]
        rows = auditor.execute(
            "SELECT recorded_at_position(%s * place) AS moment FROM generate_series(1, %s) place",
            (known // ASKED_ABOUT, ASKED_ABOUT),
        ).fetchall()
        moments = [row["moment"] for row in rows]
        reckoning = Reckoning()
        counted = Query("operations", FIRST_DAY, TODAY, measures=("times",)).checked()
        questions: dict[str, Callable[[int], Any]] = {
            "a patent at a position": lambda n: extracts.extracts(
                public, [patents[n]], asking.point(public, known, TODAY, now=now)
            ),
            "the position at a time": lambda n: asking.point(public, moments[n], TODAY, now=now),
            "a party": lambda n: holdings(auditor, builders.credit_code(n), point),
            "a party's obligations": lambda n: obligations(
                auditor, Obliged(builders.credit_code(n)), point, reckoning.calendar
            ),
            "a pledgee's portfolio": lambda n: _portfolio(auditor, point, reckoning, n % BANKS),
            "a search by name": lambda n: searching.first(
                public, Wanted(name=firm(n).name, match="exact"), point, PAGE
            ),
            "times of operation": lambda _: report(auditor, counted, known),
            "a search by party": lambda n: searching.first(
                public, Wanted(party=builders.credit_code(n)), point, PAGE
            ),
        }
        for question, ask in questions.items():
            timed(range(ASKED_ABOUT), ask)
            took = timed([n % ASKED_ABOUT for n in range(ROUNDS)], ask)
            yield question, took[ROUNDS // 2]


def _portfolio(connection: Connection, point: Point, reckoning: Reckoning, bank: int) -> None:
    """The first page of a bank's pledges, as the bank sees it."""
    party = builders.credit_code(FIRST_BANK + bank)
    asking = portfolios.Asking(party, "pledgee", point, Viewer(party=party), reckoning)
    lines = portfolios.lines(connection, asking, portfolios.FIRST, PAGE)
    portfolios.pledges(connection, asking, lines)
