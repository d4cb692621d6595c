"""Pledge financing: registered amount, projects, distinct enterprises and the inclusive part, by
month.

Population: pledge registrations of Chinese patents that were not revoked. A project is a
registration (law.md 8.8, stat-project-count); its month is that of registration, its amount the
claim's as registered, counted once a claim however many registrations secure it. Enterprises are
the distinct pledgors that are enterprises. Inclusive means at most 10,000,000 yuan
(stat-inclusive-threshold).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from psycopg import Connection, Cursor
from psycopg.rows import dict_row

from ledger.domain.events import (
    Amendment,
    EntryRevoked,
    LedgerEvent,
    PledgeRegistered,
    PledgeRevoked,
    RecordWithdrawn,
)
from ledger.domain.evolving import evolve
from ledger.domain.figures import INCLUSIVE_YUAN_MAX, enterprises
from ledger.domain.patent import Patent
from ledger.eventstore import reading
from ledger.eventstore.world import is_patent
from ledger.projections.packing import NULL, boolean, day, integer, numeric, row, text, texts

NAME = "pledge_financing"


class Project(NamedTuple):
    """One pledge registration as the statistics see it."""

    registration_no: str
    filing_id: str
    registered_on: date
    claim_id: str
    amount: Decimal | None
    currency: str | None
    enterprises: tuple[str, ...]
    patents: int
    revoked: bool = False


class AmendedProject(NamedTuple):
    """What a correction or revocation says of a project, on one patent."""

    registration_no: str
    now: Project | None = None
    """The project as the corrected entry states it."""
    patents: int = 0
    """How many patents it gains or loses."""
    revoked: bool | None = None
    """Whether its revocation counts, where that was amended."""


class Note(NamedTuple):
    """What one recorded fact says of projects."""

    corrects: str | None
    """The filing whose projects no longer count."""
    registered: Project | None = None
    """A project as it stands on one patent."""
    revoked: str | None = None
    """The number of a project that no longer counts."""
    amended: AmendedProject | None = None


class Projects:
    """The projects, by registration number."""

    def __init__(self, known: Iterable[Project] = ()) -> None:
        self.by_number: dict[str, Project] = {}
        self._numbers: dict[str, list[str]] = {}
        """Numbers that a filing has registered, the first time each."""
        for project in known:
            self._put(project)

    def take(self, note: Note) -> None:
        """Take in what the next recorded fact says."""
        if note.corrects is not None:
            for number in self._numbers.get(note.corrects, ()):
                if self.by_number[number].filing_id == note.corrects:
                    self._revoke(number)
        if note.registered is not None:
            told = note.registered
            known = self.by_number.get(told.registration_no)
            if known is not None and known.filing_id == told.filing_id:
                self._put(known._replace(patents=known.patents + 1))
            else:
                self._put(told)
        if note.revoked is not None and note.revoked in self.by_number:
            self._revoke(note.revoked)
        if note.amended is not None and note.amended.registration_no in self.by_number:
            self._amend(note.amended)

    def _put(self, project: Project) -> None:
        number = project.registration_no
        earlier = self.by_number.get(number)
        if earlier is None or earlier.filing_id != project.filing_id:
            self._numbers.setdefault(project.filing_id, []).append(number)
        self.by_number[number] = project

    def _amend(self, amended: AmendedProject) -> None:
        known = self.by_number[amended.registration_no]
        patents = known.patents + amended.patents
        revoked = known.revoked if amended.revoked is None else amended.revoked
        if amended.patents:
            revoked = patents == 0
        self._put((amended.now or known)._replace(patents=patents, revoked=revoked))

    def _revoke(self, number: str) -> None:
        self.by_number[number] = self.by_number[number]._replace(revoked=True)


def note_of(event: LedgerEvent, patent: Patent | None = None) -> Note | None:
    """What a recorded fact says of projects; most say nothing. Of an amendment the patent tells it,
    as it is after it."""
    envelope = event.envelope
    if isinstance(event, Amendment):
        return None if patent is None else _amendment(event, patent)
    corrects = envelope.corrects
    chinese = event.originator_id.startswith("CN:")
    if chinese and isinstance(event, PledgeRegistered | PledgeRevoked):
        number = envelope.registration_no or envelope.filing_id
        if isinstance(event, PledgeRegistered):
            return Note(corrects, _project(number, event))
        return Note(corrects, revoked=number)
    return None if corrects is None else Note(corrects)


def _amendment(event: Amendment, patent: Patent) -> Note | None:
    number = event.envelope.registration_no
    if number is None or not patent.id.startswith("CN:"):
        return None
    revoked = isinstance(event, EntryRevoked)
    if event.original_topic == PledgeRevoked.TOPIC:
        counts = event.entry_topic != PledgeRevoked.TOPIC if revoked else None
        return Note(None, amended=AmendedProject(number, revoked=counts))
    if event.original_topic != PledgeRegistered.TOPIC:
        return None
    stated = (fact for fact in patent.facts if isinstance(fact, PledgeRegistered))
    fact = next((fact for fact in stated if fact.envelope.registration_no == number), None)
    patents = 0
    if isinstance(event, EntryRevoked):
        void = event.entry_topic == PledgeRegistered.TOPIC and event.effect == "from_beginning"
        patents = -1 if void else 1 if event.undoes == "from_beginning" else 0
    now = None if fact is None else _project(number, fact)
    return Note(None, amended=AmendedProject(number, now, patents))


def _project(number: str, event: PledgeRegistered) -> Project:
    claim = event.claim
    return Project(
        registration_no=number,
        filing_id=event.filing_id,
        registered_on=event.effective_on,
        claim_id=number if claim is None else _claim(claim.id, event),
        amount=None if claim is None else claim.amount.amount,
        currency=None if claim is None else claim.amount.currency,
        enterprises=enterprises(event.pledgors),
        patents=1,
    )


def _claim(stated: str, event: PledgeRegistered) -> str:
    """A claim's identity: creditors number their claims each for themselves."""
    return " ".join([stated, *sorted(p.id for p in event.pledgees)])


TOPICS = frozenset({PledgeRegistered.TOPIC, PledgeRevoked.TOPIC})
"""Topics that change a project; an event of any topic that corrects another may, too."""


def concerns(event_topic: str, corrects: bool) -> bool:
    """Whether a fact can change a project, told without decoding it."""
    return event_topic in TOPICS or corrects or event_topic == RecordWithdrawn.TOPIC


SELECT_PROJECTS = """
SELECT
    registration_no, filing_id, registered_on, claim_id, amount, currency, enterprises, patents,
    revoked
FROM pledge_financing WHERE registration_no = ANY(%b::text[]) OR filing_id = ANY(%b::text[])
"""
SELECT_STREAM = """
SELECT originator_version, topic, state FROM stored_events
WHERE originator_id = %b AND originator_version <= %b ORDER BY originator_version
"""
UPSERT_PROJECT = """
INSERT INTO pledge_financing (
    registration_no, filing_id, registered_on, claim_id, amount, currency, enterprises, patents,
    revoked
)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (registration_no) DO UPDATE SET filing_id = excluded.filing_id,
    registered_on = excluded.registered_on, claim_id = excluded.claim_id, amount = excluded.amount,
    currency = excluded.currency, enterprises = excluded.enterprises, patents = excluded.patents,
    revoked = excluded.revoked
"""
COLUMNS = (
    "registration_no, filing_id, registered_on, claim_id, amount, currency, enterprises, patents, "
    "revoked"
)


def follow(curs: Cursor[Any], events: Sequence[LedgerEvent]) -> None:
    """Bring the table to the state after some events: load what they touch, fold, write."""
    numbers = [e.envelope.registration_no or e.filing_id for e in events]
    filings = [e.envelope.corrects for e in events if e.envelope.corrects]
    curs.execute(SELECT_PROJECTS, (numbers, filings))
    before = {p.registration_no: p for p in map(project_of, curs.fetchall())}
    projects = Projects(before.values())
    for event in events:
        note = note_of(event, _after(curs, event) if isinstance(event, Amendment) else None)
        if note is not None:
            projects.take(note)
    changed = [p for number, p in projects.by_number.items() if before.get(number) != p]
    if changed:
        curs.executemany(UPSERT_PROJECT, [as_row(project) for project in changed])


def _after(curs: Cursor[Any], event: Amendment) -> Patent | None:
    """The patent after an amendment on its stream."""
    stream = event.originator_id
    if not is_patent(stream):
        return None
    curs.execute(SELECT_STREAM, (stream, event.originator_version))
    patent = Patent(stream)
    for stored in curs.fetchall():
        version, state = stored["originator_version"], bytes(stored["state"])
        read = reading.read(stream, version, stored["topic"], state)
        patent = evolve(patent, read)  # type: ignore[arg-type] # a patent's stream
    return patent


def project_of(row: Mapping[str, Any]) -> Project:
    return Project(**{**row, "enterprises": tuple(row["enterprises"])})


def as_row(project: Project) -> tuple[Any, ...]:
    """A project in the order of COLUMNS."""
    return (
        project.registration_no,
        project.filing_id,
        project.registered_on,
        project.claim_id,
        project.amount,
        project.currency,
        list(project.enterprises),
        project.patents,
        project.revoked,
    )


SELECT_TOTALS = """
WITH project AS (
    SELECT *, date_trunc('month', registered_on)::date AS month,
        currency = 'CNY' AND amount <= %(inclusive)s AS inclusive,
        row_number() OVER (PARTITION BY claim_id ORDER BY registered_on, registration_no) = 1
            AS first_of_claim
    FROM pledge_financing WHERE NOT revoked AND registered_on BETWEEN %(from)s AND %(until)s
), amounts AS (
    SELECT month, currency, sum(amount) AS amount FROM project
    WHERE first_of_claim AND amount IS NOT NULL GROUP BY month, currency
), counted AS (
    SELECT month, count(*) AS projects, count(*) FILTER (WHERE inclusive) AS inclusive_projects,
        sum(patents) AS patents
    FROM project GROUP BY month
), enterprises AS (
    SELECT month, count(DISTINCT e) AS enterprises,
        count(DISTINCT e) FILTER (WHERE inclusive) AS inclusive_enterprises
    FROM project, unnest(enterprises) AS e GROUP BY month
)
SELECT c.month, c.projects, c.inclusive_projects, c.patents,
    coalesce(e.enterprises, 0) AS enterprises,
    coalesce(e.inclusive_enterprises, 0) AS inclusive_enterprises,
    (
        SELECT json_object_agg(a.currency, a.amount::text ORDER BY a.currency)
        FROM amounts a WHERE a.month = c.month
    ) AS amounts
FROM counted c LEFT JOIN enterprises e USING (month) ORDER BY c.month
"""
SELECT_WHOLE = """
WITH project AS (
    SELECT *, currency = 'CNY' AND amount <= %(inclusive)s AS inclusive,
        row_number() OVER (PARTITION BY claim_id ORDER BY registered_on, registration_no) = 1
            AS first_of_claim
    FROM pledge_financing WHERE NOT revoked AND registered_on BETWEEN %(from)s AND %(until)s
)
SELECT count(*) AS projects, count(*) FILTER (WHERE inclusive) AS inclusive_projects,
    coalesce(sum(patents), 0) AS patents,
    (SELECT count(DISTINCT e) FROM project, unnest(enterprises) AS e) AS enterprises,
    (SELECT count(DISTINCT e) FROM project, unnest(enterprises) AS e WHERE inclusive)
        AS inclusive_enterprises,
    (SELECT json_object_agg(currency, total::text ORDER BY currency) FROM (
        SELECT currency, sum(amount) AS total FROM project
        WHERE first_of_claim AND amount IS NOT NULL GROUP BY currency) AS a) AS amounts
FROM project
"""
SELECT_POSITION = """
SELECT max(notification_id) AS position FROM notification_tracking WHERE application_name = %s
"""


def totals(
    connection: Connection[Any],
    from_day: date = date(1900, 1, 1),
    until_day: date = date(2199, 12, 31),
) -> dict[str, Any]:
    """The figures of a period, by month of registration and together, at the follower's position.

    Enterprises are distinct within what a row covers, so months do not add up to the whole.
    """
    params = {"inclusive": INCLUSIVE_YUAN_MAX, "from": from_day, "until": until_day}
    with connection.transaction(), connection.cursor(row_factory=dict_row) as curs:
        # One snapshot, so that the months, the whole and the position belong together.
        curs.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        months = curs.execute(SELECT_TOTALS, params).fetchall()
        whole = curs.execute(SELECT_WHOLE, params).fetchone()
        position = curs.execute(SELECT_POSITION, (NAME,)).fetchone()
    assert whole is not None, "an aggregate gives one row"
    assert position is not None, "an aggregate gives one row"
    return {
        "measure": NAME,
        "definition": "1",
        "position": position["position"] or 0,
        "from": from_day.isoformat(),
        "until": until_day.isoformat(),
        "total": _figures(whole),
        "months": [{"month": f"{row['month']:%Y-%m}"} | _figures(row) for row in months],
    }


def _figures(row: Mapping[str, Any]) -> dict[str, Any]:
    names = ("projects", "inclusive_projects", "patents", "enterprises", "inclusive_enterprises")
    return {"amounts": row["amounts"] or {}} | {name: int(row[name]) for name in names}


def packed(project: Project) -> bytes:
    """A project as binary COPY takes it, in the order of COLUMNS."""
    amount, currency = project.amount, project.currency
    return row(
        [
            text(project.registration_no),
            text(project.filing_id),
            day(project.registered_on),
            text(project.claim_id),
            NULL if amount is None else numeric(amount),
            NULL if currency is None else text(currency),
            texts(project.enterprises),
            integer(project.patents),
            boolean(project.revoked),
        ]
    )
