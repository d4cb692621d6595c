"""The shapes of what is searched, listed and compared, as the OpenAPI document tells them."""

from __future__ import annotations

from typing import Any, Final

from api.shapes import (
    DAY_OR_NONE,
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
        {**POINT, **PAGE, "hits": array(ref("Hit")), **NEXT},
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
