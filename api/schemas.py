"""The schemas of the OpenAPI document: bodies from the commands themselves, answers as they are
given.
"""

from __future__ import annotations

from typing import Any, Final, get_args

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from api.batches import BatchLine
from api.certificates import CertificateWish
from api.corrections import CORRECTIONS
from api.facts import FACTS
from api.mailboxes import Acknowledged
from api.post_shapes import OF_THE_POST
from api.reading_shapes import OF_CHANGES, OF_OFFERS, OF_PORTFOLIOS, OF_SEARCH
from api.shapes import (
    CONFIDENTIAL,
    DAY,
    DAY_OR_NONE,
    OBJECT,
    OF_FILINGS,
    OF_OBLIGATIONS,
    PARTIES,
    PATENT,
    POINT,
    POSITION,
    TEXT,
    TEXT_OR_NONE,
    TIME,
    array,
    ref,
    shape,
)
from api.statistics_shapes import OF_STATISTICS
from api.subscribing import Subscribed
from api.taken import BODIES
from api.webhooks import Replay, Rotation, WebhookStated
from ledger.domain.events import ActKind
from ledger.domain.parties import Party
from ledger.proofs import disclosures
from ledger.proofs.certificates import FORM, KINDS

REF: Final = "#/components/schemas/{model}"


ANSWERS: Final[dict[str, dict[str, Any]]] = {
    **OF_FILINGS,
    **OF_OBLIGATIONS,
    **OF_THE_POST,
    **OF_SEARCH,
    **OF_OFFERS,
    **OF_CHANGES,
    **OF_PORTFOLIOS,
    **OF_STATISTICS,
    "Extract": shape(
        "What the register says of a patent at one point of its two clocks.",
        {
            "patent": PATENT,
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
            **POINT,
            "invention_title": TEXT_OR_NONE,
            "kind": TEXT_OR_NONE,
            "dates": shape(
                "",
                {
                    "filed_on": DAY_OR_NONE,
                    "published_on": DAY_OR_NONE,
                    "granted_on": DAY_OR_NONE,
                },
            ),
            "symbols": {"anyOf": [array(TEXT), {"type": "null"}]},
            "patentees": {"anyOf": [PARTIES, {"type": "null"}]},
            "encumbrances": array(OBJECT),
            "licences": array(OBJECT),
            "open_licence": {"anyOf": [OBJECT, {"type": "null"}]},
            "term": shape("", {"last_day": DAY_OR_NONE}),
            "fees": {
                "anyOf": [
                    shape(
                        "Annual fees, of Chinese patents.",
                        {
                            "paid_through": {"type": ["integer", "null"]},
                            "next_due_on": DAY_OR_NONE,
                            "last_day_to_pay": DAY_OR_NONE,
                            "grace_until": DAY_OR_NONE,
                            "provisional_for": {
                                "type": ["integer", "null"],
                                "description": "A year whose holidays are not announced: for them "
                                "these two days may still move.",
                            },
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
            "publication_no": TEXT_OR_NONE,
            "aliases": {"anyOf": [array(TEXT), {"type": "null"}]},
            **CONFIDENTIAL,
        },
    ),
    "Statuses": shape(
        "The status of patents, in the order asked for.",
        {
            **POINT,
            "patents": array(
                shape(
                    "",
                    {
                        "asked": TEXT,
                        "patent": PATENT,
                        "printed": TEXT,
                        "entered": {"type": "boolean"},
                    },
                    {
                        "status": TEXT,
                        "patentees": {"anyOf": [PARTIES, {"type": "null"}]},
                        "pledges": array(TEXT),
                        "preserved": {"type": "boolean"},
                        "suspended": {"type": "boolean"},
                        "licences": array(TEXT),
                        "open_licence": TEXT_OR_NONE,
                        "last_day": DAY_OR_NONE,
                        "fees": TEXT_OR_NONE,
                    },
                )
            ),
        },
    ),
    "History": shape(
        "A patent's entries.",
        {"patent": PATENT, "known_at": POSITION, "entries": array(ref("Entry"))},
    ),
    "Pledge": shape(
        "A pledge registration.",
        {
            "registration_no": TEXT,
            "state": {"enum": ["stands", "ended", "revoked", "not_yet"]},
            **POINT,
            "patents": array(OBJECT),
        },
        CONFIDENTIAL,
    ),
    "Licence": shape(
        "A licence.",
        {
            "licence_id": TEXT,
            "registration_no": TEXT_OR_NONE,
            "state": {"enum": ["stands", "cancelled", "revoked", "not_yet"]},
            **POINT,
            "patents": array(OBJECT),
        },
        CONFIDENTIAL,
    ),
    "OpenLicence": shape(
        "An open-licence declaration.",
        {
            "declaration_no": TEXT,
            "state": {"enum": ["stands", "withdrawn", "revoked", "not_yet"]},
            **POINT,
            "patents": array(OBJECT),
        },
        {"fee": OBJECT, "fee_explanation": TEXT, "contact": TEXT},
    ),
    "Reads": shape(
        "Answers that showed what is not public, in the order in which they were noted.",
        {
            "returned": POSITION,
            "cap": POSITION,
            "last": {"description": "Ask for those after it.", **POSITION},
            "reads": array(
                shape(
                    "One answer, to whom and about what.",
                    {
                        "read_no": POSITION,
                        "read_at": TIME,
                        "caller": TEXT,
                        "role": TEXT,
                        "party": TEXT_OR_NONE,
                        "operation": TEXT,
                        "about": TEXT_OR_NONE,
                        "path": TEXT,
                        "query": TEXT,
                        "position": {"type": ["integer", "null"]},
                        "status": {"type": "integer"},
                        "request_id": TEXT,
                    },
                )
            ),
        },
    ),
    "Powers": shape(
        "Powers of attorney that a party gave.",
        {
            "party": TEXT,
            **POINT,
            "powers": array(
                shape(
                    "A power of attorney.",
                    {
                        "power": TEXT,
                        "agent": ref("Party"),
                        "kinds": array({"enum": list(get_args(ActKind))}),
                        "valid_from": DAY,
                        "valid_until": DAY_OR_NONE,
                        "revoked_on": DAY_OR_NONE,
                        "counts": {"type": "boolean"},
                        "documents": array(OBJECT),
                    },
                )
            ),
        },
    ),
    "Rule": shape(
        "A row of the statutory catalogue.",
        {
            "id": TEXT,
            "kind": {"enum": ["rule", "definition"]},
            "command": TEXT,
            "severity": {"enum": ["R", "W", "O", "D"]},
            "article": TEXT,
            "from": DAY_OR_NONE,
            "until": DAY_OR_NONE,
            "title": TEXT,
            "sentence": TEXT,
            "cure": TEXT_OR_NONE,
            "waiver": TEXT_OR_NONE,
            "waived_by": TEXT_OR_NONE,
        },
    ),
    "Rules": array(ref("Rule")),
    "Certificate": shape(
        "What stood on a patent on a day, or that nothing else did, with every proof.",
        {
            "certificate": {"const": FORM},
            "code": TEXT,
            "kind": {"enum": list(KINDS)},
            "patent": PATENT,
            "on": DAY,
            "position": POSITION,
            "besides": array(TEXT),
            "issued_at": TEXT,
            "says": OBJECT,
            "newest": {"type": ["integer", "null"]},
            "dated": {"anyOf": [OBJECT, {"type": "null"}]},
            "map": OBJECT,
            "entries": array(TEXT),
            "checkpoint": TEXT,
            "keys": TEXT,
        },
    ),
    "Disclosure": shape(
        "Confidential members of an entry, with what proves them.",
        {
            "disclosure": {"const": disclosures.FORM},
            "position": POSITION,
            "disclosed": array(shape("", {"name": TEXT, "salt": TEXT, "value": {}})),
            "proof": TEXT,
            "keys": TEXT,
        },
    ),
    "IssuedCertificate": shape(
        "A certificate, and what has become of what it says.",
        {
            "state": {"enum": ["current", "superseded", "corrected"]},
            "by": array(OBJECT),
            "certificate": ref("Certificate"),
        },
    ),
    "Health": shape("Whether it lives.", {"status": {"const": "ok"}}, {"position": POSITION}),
}


def schemas() -> dict[str, Any]:
    """All components of the document."""
    models: list[type[BaseModel]] = [
        *(*BODIES, *FACTS.values(), *CORRECTIONS.values()),
        *(BatchLine, CertificateWish, Party),
        *(Subscribed, Acknowledged, WebhookStated, Rotation, Replay),
    ]
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
        "oneOf": [ref(command.__name__) for command in CORRECTIONS.values()],
        "discriminator": {
            "propertyName": "correction",
            "mapping": {n: ref(c.__name__)["$ref"] for n, c in CORRECTIONS.items()},
        },
    }
    components["Fact"] = {
        "oneOf": [ref(command.__name__) for command in FACTS.values()],
        "discriminator": {
            "propertyName": "fact",
            "mapping": {name: ref(command.__name__)["$ref"] for name, command in FACTS.items()},
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
