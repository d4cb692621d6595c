"""The shapes of what is searched, listed and compared, as the OpenAPI document tells them."""

from __future__ import annotations

from typing import Any, Final

from api.shapes import (
    CONFIDENTIAL,
    DAY,
    DAY_OR_NONE,
    OBJECT,
    PARTIES,
    PATENT,
    POINT,
    POSITION,
    TEXT,
    TEXT_OR_NONE,
    array,
    ref,
    shape,
)
from ledger.projections.dangers import Reason

PAGE: Final[dict[str, Any]] = {
    "total": POSITION | {"description": "How many there are on all pages."},
    "returned": POSITION | {"description": "How many this page has."},
    "cap": POSITION | {"description": "How many a page may have."},
}
NEXT: Final = {
    "next": TEXT_OR_NONE | {"description": "The cursor of the next page; null on the last."}
}
MATCHED: Final = {"enum": ["exact", "prefix", "similar"]}

OF_SEARCH: Final[dict[str, dict[str, Any]]] = {
    "Found": shape(
        "Patents that answer every criterion, the nearest names first, then by number.",
        {
            **POINT,
            **PAGE,
            "similar_names_cap": POSITION
            | {"description": "How many names that are only alike are taken, the nearest."},
            "hits": array(ref("Hit")),
            **NEXT,
        },
    ),
    "Hit": shape(
        "One patent that was found, and how.",
        {
            "patent": PATENT,
            "printed": TEXT,
            "status": TEXT,
            "invention_title": TEXT_OR_NONE,
            "kind": TEXT_OR_NONE,
            "symbols": {"anyOf": [array(TEXT), {"type": "null"}]},
            "patentees": {"anyOf": [PARTIES, {"type": "null"}]},
            "pledges": array(TEXT),
            "preserved": {"type": "boolean"},
            "suspended": {"type": "boolean"},
            "licences": array(TEXT),
            "open_licence": TEXT_OR_NONE,
            "last_day": DAY_OR_NONE,
            "fees": TEXT_OR_NONE,
            "match": MATCHED,
            "matched": array(
                shape(
                    "A party by which it was found.",
                    {
                        "id": TEXT,
                        "name": TEXT,
                        "role": TEXT,
                        "about": TEXT_OR_NONE,
                        "match": MATCHED,
                    },
                )
            ),
        },
    ),
}
"""What a search finds."""

OF_OFFERS: Final[dict[str, dict[str, Any]]] = {
    "OpenLicences": shape(
        "The open licences on offer.",
        {**POINT, **PAGE, "open_licences": array(ref("Offer")), **NEXT},
    ),
    "Offer": shape(
        "A declaration that stands, on the patents that answer the criteria.",
        {
            "declaration_no": TEXT,
            "patents": array(PATENT),
            "about": array(OBJECT) | {"description": "Classes, industry and title of each patent."},
            "declared_on": DAY,
            "patentees": PARTIES,
            "fee": OBJECT,
            "fee_explanation": TEXT,
            "licence_starts_on": DAY,
            "licence_ends_on": DAY,
            "contact": TEXT,
            "market_rates": shape(
                "Released statistics of licence rates of the same class, industry and form; an "
                "empty list where none is released.",
                {"released": array(OBJECT)},
            ),
        },
    ),
}
"""The open licences on offer."""

_POINT: Final = shape("A settled point.", {"known_at": POSITION, "effective_on": DAY})
_CHANGES: Final = array(
    shape(
        "A member of the extract that is not what it was; null on the side that has none.",
        {
            "member": TEXT | {"description": "JSON pointer to it in the extract, or in the thing."},
            "of": TEXT_OR_NONE | {"description": "The registration, licence or case it is of."},
            "before": {},
            "after": {},
        },
    )
)
OF_CHANGES: Final[dict[str, dict[str, Any]]] = {
    "PatentChanges": shape(
        "What changed on a patent between two points.",
        {
            "patent": PATENT,
            "printed": TEXT,
            "from": _POINT,
            "to": _POINT,
            "changes": _CHANGES,
            "entries": array(ref("Entry")),
        },
    ),
    "PartyChanges": shape(
        "What a party is concerned in at one point and not at the other.",
        {
            "party": TEXT,
            "from": _POINT,
            "to": _POINT,
            **PAGE,
            "changes": array(
                shape(
                    "",
                    {
                        "patent": PATENT,
                        "role": TEXT,
                        "about": TEXT_OR_NONE,
                        "change": {"enum": ["gained", "lost"]},
                    },
                )
            ),
            **NEXT,
        },
    ),
    "RegisterChanges": shape(
        "The patents with public entries between two points, in the order of the last of them.",
        {
            "from": _POINT,
            "to": _POINT,
            **PAGE,
            "total": {"type": ["integer", "null"]}
            | {"description": "Null where more lies between the points than is counted."},
            "patents": array(
                shape(
                    "",
                    {
                        "patent": PATENT,
                        "printed": TEXT,
                        "position": POSITION,
                        "changes": _CHANGES,
                    },
                )
            ),
            **NEXT,
        },
    ),
}
"""The difference of two points."""

_DUE: Final = array(
    shape(
        "What falls due, the nearest first.",
        {"kind": TEXT, "about": TEXT, "falls_on": DAY, "last_day": DAY},
        {"provisional_for": {"type": ["integer", "null"]}},
    )
)
_RIGHT: Final = {
    "patent": PATENT,
    "printed": TEXT,
    "invention_title": TEXT_OR_NONE,
    "status": TEXT,
    "term_last_day": DAY_OR_NONE,
    "fees": TEXT_OR_NONE,
}
_PORTFOLIO: Final = {
    "party": TEXT,
    **POINT,
    **PAGE,
    "examined": POSITION | {"description": "How many lines were looked at for this page."},
    **NEXT,
}
OF_PORTFOLIOS: Final[dict[str, dict[str, Any]]] = {
    "PledgePortfolio": shape(
        "The pledges that stand for a pledgee, a line for each patent.",
        {
            **_PORTFOLIO,
            "lines": array(
                shape(
                    "A pledge on a patent.",
                    {
                        "registration_no": TEXT,
                        **_RIGHT,
                        "registered_on": DAY,
                        "rank": POSITION,
                        "pledgors": PARTIES,
                        "pledgees": PARTIES,
                        "due": _DUE,
                        "dangers": array(ref("Danger")),
                    },
                    CONFIDENTIAL,
                )
            ),
        },
    ),
    "Danger": shape(
        "What endangers a pledge: why, by which rule, from when, and from which entry.",
        {
            "reason": {"enum": [reason.value for reason in Reason]},
            "rule": TEXT,
            "message": TEXT,
            "day": DAY_OR_NONE,
            "about": TEXT_OR_NONE,
            "entry": shape("", {"position": {"type": ["integer", "null"]}}),
        },
    ),
    "PatentPortfolio": shape(
        "The patents of a patentee.",
        {
            **_PORTFOLIO,
            "lines": array(
                shape(
                    "A patent.",
                    {
                        **_RIGHT,
                        "fees_due": {"anyOf": [OBJECT, {"type": "null"}]},
                        "patentees": {"anyOf": [PARTIES, {"type": "null"}]},
                        "encumbrances": array(OBJECT),
                        "licences": array(OBJECT),
                        "open_licence": {"anyOf": [OBJECT, {"type": "null"}]},
                        "due": _DUE,
                        "obligations": array(OBJECT),
                    },
                    CONFIDENTIAL,
                )
            ),
        },
    ),
}
"""What parties are told of their own."""
