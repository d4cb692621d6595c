"""Mailboxes and notices over HTTP: polled, acknowledged, at least once; what became of a notice."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.api.desk import Desk
from tests.api.test_events import come, followed, positions
from tests.api.test_obligations import enter, preserve
from tests.api.test_problems import is_problem
from tests.api.test_trail import noted
from tests.builders import BANK, LAMPWORKS, MILLS, OTHER_BANK, register_pledge

Json = Any


def until(told: Callable[[], Any], seconds: float = 10) -> Any:
    """What something gives once it gives anything."""
    deadline = time.monotonic() + seconds
    while not (found := told()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return found


def opened(served: Desk, role: str, party: Any = None, **stated: Any) -> Json:
    answer = served.client.put("/v1/mailbox", json=stated, headers=served.headers(role, party))
    assert answer.status_code == 200, answer.text
    return answer.json()


def polled(served: Desk, role: str, party: Any = None, **asked: Any) -> Json:
    answer = served.get("/v1/mailbox", role, party, **asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def acknowledged(served: Desk, through: str, role: str, party: Any = None) -> Any:
    path, headers = "/v1/mailbox/acknowledgement", served.headers(role, party)
    return served.client.post(path, json={"through": through}, headers=headers)


class TestMailbox:
    def test_it_holds_what_is_not_acknowledged_as_often_as_it_is_asked(self, served: Desk) -> None:
        served.patents(7)
        come(served)
        opened(served, "auditor")
        first = polled(served, "auditor", limit=3)
        assert polled(served, "auditor", limit=3) == first
        events = followed(served)
        assert first["messages"] == events[: first["returned"]]
        assert acknowledged(served, first["through"], "auditor").status_code == 200
        seen = [*first["messages"]]
        while (page := polled(served, "auditor", limit=3))["messages"]:
            seen += page["messages"]
            acknowledged(served, page["through"], "auditor")
        assert seen == followed(served)

    def test_each_caller_has_its_own(self, served: Desk) -> None:
        served.patent()
        head = come(served)
        opened(served, "bank", BANK, after=head)
        opened(served, "bank", OTHER_BANK)
        assert positions(polled(served, "bank", OTHER_BANK)["messages"])
        assert polled(served, "bank", BANK)["messages"] == []
        assert served.get("/v1/mailbox", "bank", MILLS).status_code == 404
        assert acknowledged(served, "0.0", "bank", MILLS).status_code == 404

    def test_it_does_not_begin_behind_what_there_is(self, served: Desk) -> None:
        """What was entered next would never lie in it."""
        for path, further in (
            ("/v1/mailbox", {}),
            ("/v1/webhooks/early", {"url": "https://127.0.0.1/"}),
        ):
            body = {"after": served.head() + 1, **further}
            headers = served.headers("bank", LAMPWORKS)
            answer = served.client.put(path, json=body, headers=headers)
            assert (answer.status_code, is_problem(answer)) == (422, True)
            assert answer.json()["errors"][0]["pointer"] == "/after"
            assert served.get(path, "bank", LAMPWORKS).status_code == 404

    def test_it_is_limited_and_set_back_on_demand(self, served: Desk) -> None:
        numbers = served.patents(2)
        head = come(served)
        opened(served, "statistician", patents=[numbers[0]], kinds=["patent"])
        page = polled(served, "statistician")
        assert [event["subject"] for event in page["messages"]] == [numbers[0]]
        acknowledged(served, page["through"], "statistician")
        assert polled(served, "statistician")["messages"] == []
        again = opened(served, "statistician", patents=[numbers[1]], after=head - 2)
        assert again["acknowledged"].startswith(f"{head - 2}.")
        (event,) = polled(served, "statistician")["messages"]
        assert event["subject"] == numbers[1]

    def test_what_was_not_told_is_not_acknowledged(self, served: Desk) -> None:
        opened(served, "auditor")
        head = come(served)
        for through in (f"{head + 1}.0", "0.99999"):
            answer = acknowledged(served, through, "auditor")
            assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/through")
        for through in ("1", "x.y", "-1.0", "1.0.0"):
            assert acknowledged(served, through, "auditor").status_code == 422
        kept = polled(served, "auditor")["messages"]
        assert acknowledged(served, "0.0", "auditor").status_code == 200
        assert polled(served, "auditor")["messages"] == kept

    def test_the_public_has_none(self, served: Desk) -> None:
        assert served.get("/v1/mailbox").status_code == 401


@pytest.fixture(scope="module")
def frozen(served: Desk) -> str:
    """A pledged patent that a court has frozen: its pledgee is told."""
    patent = served.patent()
    served.registered("/v1/pledges", register_pledge(patents=(patent,)))
    enter(served, patent, preserve())
    return patent


class TestNotices:
    def told(self, served: Desk, patent: str) -> list[Json]:
        def ask() -> list[Json]:
            answer = served.get("/v1/notices", "bank", BANK, params={"patent": patent})
            assert answer.status_code == 200, answer.text
            return list(answer.json()["notices"])

        return until(ask)

    def test_a_party_is_told_once_with_the_entry_it_comes_from(
        self, served: Desk, frozen: str
    ) -> None:
        (told,) = [n for n in self.told(served, frozen) if n["notice"]["duty"] == "notify"]
        assert told["notice"]["party"]["id"] == BANK.credit_code
        asked = served.get("/v1/obligations", "bank", BANK, params={"patent": frozen}).json()
        assert told["notice"] in asked["notices"]["listed"]

    def test_it_comes_into_the_mailbox_with_evidence_of_what_became_of_it(
        self, served: Desk, frozen: str
    ) -> None:
        notices = self.told(served, frozen)
        opened(served, "bank", BANK, entries=False)
        page = polled(served, "bank", BANK)
        found = {event["id"]: event for event in page["messages"]}
        assert {n["id"] for n in notices} <= set(found)
        event = found[notices[0]["id"]]
        assert event["type"] == "notice.open"
        assert event["subject"] == frozen
        assert {**notices[0]["notice"], "notice": event["data"]["notice"]} == event["data"]
        polled(served, "bank", BANK)
        seen = served.get(event["data"]["notice"], "bank", BANK).json()["evidence"]
        assert [(e["recipient"], e["what"], e["times"]) for e in seen] == [
            (f"bank:{BANK.credit_code}", "polled", 2)
        ]
        assert acknowledged(served, page["through"], "bank", BANK).status_code == 200
        assert polled(served, "bank", BANK)["messages"] == []
        for role in ("registrar", "auditor"):
            seen = served.get(event["data"]["notice"], role).json()["evidence"]
            assert [e["what"] for e in seen] == ["polled", "acknowledged"]

    def test_that_it_was_read_is_on_the_trail(self, served: Desk, frozen: str) -> None:
        (told, *_) = self.told(served, frozen)
        assert len(noted(served, f"/v1/notices/{told['id']}", "auditor")) == 1
        opened(served, "agency", BANK, entries=False)
        page = polled(served, "agency", BANK)
        assert page["messages"]
        assert len(noted(served, "/v1/mailbox", "agency", BANK)) == 1
        acknowledged(served, page["through"], "agency", BANK)
        assert noted(served, "/v1/mailbox", "agency", BANK) == []

    def test_no_other_party_sees_it(self, served: Desk, frozen: str) -> None:
        ids = {notice["id"] for notice in self.told(served, frozen)}
        opened(served, "bank", OTHER_BANK)
        others = served.get("/v1/notices", "bank", OTHER_BANK).json()["notices"]
        assert ids.isdisjoint(notice["id"] for notice in others)
        assert ids.isdisjoint(e["id"] for e in polled(served, "bank", OTHER_BANK)["messages"])
        for notice in ids:
            assert served.get(f"/v1/notices/{notice}", "bank", OTHER_BANK).status_code == 404
        asked = {"party": BANK.credit_code}
        assert served.get("/v1/notices", "bank", OTHER_BANK, params=asked).status_code == 404
        assert served.get("/v1/notices", "auditor", params=asked).json()["total"] >= len(ids)

    def test_what_time_brings_is_told_on_the_day_it_comes(self, served: Desk) -> None:
        """A pledgee is told of fee arrears, which no entry causes."""
        patent = served.patent(fees_paid_through=8)
        served.registered("/v1/pledges", register_pledge(patents=(patent,)))
        come(served)
        served.clock.turn(days=400)

        def arrears() -> list[Json]:
            asked = {"patent": patent}
            answer = served.get("/v1/notices", "bank", BANK, params=asked).json()
            return [n for n in answer["notices"] if n["notice"]["duty"] == "pay_fee"]

        (told,) = until(arrears)
        assert told["notice"]["obligation"] is None
        assert served.get("/v1/notices", "patentee", LAMPWORKS, params={"patent": patent}).json()[
            "notices"
        ]
