"""The lines of notices, in English: how members of entries are named, in which order and how their
values are written.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import Final, NamedTuple


class Form(Enum):
    """How a member's value is written."""

    TEXT = auto()
    CODE = auto()
    KIND = auto()
    DAY = auto()
    UNTIL = auto()
    """A day that is the first no longer meant: written as the last that is."""
    MONEY = auto()
    PERCENT = auto()
    YES = auto()
    PARTY = auto()
    PATENTS = auto()
    ROYALTY = auto()
    CLAIM = auto()
    SHARES = auto()
    TRADEMARKS = auto()
    CHANGES = auto()


class Line(NamedTuple):
    """How a member of an entry is named and written."""

    label: str
    form: Form = Form.TEXT


LINES: Final[dict[str, Line]] = {
    "licence_id": Line("Licence no."),
    "declaration_no": Line("Declaration no."),
    "entry_topic": Line("Entry amended", Form.KIND),
    "original_topic": Line("About", Form.KIND),
    "effect": Line("Effect", Form.CODE),
    "publication": Line("Published before in"),
    "invention_title": Line("Title of the invention"),
    "kind": Line("Kind", Form.CODE),
    "cause": Line("Cause", Form.CODE),
    "case_no": Line("Case no."),
    "court": Line("Court"),
    "requested_by": Line("Requested by", Form.PARTY),
    "requested_on": Line("Requested on", Form.DAY),
    "decision_no": Line("Decision no."),
    "outcome": Line("Outcome", Form.CODE),
    "waived": Line("Grounds that the office waives", Form.CODE),
    "claims_kept": Line("Claims kept"),
    "transferors": Line("Transferors", Form.PARTY),
    "transferees": Line("Transferees", Form.PARTY),
    "patentees": Line("Patentees", Form.PARTY),
    "patentees_after": Line("Patentees from then on", Form.PARTY),
    "item": Line("Changed", Form.CODE),
    "before": Line("Before", Form.PARTY),
    "after": Line("After", Form.PARTY),
    "licensors": Line("Licensors", Form.PARTY),
    "licensees": Line("Licensees", Form.PARTY),
    "licensee": Line("Licensee", Form.PARTY),
    "head_licence_id": Line("Under licence no."),
    "pledgors": Line("Pledgors", Form.PARTY),
    "pledgees": Line("Pledgees", Form.PARTY),
    "debtor": Line("Debtor", Form.PARTY),
    "claim": Line("Secured claim", Form.CLAIM),
    "shares": Line("Shares", Form.SHARES),
    "pledgee_is_agent": Line("The pledgee acts for other creditors", Form.YES),
    "trademarks": Line("Trademarks pledged for the same claim", Form.TRADEMARKS),
    "from_parties": Line("From", Form.PARTY),
    "to_parties": Line("To", Form.PARTY),
    "text": Line("Words of the record"),
    "reference": Line("Reference"),
    "cites": Line("Cites"),
    "executed_on": Line("Executed on"),
    "filed_on": Line("Filing date", Form.DAY),
    "published_on": Line("Published on", Form.DAY),
    "granted_on": Line("Granted on", Form.DAY),
    "publication_no": Line("Publication no."),
    "aliases": Line("Further numbers"),
    "fees_paid_through": Line("Annual fees paid through year"),
    "fee_year": Line("Year of the fee"),
    "paid_on": Line("Paid on", Form.DAY),
    "amount": Line("Amount", Form.MONEY),
    "due": Line("Amount due in all", Form.MONEY),
    "short": Line("The fee is not paid in full", Form.YES),
    "percent": Line("Percent"),
    "decided_on": Line("Decided on", Form.DAY),
    "notified_on": Line("Notified on", Form.DAY),
    "notice_received_on": Line("Notice received on", Form.DAY),
    "decision": Line("Decision"),
    "days": Line("Days"),
    "terminates_on": Line("Last day of the term", Form.UNTIL),
    "drug": Line("Drug"),
    "contract_on": Line("Contract made on", Form.DAY),
    "contract_digest": Line("SHA-256 of the contract"),
    "notice_on": Line("Notice given on", Form.DAY),
    "starts_on": Line("First day", Form.DAY),
    "months": Line("Months"),
    "ends_on": Line("Last day", Form.UNTIL),
    "in_invalidation": Line("In invalidation proceedings, too", Form.YES),
    "ended_on": Line("Ended on", Form.DAY),
    "changed_on": Line("Change agreed on", Form.DAY),
    "territory": Line("Territory"),
    "field_of_use": Line("Field of use"),
    "sublicensing_allowed": Line("Sublicences allowed", Form.YES),
    "fee": Line("Licence fee", Form.ROYALTY),
    "fee_explanation": Line("How the fee is reckoned"),
    "royalty": Line("Royalty", Form.ROYALTY),
    "price": Line("Price", Form.MONEY),
    "contact": Line("Contact"),
    "obligation": Line("Obligation"),
    "by": Line("By", Form.PARTY),
    "act": Line("Act", Form.CODE),
    "capacity": Line("As", Form.CODE),
    "command": Line("Act"),
    "patents": Line("Patents", Form.PATENTS),
    "asked": Line("Asked to confirm", Form.PARTY),
    "agent": Line("Agent", Form.PARTY),
    "power": Line("Power of attorney no."),
    "kinds": Line("For filings about", Form.CODE),
    "valid_from": Line("Valid from", Form.DAY),
    "valid_until": Line("Valid through", Form.UNTIL),
    "disposition": Line("The pledge", Form.CODE),
    "positions": Line("Entries"),
    "registered_as": Line("Registered by filing"),
    "credit_code": Line("Credit code"),
    "ground": Line("Ground", Form.CODE),
    "reason": Line("Reason", Form.CODE),
    "changes": Line("Changes", Form.CHANGES),
    "confidential_changes": Line("Changes that are not public", Form.CHANGES),
}
"""Members of entries that a notice tells, in its order. Where two kinds of entry have a member of
one name, it means the same in both."""

CLAIM: Final[dict[str, Line]] = {
    "kind": Line("Kind of debt", Form.CODE),
    "amount": Line("Amount", Form.MONEY),
    "maximum": Line("Maximum amount", Form.YES),
    "period_from": Line("Claims arise from", Form.DAY),
    "period_until": Line("Claims arise through", Form.DAY),
    "debt_due_on": Line("Last day to perform", Form.DAY),
    "scope": Line("Scope of the security"),
}
ROYALTY: Final[dict[str, Line]] = {
    "form": Line("Form", Form.CODE),
    "total": Line("Total", Form.MONEY),
    "entry_fee": Line("Entry fee", Form.MONEY),
    "base": Line("Base", Form.CODE),
    "base_name": Line("Name of the base"),
    "audit_right": Line("The licensor may inspect the accounts", Form.YES),
    "value": Line("Value", Form.MONEY),
    "share_percent": Line("Share", Form.PERCENT),
}
RATE: Final = Line("Rate")
INSTALMENT: Final = Line("Instalment")
TRADEMARK: Final[dict[str, Line]] = {
    "register": Line("Register"),
    "registration_no": Line("Registration no."),
    "registered_on": Line("Registered on", Form.DAY),
}

CODES: Final[dict[str, str]] = {
    # contests
    "upheld": "the refusal is upheld",
    "set_aside": "the refusal is set aside",
    # licences
    "exclusive": "exclusive licence",
    "sole": "sole licence",
    "ordinary": "ordinary licence",
    # patents
    "invention": "invention",
    "utility_model": "utility model",
    "design": "design",
    # transfers
    "assignment": "assignment",
    "gift": "gift",
    "capital_contribution": "contribution to capital",
    "settlement": "settlement",
    "mediation": "mediation",
    "judgment": "judgment",
    "arbitration": "arbitral award",
    "merger": "merger",
    "split": "split",
    "dissolution": "dissolution",
    "change_of_form": "change of form",
    "inheritance": "inheritance",
    "auction": "auction",
    "other": "other",
    "name": "name",
    "address": "address",
    "both": "name and address",
    # pledges
    "loan": "loan",
    "performed": "the debt is performed",
    "realised": "the pledge right is realised",
    "waived": "the pledgee waives the pledge right",
    "contract_void": "the pledge contract is void",
    "extinguished": "the pledge right is extinguished otherwise",
    # the right
    "voluntary": "given up by the patentees",
    "same_day_invention": "given up for the invention filed on the same day",
    "pta": "compensation for delay in grant",
    "pte": "compensation for the approval of a drug",
    "whole": "invalid as a whole",
    "partial": "invalid in part",
    "maintained": "maintained",
    "withdrawn": "withdrawn",
    "preservation": "preservation of property",
    "execution": "execution",
    "withdrawal": "withdrawal",
    # amendments
    "from_beginning": "from the beginning",
    "from_date": "from its day on",
    # consents
    "transfer": "transfer",
    "licence": "licence",
    "open_licence": "open licence",
    "abandonment": "abandonment",
    "pledge": "pledge",
    "change": "change",
    # kinds of filings
    "consent": "consent",
    "right": "the patent itself",
    "obligation": "obligation",
    "pledgee": "pledgee",
    "pledgor": "pledgor",
    "co_owner": "co-owner",
    "registered": "registered",
    "refused": "refused",
    "continues": "goes on",
    "released": "is released",
    # royalties
    "lump_sum": "one sum, paid at once",
    "instalments": "one sum, paid in parts",
    "running": "running royalty",
    "entry_fee_plus_running": "entry fee and running royalty",
    "free": "free of charge",
    "equity": "contribution to a company",
    "net_sales": "net sales",
    "price": "price",
    "profit": "profit",
    "output_value": "value of output",
    "unit": "pieces",
}
"""Codes of entries in words; other words of people's own are told as they are."""


def texts() -> set[str]:
    """Every text of this page."""
    found = set(CODES.values()) | {RATE.label, INSTALMENT.label}
    for table in (LINES, CLAIM, ROYALTY, TRADEMARK):
        found.update(line.label for line in table.values())
    return found
