"""The schemas of the OpenAPI document: bodies from the commands themselves, answers as they are
given.
"""

from __future__ import annotations

from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from api.corrections import CORRECTIONS
from api.facts import FACTS
from api.taken import BODIES
from ledger.domain.obligations import Duty
from ledger.domain.parties import Party

REF: Final = "#/components/schemas/{model}"

_TEXT: Final = {"type": "string"}
_DAY: Final = {"type": "string", "format": "date"}
_DAY_OR_NONE: Final = {"anyOf": [_DAY, {"type": "null"}]}
_TEXT_OR_NONE: Final = {"type": ["string", "null"]}
_POSITION: Final = {"type": "integer", "minimum": 0}
_PATENT: Final = {"type": "string", "examples": ["CN:202010566088.9"]}
_OBJECT: Final = {"type": "object", "additionalProperties": True}
_PARTIES: Final = {"type": "array", "items": {"$ref": "#/components/schemas/Party"}}


def _array(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _shape(
    description: str, required: dict[str, Any], optional: dict[str, Any] | None = None
) -> dict[str, Any]:
    return {
        "type": "object",
        "description": description,
        "properties": {**required, **(optional or {})},
        "required": list(required),
    }


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


_CONFIDENTIAL: Final = {"confidential": {"description": "For parties and auditors alone."}}
_POINT: Final = {"effective_on": _DAY, "known_at": _POSITION}

ANSWERS: Final[dict[str, dict[str, Any]]] = {
    "Problem": _shape(
        "RFC 9457; `type` is the address of a page about it.",
        {"type": _TEXT, "title": _TEXT, "status": {"type": "integer"}, "instance": _TEXT},
        {
            "detail": _TEXT,
            "errors": _array(_ref("Fault")),
            "findings": _array(_ref("Finding")),
            "entries": _array(_ref("Entry")),
            "versions": {"type": "object", "additionalProperties": {"type": "integer"}},
        },
    ),
    "Fault": _shape(
        "What is wrong with a part of the request.",
        {"message": _TEXT},
        {
            "pointer": {"type": "string", "description": "JSON pointer into the body."},
            "parameter": {
                "type": "string",
                "description": "Header, query parameter or part of the path.",
            },
            "rule": _TEXT,
        },
    ),
    "Finding": _shape(
        "What a rule found: which fact failed, where, under which article, and how it is cured.",
        {
            "rule": _TEXT,
            "severity": {"enum": ["R", "W", "O"]},
            "message": _TEXT,
            "article": _TEXT,
            "patent": _TEXT_OR_NONE,
            "pointer": _TEXT,
            "fact": _OBJECT,
            "cure": _TEXT_OR_NONE,
            "waiver": _TEXT_OR_NONE,
        },
        {"owed": _array(_ref("Obligation"))},
    ),
    "Obligation": _shape(
        "What an act leaves somebody to do, as the entry that causes it holds it.",
        {
            "number": {"type": "integer", "description": "Its place in the filing, from 1."},
            "rule": _TEXT,
            "duty": {"enum": [duty.value for duty in Duty]},
            "by": _array(_TEXT) | {"description": "Ids of who owes it; the office where none."},
            "to": _array(_TEXT) | {"description": "Ids of whom it is owed to, or who is told."},
            "about": _TEXT_OR_NONE,
            "last_day": _DAY_OR_NONE,
            "missing_year": {
                "type": ["integer", "null"],
                "description": "A year whose holidays are not announced: the day is provisional.",
            },
        },
    ),
    "Receipt": _shape(
        "What was registered.",
        {
            "filing_id": _TEXT,
            "registration_no": _TEXT_OR_NONE,
            "position": _POSITION,
            "recorded_at": {"type": "string", "format": "date-time"},
            "registered_on": _DAY,
            "filed_by": _TEXT,
            "entries": _array(_OBJECT),
            "warnings": _array(_ref("Finding")),
            "obligations": _array(_ref("Finding")),
        },
    ),
    "Verdict": _shape(
        "What would be registered; numbers in it are drawn again when it is filed.",
        {
            "verdict": {"const": "registered"},
            "entries": _array(_OBJECT),
            "warnings": _array(_ref("Finding")),
            "obligations": _array(_ref("Finding")),
        },
    ),
    "Entry": _shape(
        "One entry of the log, as far as the caller may see it.",
        {
            "position": _POSITION,
            "recorded_at": {"type": "string", "format": "date-time"},
            "stream": _TEXT,
            "topic": _TEXT,
            "entry": _OBJECT,
        },
        {**_CONFIDENTIAL, "version": {"type": "integer"}, "open": _OBJECT},
    ),
    "Extract": _shape(
        "What the register says of a patent at one point of its two clocks.",
        {
            "patent": _PATENT,
            "printed": {"type": "string", "examples": ["ZL202010566088.9"]},
            "status": {
                "enum": [
                    "unknown",
                    "not_granted",
                    "in_force",
                    "lapsed",
                    "expired",
                    "abandoned",
                    "invalid",
                ]
            },
            **_POINT,
            "invention_title": _TEXT_OR_NONE,
            "kind": _TEXT_OR_NONE,
            "dates": _shape(
                "",
                {
                    "filed_on": _DAY_OR_NONE,
                    "published_on": _DAY_OR_NONE,
                    "granted_on": _DAY_OR_NONE,
                },
            ),
            "symbols": {"anyOf": [_array(_TEXT), {"type": "null"}]},
            "patentees": {"anyOf": [_PARTIES, {"type": "null"}]},
            "encumbrances": _array(_OBJECT),
            "licences": _array(_OBJECT),
            "open_licence": {"anyOf": [_OBJECT, {"type": "null"}]},
            "term": _shape("", {"last_day": _DAY_OR_NONE}),
            "fees": {
                "anyOf": [
                    _shape(
                        "Annual fees, of Chinese patents.",
                        {
                            "paid_through": {"type": ["integer", "null"]},
                            "next_due_on": _DAY_OR_NONE,
                            "last_day_to_pay": _DAY_OR_NONE,
                            "state": {
                                "enum": ["current", "in_grace", "overdue_past_grace", "unknown"]
                            },
                        },
                    ),
                    {"type": "null"},
                ]
            },
        },
        {
            "publication_no": _TEXT_OR_NONE,
            "aliases": {"anyOf": [_array(_TEXT), {"type": "null"}]},
            **_CONFIDENTIAL,
        },
    ),
    "Statuses": _shape(
        "The status of patents, in the order asked for.",
        {
            **_POINT,
            "patents": _array(
                _shape(
                    "",
                    {
                        "asked": _TEXT,
                        "patent": _PATENT,
                        "printed": _TEXT,
                        "entered": {"type": "boolean"},
                    },
                    {
                        "status": _TEXT,
                        "patentees": {"anyOf": [_PARTIES, {"type": "null"}]},
                        "pledges": _array(_TEXT),
                        "preserved": {"type": "boolean"},
                        "suspended": {"type": "boolean"},
                        "licences": _array(_TEXT),
                        "open_licence": _TEXT_OR_NONE,
                        "last_day": _DAY_OR_NONE,
                        "fees": _TEXT_OR_NONE,
                    },
                )
            ),
        },
    ),
    "History": _shape(
        "A patent's entries.",
        {"patent": _PATENT, "known_at": _POSITION, "entries": _array(_ref("Entry"))},
    ),
    "Pledge": _shape(
        "A pledge registration.",
        {
            "registration_no": _TEXT,
            "state": {"enum": ["stands", "ended", "revoked", "not_yet"]},
            **_POINT,
            "patents": _array(_OBJECT),
        },
        _CONFIDENTIAL,
    ),
    "Licence": _shape(
        "A licence.",
        {
            "licence_id": _TEXT,
            "registration_no": _TEXT_OR_NONE,
            "state": {"enum": ["stands", "cancelled", "revoked", "not_yet"]},
            **_POINT,
            "patents": _array(_OBJECT),
        },
        _CONFIDENTIAL,
    ),
    "OpenLicence": _shape(
        "An open-licence declaration.",
        {
            "declaration_no": _TEXT,
            "state": {"enum": ["stands", "withdrawn", "revoked", "not_yet"]},
            **_POINT,
            "patents": _array(_OBJECT),
        },
        {"fee": _OBJECT, "fee_explanation": _TEXT, "contact": _TEXT},
    ),
    "OpenLicences": _shape(
        "Declarations that stand.",
        {
            **_POINT,
            "total": _POSITION,
            "returned": _POSITION,
            "cap": _POSITION,
            "open_licences": _array(_OBJECT),
        },
    ),
    "Filing": _shape("A filing.", {"receipt": _ref("Receipt"), "entries": _array(_ref("Entry"))}),
    "Holdings": _shape(
        "What a party is a party to.",
        {
            "party": _OBJECT,
            **_POINT,
            "identity_evidenced": {"type": "boolean"},
            "cap": _POSITION,
            **dict.fromkeys(
                ("patents", "pledges", "licences"),
                _shape("", {"total": _POSITION, "listed": {"type": "array"}}),
            ),
        },
    ),
    "PledgeFinancing": _shape(
        "Pledge financing.",
        {
            "measure": _TEXT,
            "definition": _TEXT,
            "position": _POSITION,
            "from": _DAY,
            "until": _DAY,
            "total": _OBJECT,
            "months": _array(_OBJECT),
        },
    ),
    "Rule": _shape(
        "A row of the statutory catalogue.",
        {
            "id": _TEXT,
            "kind": {"enum": ["rule", "definition"]},
            "command": _TEXT,
            "severity": {"enum": ["R", "W", "O", "D"]},
            "article": _TEXT,
            "from": _DAY_OR_NONE,
            "until": _DAY_OR_NONE,
            "title": _TEXT,
            "sentence": _TEXT,
            "cure": _TEXT_OR_NONE,
            "waiver": _TEXT_OR_NONE,
            "waived_by": _TEXT_OR_NONE,
        },
    ),
    "Rules": _array(_ref("Rule")),
    "Health": _shape("Whether it lives.", {"status": {"const": "ok"}}, {"position": _POSITION}),
}


def schemas() -> dict[str, Any]:
    """All components of the document."""
    models: list[type[BaseModel]] = [*BODIES, *FACTS.values(), *CORRECTIONS.values(), Party]
    _, whole = models_json_schema([(model, "validation") for model in models], ref_template=REF)
    components: dict[str, Any] = whole["$defs"]
    for model, elsewhere in BODIES.items():
        _leave_out(components[model.__name__], elsewhere)
    for name, command in FACTS.items():
        _named(components[command.__name__], "fact", name)
        # The path names the patent; further ones may be named with it.
        _optional(components[command.__name__], "patents")
    for name, correcting in CORRECTIONS.items():
        _named(components[correcting.__name__], "correction", name, leaving_out=("streams",))
    components["Correction"] = {
        "oneOf": [_ref(command.__name__) for command in CORRECTIONS.values()],
        "discriminator": {
            "propertyName": "correction",
            "mapping": {n: _ref(c.__name__)["$ref"] for n, c in CORRECTIONS.items()},
        },
    }
    components["Fact"] = {
        "oneOf": [_ref(command.__name__) for command in FACTS.values()],
        "discriminator": {
            "propertyName": "fact",
            "mapping": {name: _ref(command.__name__)["$ref"] for name, command in FACTS.items()},
        },
    }
    return components | ANSWERS


def _leave_out(schema: dict[str, Any], names: tuple[str, ...]) -> None:
    for name in names:
        del schema["properties"][name]
    if "required" in schema:
        schema["required"] = [name for name in schema["required"] if name not in names]


def _named(
    schema: dict[str, Any], member: str, name: str, leaving_out: tuple[str, ...] = ()
) -> None:
    """One of several bodies of a route, told by a member."""
    _leave_out(schema, leaving_out)
    schema["properties"] = {member: {"const": name}, **schema["properties"]}
    schema["required"] = [member, *schema.get("required", ())]


def _optional(schema: dict[str, Any], name: str) -> None:
    schema["required"] = [n for n in schema["required"] if n != name]
