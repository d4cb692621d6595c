"""Extracts answered from memory say what the register says, at once and to everybody."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from starlette.types import Message, Receive, Scope, Send

from api.app import create_app
from api.gate import PUBLIC
from api.remembered import Remembered
from tests.api.desk import Desk
from tests.builders import BANK, register_pledge
from tests.wait import until


def both(served: Desk, patent: str) -> tuple[bytes, bytes]:
    """The extract as anybody asks for it, and as it is when a day is named, which is read anew."""
    day = served.get(f"/v1/patents/{patent}").json()["effective_on"]
    short = served.get(f"/v1/patents/{patent}")
    return short.content, served.get(f"/v1/patents/{patent}", effective_on=day).content


def pledge(served: Desk, patent: str) -> str:
    answer = served.registered("/v1/pledges", register_pledge(patents=(patent,)), "bank", BANK)
    number: str = answer["registration_no"]
    return number


def test_what_is_remembered_is_what_the_register_says(served: Desk) -> None:
    patent, other = served.patents(2)
    steps: list[Any] = [
        lambda: pledge(served, patent),
        lambda: pledge(served, other),
        lambda: served.registered(
            f"/v1/patents/{patent}/facts",
            {"fact": "pay_annual_fee", "fee_year": 9, "effective_on": "2026-03-02"},
        ),
        lambda: served.clock.turn(days=1),
    ]
    seen = set()
    for step in steps:
        step()
        short, read = both(served, patent)
        assert short == read
        assert served.get(f"/v1/patents/{patent}").content == short
        seen.add(short)
    assert len(seen) == len(steps), "each step shows"


def test_it_names_the_checkpoint_that_covers_it_like_any_other_answer(served: Desk) -> None:
    patent = served.patent()
    path = f"/v1/patents/{patent}"
    until(lambda: "Ledger-Checkpoint" in served.get(path).headers)
    day = served.get(path).json()["effective_on"]
    remembered, read = served.get(path), served.get(path, effective_on=day)
    assert remembered.headers["Ledger-Checkpoint"] == read.headers["Ledger-Checkpoint"]
    assert {*remembered.headers} == {*read.headers}
    served.patent()
    size = served.get(path).headers.get("Ledger-Checkpoint", f"{served.head()} ").split()[0]
    assert int(size) >= served.head(), "one that does not cover the answer is not named"


def test_an_unchanged_extract_is_not_read_again(served: Desk) -> None:
    patent, other = served.patents(2)
    first = served.get(f"/v1/patents/{patent}").json()
    change = "UPDATE patent SET bibliography = bibliography || %s WHERE patent_id = %s"
    served.owner.execute(change, ('{"invention_title": "Behind the counter"}', patent))
    pledge(served, other)
    again = served.get(f"/v1/patents/{patent}").json()
    assert again == {**first, "known_at": served.head()}
    pledge(served, patent)
    assert served.get(f"/v1/patents/{patent}").json()["invention_title"] == "Behind the counter"


def test_who_has_seen_a_receipt_sees_its_entry_while_many_ask(served: Desk) -> None:
    patents = served.patents(24)
    stop = threading.Event()

    def ask_all() -> None:
        while not stop.is_set():
            for patent in patents:
                assert served.get(f"/v1/patents/{patent}").status_code == 200

    def file_and_look(patent: str) -> bool:
        registered = pledge(served, patent)
        shown = served.get(f"/v1/patents/{patent}").json()["encumbrances"]
        return [each["registration_no"] for each in shown] == [registered]

    with ThreadPoolExecutor(6) as pool:
        asking = [pool.submit(ask_all) for _ in range(2)]
        try:
            assert all(pool.map(file_and_look, patents))
        finally:
            stop.set()
        for each in asking:
            each.result()


def test_what_was_not_asked_for_longest_is_forgotten(served: Desk) -> None:
    patents = served.patents(4)
    inner = create_app(served.house)
    reached: list[str] = []

    async def counting(scope: Scope, receive: Receive, send: Send) -> None:
        reached.append(scope["path"].rpartition("/")[2])
        await inner(scope, receive, send)

    async def ask() -> None:
        room = Remembered(counting, served.house, bytes_max=4_500)
        for patent in [*patents[:2], patents[0], *patents[2:], patents[0], patents[1]]:
            assert await status_of(room, plain_scope(patent)) == 200

    asyncio.run(ask())
    assert reached == [*patents, patents[1]]


def plain_scope(patent: str) -> dict[str, Any]:
    """The public's question for an extract, as a server hands it on."""
    path = f"/v1/patents/{patent}"
    return {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "scheme": "http",
        "query_string": b"",
        "headers": [],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "state": {"caller": PUBLIC},
    }


async def status_of(app: Any, scope: dict[str, Any]) -> int:
    """The status of an application's answer."""
    status, _ = await answer_of(app, scope)
    return status


async def answer_of(app: Any, scope: dict[str, Any]) -> tuple[int, dict[str, str]]:
    """The status and headers of an application's answer."""
    said: list[Message] = []

    async def send(message: Message) -> None:
        said.append(message)

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    await app(scope, receive, send)
    return said[0]["status"], {n.decode(): v.decode() for n, v in said[0]["headers"]}
