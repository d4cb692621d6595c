"""Every read is asked on both clocks, and names its position and a checkpoint that covers it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import pytest

from api.covering import CHECKPOINT
from tests.api.desk import Desk
from tests.api.document import ROUTES, Route
from tests.builders import BANK, UNIVERSITY, ref, register_pledge
from tests.domain.test_licences import record_licence
from tests.domain.test_open_licences import declare
from tests.wait import until

CLOCKS = {"effective_on", "known_at", "Ledger-Min-Position"}
READS = [
    route
    for route in ROUTES
    if route.method == "GET"
    and {p["name"] for p in route.operation.get("parameters", ())} >= CLOCKS
]
ASKED_HERE = {
    "get_patent",
    "get_history",
    "get_pledge",
    "get_licence",
    "get_open_licence",
    "list_open_licences",
    "search",
    "get_party",
    "list_party_pledges",
    "list_party_patents",
    "list_obligations",
    "list_filings",
    "list_powers",
}
"""Reads of the register and of what parties are told; their answers name `known_at`."""

WITHOUT = {
    "get_patent_changes": "two points of both clocks",
    "get_party_changes": "two points of both clocks",
    "list_changes": "two points of both clocks",
    "look_up_certificate": "what it has become by now (ADR 0033)",
    "print_certificate": "what it has become by now (ADR 0033)",
    "get_definitions": "the program's own",
    "list_releases": "each is of the position that it names, for ever",
    "get_release": "it is of the position that it names, for ever",
    "list_events": "the log itself, by its positions",
    "get_checkpoint": "the newest that is signed",
    "get_log_keys": "each with the sizes between which it signs",
    "get_tile": "never changed once it is full",
    "get_entry_proof": "of a position",
    "disclose": "of a position",
    "poll_mailbox": "how far a delivery has come (ADR 0051)",
    "list_webhooks": "how far a delivery has come (ADR 0051)",
    "get_webhook": "how far a delivery has come (ADR 0051)",
    "list_dead_letters": "how far a delivery has come (ADR 0051)",
    "list_told_notices": "how far a delivery has come (ADR 0051)",
    "get_told_notice": "how far a delivery has come (ADR 0051)",
    "list_reads": "a list that only grows (ADR 0058)",
    "get_health": "the server's own",
    "get_readiness": "the server's own",
    "get_metrics": "the server's own",
    "get_problem_page": "the program's own",
}
"""Reads without the two clocks, and what they are of instead."""


def test_every_other_read_has_both_clocks() -> None:
    reads = {route.name for route in ROUTES if route.method == "GET"}
    assert reads - {route.name for route in READS} == WITHOUT.keys()


@dataclass
class Register:
    """A register with a pledge, a licence and a declaration."""

    served: Desk
    paths: dict[str, str]
    early: int


@pytest.fixture(scope="module")
def register(served: Desk) -> Register:
    pledged, licensed = served.patents(2)
    opened = served.patent(patentees=(UNIVERSITY,))
    early = served.head()
    served.clock.turn(days=1)
    pledge = served.registered("/v1/pledges", register_pledge(patents=(pledged,)))
    licence = served.registered("/v1/licences", record_licence(patents=(licensed,)))
    declared = declare(patents=(opened,), patentees=(UNIVERSITY,))
    declaration = served.registered("/v1/open-licences", declared)
    paths = {
        "/v1/patents/{no}": f"/v1/patents/{pledged}",
        "/v1/pledges/{no}": f"/v1/pledges/{pledge['registration_no']}",
        "/v1/licences/{id}": f"/v1/licences/{licence['registration_no']}",
        "/v1/open-licences/{no}": f"/v1/open-licences/{declaration['registration_no']}",
        "/v1/parties/{id}": f"/v1/parties/{ref(BANK)}",
        "/v1/filings/{id}": f"/v1/filings/{pledge['filing_id']}",
    }
    return Register(served, paths, early)


def filled(register: Register, route: Route) -> str:
    """The route's path with what is in the register in the place of its parameters."""
    for begins, path in register.paths.items():
        if route.path.startswith(begins):
            return path + route.path.removeprefix(begins)
    return route.path


def asked(register: Register, route: Route, **params: Any) -> Any:
    newest = {"Ledger-Min-Position": str(register.served.head())}
    path = filled(register, route)
    deadline = time.monotonic() + 20
    while True:
        answer = register.served.get(path, "auditor", headers=newest, params=params)
        if answer.status_code != 503 or time.monotonic() > deadline:
            return answer
        time.sleep(0.05)


HERE = [route for route in READS if route.name in ASKED_HERE]


def test_none_is_left_out() -> None:
    assert {route.name for route in HERE} == ASKED_HERE


@pytest.mark.parametrize("route", HERE, ids=lambda route: route.name)
class TestEveryRead:
    def test_it_names_the_position_at_which_it_is_known(
        self, register: Register, route: Route
    ) -> None:
        head = register.served.head()
        newest = asked(register, route)
        assert newest.status_code == 200, newest.text
        assert newest.json()["known_at"] == head
        then = asked(register, route, known_at=head, effective_on="2026-03-03")
        assert then.json()["known_at"] == head
        assert then.json().get("effective_on", "2026-03-03") == "2026-03-03"

    def test_what_was_known_stays_as_it_was(self, register: Register, route: Route) -> None:
        params = {"known_at": register.early, "effective_on": "2026-03-02"}
        first = asked(register, route, **params)
        assert first.status_code in (200, 404)
        register.served.patent()
        again = asked(register, route, **params)
        assert again.content == first.content
        if first.status_code == 200:
            assert first.json()["known_at"] == register.early

    def test_before_all_time_nothing_was_known(self, register: Register, route: Route) -> None:
        """Of the first and the last moments that can be written, zones lie beyond the calendar."""
        answer = asked(register, route, known_at="0001-01-01T00:00:00+14:00")
        assert answer.content == asked(register, route, known_at=0).content
        answer = asked(register, route, known_at="9999-12-31T23:59:59-14:00")
        assert answer.json()["type"] == "/problems/beyond-the-head"

    def test_what_is_not_known_yet_is_not_answered(self, register: Register, route: Route) -> None:
        path, later = filled(register, route), register.served.head() + 1
        behind = {"Ledger-Min-Position": str(later)}
        answer = register.served.get(path, "auditor", headers=behind)
        assert (answer.status_code, answer.json()["type"]) == (503, "/problems/behind")
        answer = register.served.get(path, "auditor", known_at=later)
        assert answer.json()["type"] == "/problems/beyond-the-head"


TIMELESS = {"get_definitions", "list_releases", "list_rules", "get_rule"}
"""What is the same at every position of the log."""
MADE_FIRST = {"look_up_certificate", "print_certificate", "disclose", "get_release", "get_document"}
"""What must have been made, issued or deposited first, and has tests of its own."""
COVERED = [
    route
    for route in ROUTES
    if route.method == "GET"
    and CHECKPOINT in route.operation["responses"].get("200", {}).get("headers", ())
    and route.name not in TIMELESS | MADE_FIRST
]


@pytest.mark.parametrize("route", COVERED, ids=lambda route: route.name)
def test_an_answer_names_a_checkpoint_that_covers_it(register: Register, route: Route) -> None:
    since = {"from": register.early} if route.path.endswith("/changes") else {}
    found: list[Any] = []

    def named() -> bool:
        found[:] = [asked(register, route, **since)]
        assert found[0].status_code == 200, found[0].text
        return CHECKPOINT in found[0].headers

    until(named)
    (answer,) = found
    size, root = answer.headers[CHECKPOINT].split()
    known = int(answer.headers["Ledger-Position"])
    if answer.headers["Content-Type"] == "application/json":
        known = answer.json().get("known_at", known)
    assert int(size) >= known
    note = register.served.get("/v1/log/checkpoint").text.splitlines()
    if note[1] == size:
        assert note[2] == root


def test_every_read_with_two_clocks_names_one() -> None:
    assert {route.name for route in READS} <= {route.name for route in COVERED} | TIMELESS | (
        MADE_FIRST
    )


def test_a_filing_is_asked_as_known(register: Register) -> None:
    patent = register.served.patent()
    receipt = register.served.registered("/v1/pledges", register_pledge(patents=(patent,)))
    path = f"/v1/filings/{receipt['filing_id']}"
    known = {"known_at": receipt["position"]}
    assert register.served.get(path, "auditor", params=known).status_code == 200
    before = {"known_at": receipt["position"] - 1}
    assert register.served.get(path, "auditor", params=before).status_code == 404
