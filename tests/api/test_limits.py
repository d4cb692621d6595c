"""Who asks too often is told so, by the headers of the standard to come; nobody else is."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
import pytest

from api.limits import WINDOW, Limits, Quota, place
from ledger.commands.serve import address_of, listening, server
from ledger.settings import Settings
from tests.api.desk import Desk
from tests.builders import BANK, OTHER_BANK


class Seconds:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = 5.0

    def __call__(self) -> float:
        return self.now


class TestQuota:
    def test_it_is_used_up_and_fills_evenly(self) -> None:
        passing = Seconds()
        quota = Quota("caller", 6, passing)
        assert [quota.take("a")[0] for _ in range(8)] == [True] * 6 + [False] * 2
        allowed, _, wait = quota.take("a")
        assert (allowed, round(wait)) == (False, 10)
        passing.now += 10
        assert [quota.take("a")[0] for _ in range(2)] == [True, False]
        passing.now += 10 * WINDOW
        assert [quota.take("a")[0] for _ in range(7)] == [True] * 6 + [False]

    def test_the_headers_say_how_it_stands(self) -> None:
        quota = Quota("caller", 6, Seconds())
        told = [quota.take("a")[1] for _ in range(7)]
        assert told[0] == [
            (b"ratelimit-policy", b'"caller";q=6;w=60'),
            (b"ratelimit", b'"caller";r=5;t=10'),
        ]
        assert [line[1][1] for line in told[1:3]] == [b'"caller";r=4;t=20', b'"caller";r=3;t=30']
        assert [line[1][1] for line in told[5:]] == [b'"caller";r=0;t=60'] * 2

    def test_each_has_its_own(self) -> None:
        quota = Quota("caller", 1, Seconds())
        assert [quota.take(key)[0] for key in ("a", "b", "a")] == [True, True, False]

    def test_its_memory_is_bounded_and_forgets_the_silent_first(self) -> None:
        quota = Quota("caller", 1, Seconds(), kept_max=3)
        for key in ("a", "b", "c", "a", "d"):
            quota.take(key)
        assert [quota.take(key)[0] for key in ("a", "c", "d")] == [False] * 3
        assert quota.take("b")[0]
        assert len(quota._full_at) == 3

    def test_none_is_no_limit(self) -> None:
        quota = Quota("caller", 0, Seconds())
        assert quota.take("a") == (True, [], 0.0)
        assert quota._full_at == {}

    def test_a_network_of_ipv6_is_one_place(self) -> None:
        assert place(("2001:db8::1", 1)) == place(("2001:db8::ffff:1", 9)) == "2001:db8::/64"
        assert place(("2001:db8:0:1::1", 1)) != place(("2001:db8::1", 1))
        assert (place(("203.0.113.7", 1)), place(None)) == ("203.0.113.7", "")


@pytest.fixture
def few(served: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The desk with quotas of three."""
    monkeypatch.setattr(served.house, "limits", Limits(caller=3, address=3))
    return served


def statuses(answers: list[httpx2.Response]) -> list[int]:
    return [answer.status_code for answer in answers]


class TestAtTheGate:
    def test_without_a_token_the_address_counts(self, few: Desk) -> None:
        answers = [few.get("/v1/rules") for _ in range(4)]
        assert statuses(answers) == [200, 200, 200, 429]
        assert answers[0].headers["RateLimit-Policy"] == '"address";q=3;w=60'
        assert answers[0].headers["RateLimit"] == '"address";r=2;t=20'
        refused = answers[3]
        assert refused.json()["type"] == "/problems/too-many-requests"
        assert 0 < int(refused.headers["Retry-After"]) <= 21
        assert refused.headers["RateLimit"] == '"address";r=0;t=60'
        assert "Ledger-Position" in refused.headers

    def test_a_caller_has_a_quota_of_its_own(self, few: Desk) -> None:
        assert statuses([few.get("/v1/rules") for _ in range(4)])[-1] == 429
        bank = [few.get("/v1/rules", "bank", BANK) for _ in range(4)]
        assert statuses(bank) == [200, 200, 200, 429]
        assert bank[0].headers["RateLimit-Policy"] == '"caller";q=3;w=60'
        assert few.get("/v1/rules", "bank", OTHER_BANK).status_code == 200

    def test_what_is_not_there_counts_too(self, few: Desk) -> None:
        assert statuses([few.get("/nothing") for _ in range(4)]) == [404, 404, 404, 429]

    def test_tokens_that_do_not_hold_count_for_the_address(self, few: Desk) -> None:
        wrong = [{"Authorization": f"Bearer {i}.x.y"} for i in range(4)]
        answers = [few.client.get("/v1/rules", headers=each) for each in wrong]
        assert statuses(answers) == [401, 401, 401, 429]
        assert answers[0].headers["RateLimit-Policy"] == '"new-tokens";q=3;w=60'
        # Who holds a token that was seen before is not kept out by them.
        assert few.get("/v1/rules").status_code == 200

    def test_watchers_may_ask_all_the_time(self, few: Desk) -> None:
        for path in ("/healthz", "/readyz"):
            answers = [few.get(path) for _ in range(9)]
            assert statuses(answers) == [200] * 9
            assert "RateLimit" not in answers[0].headers

    def test_every_answer_tells_it(self, served: Desk) -> None:
        assert "RateLimit" in served.get("/v1/rules").headers
        assert "RateLimit" in served.get("/v1/filings/nothing").headers


@contextmanager
def behind(served: Desk, trusted_proxies: str) -> Iterator[httpx2.Client]:
    """Another server of the same ledger that trusts these proxies."""
    with listening(Settings(data_dir="/nowhere", port=0)) as sock:
        web = server(served.house, trusted_proxies)
        thread = threading.Thread(target=web.run, kwargs={"sockets": [sock]})
        thread.start()
        with httpx2.Client(base_url=address_of(sock)) as client:
            yield client
        web.should_exit = True
        thread.join()


def asked_for(client: httpx2.Client, *forwarded: str) -> list[int]:
    return [
        client.get("/v1/rules", headers={"X-Forwarded-For": each}).status_code for each in forwarded
    ]


class TestProxies:
    def test_a_trusted_proxy_says_who_calls(self, few: Desk) -> None:
        with behind(few, "127.0.0.0/8, 10.0.0.1") as client:
            ours = ["203.0.113.7"] * 3
            assert asked_for(client, *ours) == [200] * 3
            # The last that no trusted proxy has written; what stands before it, callers invent.
            forged = "198.51.100.1, 203.0.113.7, 10.0.0.1"
            assert asked_for(client, forged, "203.0.113.8") == [429, 200]

    def test_nobody_else_is_believed(self, few: Desk) -> None:
        with behind(few, "") as client:
            addresses = [f"203.0.113.{i}" for i in range(4)]
            assert asked_for(client, *addresses) == [200, 200, 200, 429]
