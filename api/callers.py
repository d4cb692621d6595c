"""Who calls, and what each role may do: one table, one dependency."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

from fastapi import Request

from api.gate import PUBLIC
from api.problems import Problem
from api.tokens import ROLES
from ledger.domain.filing import Caller

EVERYBODY: Final = frozenset(ROLES)
KNOWN: Final = EVERYBODY - {"public"}
PARTIES: Final = frozenset({"bank", "patentee", "licensee"})
OFFICE: Final = frozenset({"registrar", "agency"})
"""They file for others: the office for whoever comes to it, an agency by powers of attorney on
record. Everybody else files for its own party, and by such powers."""

OPERATIONS: Final[dict[str, frozenset[str]]] = {
    # What the register says.
    "get_patent": EVERYBODY,
    "get_statuses": EVERYBODY,
    "get_history": EVERYBODY,
    "search": EVERYBODY,
    "get_patent_changes": EVERYBODY,
    "list_changes": EVERYBODY,
    "get_pledge": EVERYBODY,
    "get_licence": EVERYBODY,
    "get_open_licence": EVERYBODY,
    "list_open_licences": EVERYBODY,
    "list_rules": EVERYBODY,
    "get_rule": EVERYBODY,
    "list_events": EVERYBODY,
    # What subscribers are brought, each its own.
    "open_mailbox": KNOWN,
    "poll_mailbox": KNOWN,
    "acknowledge_messages": KNOWN,
    "list_webhooks": KNOWN,
    "get_webhook": KNOWN,
    "register_webhook": KNOWN,
    "pause_webhook": KNOWN,
    "resume_webhook": KNOWN,
    "remove_webhook": KNOWN,
    "rotate_webhook_secrets": KNOWN,
    "list_dead_letters": KNOWN,
    "replay_webhook": KNOWN,
    "list_told_notices": OFFICE | PARTIES | {"auditor"},
    "get_told_notice": OFFICE | PARTIES | {"auditor"},
    # The transparency log.
    "get_checkpoint": EVERYBODY,
    "get_log_keys": EVERYBODY,
    "get_tile": EVERYBODY,
    "get_entry_proof": EVERYBODY,
    # Certificates.
    "issue_certificate": KNOWN,
    "look_up_certificate": EVERYBODY,
    "print_certificate": EVERYBODY,
    # What parties and auditors are told.
    "disclose": PARTIES | {"auditor"},
    "get_filing": OFFICE | PARTIES | {"auditor"},
    "get_notice": OFFICE | PARTIES | {"auditor"},
    "list_filings": PARTIES | {"registrar", "auditor"},
    "list_obligations": OFFICE | PARTIES | {"auditor"},
    "get_party": OFFICE | PARTIES | {"auditor"},
    "list_party_pledges": OFFICE | PARTIES | {"auditor"},
    "list_party_patents": OFFICE | PARTIES | {"auditor"},
    "list_powers": OFFICE | PARTIES | {"auditor"},
    "get_party_changes": OFFICE | PARTIES | {"auditor"},
    # What the register counts.
    "get_definitions": EVERYBODY,
    "list_releases": EVERYBODY,
    "get_release": EVERYBODY,
    "get_operations": EVERYBODY,
    "get_licence_rates": EVERYBODY,
    "get_pledge_financing": EVERYBODY,
    "list_reads": frozenset({"auditor"}),
    # What the office enters.
    "enter_patents": frozenset({"registrar"}),
    "enter_fact": frozenset({"registrar"}),
    "enter_party_evidence": frozenset({"registrar"}),
    "revoke_pledge": frozenset({"registrar"}),
    "refuse_filing": frozenset({"registrar"}),
    "decide_contest": frozenset({"registrar"}),
    "revoke_licence_recordal": frozenset({"registrar"}),
    "terminate_open_licence": frozenset({"registrar"}),
    "revoke_open_licence": frozenset({"registrar"}),
    "publish_correction": frozenset({"registrar"}),
    "publish_release": frozenset({"registrar"}),
    # Supporting documents.
    "deposit_document": OFFICE | PARTIES,
    "list_documents": OFFICE | PARTIES | {"auditor"},
    "get_document": OFFICE | PARTIES | {"auditor"},
    # What parties file.
    "give_power": PARTIES | {"registrar"},
    "revoke_power": OFFICE | PARTIES,
    "file_batch": OFFICE | PARTIES,
    "register_transfer": OFFICE | {"patentee", "bank"},
    "change_name_or_address": OFFICE | {"patentee", "bank"},
    "record_consent": OFFICE | PARTIES,
    "withdraw_consent": OFFICE | PARTIES,
    "confirm_filing": OFFICE | PARTIES,
    "withdraw_filing": OFFICE | PARTIES,
    "contest_refusal": OFFICE | PARTIES,
    "contest_prepared": OFFICE | PARTIES,
    "record_licence": OFFICE | {"patentee", "licensee"},
    "change_licence": OFFICE | {"patentee", "licensee"},
    "cancel_licence": OFFICE | {"patentee", "licensee"},
    "declare_open_licence": OFFICE | {"patentee"},
    "withdraw_open_licence": OFFICE | {"patentee"},
    "take_open_licence": OFFICE | {"licensee"},
    "record_open_licence_contract": OFFICE | {"patentee", "licensee"},
    "record_fulfilment": OFFICE | PARTIES,
    "register_pledge": OFFICE | {"bank"},
    "change_pledge": OFFICE | {"bank"},
    "deregister_pledge": OFFICE | {"bank"},
    # Whether it lives.
    "get_health": EVERYBODY,
    "get_readiness": EVERYBODY,
    "get_metrics": frozenset({"operator"}),
    "get_problem_page": EVERYBODY,
}
"""Operation → the roles that may ask for it. Whether a party has a part in the dealing, `acting`
judges.
"""

SCHEME: Final = "bearer"
SCHEMES: Final = {
    SCHEME: {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "A token of the ledger's issuer (`patent-ledger token --role …`), or of an "
        "OpenID provider that the operator believes.",
    }
}
"""How callers are known, as OpenAPI tells it."""


def security(operation: str) -> list[dict[str, Any]]:
    """Who may ask for an operation, as OpenAPI tells it: with a token, or also without."""
    return [{SCHEME: []}, *([{}] if "public" in OPERATIONS.get(operation, ()) else [])]


def allowed(operation: str) -> Callable[..., Awaitable[Caller]]:
    """The dependency that makes the caller of an operation, or answers 401 or 403."""

    async def caller(request: Request) -> Caller:
        # Found out at the gate; without a ledger there is none.
        found: Caller | Exception = getattr(request.state, "caller", PUBLIC)
        if isinstance(found, Exception):
            raise found
        admit(found, operation)
        return found

    return caller


def admit(caller: Caller, operation: str) -> None:
    """Raise the problem that a caller's role may not ask for an operation, if so."""
    roles = OPERATIONS[operation]
    if caller.role in roles:
        return
    if caller is PUBLIC:
        raise Problem("unauthenticated", "This operation needs a token.")
    raise Problem(
        "forbidden", f"The role {caller.role} may not do this; {', '.join(sorted(roles))} may."
    )
