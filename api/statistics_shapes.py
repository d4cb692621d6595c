"""The shapes of answers about statistics: figures, their definitions, what was restated."""

from __future__ import annotations

from typing import Any, Final

from api.shapes import OBJECT, POSITION, TEXT, TEXT_OR_NONE, array, ref, shape

OF_STATISTICS: Final[dict[str, dict[str, Any]]] = {
    "Report": shape(
        "Figures of the statistics, with all that is needed to recompute them from the log.",
        {
            "report": TEXT,
            "form": TEXT,
            "definition": TEXT,
            "program": TEXT,
            "query": OBJECT,
            "position": POSITION,
            "effective_on": TEXT,
            "checkpoint": TEXT_OR_NONE,
            "cells": array(ref("Cell")),
            "digest": TEXT,
        },
    ),
    "Cell": shape(
        "A figure of one period and group; of all groups together where none is named.",
        {
            "measure": TEXT,
            "period": {"type": "string", "examples": ["2022", "2022-H1", "2022-Q1", "2022-03"]},
            "group": {"type": "object", "additionalProperties": TEXT},
            "value": {
                "description": "Whole numbers as such, others as decimal text; amounts by "
                "currency as an object."
            },
        },
        {
            "before": {"description": "The figure of the same days a year before."},
            "growth": TEXT_OR_NONE,
            "share": TEXT_OR_NONE,
        },
    ),
    "Restatement": shape(
        "Figures that differ between two positions, and the entries behind it: to statisticians "
        "their positions, to auditors also what they say.",
        {
            "query": OBJECT,
            "definition": TEXT,
            "from_position": POSITION,
            "to_position": POSITION,
            "changed": array(OBJECT),
            "positions": array(POSITION),
            "positions_total": POSITION,
        },
        {"entries": array(OBJECT)},
    ),
    "Releases": shape("What is released.", {"releases": array(OBJECT)}),
    "Release": shape(
        "The public figures of one closed period, as known at one position.",
        {
            "release": TEXT,
            "form": TEXT,
            "definition": TEXT,
            "program": TEXT,
            "query": OBJECT,
            "period": TEXT,
            "position": POSITION,
            "released_at": TEXT,
            "limits": OBJECT,
            "digest": TEXT,
        },
        {
            "checked_against": array(OBJECT),
            "effective_on": TEXT,
            "tables": array(OBJECT),
            "cells": array(OBJECT),
        },
    ),
    "Statistics": {"anyOf": [ref("Report"), ref("Release"), ref("Restatement")]},
    "Definitions": array(OBJECT),
}
