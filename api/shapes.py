"""The shapes of answers as the OpenAPI document tells them: their building blocks, and what becomes
of a filing.
"""

from __future__ import annotations

from typing import Any, Final

from ledger.domain.dues import DueKind
from ledger.domain.obligations import Duty
from ledger.domain.prepared import FilingState

TEXT: Final = {"type": "string"}
DAY: Final = {"type": "string", "format": "date"}
DAY_OR_NONE: Final = {"anyOf": [DAY, {"type": "null"}]}
TEXT_OR_NONE: Final = {"type": ["string", "null"]}
TIME: Final = {"type": "string", "format": "date-time"}
TIME_OR_NONE: Final = {"anyOf": [TIME, {"type": "null"}]}
STATES: Final = [state.value for state in FilingState]
POSITION: Final = {"type": "integer", "minimum": 0}
PATENT: Final = {"type": "string", "examples": ["CN:202010566088.9"]}
OBJECT: Final = {"type": "object", "additionalProperties": True}
PARTIES: Final = {"type": "array", "items": {"$ref": "#/components/schemas/Party"}}


def array(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def shape(
    description: str, required: dict[str, Any], optional: dict[str, Any] | None = None
) -> dict[str, Any]:
    return {
        "type": "object",
        "description": description,
        "properties": {**required, **(optional or {})},
        "required": list(required),
    }


def ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


CONFIDENTIAL: Final = {"confidential": {"description": "For parties and auditors alone."}}
POINT: Final = {"effective_on": DAY, "known_at": POSITION}

_DIGEST: Final = {
    "type": "string",
    "description": "SHA-256 of its bytes.",
    "pattern": "^[0-9a-f]{64}$",
    "examples": ["e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
}

OF_FILINGS: Final[dict[str, dict[str, Any]]] = {
    "Problem": shape(
        "RFC 9457; `type` is the address of a page about it.",
        {"type": TEXT, "title": TEXT, "status": {"type": "integer"}, "instance": TEXT},
        {
            "detail": TEXT,
            "errors": array(ref("Fault")),
            "findings": array(ref("Finding")),
            "entries": array(ref("Entry")),
            "versions": {"type": "object", "additionalProperties": {"type": "integer"}},
            "lines": array(ref("BatchOutcome")),
        },
    ),
    "BatchOutcome": shape(
        "What became of one filing of a batch: its receipt, or the problem it is.",
        {
            "line": {"type": "integer", "minimum": 1, "description": "Its line in the request."},
            "status": {"type": "integer", "description": "As at its route by itself."},
        },
        {"location": TEXT, "receipt": ref("Receipt"), "problem": ref("Problem")},
    ),
    "Fault": shape(
        "What is wrong with a part of the request.",
        {"message": TEXT},
        {
            "pointer": {"type": "string", "description": "JSON pointer into the body."},
            "parameter": {
                "type": "string",
                "description": "Header, query parameter or part of the path.",
            },
            "rule": TEXT,
        },
    ),
    "Finding": shape(
        "What a rule found: which fact failed, where, under which article, and how it is cured.",
        {
            "rule": TEXT,
            "severity": {"enum": ["R", "W", "O"]},
            "message": TEXT,
            "article": TEXT,
            "patent": TEXT_OR_NONE,
            "pointer": TEXT,
            "fact": OBJECT,
            "cure": TEXT_OR_NONE,
            "waiver": TEXT_OR_NONE,
        },
        {"owed": array(ref("Obligation"))},
    ),
    "Obligation": shape(
        "What an act leaves somebody to do, as the entry that causes it holds it.",
        {
            "number": {"type": "integer", "description": "Its place in the filing, from 1."},
            "rule": TEXT,
            "duty": {"enum": [duty.value for duty in Duty]},
            "by": array(TEXT) | {"description": "Ids of who owes it; the office where none."},
            "to": array(TEXT) | {"description": "Ids of whom it is owed to, or who is told."},
            "about": TEXT_OR_NONE,
            "last_day": DAY_OR_NONE,
            "missing_year": {
                "type": ["integer", "null"],
                "description": "A year whose holidays are not announced: the day is provisional.",
            },
        },
    ),
    "Receipt": shape(
        "What was registered.",
        {
            "filing_id": TEXT,
            "registration_no": TEXT_OR_NONE,
            "position": POSITION,
            "recorded_at": {"type": "string", "format": "date-time"},
            "registered_on": DAY,
            "filed_by": TEXT,
            "entries": array(OBJECT),
            "warnings": array(ref("Finding")),
            "obligations": array(ref("Finding")),
        },
        {
            "prepared": shape(
                "The prepared filing that the act is about, after it.",
                {
                    "filing": TEXT,
                    "state": {"enum": STATES},
                    "awaiting": array(OBJECT),
                    "valid_until": DAY,
                    "findings": array(ref("Finding")),
                },
            )
        },
    ),
    "Filing": shape(
        "A filing.",
        {
            "status": shape(
                "What has become of it, and the states that it has been in, each since when.",
                {
                    "state": {"enum": STATES},
                    "steps": array(
                        shape("", {"state": {"enum": ["prepared", *STATES]}, "at": TIME})
                    ),
                },
            ),
            "receipt": ref("Receipt"),
            "entries": array(ref("Entry")),
        },
        {"prepared": ref("PreparedFiling")},
    ),
    "PreparedFiling": shape(
        "A prepared filing, and what has become of it; `body` is for those concerned.",
        {
            "state": {"enum": STATES},
            "command": TEXT,
            "patents": array(PATENT),
            "prepared_at": TIME,
            "valid_until": DAY | {"description": "The first day on which it has expired."},
            "asked": array(OBJECT),
            "awaiting": array(OBJECT),
            "decided_at": TIME_OR_NONE,
            "registered_as": TEXT_OR_NONE,
            "findings": array(ref("Finding")),
            "withdrawn_at": TIME_OR_NONE,
            "contest": {
                "anyOf": [
                    shape(
                        "The contest of its refusal, and what the registrar decided.",
                        {
                            "contested_at": TIME,
                            "by": TEXT_OR_NONE,
                            "reason": TEXT,
                            "decided_at": TIME_OR_NONE,
                            "outcome": {"enum": ["upheld", "set_aside", None]},
                            "waived": array(TEXT),
                            "grounds": TEXT_OR_NONE,
                        },
                    ),
                    {"type": "null"},
                ]
            },
        },
        {"body": OBJECT},
    ),
    "Deposited": shape(
        "A document that is kept.",
        {"digest": _DIGEST, "media_type": TEXT, "size": POSITION},
    ),
    "FilingDocuments": shape(
        "The documents that a filing names.",
        {
            "documents": array(
                shape("", {"kind": TEXT, "digest": _DIGEST, "deposited": {"type": "boolean"}})
            )
        },
    ),
    "Filings": shape(
        "Prepared filings that wait for somebody, first come first.",
        {
            **POINT,
            "total": POSITION,
            "returned": POSITION,
            "cap": POSITION,
            "filings": array(OBJECT),
        },
    ),
    "Verdict": shape(
        "What would be registered; numbers in it are drawn again when it is filed.",
        {
            "verdict": {"const": "registered"},
            "entries": array(OBJECT),
            "warnings": array(ref("Finding")),
            "obligations": array(ref("Finding")),
        },
    ),
    "Entry": shape(
        "One entry of the log, as far as the caller may see it.",
        {
            "position": POSITION,
            "recorded_at": {"type": "string", "format": "date-time"},
            "stream": TEXT,
            "topic": TEXT,
            "entry": OBJECT,
        },
        {**CONFIDENTIAL, "version": {"type": "integer"}, "open": OBJECT},
    ),
}
"""What becomes of a filing: its receipt, its refusal, its entries."""

_PROVISIONAL: Final = {
    "provisional_for": {
        "type": ["integer", "null"],
        "description": "A year whose holidays are not announced: for them the day may still move.",
    }
}
_ENTRY: Final = shape("The entry it comes from.", {"position": POSITION})

OF_OBLIGATIONS: Final[dict[str, dict[str, Any]]] = {
    "Obligations": shape(
        "Notices of what parties owe and are told, and what falls due.",
        {
            **POINT,
            "cap": POSITION,
            "notices": shape("", {"total": POSITION, "listed": array(ref("Notice"))}),
            "due": shape("", {"total": POSITION, "listed": array(ref("Due"))}),
        },
    ),
    "Holdings": shape(
        "What a party is a party to.",
        {
            "party": OBJECT,
            **POINT,
            "identity_evidenced": {"type": "boolean"},
            "cap": POSITION,
            **dict.fromkeys(
                ("patents", "pledges", "licences"),
                shape("", {"total": POSITION, "listed": {"type": "array"}}),
            ),
        },
    ),
    "Notice": shape(
        "What one party owes or is told, from which entry, and which entry met it.",
        {
            "obligation": TEXT_OR_NONE
            | {"description": "Name of the obligation on record; null where time alone brings it."},
            "rule": TEXT,
            "message": TEXT,
            "duty": {"enum": [duty.value for duty in Duty]},
            "role": {"enum": ["owes", "told"]},
            "party": shape("", {"id": TEXT, "name": TEXT_OR_NONE}),
            "by": array(TEXT),
            "to": array(TEXT),
            "patent": PATENT,
            "about": TEXT_OR_NONE,
            "since": DAY,
            "last_day": DAY_OR_NONE,
            **_PROVISIONAL,
            "entry": _ENTRY,
            "met": {
                "anyOf": [
                    shape("The entry that met it.", {"position": POSITION, "on": DAY}),
                    {"type": "null"},
                ]
            },
        },
    ),
    "Due": shape(
        "One thing that falls due.",
        {
            "patent": PATENT,
            "kind": {"enum": [kind.value for kind in DueKind]},
            "about": TEXT,
            "falls_on": DAY | {"description": "The day itself; what counts on counts from it."},
            "last_day": DAY | {"description": "The last day to act, moved for holidays."},
            **_PROVISIONAL,
            "since": DAY_OR_NONE,
            "entry": _ENTRY,
        },
    ),
}
"""What parties owe, are told, and have to mind."""
