"""Records of conveyances between invented parties, and ledgers that take them over."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape

import psycopg
from psycopg.rows import dict_row

from ledger.audit import _patents, audit
from ledger.database import connect
from ledger.domain.patent import Patent
from ledger.eventstore.acts import Bounds
from ledger.intake import facts, uspto
from ledger.intake.running import COUNTS, BrokenIn, Run
from ledger.registry import Registry
from tests.eventstore.ledgers import registry
from tests.intake.uspto_files import file_of, record
from tests.scenario import pseudonym

LAMPWORKS = "LANTERNHILL LAMPWORKS, INC."
MILLS = "MILLBROOK MILLS LTD."
INSTRUMENTS = "TIDEWATER INSTRUMENTS GMBH"
BANK = "BANK OF LANTERNHILL, N.A."
INVENTOR = "TALLOW, ADA Q."
ASSIGNMENT = "ASSIGNMENT OF ASSIGNORS INTEREST (SEE DOCUMENT FOR DETAILS)."
SECURITY = "SECURITY INTEREST (SEE DOCUMENT FOR DETAILS)."
RELEASE = "RELEASE BY SECURED PARTY (SEE DOCUMENT FOR DETAILS)."
REEL = 90001
PATENT = "US:14990001"


def conveyed(
    frame: int,
    text: str = ASSIGNMENT,
    assignors: Sequence[str] = (INVENTOR,),
    assignees: Sequence[str] = (LAMPWORKS,),
    patents: Iterable[int] = (1,),
    *,
    recorded: str = "20150724",
    updated: str = "20150727",
    purge: bool = False,
    street: str = "2 WICK LANE",
    reel: int = REEL,
    granted: bool = True,
    country: str = "",
) -> str:
    """One whole record; a patent is told by a number below 10,000."""
    return record(
        frame,
        reel_no=f"<reel-no>{reel}</reel-no>",
        conveyance_text=f"<conveyance-text>{escape(text)}</conveyance-text>",
        recorded_date=f"<recorded-date><date>{recorded}</date></recorded-date>",
        last_update_date=f"<last-update-date><date>{updated}</date></last-update-date>",
        purge_indicator=f"<purge-indicator>{'Y' if purge else 'N'}</purge-indicator>",
        assignors=_many("assignor", (_assignor(name) for name in assignors)),
        assignees=_many("assignee", (_assignee(name, street, country) for name in assignees)),
        properties="<patent-properties>"
        + "".join(_property(serial, granted) for serial in patents)
        + "</patent-properties>",
    )


def _many(kind: str, each: Iterable[str]) -> str:
    inside = "".join(f"<patent-{kind}>{one}</patent-{kind}>" for one in each)
    return f"<patent-{kind}s>{inside}</patent-{kind}s>"


def _assignor(name: str) -> str:
    return f"<name>{escape(name)}</name><execution-date><date>20150701</date></execution-date>"


def _assignee(name: str, street: str, country: str) -> str:
    where = f"<country-name>{country}</country-name>" if country else ""
    return f"<name>{escape(name)}</name><address-1>{street}</address-1>{where}"


def _property(serial: int, granted: bool) -> str:
    numbers = [(f"1499{serial:04}", "X0"), *([(f"999{serial:04}", "B2")] if granted else [])]
    documents = "".join(
        f"<document-id><country>US</country><doc-number>{number}</doc-number>"
        f"<kind>{kind}</kind></document-id>"
        for number, kind in numbers
    )
    title = f"<invention-title>LAMP NUMBER {serial}</invention-title>"
    return f"<patent-property>{documents}{title}</patent-property>"


@dataclass
class Ledger:
    """A ledger that takes files over."""

    url: str
    registry: Registry
    broken: list[BrokenIn] = field(default_factory=list)

    def uspto(self, *files: Sequence[str] | bytes) -> dict[str, int]:
        """Take over files of records, in one run; the counts that are not nought."""
        with Run(self.registry, self.url, self.broken.append) as run:
            for content in files:
                whole = content if isinstance(content, bytes) else file_of(*content)
                run.take("a file", uspto.read(io.BytesIO(whole)))
            return _counts(run.result())

    def facts(self, text: bytes) -> dict[str, int]:
        with Run(self.registry, self.url, self.broken.append) as run:
            run.take("a file", facts.read(io.BytesIO(text), pseudonym))
            return _counts(run.result())

    def patents(self) -> dict[str, Patent]:
        """Every patent, replayed from the log."""
        with connect(self.url, "ledger_writer", autocommit=False) as connection:
            return {patent.id: patent for patent, *_ in _patents(connection)}

    def patent(self, number: str = PATENT) -> Patent:
        return self.patents()[number]

    def rows(self, statement: str, *params: Any) -> list[dict[str, Any]]:
        with psycopg.connect(self.url, row_factory=dict_row) as connection:
            return connection.execute(statement, params).fetchall()

    def discrepancies(self) -> list[tuple[str, str]]:
        return [(found.kind, found.detail) for found in audit(self.url)]


def _counts(result: dict[str, Any]) -> dict[str, int]:
    return {name: result[name] for name in COUNTS if result[name]}


@contextmanager
def ledger_on(url: str, bounds: Bounds | None = None) -> Iterator[Ledger]:
    with registry(url, bounds=bounds) as ledger:
        yield Ledger(url, ledger)


def owners(patent: Patent) -> list[str]:
    """Names of the last patentees."""
    return [party.name for party in patent.patentees[-1].parties] if patent.patentees else []
