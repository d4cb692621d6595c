"""A ledger served over real HTTP on a database of its own, and its callers."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx2
import psycopg
from pydantic import BaseModel

from api.house import House
from api.limits import Limits
from api.tokens import Issuer
from ledger.assembly import depository, following
from ledger.commands.serve import address_of, listening, server
from ledger.delivery.post import PostOffice
from ledger.delivery.queue import Patience
from ledger.domain.parties import PartyDetails, party_id
from ledger.eventstore.acts import Bounds
from ledger.projections.reader import Reader
from ledger.proofs.keys import keyring
from ledger.settings import Settings
from tests.builders import documents, grant_patent, number, patent_details, ref
from tests.delivery.certificates import Certificates, certificates
from tests.eventstore.ledgers import Clock, registry

Json = Any
PLENTY = 10_000_000
"""Requests a minute: the quotas are told and never used up."""

serials = count(100)

IMPATIENT = Patience(first_seconds=0.05, growth=1.5, longest_seconds=0.2, attempts_max=5)
"""How long webhooks are tried where a test cannot wait for days."""


@dataclass
class Desk:
    """The served ledger as callers see it; a filing has a key of its own unless one is given."""

    client: httpx2.Client
    house: House
    clock: Clock
    owner: psycopg.Connection[Any]
    """A connection of the owner's, to look behind the counter."""
    certificates: Certificates
    """A receiver's of webhooks, and the authority that signed it."""
    settings: Settings
    keys: Iterator[int] = field(default_factory=lambda: count(1))

    # -- callers

    def token(self, role: str, party: PartyDetails | str | None = None, **options: Any) -> str:
        named = ref(party) if isinstance(party, PartyDetails) else party
        return self.house.issuer.token(role, party=named, lasts=timedelta(days=400), **options)

    def headers(self, role: str | None, party: PartyDetails | str | None = None) -> dict[str, str]:
        return {} if role is None else {"Authorization": f"Bearer {self.token(role, party)}"}

    # -- requests

    def get(
        self,
        path: str,
        role: str | None = None,
        party: PartyDetails | str | None = None,
        *,
        headers: dict[str, str] | None = None,
        params: dict[str, Any] | None = None,
        **named: Any,
    ) -> httpx2.Response:
        asked = {**self.headers(role, party), **(headers or {})}
        return self.client.get(path, params={**(params or {}), **named}, headers=asked)

    def file(
        self,
        path: str,
        body: BaseModel | Json,
        role: str = "registrar",
        party: PartyDetails | str | None = None,
        *,
        key: str | None = None,
        headers: dict[str, str] | None = None,
        **params: Any,
    ) -> httpx2.Response:
        named = {"Idempotency-Key": key or f"key-{next(self.keys)}", **(headers or {})}
        headers = self.headers(role, party) | named
        return self.client.post(path, json=as_body(body), headers=headers, params=params)

    def registered(self, *args: Any, **kwargs: Any) -> Json:
        """The receipt of a filing that is registered."""
        answer = self.file(*args, **kwargs)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def empower(
        self,
        principal: PartyDetails,
        agent: PartyDetails,
        *kinds: str,
        role: str = "registrar",
        **changed: Any,
    ) -> str:
        """The number of a power of attorney, entered by the office for the one who gives it."""
        body = {
            "agent": as_body(agent),
            "kinds": list(kinds) or ["pledge"],
            "valid_from": "2020-01-01",
            "documents": [d.model_dump() for d in documents("power-of-attorney")],
            **changed,
        }
        path = f"/v1/parties/{self.party(principal)}/powers-of-attorney"
        who = None if role == "registrar" else principal
        return str(self.registered(path, body, role, who)["filing_id"])

    def party(self, details: PartyDetails) -> str:
        """The id of a party as the register shows it."""
        return party_id(details, self.house.registry.means.pseudonym)

    # -- the register

    def patents(self, how_many: int = 1, **fields: Any) -> list[str]:
        """Fresh patents of Lanternhill Lampworks, entered by the registrar."""
        numbers = [number(next(serials)) for _ in range(how_many)]
        entries = [patent_details(each, **fields) for each in numbers]
        self.registered("/v1/patents", grant_patent(*entries))
        return numbers

    def patent(self, **fields: Any) -> str:
        return self.patents(1, **fields)[0]

    def head(self) -> int:
        """How many entries the log has, which is also the newest position."""
        row = self.owner.execute("SELECT count(*) FROM stored_events").fetchone()
        assert row is not None
        return int(row[0])


def as_body(body: BaseModel | Json) -> Json:
    """A command as a client writes it: without what it leaves out."""
    if isinstance(body, BaseModel):
        return json.loads(body.model_dump_json(exclude_none=True))
    return body


@contextlib.contextmanager
def desk(
    database_url: str, folder: Path, bounds: Bounds | None = None, replica_url: str | None = None
) -> Iterator[Desk]:
    """A desk that serves while in the block."""
    clock = Clock()
    with contextlib.ExitStack() as stack:
        ledger = stack.enter_context(registry(database_url, clock=clock, bounds=bounds))
        reader = Reader(database_url, replica_url)
        stack.callback(reader.close)
        newest = Reader(database_url) if replica_url else reader
        stack.callback(newest.close)
        settings = Settings(
            data_dir=folder,
            port=0,
            webhook_loopback=True,
            webhook_ca_file=certificates(folder).authority,
        )
        stack.enter_context(following(database_url, settings, ledger.means, newest, IMPATIENT))
        origin = keyring(settings).origin
        post = PostOffice(database_url, origin, ledger.means, loopback=True)
        post.start()
        stack.callback(post.stop)
        house = House(
            ledger,
            reader,
            Issuer.of(folder / "token-key.pem", clock),
            clock,
            limits=Limits(caller=PLENTY, address=PLENTY),
            depository=depository(settings),
            post=post,
        )
        sock = stack.enter_context(listening(settings))
        web = server(house)
        thread = threading.Thread(target=web.run, kwargs={"sockets": [sock]})
        thread.start()
        client = stack.enter_context(httpx2.Client(base_url=address_of(sock), timeout=30))
        try:
            owner = stack.enter_context(psycopg.connect(database_url, autocommit=True))
            yield Desk(client, house, clock, owner, certificates(folder), settings)
        finally:
            client.close()
            web.should_exit = True
            thread.join()
