"""The shapes of answers about mailboxes, webhooks and notices told, as the OpenAPI document tells
them.
"""

from __future__ import annotations

from typing import Any, Final

from api.shapes import OBJECT, POSITION, TEXT, TEXT_OR_NONE, TIME, TIME_OR_NONE, array, ref, shape

COUNTED: Final = {"total": POSITION, "returned": POSITION, "cap": POSITION}
SUBSCRIPTION: Final = {
    "patents": array(TEXT),
    "parties": array(TEXT),
    "kinds": array(TEXT),
    "entries": {"type": "boolean"},
    "notices": {"type": "boolean"},
}
CURSOR: Final = {"type": "string", "examples": ["4711.12"]}

OF_THE_POST: Final[dict[str, dict[str, Any]]] = {
    "Events": shape(
        "Public entries in order, behind the position that was asked for.",
        {
            "total": POSITION | {"description": "How many there are behind that position."},
            "returned": POSITION,
            "cap": POSITION,
            "next": POSITION | {"description": "The `after` of the next question."},
            "events": array(ref("Event")),
        },
    ),
    "Event": shape(
        "An entry as a CloudEvent 1.0; its id is its position.",
        {
            "specversion": {"const": "1.0"},
            "id": TEXT,
            "source": TEXT,
            "type": {"type": "string", "examples": ["pledge.registered"]},
            "time": {"type": "string", "format": "date-time"},
            "datacontenttype": {"const": "application/json"},
            "data": OBJECT | {"description": "The entry: the log's leaf is its canonical JSON."},
        },
        {
            "subject": {"type": "string", "description": "The patent or other stream."},
            "inpadoccode": {
                "type": "string",
                "description": "The EPO's code of the legal event, of Chinese patents.",
                "examples": ["PE01"],
            },
            "st27category": {"type": "string", "description": "Its category in WIPO ST.27."},
        },
    ),
    "Mailbox": shape(
        "A caller's mailbox: what comes into it, and up to where it is acknowledged.",
        {
            **SUBSCRIPTION,
            "acknowledged": CURSOR,
            "opened_at": TIME,
            "polled_at": TIME_OR_NONE,
            "acknowledged_at": TIME_OR_NONE,
        },
    ),
    "Messages": shape(
        "What is not acknowledged yet, the first come first.",
        {
            "through": CURSOR | {"description": "What acknowledges all of it."},
            "more": {"type": "boolean"},
            "returned": POSITION,
            "cap": POSITION,
            "messages": array(ref("Event")),
        },
    ),
    "Webhook": shape(
        "A webhook; `secret` and `public_key` are told when they are new, this once.",
        {
            "name": TEXT,
            "url": TEXT,
            **SUBSCRIPTION,
            "state": {"enum": ["active", "paused"]},
            "because": TEXT_OR_NONE | {"description": "Why it is paused."},
            "state_since": TIME,
            "taken_through": POSITION
            | {"description": "Up to which position entries were delivered or wait to be."},
            "waiting": POSITION,
            "dead": POSITION | {"description": "How many messages were given up."},
            "delivered_at": TIME_OR_NONE,
            "failed_at": TIME_OR_NONE,
            "last_status": {"type": ["integer", "null"]},
            "last_error": TEXT_OR_NONE,
            "overlap_until": TIME_OR_NONE
            | {"description": "Until when the secrets before sign too."},
        },
        {
            "secret": {"type": "string", "examples": ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]},
            "public_key": {"type": "string", "description": "Ed25519, as `whpk_` and base64."},
        },
    ),
    "Webhooks": shape("A caller's webhooks.", {**COUNTED, "webhooks": array(ref("Webhook"))}),
    "DeadLetters": shape(
        "Messages of a webhook that were given up, in order.",
        {
            **COUNTED,
            "dead_letters": array(
                shape(
                    "",
                    {
                        "id": TEXT,
                        "stream": TEXT,
                        "attempts": POSITION,
                        "dead_at": TIME,
                        "status": {"type": ["integer", "null"]},
                        "error": TEXT_OR_NONE,
                        "held_back": POSITION
                        | {"description": "Later messages of the stream, which wait for it."},
                    },
                )
            ),
        },
    ),
    "ToldNotice": shape(
        "A notice that was told, and what became of it.",
        {
            "id": TEXT | {"description": "The id of its messages."},
            "number": POSITION,
            "told_at": TIME,
            "notice": OBJECT,
            "evidence": array(
                shape(
                    "",
                    {
                        "recipient": TEXT,
                        "what": {"enum": ["polled", "acknowledged", "attempted", "delivered"]},
                        "first_at": TIME,
                        "last_at": TIME,
                        "times": POSITION,
                        "status": {"type": ["integer", "null"]},
                    },
                )
            ),
        },
    ),
    "ToldNotices": shape(
        "Notices that were told, in order.", {**COUNTED, "notices": array(ref("ToldNotice"))}
    ),
}
