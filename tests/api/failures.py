"""One problem of each kind, as a served ledger answers it: the examples of problems."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
from psycopg.conninfo import make_conninfo

from api.batches import LINES_MAX
from api.limits import Limits
from api.streams import READERS_MAX
from ledger.domain.lifecycle import PayAnnualFee
from ledger.eventstore.acts import Bounds
from ledger.projections.reader import Reader
from tests.api.desk import Desk, as_body
from tests.api.recording import Json, Recorder, Who
from tests.api.story import AUDITOR, LENDER, OFFICE, PAPER, Story, to_json
from tests.api.test_patents import as_fact
from tests.builders import BANK, OTHER_BANK, credit_code, fact, named, register_pledge

BANKS = 99
"""Lenders with long names, of a loan whose entry becomes too large."""


END_SESSIONS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE application_name = 'patent-ledger post office' AND datname = current_database()
"""


class Failures:
    """How each problem comes about."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.recorder: Recorder = story.recorder
        self.served: Desk = story.served
        self.pledged, self.unpaid = story.patent(12), story.patent(8)
        self.free = story.patent(13)

    def all(self) -> dict[str, Json]:
        """Each kind, as it is answered; the last of them leave the ledger without its writer."""
        ways = {
            "malformed": lambda: self.ask("register_pledge", LENDER, content=b'{"patents": ['),
            "unauthenticated": lambda: self.ask("list_reads", None),
            "forbidden": lambda: self.ask("list_reads", LENDER),
            "not-a-party": lambda: self.pledge(("bank", OTHER_BANK)),
            "not-found": lambda: self.ask("get_pledge", None, no="Y2026990009999"),
            "no-such-entry": self.no_such_entry,
            "method-not-allowed": lambda: self.served.client.delete("/v1/rules"),
            "refused": lambda: self.pledge(LENDER, patents=(self.unpaid,)),
            "not-so": self.certificate,
            "overtaken": lambda: self.pledge(LENDER, expected_versions={self.free: 7}),
            "none-entered": self.none_entered,
            "precondition-failed": self.stale,
            "too-large": lambda: self.batch(["{}"] * (LINES_MAX + 1)),
            "document-not-taken": lambda: self.ask(
                "deposit_document", LENDER, content=b"\x7fELF\x02\x01"
            ),
            "unsupported-media-type": lambda: self.ask(
                "register_pledge",
                LENDER,
                content=b"a pledge",
                headers={"Content-Type": "text/plain"},
            ),
            "invalid": self.wrong,
            "key-reused": self.reused,
            "entry-too-large": self.long_entry,
            "beyond-the-head": lambda: self.reading(query={"known_at": self.later}),
            "behind": lambda: self.reading(headers={"Ledger-Min-Position": self.later}),
            "too-many-requests": self.too_many,
            "crowded": self.crowded,
            "document-damaged": self.damaged,
            "internal": self.internal,
            "standby": self.read_only,
            "clock-behind": self.clock_behind,
            "busy": self.busy,
            "too-long": self.slow,
            "unavailable": self.stopped,
        }
        return {kind: self.told(kind, way()) for kind, way in ways.items()}

    def told(self, kind: str, answer: httpx2.Response) -> Json:
        problem = answer.json()
        assert problem.get("type") == f"/problems/{kind}", (kind, answer.text)
        return problem

    @property
    def later(self) -> str:
        return str(self.served.head() + 1)

    def ask(self, operation: str, who: Who, body: Json = None, **sent: Any) -> httpx2.Response:
        headers = {"Idempotency-Key": f"failing-{self.served.head()}"} | sent.pop("headers", {})
        return self.recorder.sent(operation, who, body, headers, **sent)

    def pledge(self, who: Who, **stated: Any) -> httpx2.Response:
        body = as_body(register_pledge(**{"patents": (self.free,)} | stated))
        return self.ask("register_pledge", who, body)

    def reading(self, **sent: Any) -> httpx2.Response:
        return self.ask("get_patent", None, no=self.free, **sent)

    def no_such_entry(self) -> httpx2.Response:
        body = {"correction": "revocation", "entry": "f" * 32, "reason": "Entered by mistake."}
        return self.ask("publish_correction", OFFICE, body)

    def certificate(self) -> httpx2.Response:
        wish = {"kind": "nothing_else"}
        return self.ask("issue_certificate", LENDER, wish, no=self.pledged)

    def none_entered(self) -> httpx2.Response:
        bodies = [as_body(register_pledge(patents=(p,))) for p in (self.free, self.unpaid)]
        lines = [
            to_json({"route": "/v1/pledges", "key": f"together-{n}", "body": body})
            for n, body in enumerate(bodies)
        ]
        return self.batch(lines)

    def batch(self, lines: list[str]) -> httpx2.Response:
        kind = {"Content-Type": "application/x-ndjson"}
        together = {"entered": "together"}
        content = "\n".join(lines).encode()
        return self.ask("file_batch", LENDER, content=content, headers=kind, query=together)

    def stale(self) -> httpx2.Response:
        paid = as_fact(fact(PayAnnualFee, fee_year=9))
        return self.ask("enter_fact", OFFICE, paid, headers={"If-Match": '"7"'}, no=self.free)

    def wrong(self) -> httpx2.Response:
        body = as_body(register_pledge(patents=(self.free,)))
        return self.ask("register_pledge", LENDER, body | {"patents": ["12345"], "appraised": "y"})

    def reused(self) -> httpx2.Response:
        key = {"Idempotency-Key": "register-pledge-1"}
        body = as_body(register_pledge(patents=(self.free,)))
        return self.ask("register_pledge", LENDER, body, headers=key)

    def long_entry(self) -> httpx2.Response:
        name = "Savings Bank" + " of the Inner Harbour" * 20
        banks = [named(OTHER_BANK, name, credit_code=credit_code(200 + n)) for n in range(BANKS)]
        return self.pledge(LENDER, pledgees=(BANK, *banks))

    def too_many(self) -> httpx2.Response:
        house = self.served.house
        with kept(house, "limits", Limits(caller=1, address=1)):
            self.reading()
            return self.reading()

    def crowded(self) -> httpx2.Response:
        with kept(self.served.house, "readers", READERS_MAX):
            stream = {"Accept": "text/event-stream"}
            return self.served.client.get("/v1/events", headers=stream)

    def damaged(self) -> httpx2.Response:
        """The bytes of the paper are changed on the disk."""
        told = self.recorder.operations["get_document"]["The contract"]["parameters"]
        place = self.served.house.depository.place(told["digest"])
        place.chmod(0o600)
        place.write_bytes(PAPER.replace(b"1", b"2"))
        return self.ask("get_document", AUDITOR, **told)

    def internal(self) -> httpx2.Response:
        """A table is missing under the feet of the program."""
        self.served.owner.execute("ALTER TABLE certificate RENAME TO certificate_away")
        try:
            return self.ask("look_up_certificate", None, code=self.code)
        finally:
            self.served.owner.execute("ALTER TABLE certificate_away RENAME TO certificate")

    def read_only(self) -> httpx2.Response:
        """The sessions that keep mailboxes can write nothing, as on a standby."""
        owner = self.served.owner
        setting = f"ALTER DATABASE {owner.info.dbname} {{}} default_transaction_read_only"
        owner.execute(setting.format("SET") + " = on")
        owner.execute(END_SESSIONS)
        try:
            return self.ask("open_mailbox", LENDER, {})
        finally:
            owner.execute(setting.format("RESET"))
            owner.execute(END_SESSIONS)

    @property
    def code(self) -> str:
        told = self.recorder.operations["look_up_certificate"]["Still so"]["parameters"]
        return str(told["code"])

    def clock_behind(self) -> httpx2.Response:
        self.served.clock.turn(days=-1)
        try:
            return self.pledge(LENDER)
        finally:
            self.served.clock.turn(days=1)

    def busy(self) -> httpx2.Response:
        """The writer's queue has no room."""
        with kept(self.served.house.registry.writer, "_bounds", Bounds(queue_max=0)):
            return self.pledge(LENDER)

    def slow(self) -> httpx2.Response:
        """Another session holds a table for longer than the database may work on a question."""
        owner = self.served.owner
        url = make_conninfo(owner.info.dsn, password=owner.info.password)
        hasty = Reader(url, seconds_max=0.1)
        with contextlib.closing(hasty), kept(self.served.house, "reader", hasty):
            with owner.transaction():
                owner.execute("LOCK TABLE patent")
                return self.ask("get_history", None, no=self.free)

    def stopped(self) -> httpx2.Response:
        self.served.house.registry.close()
        return self.pledge(LENDER)


@contextmanager
def kept(thing: Any, name: str, value: Any) -> Iterator[None]:
    """A member has another value while in the block."""
    before = getattr(thing, name)
    setattr(thing, name, value)
    try:
        yield
    finally:
        setattr(thing, name, before)
