"""What is confidential or personal is in no answer that is not for its eyes.

Every confidential and personal field of every dealing is filed with a marker of its own; then every
public answer, and every answer to a stranger, is read for markers.
"""

from __future__ import annotations

import re
from typing import Any

import psycopg
import pytest

from ledger.database import connect
from ledger.domain.events import CONFIDENTIAL, EVENT_TYPES, PERSONAL
from ledger.domain.lifecycle import PayAnnualFee, StartInvalidation
from ledger.domain.money import Money
from ledger.domain.parties import PartyDetails, PartyKind
from ledger.domain.royalties import LumpSum
from tests.api.desk import Desk
from tests.api.test_patents import as_fact
from tests.builders import (
    BANK,
    INSTRUMENTS,
    LAMPWORKS,
    MILLS,
    STATED_CLAIM,
    UNIVERSITY,
    documents,
    fact,
    identity_number,
    record_consent,
    refs,
    register_pledge,
    register_transfer,
)
from tests.domain.test_licences import record_licence
from tests.domain.test_open_licences import declare, take

STRANGER = PartyDetails(name="Stranger", credit_code="91999900MA90000991")
AMOUNT = re.compile(r"77[0-9]{4}77\.00")


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


@pytest.fixture(scope="module")
def patents(served: Desk) -> list[str]:
    """Patents with every dealing on them, each confidential field marked."""
    pledged, licensed, opened = served.patents(3, patentees=(PERSON,))
    (university,) = served.patents(1, patentees=(UNIVERSITY,))
    claim = STATED_CLAIM.model_copy(
        update={"amount": marked(1), "scope": "MARK-scope", "kind": "MARK-kind", "id": "MARK-claim"}
    )
    pledge = served.registered(
        "/v1/pledges",
        register_pledge(
            patents=(pledged,),
            pledgors=(PERSON,),
            claim=claim,
            debtor=LAMPWORKS.model_copy(update={"name": "MARK-debtor"}),
            signed_by=refs(PERSON, BANK, LAMPWORKS),
        ),
    )
    served.registered(
        "/v1/licences",
        record_licence(
            patents=(licensed,),
            licensors=(PERSON,),
            royalty=LumpSum(total=marked(2)),
            territory="MARK-territory",
            field_of_use="MARK-field",
        ),
    )
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
    return [pledged, licensed, opened, university]


def paths(served: Desk, patents: list[str]) -> list[str]:
    found = [f"/v1/patents/{p}" for p in patents] + [f"/v1/patents/{p}/history" for p in patents]
    rows = served.owner.execute("SELECT registration_no, kind FROM registration").fetchall()
    room = {
        "pledge": "pledges",
        "licence": "licences",
        "take": "licences",
        "declaration": "open-licences",
    }
    found += [f"/v1/{room[kind]}/{no}" for no, kind in rows]
    filings = served.owner.execute("SELECT filing_id FROM idempotency").fetchall()
    found += [f"/v1/filings/{filing}" for (filing,) in filings]
    return [
        *found,
        "/v1/events?limit=1000",
        "/v1/open-licences",
        "/v1/rules",
        "/v1/parties/" + str(LAMPWORKS.credit_code),
    ]


def readable(text: str) -> list[str]:
    """The markers that a text shows."""
    personal = [v for v in (PERSON.identity_number,) if v is not None and v in text]
    return re.findall(r"MARK-[a-z]+", text) + AMOUNT.findall(text) + personal


@pytest.mark.parametrize(
    ("role", "party"),
    [
        (None, None),
        ("bank", STRANGER),
        ("patentee", STRANGER),
        ("licensee", STRANGER),
        ("agency", None),
        ("operator", None),
        ("statistician", None),
        ("public", None),
    ],
)
def test_no_stranger_reads_a_marker(
    served: Desk, patents: list[str], role: str | None, party: PartyDetails | None
) -> None:
    for path in paths(served, patents):
        shown = served.get(path, role, party)
        assert readable(shown.text) == [], (path, role, readable(shown.text))


def test_the_registrar_reads_receipts_and_no_terms(served: Desk, patents: list[str]) -> None:
    for path in paths(served, patents):
        if "/filings/" not in path:
            assert readable(served.get(path, "registrar").text) == [], path


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


def test_nobody_reads_a_personal_value(served: Desk, patents: list[str]) -> None:
    for path in paths(served, patents):
        text = served.get(path, "auditor").text
        for personal in (PERSON.identity_number, PERSON.address, PERSON.telephone):
            assert str(personal) not in text, path


def test_every_confidential_kind_of_field_is_marked_somewhere(
    served: Desk, patents: list[str]
) -> None:
    """The markers reach what the events keep: the auditor reads them in the log."""
    (text,) = served.owner.execute(
        "SELECT string_agg(convert_from(state, 'UTF8'), '') FROM stored_events"
    ).fetchone() or ("",)
    assert {"MARK-scope", "MARK-territory", "MARK-case", "MARK-debtor", "77000177.00"} <= set(
        readable(text)
    )
    assert any(
        CONFIDENTIAL in f.metadata for e in EVENT_TYPES.values() for f in e.model_fields.values()
    )
    assert any(
        PERSONAL in f.metadata for e in EVENT_TYPES.values() for f in e.model_fields.values()
    )


SHOWN = "position, recorded_at, stream, topic, entry"

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


def test_the_public_role_reads_no_marker_with_psql(
    served: Desk, patents: list[str], database_url: str
) -> None:
    queries: list[Any] = [
        f"SELECT {SHOWN} FROM event_log",
        "SELECT * FROM patent",
        "SELECT * FROM title",
        "SELECT * FROM open_licence",
        "SELECT kind, registration_no, details, effective, recorded FROM encumbrance",
        "SELECT thing, patent_id, licence_id, registration_no, disclosed, details FROM licence",
    ]
    with connect(database_url, "ledger_public") as connection:
        for query in queries:
            assert readable(str(connection.execute(query).fetchall())) == [], query
        entries = connection.execute(
            "SELECT position, recorded_at, stream, topic, entry FROM public_entries(%s, 10000)",
            [patents],
        ).fetchall()
        log = connection.execute(
            f"SELECT {SHOWN} FROM event_log WHERE stream = ANY(%s) ORDER BY 1",
            [patents],
        ).fetchall()
        assert entries == log
