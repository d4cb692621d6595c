"""What is confidential or personal is in no answer that is not for its eyes.

Every confidential and personal field of every dealing is filed with a marker of its own; then every
public answer, and every answer to a stranger, is read for markers.
"""

from __future__ import annotations

import logging
import time
from typing import Any

import psycopg
import pytest

from ledger.database import connect
from ledger.domain.events import EVENT_TYPES, PERSONAL, PatentEvent
from ledger.domain.lifecycle import PayAnnualFee, StartInvalidation
from ledger.domain.money import Money
from ledger.domain.parties import PartyDetails, PartyKind, Personal
from ledger.domain.royalties import LumpSum
from tests.api.asking import Question, questions
from tests.api.desk import Desk, as_body
from tests.api.document import ROUTES
from tests.api.markers import MARKER, NOT_MARKED, confidential, facts
from tests.api.test_patents import as_fact
from tests.builders import (
    BANK,
    CLAIM,
    INSTRUMENTS,
    LAMPWORKS,
    MILLS,
    STATED_CLAIM,
    UNIVERSITY,
    change_pledge,
    documents,
    entered,
    fact,
    identity_number,
    number,
    record_consent,
    refs,
    register_pledge,
    register_transfer,
)
from tests.domain.test_licences import change_licence, record_licence
from tests.domain.test_open_licences import declare, take
from tests.eventstore.ledgers import source_record

STRANGER = PartyDetails(name="Stranger", credit_code="91999900MA90000991")


def marked(amount: int) -> Money:
    """An amount that stands nowhere else: 77, four digits, 77."""
    return Money(amount=f"77{amount:04}77", currency="CNY")


PERSON = PartyDetails(
    name="Deng Zhao",
    kind=PartyKind.INDIVIDUAL,
    identity_number=identity_number(77),
    region="35",
    address="MARK-address",
    telephone="MARK-telephone",
)


MARKED_CLAIM = STATED_CLAIM.model_copy(
    update={"amount": marked(1), "scope": "MARK-scope", "kind": "MARK-kind", "id": "MARK-claim"}
)


@pytest.fixture(scope="module")
def patents(served: Desk) -> list[str]:
    """Patents with every dealing on them, each confidential field marked."""
    pledged, licensed, opened = served.patents(3, patentees=(PERSON,))
    (university,) = served.patents(1, patentees=(UNIVERSITY,))
    pledge = served.registered(
        "/v1/pledges",
        register_pledge(
            patents=(pledged,),
            pledgors=(PERSON,),
            claim=MARKED_CLAIM,
            debtor=LAMPWORKS.model_copy(update={"name": "MARK-debtor"}),
            signed_by=refs(PERSON, BANK, LAMPWORKS),
        ),
    )
    changed = change_pledge(
        registration_no=pledge["registration_no"],
        claim=MARKED_CLAIM.model_copy(update={"amount": marked(5)}),
        signed_by=refs(PERSON, BANK),
    )
    served.registered(f"/v1/pledges/{pledge['registration_no']}/changes", said(changed))
    waiting = register_pledge(
        patents=(opened,), pledgors=(PERSON,), claim=MARKED_CLAIM, signed_by=refs(BANK)
    )
    served.registered("/v1/pledges", waiting, "bank", BANK, prepare=True)
    served.empower(PERSON, AGENT, "licence")
    licence = served.registered(
        "/v1/licences",
        record_licence(
            patents=(licensed,),
            licensors=(PERSON,),
            royalty=LumpSum(total=marked(2)),
            territory="MARK-territory",
            field_of_use="MARK-field",
        ),
    )
    later = change_licence(
        licence_id=licence["registration_no"],
        royalty=LumpSum(total=marked(6)),
        territory="MARK-territory",
        signed_by=refs(PERSON, MILLS),
    )
    served.registered(f"/v1/licences/{licence['registration_no']}/changes", said(later))
    no = served.registered(
        "/v1/open-licences", declare(patents=(university,), patentees=(UNIVERSITY,))
    )["registration_no"]
    served.clock.turn(days=1)
    body = take(
        declaration_no=no, licensee=MILLS.model_copy(update={"name": "MARK-licensee"}), patents=()
    )
    body = body.model_copy(
        update={"notice_on": served.clock.now.date(), "paid_on": served.clock.now.date()}
    )
    served.registered(
        f"/v1/open-licences/{no}/licences",
        body.model_dump(mode="json", exclude={"patents", "declaration_no"}, exclude_none=True),
    )
    served.registered(
        f"/v1/patents/{opened}/facts", as_fact(fact(PayAnnualFee, fee_year=9, amount=marked(3)))
    )
    served.registered(
        f"/v1/patents/{opened}/facts",
        as_fact(fact(StartInvalidation, case_no="MARK-case", requested_by=INSTRUMENTS)),
    )
    transfer = register_transfer(
        patents=(licensed,),
        patentees_before=(PERSON,),
        patentees_after=(INSTRUMENTS,),
        price=marked(4),
        signed_by=refs(PERSON, INSTRUMENTS),
    )
    served.registered("/v1/transfers", transfer)
    served.registered(
        "/v1/consents", record_consent(patents=(pledged,), counterparties=("MARK-counterparty",))
    )
    ended = {
        "ground": "performed",
        "reason": "MARK-reason",
        "documents": [d.model_dump() for d in documents("proof")],
        "signed_by": list(refs(PERSON, BANK)),
    }
    served.registered(f"/v1/pledges/{pledge['registration_no']}/deregistration", ended)
    corrected(served, opened)
    transcribed = facts(number(970_001))
    record = source_record("marked", entered(number(970_001)), *transcribed)
    served.house.registry.enter(record, "marked")
    return [pledged, licensed, opened, university]


def corrected(served: Desk, patent: str) -> None:
    """A pledge corrected and revoked, for reasons that are marked."""
    pledge = register_pledge(
        patents=(patent,), pledgors=(PERSON,), claim=MARKED_CLAIM, signed_by=refs(PERSON, BANK)
    )
    judged = {"declarations": [{"kind": "informed-invalidation", "by": list(refs(PERSON, BANK))}]}
    filing = served.registered("/v1/pledges", as_body(pledge) | judged)["filing_id"]
    claim = CLAIM.model_copy(update={"amount": Money(amount="77777777", currency="CNY")})
    clerical = {
        "correction": "clerical",
        "entry": filing,
        "changes": {"claim": claim.model_dump(mode="json")},
        "reason": "MARK-misread",
    }
    correction = served.registered("/v1/corrections", clerical)["filing_id"]
    for entry in (correction, filing):
        revoked = {"correction": "revocation", "entry": entry, "reason": "MARK-mistaken"}
        served.registered("/v1/corrections", revoked)


AGENT = PERSON.model_copy(
    update={"name": "Agent of Deng Zhao", "identity_number": identity_number(78)}
)


def said(command: Any) -> dict[str, Any]:
    """A command as the body of a route whose path says what it is about."""
    elsewhere = {"registration_no", "licence_id", "patents"}
    found: dict[str, Any] = command.model_dump(mode="json", exclude=elsewhere, exclude_none=True)
    return found


def readable(text: str) -> list[str]:
    """The markers that a text shows."""
    personal = [v for v in (PERSON.identity_number, AGENT.identity_number) if v and v in text]
    return MARKER.findall(text) + personal


@pytest.fixture(scope="module")
def everything(served: Desk, patents: list[str]) -> list[Question]:
    """Every question that can be asked; the log is signed and its followers have come to its
    head."""
    head = served.head()
    for path in (f"/v1/log/proofs/{head}", "/v1/search?state=pledged", "/v1/events"):
        for _ in range(100):
            answer = served.get(path, headers={"Ledger-Min-Position": str(head)})
            if answer.status_code == 200:
                break
            time.sleep(0.1)
        else:
            raise AssertionError((path, answer.text))
    asked = questions(served)
    # What is about one thing alone is asked about all of them; enough of each was found.
    assert {q.operation for q in asked} >= {r.name for r in ROUTES if r.method == "GET"} - NOT_THERE
    return asked


NOT_THERE = {"look_up_certificate", "print_certificate"}
"""Operations about what this register has none of."""


@pytest.mark.parametrize(
    ("role", "party"),
    [
        (None, None),
        ("bank", STRANGER),
        ("licensee", STRANGER),
        ("agency", STRANGER),
        ("operator", None),
        ("statistician", None),
    ],
)
def test_no_stranger_reads_a_marker(
    served: Desk, everything: list[Question], role: str | None, party: PartyDetails | None
) -> None:
    headers = served.headers(role, party)
    for question in everything:
        if role == "statistician" and question.operation in COUNTED:
            continue
        shown = question.ask(served, headers)
        assert readable(shown) == [], (question, role, readable(shown))


COUNTED = {"get_operations", "get_licence_rates", "get_pledge_financing"}
"""Statistics, which a statistician reads without what is held back of releases."""


def test_no_stream_of_entries_shows_a_marker(served: Desk, everything: list[Question]) -> None:
    headers = {"Accept": "text/event-stream"}
    newest = served.get("/v1/events", limit=1000).json()["events"][-1]["id"]
    with served.client.stream("GET", "/v1/events", headers=headers) as stream:
        for line in stream.iter_lines():
            assert readable(line) == []
            if line == f"id: {newest}":
                return
    raise AssertionError("the stream has ended before the newest entry")


def test_the_registrar_reads_receipts_and_no_terms(
    served: Desk, everything: list[Question]
) -> None:
    headers = served.headers("registrar")
    for question in everything:
        if question.operation not in OF_THE_OFFICE:
            assert readable(question.ask(served, headers)) == [], question


OF_THE_OFFICE = {
    *("get_filing", "get_notice", "list_filings", "list_obligations", "list_powers"),
    *("get_party", "get_party_changes", "list_party_patents", "list_party_pledges"),
}
"""Operations by which the office sees what it has to deal with."""


def test_parties_read_their_own(served: Desk, patents: list[str]) -> None:
    pledged, licensed, opened, university = patents
    history = {
        (p, party.name): set(readable(served.get(f"/v1/patents/{p}/history", "bank", party).text))
        for p in patents
        for party in (BANK, INSTRUMENTS, MILLS, UNIVERSITY)
    }
    assert {"MARK-scope", "MARK-debtor"} <= history[(pledged, BANK.name)]
    assert history[(licensed, BANK.name)] == set()
    assert "77000477.00" in history[(licensed, INSTRUMENTS.name)]
    assert "77000277.00" not in history[(licensed, INSTRUMENTS.name)]
    assert {"77000277.00", "MARK-territory"} <= history[(licensed, MILLS.name)]
    assert "77000477.00" not in history[(licensed, MILLS.name)]
    assert history[(opened, INSTRUMENTS.name)] == {"MARK-case"}
    assert history[(university, MILLS.name)] == {"MARK-licensee"}
    assert history[(university, UNIVERSITY.name)] == {"MARK-licensee"}
    assert history[(university, BANK.name)] == set()


def test_nobody_reads_a_personal_value(served: Desk, everything: list[Question]) -> None:
    headers = served.headers("auditor")
    for question in everything:
        text = question.ask(served, headers)
        for personal in (PERSON.identity_number, PERSON.address, PERSON.telephone):
            assert str(personal) not in text, question


def test_no_marker_is_logged(
    served: Desk, everything: list[Question], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    pledge = register_pledge(
        patents=(number(999),), pledgors=(PERSON,), claim=MARKED_CLAIM, signed_by=refs(PERSON)
    )
    refused = served.file("/v1/pledges", pledge)
    assert refused.status_code == 409
    assert readable(refused.text) == []
    wrong = served.file("/v1/pledges", {**as_body(pledge), "MARK-member": "MARK-value"})
    assert wrong.status_code == 422
    assert "MARK-value" not in wrong.text
    assert [record for record in caplog.records if readable(record.getMessage())] == []


def test_every_confidential_field_has_a_marker(served: Desk, patents: list[str]) -> None:
    """In the log, where it is kept and the auditor reads it; a new field is to be given one."""
    marked_at: dict[tuple[str, str], bool] = {}
    for topic, opened in served.owner.execute("SELECT topic, open FROM event_log").fetchall():
        for name, (_, value) in (opened or {}).items():
            marked_at[topic, name] = marked_at.get((topic, name), False) or bool(
                readable(str(value))
            )
    wanted = {
        (topic, name)
        for topic, kind in EVENT_TYPES.items()
        if issubclass(kind, PatentEvent) and topic not in WITHOUT
        for name, field in confidential(kind).items()
        if (topic, name) not in NOT_MARKED and not small(field.annotation)
    }
    assert {field for field in wanted if not marked_at.get(field)} == set()


def test_what_was_taken_over_has_no_notice(served: Desk, patents: list[str]) -> None:
    found = served.owner.execute(
        "SELECT entry ->> 'filing_id' FROM event_log WHERE stream = %s", [number(970_001)]
    ).fetchone()
    assert found is not None
    answer = served.get(f"/v1/filings/{found[0]}/notice", "auditor")
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/not-found")
    assert served.get(f"/v1/filings/{found[0]}", "auditor").status_code == 200


WITHOUT = {"hidden_entry.corrected", "hidden_entry.revoked"}
"""Corrections of what has no public part: the same fields, and no public part either."""


def small(kind: Any) -> bool:
    """Whether no value of a type stands nowhere else."""
    return kind in (bool, int, *(each | None for each in (bool, int)))


def test_every_personal_field_has_a_marker(served: Desk, patents: list[str]) -> None:
    """Beside the log, in the only table from which something may be erased."""
    fields = set(Personal.model_fields) - {"party"}
    told = str(served.owner.execute("SELECT * FROM personal").fetchall())
    assert {PERSON.identity_number, PERSON.address, PERSON.telephone} == {
        getattr(PERSON, name) for name in fields
    }
    for name in fields:
        assert str(getattr(PERSON, name)) in told, name
    assert all(PERSONAL in e.model_fields["personal"].metadata for e in EVENT_TYPES.values())


FORBIDDEN_TO_THE_PUBLIC = (
    "SELECT * FROM open_entries(ARRAY['CN:1'], 1)",
    "SELECT * FROM filing_record('x')",
    "SELECT confidential FROM encumbrance",
    "SELECT confidential FROM licence",
    "SELECT * FROM pending_invalidation",
    "SELECT open FROM event_log",
    "SELECT version FROM event_log",
    "SELECT * FROM stored_events",
    "SELECT * FROM personal",
    "SELECT * FROM idempotency",
    "SELECT * FROM registration",
)


@pytest.mark.parametrize("query", FORBIDDEN_TO_THE_PUBLIC)
def test_a_forgotten_filter_meets_a_missing_privilege(database_url: str, query: str) -> None:
    with connect(database_url, "ledger_public") as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(query)


PUBLIC_COLUMNS = """
SELECT table_name, string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position) AS columns
FROM information_schema.columns
WHERE table_schema = 'public'
    AND has_column_privilege('ledger_public', quote_ident(table_name), column_name, 'SELECT')
GROUP BY table_name
"""


def test_the_public_role_reads_no_marker_with_psql(
    served: Desk, everything: list[Question], patents: list[str], database_url: str
) -> None:
    """In no column of any table that it may read."""
    readable_tables = served.owner.execute(PUBLIC_COLUMNS).fetchall()
    assert {"event_log", "encumbrance", "licence", "title"} <= {t for t, _ in readable_tables}
    with connect(database_url, "ledger_public") as connection:
        for table, columns in readable_tables:
            query: Any = f"SELECT {columns} FROM {table}"
            assert readable(str(connection.execute(query).fetchall())) == [], table
        shown = "position, recorded_at, stream, topic, entry"
        entries = connection.execute(
            f"SELECT {shown} FROM public_entries(%s, 10000)",
            [patents],
        ).fetchall()
        log = connection.execute(
            f"SELECT {shown} FROM event_log WHERE stream = ANY(%s) ORDER BY 1",
            [patents],
        ).fetchall()
        assert entries == log
