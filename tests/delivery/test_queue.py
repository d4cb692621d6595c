"""What webhooks have still to be brought, with two sessions on it at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import psycopg
from psycopg.rows import dict_row

from ledger.delivery import queue, webhooks
from ledger.delivery.queue import Patience
from ledger.delivery.sending import Outcome
from ledger.delivery.subscriptions import Subscription
from ledger.domain.filing import Caller
from tests.wait import until

OWNER = Caller("vendor", "auditor")
WAITING = """
INSERT INTO webhook_delivery (webhook, message, stream, position)
SELECT id, '1', 'CN:202219900001.7', 1 FROM webhook RETURNING webhook
"""
BLOCKED = "SELECT 1 AS one FROM pg_stat_activity WHERE %s = ANY (pg_blocking_pids(pid))"


def test_its_owner_and_the_courier_do_not_wait_for_each_other(database_url: str) -> None:
    """A removal takes the webhook and then its messages: so does what notes a delivery."""

    def note() -> bool:
        with psycopg.connect(database_url, autocommit=True, row_factory=dict_row) as courier:
            outcomes = [({"number": number, "attempts": 0, "notice": None}, Outcome(200))]
            return queue.record(courier, hook, outcomes, Patience())

    with (
        psycopg.connect(database_url, autocommit=True, row_factory=dict_row) as owner,
        psycopg.connect(database_url, autocommit=True, row_factory=dict_row) as watcher,
        ThreadPoolExecutor(1) as pool,
    ):
        target = "https://receiver.example/events"
        webhooks.register(owner, OWNER, "hook", target, Subscription(), None)
        hook = owner.execute(WAITING).fetchone()["webhook"]
        number = owner.execute("SELECT number FROM webhook_delivery").fetchone()["number"]
        asked = {"owner": OWNER.id, "name": "hook", "state": "removed", "because": None}
        with owner.transaction():
            owner.execute(webhooks.SET_STATE, asked)
            noted = pool.submit(note)
            until(lambda: bool(watcher.execute(BLOCKED, (owner.info.backend_pid,)).fetchall()))
            owner.execute(webhooks.EMPTY, asked)
        assert noted.result()
        assert queue.figures(owner) == {"waiting": 0, "dead": 0}
