"""A group of acts: what deciding them in turn has come to, before it is committed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from eventsourcing.persistence import StoredEvent

from ledger.domain.filing import Registration
from ledger.domain.patent import Patent
from ledger.domain.refusals import Declined, KeyReused
from ledger.eventstore import stored_form
from ledger.eventstore.acts import (
    TOGETHER_EVENTS_MAX,
    Act,
    Entered,
    NoneEntered,
    Together,
    TooMuchTogether,
    Waiting,
)
from ledger.eventstore.batch import Batch, Insert
from ledger.eventstore.standing import Standing
from ledger.eventstore.stored_form import EntryTooLarge, Salts
from ledger.eventstore.views import Change, Views
from ledger.eventstore.world import World
from ledger.measures import COMMIT_GROUP

REGISTRATION = Insert(
    "registration",
    record=(
        ("registration_no", "text"),
        ("kind", "text"),
        ("year", "int"),
        ("region", "text"),
        ("serial", "bigint"),
        ("patents", "text[]"),
        ("secured_claim_id", "text"),
        ("filing_id", "text"),
    ),
)
IDEMPOTENCY = Insert(
    "idempotency",
    record=(
        ("caller", "text"),
        ("key", "text"),
        ("hmac", "text"),
        ("filing_id", "text"),
        ("last_position", "bigint"),
        ("answer", "text"),
    ),
    values=(("body_hmac", "decode(x.hmac, 'hex')"), ("receipt", "convert_to(x.answer, 'UTF8')")),
    omit=("hmac", "answer"),
)
PERSONAL = Insert(
    "personal",
    record=(("position", "bigint"), ("name", "text"), ("salt", "text"), ("value", "jsonb")),
)

KeysUsed = Mapping[tuple[str, str], tuple[bytes, bytes]]
"""By caller and key: the digest of the body that was filed under it, and the receipt."""


@dataclass(slots=True)
class Group:
    """Acts decided in turn behind one head, and all that is to be written for them."""

    world: World
    moment: datetime
    salts: Salts
    head: int
    """The position behind which the group's first event stands."""
    entered: list[tuple[Act, Entered, bytes, int]] = field(default_factory=list)
    answers: list[tuple[Waiting, bytes]] = field(default_factory=list)
    declined: list[tuple[Waiting, Declined]] = field(default_factory=list)
    stored: list[StoredEvent] = field(default_factory=list)
    personal: list[tuple[int, str, str, Any]] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    keys: dict[tuple[str, str], tuple[bytes, bytes]] = field(default_factory=dict)
    taken: list[Waiting] = field(default_factory=list)
    """Acts that nobody else will answer, the one that is being decided among them."""
    events: int = 0
    weight: int = 0

    @property
    def last(self) -> int:
        """The position of the group's last event."""
        return self.head + len(self.stored)

    def take(self, waiting: Waiting, on_record: KeysUsed) -> None:
        """Decide one act on what those before it have made of the world.

        Any exception that does not decline the act leaves the group and the world unusable.
        """
        act = waiting.act
        self.events += act.size
        self.weight += act.weight
        try:
            if isinstance(act, Together):
                receipt = self._all(act, on_record)
            else:
                receipt = self._one(act, on_record)
        except Declined as declined:
            self.declined.append((waiting, declined))
        else:
            self.answers.append((waiting, receipt))

    def _one(self, act: Act, on_record: KeysUsed) -> bytes:
        key = (act.caller, act.key)
        earlier = self.keys.get(key) or on_record.get(key)
        if earlier is not None:
            return same(act, earlier)
        receipt = self._stage(act, act.decide(self.world, self.moment))
        self.keys[key] = (act.body_hmac, receipt)
        return receipt

    def _all(self, together: Together, on_record: KeysUsed) -> bytes:
        """Decide acts that are alone in their group: where one is declined, the others are judged
        without it, so that every reason is told, and the group ends empty."""
        receipts: list[bytes] = []
        reasons: dict[int, Exception] = {}
        for place, act in enumerate(together.acts):
            try:
                receipts.append(self._one(act, on_record))
            except (Declined, EntryTooLarge) as reason:
                reasons[place] = reason
            if len(self.stored) > TOGETHER_EVENTS_MAX:
                break
        too_much = len(self.stored) > TOGETHER_EVENTS_MAX
        if too_much or reasons:
            self._give_up()
            raise TooMuchTogether if too_much else NoneEntered(reasons)
        return b"\n".join(receipts)

    def _give_up(self) -> None:
        """Leave the group and the world as if nothing had been decided."""
        for made in (self.entered, self.stored, self.personal, self.changes):
            made.clear()
        self.keys.clear()
        self.world.abandon()

    def _stage(self, act: Act, entered: Entered) -> bytes:
        """Encode the events of an act and fold them, so that later acts of the group see them."""
        world = self.world
        first = self.last + 1
        last = first + len(entered.events) - 1
        envelopes: dict[int, stored_form.Enveloped] = {}
        for position, event in enumerate(entered.events, first):
            envelope = envelopes.get(id(event.envelope))
            if envelope is None:
                envelope = stored_form.enveloped(event.envelope)
                envelopes[id(event.envelope)] = envelope
            encoded, values = stored_form.encode_in(event, envelope, self.salts)
            self.stored.append(encoded)
            self.personal += [(position, p.name, p.salt, p.value) for p in values]
        before = {e.originator_id: world.state(e.originator_id) for e in entered.events}
        world.apply(entered.events)
        for row in entered.registrations:
            world.remember(
                Registration(row.registration_no, row.kind, row.patents, row.secured_claim_id)
            )
        for stream, state in before.items():
            after = world.state(stream)
            if isinstance(state, Patent) and isinstance(after, Patent):
                self.changes.append(Change(state, after, last))
        receipt = entered.receipt(first)
        self.entered.append((act, entered, receipt, last))
        return receipt

    def batch(self, views: Views) -> Batch:
        """What is written beside the log: registrations, receipts, standing tables, personal
        values and register views."""
        standing = Standing()
        batch = Batch()
        for act, entered, receipt, last in self.entered:
            standing.fold(entered.events)
            for restanding in entered.standing:
                standing.settle(restanding)
            for row in entered.registrations:
                batch.add(REGISTRATION, row.record(entered.filing_id))
            record = {
                "caller": act.caller,
                "key": act.key,
                "hmac": act.body_hmac.hex(),
                "filing_id": entered.filing_id,
                "last_position": last,
                "answer": receipt.decode(),
            }
            batch.add(IDEMPOTENCY, record)
        standing.write(batch)
        for position, name, salt, value in self.personal:
            batch.add(PERSONAL, {"position": position, "name": name, "salt": salt, "value": value})
        views.write(batch, self.changes)
        return batch

    def keep(self) -> None:
        """Have the world go on from this group, which is committed or about to be."""
        if self.entered:
            moment = self.entered[-1][1].events[-1].envelope.recorded_at
            self.world.commit(self.last, moment)
        else:
            self.world.abandon()

    def answer(self, on_record: KeysUsed) -> None:
        """Answer every caller; one that was declined may have been registered before."""
        if self.entered:
            COMMIT_GROUP.observe(len(self.entered))
        for waiting, receipt in self.answers:
            waiting.answer(receipt)
        for waiting, declined in self.declined:
            act = waiting.act
            earlier = on_record.get((act.caller, act.key))
            if earlier is None:
                waiting.fail(declined)
                continue
            try:
                waiting.answer(same(act, earlier))
            except KeyReused as reused:
                waiting.fail(reused)


def same(act: Act, earlier: tuple[bytes, bytes]) -> bytes:
    """The receipt of the earlier filing under the key, if it is the same filing."""
    body_hmac, receipt = earlier
    if body_hmac != act.body_hmac:
        raise KeyReused(act.key)
    return receipt
