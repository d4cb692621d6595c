"""One message over https: under the name's certificate, bounded in time, answered or not."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.delivery.sending import Outcome, Sender
from tests.delivery.certificates import Certificates, certificates
from tests.delivery.receiver import Receiver, receiving


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def receiver(files: Certificates) -> Iterator[Receiver]:
    with receiving(files.receiver) as told:
        yield told


def sent(
    url: str, authority: Path | None, *, loopback: bool = True, seconds_max: float = 5
) -> Outcome:
    async def send() -> Outcome:
        sender = Sender(loopback=loopback, ca_file=authority, seconds_max=seconds_max)
        try:
            return await sender.send(url, b"{}", {"webhook-id": "1"})
        finally:
            await sender.close()

    return asyncio.run(send())


def test_it_is_taken(receiver: Receiver, files: Certificates) -> None:
    assert sent(receiver.url("/a?b=c"), files.authority) == Outcome(204)
    (message,) = receiver.taken
    assert (message.path, message.body) == ("/a?b=c", b"{}")


def test_loopback_is_closed_without_the_setting(receiver: Receiver, files: Certificates) -> None:
    outcome = sent(receiver.url(), files.authority, loopback=False)
    assert outcome.error == "the name leads to an address that is not public"
    assert receiver.taken == []


def test_a_certificate_that_nobody_trusts_is_refused(receiver: Receiver) -> None:
    outcome = sent(receiver.url(), None)
    assert not outcome.delivered
    assert outcome.error == "ConnectError"
    assert receiver.taken == []


def test_a_receiver_has_so_long(receiver: Receiver, files: Certificates) -> None:
    def dawdle(_: object) -> tuple[int, dict[str, str]]:
        time.sleep(1)
        return 204, {}

    receiver.answer = dawdle
    outcome = sent(receiver.url(), files.authority, seconds_max=0.3)
    assert outcome.error == "no answer within 0.3 seconds"


@pytest.mark.parametrize(
    ("stated", "seconds"), [("120", 120), ("Wed, 21 Oct 2026 07:28:00 GMT", None), ("9" * 9, 86400)]
)
def test_a_receiver_may_say_when_it_wants_to_be_asked_again(
    receiver: Receiver, files: Certificates, stated: str, seconds: int | None
) -> None:
    receiver.answer = lambda _: (503, {"Retry-After": stated})
    assert sent(receiver.url(), files.authority) == Outcome(503, retry_after=seconds)


def test_nobody_there_is_an_outcome(files: Certificates) -> None:
    with receiving(files.receiver) as gone:
        url = gone.url()
    assert sent(url, files.authority).error == "ConnectError"
