"""Examples of what subscribers send and are answered, as the OpenAPI document shows them."""

from __future__ import annotations

from typing import Any, Final

EVENT: Final[dict[str, Any]] = {
    "specversion": "1.0",
    "id": "4711",
    "source": "//ledger.example/v1/log",
    "type": "pledge.deregistered",
    "time": "2026-03-02T02:00:00Z",
    "datacontenttype": "application/json",
    "subject": "CN:202010566088.9",
    "inpadoccode": "PC01",
    "st27category": "S",
    "data": {
        "stream": "CN:202010566088.9",
        "topic": "pledge.deregistered",
        "registration_no": "Y2026990000001",
    },
}
_WANTED: Final = {
    "patents": ["CN:202010566088.9"],
    "parties": [],
    "kinds": ["pledge", "transfer.registered"],
    "entries": True,
    "notices": True,
}
_WEBHOOK: Final[dict[str, Any]] = {
    "name": "core-system",
    "url": "https://bank.example/ledger-events",
    **_WANTED,
    "state": "active",
    "because": None,
    "state_since": "2026-03-01T02:00:00Z",
    "taken_through": 4711,
    "waiting": 0,
    "dead": 1,
    "delivered_at": "2026-03-02T02:00:01Z",
    "failed_at": None,
    "last_status": 204,
    "last_error": None,
    "overlap_until": None,
}
_DEAD: Final[dict[str, Any]] = {
    "id": "4690",
    "stream": "CN:202010566088.9",
    "attempts": 14,
    "dead_at": "2026-03-04T02:00:00Z",
    "status": 500,
    "error": None,
    "held_back": 1,
}
_NOTICE: Final[dict[str, Any]] = {
    "id": "n5f2c8a90d1b34e67f8091a2b3c4d5e6",
    "number": 12,
    "told_at": "2026-03-02T02:00:01Z",
    "notice": {"duty": "notify", "patent": "CN:202010566088.9", "rule": "lapse-notify-pledgee"},
    "evidence": [
        {
            "recipient": "bank:91990000MA9DEM0130",
            "what": "polled",
            "first_at": "2026-03-02T03:00:00Z",
            "last_at": "2026-03-02T03:00:00Z",
            "times": 1,
            "status": None,
        }
    ],
}


def _listed(name: str, *rows: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"returned": len(rows), "cap": 1000, name: list(rows), **more}


ANSWERED: Final[dict[str, dict[str, Any]]] = {
    "Event": EVENT,
    "Events": _listed("events", EVENT, total=1, next=4711),
    "Mailbox": {
        **_WANTED,
        "acknowledged": "4700.11",
        "opened_at": "2026-03-01T02:00:00Z",
        "polled_at": "2026-03-02T03:00:00Z",
        "acknowledged_at": None,
    },
    "Messages": _listed("messages", EVENT, through="4711.12", more=False),
    "Webhook": _WEBHOOK,
    "Webhooks": _listed("webhooks", _WEBHOOK, total=1),
    "DeadLetters": _listed("dead_letters", _DEAD, total=1),
    "ToldNotice": _NOTICE,
    "ToldNotices": _listed("notices", _NOTICE, total=1),
}
"""Shape of an answer → an example of it."""

SENT: Final[dict[str, dict[str, Any]]] = {
    "Subscribed": {"kinds": ["pledge"], "after": 0},
    "Acknowledged": {"through": "4711.12"},
    "WebhookStated": {"url": "https://bank.example/ledger-events", "kinds": ["pledge"]},
    "Rotation": {"overlap_hours": 24},
    "Replay": {"after": 4000},
}
"""Body → an example of it."""
