"""Every operation by a party, about its own affairs and about another's, beside what the table of
operations says.

What a route of a party's affairs answers to another party is that there is nothing; what it takes
in from another party is declined, whatever the filing says.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from api.callers import EVERYBODY, OPERATIONS, PARTIES
from ledger.domain.parties import PartyDetails
from tests.api.asking import Question, questions
from tests.api.desk import Desk, as_body
from tests.api.document import ROUTES, Route
from tests.builders import (
    BANK,
    INSTRUMENTS,
    LAMPWORKS,
    MILLS,
    change_name,
    credit_code,
    named,
    record_consent,
    ref,
    register_pledge,
    register_transfer,
)
from tests.domain.test_licences import record_licence
from tests.domain.test_open_licences import declare

Json = dict[str, Any]
STRANGER = PartyDetails(name="Stranger", credit_code=credit_code(99))
LISTS = {
    *("list_filings", "list_obligations", "list_powers", "list_webhooks", "list_told_notices"),
}
"""Operations that list to each party what is its own; to others the list is empty."""
NOT_THERE = {"get_document", "get_webhook", "list_dead_letters", "get_told_notice", "poll_mailbox"}
"""Operations about what nobody here has: documents deposited, webhooks, a mailbox."""


@pytest.fixture(scope="module")
def dealings(served: Desk) -> Json:
    """Dealings of Lampworks with a bank and the mills, and their numbers."""
    pledged, licensed, opened, waiting, free = served.patents(5)
    pledge = served.registered("/v1/pledges", register_pledge(patents=(pledged,)), "bank", BANK)
    licence = served.registered("/v1/licences", record_licence(patents=(licensed,)))
    declared = served.registered(
        "/v1/open-licences", declare(patents=(opened,)), "patentee", LAMPWORKS
    )
    prepared = register_pledge(patents=(waiting,), signed_by=(ref(BANK),))
    filing = served.registered("/v1/pledges", prepared, "bank", BANK, prepare=True)
    consent = served.registered("/v1/consents", record_consent(patents=(pledged,)), "bank", BANK)
    power = served.empower(LAMPWORKS, MILLS, "right")
    taken = served.registered(
        f"/v1/open-licences/{declared['registration_no']}/licences", as_taken(), "licensee", MILLS
    )
    return {
        "free": free,
        "pledged": pledged,
        "pledge": pledge["registration_no"],
        "licence": licence["registration_no"],
        "declaration": declared["registration_no"],
        "filing": filing["filing_id"],
        "consent": consent["filing_id"],
        "power": power,
        "taken": taken["filing_id"],
    }


def as_taken() -> Json:
    return {
        "licensee": as_body(MILLS),
        "notice_on": "2026-03-02",
        "paid_on": "2026-03-02",
        "documents": [
            {"kind": kind, "digest": "0" * 64} for kind in ("licensee-notice", "payment-proof")
        ],
        "signed_by": [ref(MILLS)],
    }


Filing = Callable[[Json], tuple[str, Any]]
FILINGS: dict[str, tuple[str, PartyDetails, Filing]] = {
    "register_pledge": (
        "bank",
        BANK,
        lambda d: ("/v1/pledges", register_pledge(patents=(d["free"],))),
    ),
    "change_pledge": (
        "bank",
        BANK,
        lambda d: (f"/v1/pledges/{d['pledge']}/changes", {"changed_on": "2026-03-01"}),
    ),
    "deregister_pledge": (
        "bank",
        BANK,
        lambda d: (f"/v1/pledges/{d['pledge']}/deregistration", {"ground": "performed"}),
    ),
    "register_transfer": (
        "patentee",
        LAMPWORKS,
        lambda d: ("/v1/transfers", register_transfer(patents=(d["free"],))),
    ),
    "change_name_or_address": (
        "patentee",
        LAMPWORKS,
        lambda d: (
            "/v1/name-changes",
            change_name(
                patents=(d["free"],), before=LAMPWORKS, after=named(LAMPWORKS, "New Lampworks")
            ),
        ),
    ),
    "record_licence": (
        "patentee",
        LAMPWORKS,
        lambda d: ("/v1/licences", record_licence(patents=(d["free"],))),
    ),
    "change_licence": (
        "licensee",
        MILLS,
        lambda d: (f"/v1/licences/{d['licence']}/changes", {"last_day": "2029-01-01"}),
    ),
    "cancel_licence": (
        "licensee",
        MILLS,
        lambda d: (
            f"/v1/licences/{d['licence']}/cancellation",
            {"ended_on": "2026-03-01", "reason": "Ended."},
        ),
    ),
    "declare_open_licence": (
        "patentee",
        LAMPWORKS,
        lambda d: ("/v1/open-licences", declare(patents=(d["free"],))),
    ),
    "withdraw_open_licence": (
        "patentee",
        LAMPWORKS,
        lambda d: (
            f"/v1/open-licences/{d['declaration']}/withdrawal",
            {"reason": "legitimate", "reason_text": "Sold."},
        ),
    ),
    "take_open_licence": (
        "licensee",
        MILLS,
        lambda d: (f"/v1/open-licences/{d['declaration']}/licences", as_taken()),
    ),
    "record_open_licence_contract": (
        "licensee",
        MILLS,
        lambda d: (
            f"/v1/open-licences/{d['declaration']}/licences/{d['taken']}/recordal",
            {"signed_by": [ref(MILLS)]},
        ),
    ),
    "record_consent": (
        "bank",
        BANK,
        lambda d: ("/v1/consents", record_consent(patents=(d["pledged"],), by=BANK)),
    ),
    "withdraw_consent": (
        "bank",
        BANK,
        lambda d: (f"/v1/consents/{d['consent']}/withdrawal", {}),
    ),
    "confirm_filing": (
        "patentee",
        LAMPWORKS,
        lambda d: (f"/v1/filings/{d['filing']}/confirmations", {}),
    ),
    "withdraw_filing": (
        "bank",
        BANK,
        lambda d: (f"/v1/filings/{d['filing']}/withdrawal", {}),
    ),
    "give_power": (
        "patentee",
        LAMPWORKS,
        lambda _: (
            f"/v1/parties/{ref(LAMPWORKS)}/powers-of-attorney",
            {
                "agent": as_body(INSTRUMENTS),
                "kinds": ["pledge"],
                "valid_from": "2026-03-02",
                "documents": [{"kind": "power-of-attorney", "digest": "0" * 64}],
            },
        ),
    ),
    "revoke_power": (
        "patentee",
        LAMPWORKS,
        lambda d: (
            f"/v1/parties/{ref(LAMPWORKS)}/powers-of-attorney/{d['power']}/revocation",
            {},
        ),
    ),
}
"""Operation → a party that may, as what, and its filing. A new operation is declined to strangers
in any case; here it is told how its own party asks."""

OF_PARTIES = [r for r in ROUTES if r.files and OPERATIONS[r.name] & PARTIES]


class TestFiling:
    @pytest.mark.parametrize("operation", FILINGS)
    def test_a_party_to_the_dealing_is_heard(
        self, served: Desk, dealings: Json, operation: str
    ) -> None:
        role, party, filing = FILINGS[operation]
        path, body = filing(dealings)
        answer = served.file(path, body, role, party, dry_run=True)
        assert answer.status_code in (200, 409), answer.text

    @pytest.mark.parametrize("operation", FILINGS)
    def test_nobody_else_is(self, served: Desk, dealings: Json, operation: str) -> None:
        path, body = FILINGS[operation][2](dealings)
        for role in sorted((PARTIES | {"agency"}) & OPERATIONS[operation]):
            for who in (STRANGER, None):
                answer = served.file(path, body, role, who, dry_run=True)
                assert answer.status_code in (403, 404), (role, who, answer.text)

    @pytest.mark.parametrize("route", OF_PARTIES, ids=lambda route: route.name)
    def test_a_stranger_enters_nothing_by_any_route(self, served: Desk, route: Route) -> None:
        head = served.head()
        for role in sorted((PARTIES | {"agency"}) & OPERATIONS[route.name]):
            assert served.file(route.filled, {}, role, STRANGER).status_code >= 400
        assert served.head() == head


@pytest.fixture(scope="module")
def own(served: Desk, dealings: Json) -> list[Question]:
    """Questions about the affairs of parties, which the public may not ask."""
    shut = {name for name, roles in OPERATIONS.items() if "public" not in roles and roles & PARTIES}
    asked = [q for q in questions(served) if q.operation in shut]
    assert {q.operation for q in asked} == {r.name for r in ROUTES if r.method == "GET"} & shut
    return asked


class TestReading:
    @pytest.mark.parametrize("role", sorted(PARTIES | {"agency"}))
    def test_another_party_s_affairs_are_not_there(
        self, served: Desk, own: list[Question], role: str
    ) -> None:
        headers = served.headers(role, STRANGER)
        for question in own:
            answer = question.ask(served, headers)
            if role not in OPERATIONS[question.operation]:
                assert answer.startswith("403"), (question, answer)
            elif question.operation in LISTS:
                assert answer.startswith("200"), (question, answer)
                assert "registration_no" not in answer, (question, answer)
            else:
                assert answer.startswith("404"), (question, answer)

    def test_its_own_are(self, served: Desk, own: list[Question]) -> None:
        answered: dict[str, set[str]] = {}
        for party, role in ((BANK, "bank"), (LAMPWORKS, "patentee"), (MILLS, "licensee")):
            headers = served.headers(role, party)
            for question in own:
                status = question.ask(served, headers)[:3]
                answered.setdefault(question.operation, set()).add(status)
        unanswered = {name for name, statuses in answered.items() if "200" not in statuses}
        assert unanswered <= NOT_THERE

    def test_auditors_see_all_of_them(self, served: Desk, own: list[Question]) -> None:
        headers = served.headers("auditor")
        for question in own:
            if question.operation not in NOT_THERE:
                assert question.ask(served, headers)[:3] == "200", question


def test_the_table_knows_every_role() -> None:
    assert all(roles <= EVERYBODY for roles in OPERATIONS.values())
