"""The statutory catalogue, one file a chapter of the law; importing it declares every rule."""

from ledger.domain.rules import (
    consents,
    freezes,
    general,
    licences,
    open_licences,
    pledges,
    right,
    transfers,
)
from ledger.domain.rules.catalogue import (
    ALIASES,
    DEFINITIONS,
    RULES,
    Definition,
    Rule,
    catalogue_version,
    judge,
    regime,
    rules_for,
)

__all__ = [
    "ALIASES",
    "DEFINITIONS",
    "RULES",
    "Definition",
    "Rule",
    "catalogue_version",
    "consents",
    "freezes",
    "general",
    "judge",
    "licences",
    "open_licences",
    "pledges",
    "regime",
    "right",
    "rules_for",
    "transfers",
]
