"""The feed over HTTP: page by page and as it comes, from zero, resumed, limited."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from itertools import islice
from typing import Any

import pytest

from api import streams
from ledger.projections.feed import Page, Wanted
from tests.api.desk import Desk, serials
from tests.builders import (
    BANK,
    INSTRUMENTS,
    LAMPWORKS,
    grant_patent,
    number,
    patent_details,
    record_consent,
    refs,
    register_pledge,
)

Event = dict[str, Any]


def come(served: Desk) -> int:
    """The head, once the feed has come to it."""
    head = served.head()
    deadline = time.monotonic() + 10
    while served.house.post.bell.position < head:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return head


def followed(served: Desk, **asked: Any) -> list[Event]:
    """All events of a question, page by page as the links lead."""
    found: list[Event] = []
    answer = served.get("/v1/events", params=asked)
    while True:
        assert answer.status_code == 200, answer.text
        body = answer.json()
        assert body["returned"] == len(body["events"])
        found += body["events"]
        link = answer.headers.get("link")
        if link is None:
            return found
        answer = served.client.get(link.partition("<")[2].partition(">")[0])


def positions(events: list[Event]) -> list[int]:
    return [int(event["id"]) for event in events]


@pytest.fixture(scope="module")
def patents(served: Desk) -> list[str]:
    """Twelve patents entered in one filing; a pledge over five of them, ended; a hidden consent."""
    numbers = served.patents(12)
    other = served.patents(1, patentees=(INSTRUMENTS,))
    pledge = served.registered("/v1/pledges", register_pledge(patents=tuple(numbers[:5])))
    served.registered("/v1/consents", record_consent(patents=(numbers[0],)))
    body = {"ground": "performed", "signed_by": list(refs(LAMPWORKS, BANK))}
    body["documents"] = [{"kind": "proof", "digest": "0" * 64}]
    served.registered(f"/v1/pledges/{pledge['registration_no']}/deregistration", body)
    come(served)
    return [*numbers, *other]


@pytest.mark.usefixtures("patents")
class TestPages:
    def test_every_public_entry_is_told_once_in_order(self, served: Desk) -> None:
        events = followed(served, limit=3)
        log = served.owner.execute(
            "SELECT position, entry FROM event_log WHERE entry ? 'stream' ORDER BY position"
        ).fetchall()
        assert positions(events) == [position for position, _ in log]
        assert [event["data"] for event in events] == [entry for _, entry in log]

    def test_an_entry_without_a_public_part_is_not_told(self, served: Desk) -> None:
        told = set(positions(followed(served)))
        hidden = served.owner.execute("SELECT position FROM event_log WHERE NOT entry ? 'stream'")
        assert (missing := {position for (position,) in hidden})
        assert told == set(range(1, served.head() + 1)) - missing

    def test_a_page_ends_where_a_filing_ends(self, served: Desk) -> None:
        first = served.get("/v1/events", limit=3).json()
        assert positions(first["events"]) == list(range(1, 13))
        assert (first["returned"], first["cap"], first["next"]) == (12, 1000, 12)
        assert first["total"] == len(followed(served))
        second = served.get("/v1/events", after=12, limit=3).json()
        assert positions(second["events"]) == [13]

    def test_the_end_says_where_to_go_on(self, served: Desk) -> None:
        head = come(served)
        answer = served.get("/v1/events", after=head)
        assert (answer.json()["events"], answer.json()["next"]) == ([], head)
        assert "link" not in answer.headers
        assert answer.headers["Ledger-Position"] == str(head)
        late = served.get("/v1/events", headers={"Ledger-Min-Position": str(head + 1)})
        assert (late.status_code, late.json()["type"]) == (503, "/problems/behind")

    @pytest.mark.parametrize("kind", ["application/json", "text/event-stream"])
    def test_who_has_seen_more_than_there_is_does_not_wait_in_silence(
        self, served: Desk, kind: str
    ) -> None:
        """It follows another ledger, or one that lost its newest entries to a backup."""
        later = {"Accept": kind, "Last-Event-ID": str(served.head() + 1)}
        answer = served.get("/v1/events", after=served.head() + 1, headers=later)
        assert (answer.status_code, answer.json()["type"]) == (503, "/problems/behind")

    def test_it_is_the_same_to_everybody(self, served: Desk) -> None:
        public = served.get("/v1/events").json()
        for role, party in (("bank", BANK), ("auditor", None)):
            assert served.get("/v1/events", role, party).json()["events"] == public["events"]

    def test_what_is_sent_is_what_the_log_proves(self, served: Desk) -> None:
        text = served.get("/v1/events", limit=1).text
        (leaf,) = served.owner.execute("SELECT entry FROM log_leaves(0, 1)").fetchone() or ()
        assert bytes(leaf).decode() in text


class TestLimits:
    def test_by_patent(self, served: Desk, patents: list[str]) -> None:
        events = followed(served, patent=patents[0])
        assert [event["type"] for event in events] == [
            "patent.entered",
            "pledge.registered",
            "pledge.deregistered",
        ]
        assert {event["subject"] for event in events} == {patents[0]}
        printed = patents[0].replace("CN:", "ZL ")
        assert followed(served, patent=printed) == events

    def test_by_party_even_where_an_entry_does_not_name_it(
        self, served: Desk, patents: list[str]
    ) -> None:
        """A bank is told that its pledge has ended; the entry itself names no party."""
        kinds = [event["type"] for event in followed(served, party=BANK.credit_code)]
        assert kinds == ["pledge.registered"] * 5 + ["pledge.deregistered"] * 5
        owner = followed(served, party=INSTRUMENTS.credit_code)
        assert [event["subject"] for event in owner] == [patents[12]]

    def test_by_kind_and_all_of_a_kind(self, served: Desk, patents: list[str]) -> None:
        assert len(followed(served, kind="pledge", limit=2)) == 10
        assert len(followed(served, kind="pledge.registered")) == 5
        both = followed(served, kind=["pledge.registered", "patent"], patent=patents[1])
        assert [event["type"] for event in both] == ["patent.entered", "pledge.registered"]
        page = served.get("/v1/events", kind="pledge", limit=2).json()
        assert (page["total"], page["returned"]) == (10, 5)

    @pytest.mark.parametrize("kind", ["consent", "consent.given", "pledge.", "", "nothing"])
    def test_a_kind_that_is_none_is_told(self, served: Desk, kind: str) -> None:
        answer = served.get("/v1/events", kind=kind)
        assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (422, "kind")

    def test_a_number_that_is_none_is_told(self, served: Desk) -> None:
        assert served.get("/v1/events", patent="CN:1").status_code == 422
        assert served.get("/v1/events", after=-1).status_code == 422
        assert served.get("/v1/events", limit=1001).status_code == 422


@pytest.mark.usefixtures("patents")
class TestEnvelopes:
    def test_it_is_a_cloud_event_with_the_legal_event_s_code(
        self, served: Desk, patents: list[str]
    ) -> None:
        event = served.get("/v1/events", kind="pledge.registered", limit=1).json()["events"][0]
        entry = event.pop("data")
        assert event == {
            "specversion": "1.0",
            "id": event["id"],
            "source": served.house.post.source,
            "type": "pledge.registered",
            "subject": patents[0],
            "time": entry["recorded_at"],
            "datacontenttype": "application/json",
            "inpadoccode": "PE01",
            "st27category": "S",
        }
        assert entry["stream"] == patents[0]

    def test_an_entry_that_no_code_fits_has_none(self, served: Desk) -> None:
        event = served.get("/v1/events", limit=1).json()["events"][0]
        assert event["type"] == "patent.entered"
        assert "inpadoccode" not in event
        assert "st27category" not in event


def streamed(
    served: Desk, headers: dict[str, str] | None = None, **asked: Any
) -> Iterator[tuple[int, Event]]:
    """The events of a stream as they come, with their ids; a comment is passed over."""
    told = {"Accept": "text/event-stream", **(headers or {})}
    with served.client.stream("GET", "/v1/events", params=asked, headers=told) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        number = None
        for line in answer.iter_lines():
            name, _, value = line.partition(": ")
            if name == "id":
                number = int(value)
            elif name == "data":
                assert number is not None
                yield number, json.loads(value)


@pytest.mark.usefixtures("patents")
class TestStream:
    def test_it_tells_from_zero_what_the_pages_tell(self, served: Desk) -> None:
        events = followed(served)
        told = list(islice(streamed(served), len(events)))
        assert [number for number, _ in told] == positions(events)
        assert [event for _, event in told] == events

    def test_it_goes_on_behind_the_last_id_seen(self, served: Desk) -> None:
        """Even in the middle of a filing, and whatever the address says."""
        number, _ = next(streamed(served, {"Last-Event-ID": "4"}, after=1))
        assert number == 5

    @pytest.mark.parametrize(
        "accept",
        ["*/*", "application/json, text/event-stream;q=0.5", "text/event-stream;q=0"],
    )
    def test_who_would_rather_have_pages_is_answered_one(self, served: Desk, accept: str) -> None:
        answer = served.client.get("/v1/events?limit=1", headers={"Accept": accept}, timeout=10)
        assert answer.headers["content-type"] == "application/json"

    def test_it_is_limited_as_the_pages_are(self, served: Desk, patents: list[str]) -> None:
        told = islice(streamed(served, kind="pledge.deregistered"), 5)
        assert [event["subject"] for _, event in told] == patents[:5]

    def test_what_is_registered_is_told_at_once_to_all_by_one_session(self, served: Desk) -> None:
        head = come(served)
        readers, heard = 4, []
        ready = threading.Barrier(readers + 1)

        def listen() -> None:
            stream = streamed(served, after=head - 1)
            next(stream)
            ready.wait(10)
            number, _ = next(stream)
            heard.append((number, time.monotonic()))

        threads = [threading.Thread(target=listen) for _ in range(readers)]
        for thread in threads:
            thread.start()
        ready.wait(10)
        time.sleep(0.2)
        sessions = served.owner.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN feed%' "
            "OR application_name = 'patent-ledger bell' AND datname = current_database()"
        ).fetchone()
        assert sessions == (1,)
        position = int(served.registered("/v1/patents", entered())["position"])
        began = time.monotonic()
        for thread in threads:
            thread.join(10)
        assert {number for number, _ in heard} == {position}
        assert len(heard) == readers
        assert max(at for _, at in heard) - began < 1

    def test_a_quiet_stream_says_that_it_is_there(
        self, served: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(streams, "HEARTBEAT_SECONDS", 0.1)
        headers = {"Accept": "text/event-stream"}
        asked = {"after": come(served)}
        with served.client.stream("GET", "/v1/events", params=asked, headers=headers) as answer:
            lines = [line for line in islice(answer.iter_lines(), 6) if line]
        assert lines == ["retry: 1000", ": still here", ": still here"]

    def test_a_slow_reader_is_not_held_in_memory_and_let_go_in_the_end(
        self, served: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Of a reader that takes some events and then nothing, nothing more is read from the log,
        and after a while it is let go."""
        monkeypatch.setattr(streams, "ENTRIES_MAX", 4)
        monkeypatch.setattr(streams, "SEND_SECONDS_MAX", 0.3)
        pages: list[int] = []
        taken = streams.EventStream._page

        def counted(self: streams.EventStream) -> Page:
            page = taken(self)
            pages.append(page.through)
            return page

        monkeypatch.setattr(streams.EventStream, "_page", counted)
        bodies = asyncio.run(read_some(served, how_many=8))
        assert bodies[0] == b"retry: 1000\n\n"
        assert [line.split(b"\n")[0] for line in bodies[1:]] == [b"id: %d" % n for n in range(1, 8)]
        assert pages == [4, 8]
        assert served.house.readers == 0

    def test_more_readers_than_a_server_bears_are_sent_away(
        self, served: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(streams, "READERS_MAX", 0)
        answer = served.get("/v1/events", headers={"Accept": "text/event-stream"})
        assert (answer.status_code, answer.json()["type"]) == (503, "/problems/crowded")


async def read_some(served: Desk, how_many: int) -> list[bytes]:
    """What a reader is sent that takes so many pieces and then no more, without hanging up."""
    bodies: list[bytes] = []

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body":
            if len(bodies) == how_many:
                await asyncio.Event().wait()
            bodies.append(message["body"])

    async def receive() -> Any:
        await asyncio.Event().wait()

    stream = streams.EventStream(served.house, Wanted(), 0)
    async with asyncio.timeout(10):
        await stream({"type": "http"}, receive, send)
    return bodies


def entered() -> Any:
    return grant_patent(patent_details(number(next(serials))))
