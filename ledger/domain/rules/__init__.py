"""The statutory catalogue, one file a chapter of the law; importing it declares every rule."""

from ledger.domain.rules import (
    consents,
    freezes,
    general,
    licence_changes,
    licences,
    open_licence_takes,
    open_licences,
    pledge_changes,
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
    "licence_changes",
    "licences",
    "open_licence_takes",
    "open_licences",
    "pledge_changes",
    "pledges",
    "regime",
    "right",
    "rules_for",
    "transfers",
]
