"""The links of the OpenAPI document: with what an answer tells, what can be asked or done next.

A receipt names its filing, and with it the notice and the documents; its position, and with it the
inclusion proof; its registration number, and with it what may become of the registration.
"""

from __future__ import annotations

from typing import Any, Final

Json = dict[str, Any]
Links = dict[str, dict[str, str]]
"""Operation → each of its path's parameters → where the answer, or the question, has its value."""


def told(pointer: str) -> str:
    """A member of the answer, as OpenAPI's runtime expressions name it."""
    return f"$response.body#{pointer}"


OF_FILINGS: Final[Links] = {
    "get_filing": {"id": told("/filing_id")},
    "get_notice": {"id": told("/filing_id")},
    "list_documents": {"id": told("/filing_id")},
    "get_entry_proof": {"position": told("/position")},
}
"""Links of every receipt."""

IF_PREPARED: Final[Links] = {
    name: {"id": told("/filing_id")} for name in ("confirm_filing", "withdraw_filing")
}
"""Links of what several sign: a filing that was prepared waits for one of these."""

LINKS: Final[dict[str, Links]] = {
    "enter_patents": {
        name: {"no": told("/entries/0/patent")} for name in ("get_patent", "enter_fact")
    },
    "enter_fact": {"get_patent": {"no": told("/entries/0/patent")}},
    "register_transfer": IF_PREPARED | {"get_patent": {"no": told("/entries/0/patent")}},
    "register_pledge": IF_PREPARED
    | {"refuse_filing": {"id": told("/filing_id")}}
    | {
        name: {"no": told("/registration_no")}
        for name in ("get_pledge", "change_pledge", "deregister_pledge", "revoke_pledge")
    },
    "record_licence": IF_PREPARED
    | {
        name: {"id": told("/registration_no")}
        for name in ("get_licence", "change_licence", "cancel_licence", "revoke_licence_recordal")
    },
    "declare_open_licence": {
        name: {"no": told("/registration_no")}
        for name in (
            "get_open_licence",
            "take_open_licence",
            "withdraw_open_licence",
            "terminate_open_licence",
            "revoke_open_licence",
        )
    },
    "refuse_filing": {"contest_prepared": {"id": "$request.path.id"}},
    "contest_prepared": {"decide_contest": {"id": "$request.path.id"}},
    "contest_refusal": {"decide_contest": {"id": told("/filing_id")}},
    "take_open_licence": {
        "record_open_licence_contract": {"no": "$request.path.no", "id": told("/filing_id")}
    },
    "record_consent": {"withdraw_consent": {"id": told("/filing_id")}},
    "give_power": {"revoke_power": {"id": "$request.path.id", "no": told("/filing_id")}},
    "get_patent": {
        "get_history": {"no": told("/patent")},
        "get_patent_changes": {"no": told("/patent")},
        "issue_certificate": {"no": told("/patent")},
    },
    "get_statuses": {"get_patent": {"no": told("/patents/0/patent")}},
    "get_history": {"get_entry_proof": {"position": told("/entries/0/position")}},
    "search": {"get_patent": {"no": told("/hits/0/patent")}},
    "list_changes": {"get_patent_changes": {"no": told("/patents/0/patent")}},
    "list_events": {"get_patent": {"no": told("/events/0/subject")}},
    "list_open_licences": {
        "get_open_licence": {"no": told("/open_licences/0/declaration_no")},
        "get_patent": {"no": told("/open_licences/0/patents/0")},
    },
    "list_party_pledges": {"get_pledge": {"no": told("/lines/0/registration_no")}},
    "list_party_patents": {"get_patent": {"no": told("/lines/0/patent")}},
    "list_obligations": {"record_fulfilment": {"id": told("/notices/listed/0/obligation")}},
    "list_documents": {
        "get_document": {"id": "$request.path.id", "digest": told("/documents/0/digest")}
    },
    "list_rules": {"get_rule": {"id": told("/0/id")}},
    "list_releases": {
        "get_release": {"family": told("/releases/0/family"), "period": told("/releases/0/period")}
    },
    "issue_certificate": {
        "look_up_certificate": {"code": told("/code")},
        "print_certificate": {"code": told("/code")},
    },
    "register_webhook": {
        name: {"id": told("/name")}
        for name in (
            "get_webhook",
            "pause_webhook",
            "resume_webhook",
            "rotate_webhook_secrets",
            "list_dead_letters",
            "replay_webhook",
            "remove_webhook",
        )
    },
    "list_webhooks": {"get_webhook": {"id": told("/webhooks/0/name")}},
    "list_told_notices": {"get_told_notice": {"id": told("/notices/0/id")}},
}
"""Operation → links of what it answers."""


def add_links(document: Json) -> None:
    """Put every link where it belongs in the document: on the answer of what was entered or made,
    else on the one answer there is."""
    for item in document["paths"].values():
        for operation in item.values():
            name, answers = operation["operationId"], operation["responses"]
            found = LINKS.get(name, {})
            if _receipt(answers):
                found = OF_FILINGS | found
            if found:
                answer = answers["201" if "201" in answers else "200"]
                answer["links"] = {
                    target: {"operationId": target, "parameters": parameters}
                    for target, parameters in found.items()
                }


def _receipt(answers: Json) -> bool:
    made = answers.get("201", {}).get("content", {}).get("application/json", {}).get("schema", {})
    return str(made.get("$ref", "")).endswith("/Receipt")
