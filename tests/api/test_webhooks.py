"""Webhooks against a real https receiver: signed, in order, retried, given up, replayed, paused."""

from __future__ import annotations

import base64
import hmac
import threading
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ledger.assembly import following
from tests.api.desk import IMPATIENT, Desk
from tests.api.test_events import come, followed, positions
from tests.api.test_mailboxes import frozen, until
from tests.builders import BANK, OTHER_BANK, register_pledge
from tests.delivery.receiver import Message, Receiver, receiving

Json = Any
names = (f"hook-{n}" for n in count(1))

__all__ = ["frozen"]


@pytest.fixture
def receiver(certificate: Path) -> Iterator[Receiver]:
    with receiving(certificate) as told:
        yield told


@pytest.fixture
def certificate(served: Desk) -> Path:
    """The receiver's, of the authority that the served ledger trusts."""
    return served.certificates.receiver


class Hook:
    """A webhook of the auditor's (or another caller's), and what is asked about it."""

    def __init__(self, served: Desk, url: str, role: str = "auditor", party: Any = None) -> None:
        self.served, self.headers = served, served.headers(role, party)
        self.name, self.url = next(names), url

    def put(self, **stated: Any) -> Json:
        body = {"url": self.url, **stated}
        path = f"/v1/webhooks/{self.name}"
        answer = self.served.client.put(path, json=body, headers=self.headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, what: str, **stated: Any) -> Json:
        path = f"/v1/webhooks/{self.name}/{what}"
        answer = self.served.client.post(path, json=stated, headers=self.headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def get(self, what: str = "") -> Json:
        answer = self.served.client.get(f"/v1/webhooks/{self.name}{what}", headers=self.headers)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
def hook(served: Desk, receiver: Receiver) -> Iterator[Hook]:
    made = Hook(served, receiver.url())
    yield made
    made.post("removal")


def holds(secret: str, message: Message) -> bool:
    """Whether a message bears a signature by a secret, as Standard Webhooks verifies it."""
    signed = b".".join(
        (message.id.encode(), message.headers["webhook-timestamp"].encode(), message.body)
    )
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
    return f"v1,{expected}" in message.headers["webhook-signature"].split(" ")


class TestDelivery:
    def test_every_entry_is_brought_as_the_feed_tells_it(
        self, served: Desk, hook: Hook, receiver: Receiver
    ) -> None:
        served.patents(30)
        come(served)
        hook.put()
        events = followed(served)
        until(lambda: len(receiver.taken) >= len(events))
        assert {message.id for message in receiver.taken} == {event["id"] for event in events}
        assert {m.id: m.event for m in receiver.taken} == {e["id"]: e for e in events}
        first = receiver.taken[0]
        assert first.headers["content-type"] == "application/cloudevents+json"
        assert first.headers["host"] == f"localhost:{receiver.port}"
        served.patent()
        until(lambda: len(receiver.taken) == len(events) + 1)
        shown = until(lambda: (told := hook.get())["waiting"] == 0 and told)
        assert (shown["state"], shown["dead"], shown["last_status"]) == ("active", 0, 204)

    def test_it_is_limited_and_begins_where_it_is_told(
        self, served: Desk, hook: Hook, receiver: Receiver
    ) -> None:
        first, second = served.patents(2)
        head = come(served)
        hook.put(patents=[second], after=head - 2)
        served.registered("/v1/pledges", register_pledge(patents=(first, second)))
        until(lambda: len(receiver.taken) == 2)
        assert [m.event["type"] for m in receiver.taken] == ["patent.entered", "pledge.registered"]
        assert {m.event["subject"] for m in receiver.taken} == {second}

    def test_both_signatures_hold(self, served: Desk, hook: Hook, receiver: Receiver) -> None:
        secrets = hook.put(after=come(served))
        assert hook.put().keys() & {"secret", "public_key"} == set()
        served.patent()
        (message,) = until(lambda: receiver.taken)
        assert holds(secrets["secret"], message)
        signed = b".".join(
            (message.id.encode(), message.headers["webhook-timestamp"].encode(), message.body)
        )
        public = base64.b64decode(secrets["public_key"].removeprefix("whpk_"))
        told = message.headers["webhook-signature"].split(" ")
        (asymmetric,) = (text[4:] for text in told if text.startswith("v1a,"))
        Ed25519PublicKey.from_public_bytes(public).verify(base64.b64decode(asymmetric), signed)

    def test_secrets_change_with_an_overlap(
        self, served: Desk, hook: Hook, receiver: Receiver
    ) -> None:
        old = hook.put(after=come(served))["secret"]
        new = hook.post("secrets", overlap_hours=1)["secret"]
        served.patent()
        both = until(lambda: receiver.taken)[0]
        assert holds(old, both)
        assert holds(new, both)
        newest = hook.post("secrets", overlap_hours=0)["secret"]
        served.patent()
        until(lambda: len(receiver.taken) == 2)
        assert holds(newest, receiver.taken[1])
        assert not holds(new, receiver.taken[1])

    def test_a_notice_says_where_it_is_read_and_nothing_else(
        self, served: Desk, receiver: Receiver, frozen: str
    ) -> None:
        hook = Hook(served, receiver.url(), "bank", BANK)
        hook.put(entries=False)
        message = until(lambda: receiver.taken)[0]
        assert message.event["type"] == "notice.told"
        assert set(message.event["data"]) == {"notice"}
        for secret in (frozen, "Lanternhill", BANK.credit_code):
            assert str(secret) not in message.body.decode()
        read = served.get(message.event["data"]["notice"], "bank", BANK).json()
        assert read["id"] == message.id

        def delivered() -> Json:
            told = served.get(message.event["data"]["notice"], "registrar").json()["evidence"]
            return [e for e in told if e["what"] == "delivered"]

        (evidence,) = until(delivered)
        assert (evidence["status"], evidence["times"]) == (204, 1)
        hook.post("removal")


class TestFailure:
    def test_an_undelivered_message_holds_back_its_patent_and_no_other(
        self, served: Desk, hook: Hook, receiver: Receiver
    ) -> None:
        head = come(served)
        stuck, free = served.patents(2)
        broken = True

        def answer(message: Message) -> tuple[int, dict[str, str]]:
            refused = broken and message.event["subject"] == stuck
            return (500 if refused else 200), {}

        receiver.answer = answer
        hook.put(after=head)
        served.registered("/v1/pledges", register_pledge(patents=(stuck, free)))
        until(lambda: len(receiver.taken) == 2 and len(receiver.refused) > 1)
        assert {m.event["subject"] for m in receiver.taken} == {free}
        assert len({m.id for m in receiver.refused}) == 1
        letters = until(lambda: hook.get("/dead-letters")["dead_letters"])
        assert [(x["id"], x["status"], x["held_back"]) for x in letters] == [
            (receiver.refused[0].id, 500, 1)
        ]
        tried = len(receiver.refused)
        assert tried == letters[0]["attempts"] == 5
        assert hook.get()["state"] == "active"
        broken = False
        hook.post("replay")
        until(lambda: len(receiver.taken) == 4)
        kinds = [m.event["type"] for m in receiver.taken if m.event["subject"] == stuck]
        assert kinds == ["patent.entered", "pledge.registered"]
        assert hook.get("/dead-letters")["total"] == 0

    def test_a_redirect_is_not_followed(self, served: Desk, hook: Hook, receiver: Receiver) -> None:
        receiver.answer = lambda _: (307, {"Location": receiver.url("/elsewhere")})
        hook.put(after=come(served))
        served.patent()
        until(lambda: hook.get("/dead-letters")["dead_letters"])
        assert {message.path for message in receiver.refused} == {"/events"}
        assert hook.get()["last_status"] == 307

    def test_gone_pauses_it_and_it_says_so(
        self, served: Desk, hook: Hook, receiver: Receiver
    ) -> None:
        receiver.answer = lambda _: (410, {})
        hook.put(after=come(served))
        served.patent()
        shown = until(lambda: (told := hook.get())["state"] == "paused" and told)
        assert shown["because"] == "the receiver answered 410 Gone"
        receiver.answer = lambda _: (204, {})
        served.patent()
        assert hook.post("resumption")["state"] == "active"
        until(lambda: len(receiver.taken) == 2)

    def test_a_paused_one_is_brought_what_came_meanwhile(
        self, served: Desk, hook: Hook, receiver: Receiver
    ) -> None:
        hook.put(after=come(served))
        assert hook.post("pause")["because"] == "by its owner"
        served.patent()
        come(served)
        assert receiver.taken == []
        hook.post("resumption")
        until(lambda: len(receiver.taken) == 1)

    def test_a_replay_brings_again_the_same_ids_in_order(
        self, served: Desk, hook: Hook, receiver: Receiver
    ) -> None:
        head = come(served)
        (patent,) = served.patents(1)
        served.registered("/v1/pledges", register_pledge(patents=(patent,)))
        hook.put(after=head)
        until(lambda: len(receiver.taken) == 2)
        hook.post("replay", after=head)
        until(lambda: len(receiver.taken) == 4)
        assert receiver.ids()[:2] == receiver.ids()[2:]
        assert [int(i) for i in receiver.ids()[:2]] == positions(followed(served))[-2:]


class TestSeveral:
    def test_a_receiver_that_does_not_answer_holds_up_no_other(
        self, served: Desk, hook: Hook, receiver: Receiver, certificate: Path
    ) -> None:
        silence = threading.Event()

        def answer(_: Message) -> tuple[int, dict[str, str]]:
            silence.wait(10)
            return 204, {}

        receiver.answer = answer
        with receiving(certificate) as lively:
            other = Hook(served, lively.url())
            head = come(served)
            hook.put(after=head)
            other.put(after=head)
            for n in range(1, 4):
                served.patent()
                until(lambda n=n: len(lively.taken) == n)
            assert receiver.taken == []
            silence.set()
            until(lambda: len(receiver.taken) == 3)
            other.post("removal")

    def test_of_two_servers_one_delivers_and_the_other_takes_over(
        self, served: Desk, hook: Hook, receiver: Receiver, database_url: str
    ) -> None:
        means, reader = served.house.registry.means, served.house.reader
        with following(database_url, served.settings, means, reader, IMPATIENT) as second:
            hook.put(after=come(served))
            served.patents(20)
            until(lambda: len(receiver.taken) == 20)
            assert len(set(receiver.ids())) == 20
            served.owner.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE "
                "application_name LIKE '%webhooks' AND datname = current_database()"
            )
            served.patents(20)
            until(lambda: len(set(receiver.ids())) == 40)
        assert [follower.error for follower in second] == [None] * len(second)


class TestWhoAndWhere:
    @pytest.mark.parametrize(
        "url",
        [
            "http://localhost/",
            "https://10.0.0.1/",
            "https://169.254.169.254/latest/meta-data",
            "https://[::ffff:127.0.0.1]/",
            "https://[fd00:ec2::254]/",
            "https://no-such-host.invalid/",
        ],
    )
    def test_where_nothing_may_be_sent_is_refused(self, served: Desk, url: str) -> None:
        path, headers = "/v1/webhooks/closed", served.headers("auditor")
        answer = served.client.put(path, json={"url": url}, headers=headers)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/url")

    def test_a_name_that_leads_elsewhere_later_is_found_at_delivery(
        self, served: Desk, hook: Hook
    ) -> None:
        hook.put(after=come(served))
        served.owner.execute(
            "UPDATE webhook SET url = 'https://10.1.2.3/' WHERE name = %s", [hook.name]
        )
        served.patent()
        shown = until(lambda: (told := hook.get())["last_error"] and told)
        assert shown["last_error"] == "the name leads to an address that is not public"

    def test_it_is_its_owners(self, served: Desk, hook: Hook) -> None:
        hook.put()
        for what in ("", "/dead-letters"):
            path = f"/v1/webhooks/{hook.name}{what}"
            assert served.get(path, "bank", OTHER_BANK).status_code == 404
            assert served.get(path).status_code == 401
        for what in ("pause", "resumption", "removal", "secrets", "replay"):
            path = f"/v1/webhooks/{hook.name}/{what}"
            headers = served.headers("bank", OTHER_BANK)
            assert served.client.post(path, json={}, headers=headers).status_code == 404

    def test_a_removed_one_stays_on_record_and_can_come_back_with_new_secrets(
        self, served: Desk, receiver: Receiver
    ) -> None:
        hook = Hook(served, receiver.url(), "bank", OTHER_BANK)
        old = hook.put(after=come(served))["secret"]
        assert hook.name not in [w["name"] for w in hook.post("removal")["webhooks"]]
        kept = served.owner.execute("SELECT state FROM webhook WHERE name = %s", [hook.name])
        assert kept.fetchone() == ("removed",)
        assert hook.put()["secret"] != old
        hook.post("removal")

    def test_a_caller_has_a_bounded_number(self, served: Desk, receiver: Receiver) -> None:
        path, headers = "/v1/webhooks/", served.headers("statistician")
        for n in range(20):
            body = {"url": receiver.url(), "entries": False, "notices": False}
            answer = served.client.put(f"{path}w{n}", json=body, headers=headers)
            assert answer.status_code == 200
        answer = served.client.put(f"{path}w20", json=body, headers=headers)
        assert answer.status_code == 422
        assert served.client.get("/v1/webhooks", headers=headers).json()["total"] == 20
