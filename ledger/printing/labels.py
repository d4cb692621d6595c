"""The words of notices, in English: what a document is called and what it says. Other languages
come from the catalogues, where every text of this page and of the lines has its place.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from ledger.printing import lines


class Title(NamedTuple):
    """What a document is called, and the sentence with which it begins."""

    name: str
    opening: str


# --- documents about what was entered -----------------------------------------------------------

NOTICES: Final[dict[str, Title]] = {
    "pledge.registered": Title(
        "Notice of the registration of a pledge",
        "The pledge of patents below is registered. The pledge right arises on the day of "
        "registration.",
    ),
    "pledge.revoked": Title(
        "Notice of the revocation of the registration of a pledge",
        "The registration of the pledge below is revoked. It is void from the beginning.",
    ),
    "pledge.deregistered": Title(
        "Notice of the deregistration of a pledge",
        "The registration of the pledge below is deregistered and ends on the day of "
        "deregistration.",
    ),
    "pledge.changed": Title(
        "Notice of a change in the registration of a pledge",
        "What is registered of the pledge below is changed as stated; the rest stays.",
    ),
    "pledge.released": Title(
        "Notice of the release of patents from a pledge",
        "The patents below leave the registration of the pledge, which goes on for the others.",
    ),
    "transfer.registered": Title(
        "Notice of the registration of a transfer",
        "The transfer of the patents below is registered and takes effect on the day of "
        "registration.",
    ),
    "name.changed": Title(
        "Notice of a change of name or address",
        "The change of the patentee's particulars below is registered.",
    ),
    "patent.abandoned": Title(
        "Notice of the abandonment of a patent",
        "The declaration giving up the patents below is in order and is registered.",
    ),
    "licence.recorded": Title(
        "Certificate of the recordal of a patent licence",
        "The licence contract below is recorded.",
    ),
    "licence.cancelled": Title(
        "Notice of the cancellation of the recordal of a patent licence",
        "The recordal of the licence contract below is cancelled.",
    ),
    "licence.changed": Title(
        "Notice of a change in the recordal of a patent licence",
        "What is recorded of the licence contract below is changed as stated; the rest stays.",
    ),
    "open_licence.declared": Title(
        "Notice of the declaration of an open licence",
        "The patentee declares itself willing to license the patents below to anybody on the terms "
        "stated.",
    ),
    "open_licence.withdrawn": Title(
        "Notice of the withdrawal of an open licence",
        "The declaration of the open licence below is withdrawn. Licences granted before it are "
        "not affected.",
    ),
    "open_licence.recorded": Title(
        "Certificate of the recordal of a licence under an open licence",
        "The licence below, taken under an open licence, is recorded.",
    ),
    "entry.corrected": Title(
        "Notice of a correction",
        "The entries below are corrected and count as they should have read.",
    ),
    "entry.revoked": Title(
        "Notice of a revocation",
        "The entries below are revoked, with the effect stated.",
    ),
    "filing.contested": Title(
        "Receipt of a contest",
        "The refusal of the filing below is contested. The office decides.",
    ),
    "filing.contest_decided": Title(
        "Decision of a contest",
        "The office has decided on the contest of a refusal as stated below.",
    ),
    "filing.prepared": Title(
        "Receipt of a prepared filing",
        "The filing below is prepared. It is judged once all who are asked have confirmed it.",
    ),
}
"""Kind of entry → the document that tells of it; the first kind here of those in a filing counts.
"""

RECEIPT: Final = Title(
    "Receipt of a filing", "The register has entered what is stated below from this filing."
)

# --- documents about what was refused -----------------------------------------------------------

REFUSED: Final = "Nothing was entered in the register, for the grounds below. All of them are told."
REFUSALS: Final[dict[str, str]] = {
    "RegisterPledge": "Notice that a pledge is not registered",
    "ChangePledge": "Notice that a change of a pledge is not registered",
    "DeregisterPledge": "Notice that a pledge is not deregistered",
    "RegisterTransfer": "Notice that a transfer is not registered",
    "ChangeNameAddress": "Notice that a change of name or address is not registered",
    "Abandon": "Notice that an abandonment is not registered",
    "RecordLicence": "Notice that a patent licence is not recorded",
    "ChangeLicence": "Notice that a change of a patent licence is not recorded",
    "CancelLicence": "Notice that the recordal of a patent licence is not cancelled",
    "DeclareOpenLicence": "Notice that an open licence is not declared",
    "WithdrawOpenLicence": "Notice that an open licence is not withdrawn",
    "TakeOpenLicence": "Notice that a licence is not granted under an open licence",
    "RecordOpenLicenceContract": "Notice that a licence under an open licence is not recorded",
}
"""Name of an act → the document that refuses it."""

REFUSAL: Final = "Notice of refusal"
DRY_RUN: Final = "This was a dry run: the filing was judged and not filed."
AGAIN: Final = "Whoever cures what can be cured may file again."

# --- what entries are called --------------------------------------------------------------------

KINDS: Final[dict[str, str]] = {
    "patent.entered": "Patent entered in the register",
    "patent.numbered": "Further numbers of the patent",
    "fee.paid": "Payment of an annual fee",
    "fee.reduction_recorded": "Reduction of annual fees",
    "lapse.decided": "End of the patent for an unpaid annual fee",
    "right.restored": "Restoration of the patent",
    "patent.abandoned": "Abandonment of the patent",
    "term.compensated": "Compensation of the patent's term",
    "invalidation.requested": "Request for invalidation",
    "invalidation.decided": "Decision on invalidation",
    "invalidation.final": "Final decision on invalidation",
    "preservation.started": "Preservation by a court",
    "preservation.continued": "Continuation of a preservation",
    "preservation.released": "Release of a preservation",
    "suspension.started": "Suspension of proceedings",
    "suspension.extended": "Extension of a suspension",
    "suspension.ended": "End of a suspension",
    "transfer.registered": "Transfer of the patent",
    "name.changed": "Change of name or address",
    "licence.recorded": "Recordal of a licence",
    "licence.changed": "Change of a recorded licence",
    "licence.cancelled": "Cancellation of a recordal",
    "open_licence.declared": "Declaration of an open licence",
    "open_licence.withdrawn": "Withdrawal of an open licence",
    "open_licence.taken": "Licence taken under an open licence",
    "open_licence.recorded": "Recordal of a licence under an open licence",
    "pledge.registered": "Registration of a pledge",
    "pledge.changed": "Change of a registered pledge",
    "pledge.released": "Release from a pledge",
    "pledge.deregistered": "Deregistration of a pledge",
    "pledge.revoked": "Revocation of the registration of a pledge",
    "obligation.met": "Obligation met",
    "recorded.elsewhere": "Record of another register",
    "release.recorded": "Release recorded by another register",
    "record.withdrawn": "Withdrawal of another register's record",
    "entry.corrected": "Correction",
    "entry.revoked": "Revocation",
    "hidden_entry.corrected": "Correction of an entry that is not public",
    "hidden_entry.revoked": "Revocation of an entry that is not public",
    "consent.given": "Consent",
    "consent.used": "Use of a consent",
    "consent.withdrawn": "Withdrawal of a consent",
    "filing.prepared": "Prepared filing",
    "filing.confirmed": "Confirmation of a prepared filing",
    "filing.withdrawn": "Withdrawal of a prepared filing",
    "filing.decided": "Decision on a prepared filing",
    "filing.contested": "Contest of a refusal",
    "filing.contest_decided": "Decision of a contest",
    "party.identity_evidenced": "Evidence of a party's identity",
    "party.empowered": "Power of attorney",
    "party.power_revoked": "Revocation of a power of attorney",
    "party.values_erased": "Erasure of personal values",
}
"""Every kind of entry in words."""

# --- the page -----------------------------------------------------------------------------------

REGISTER: Final = "Patent ledger"
REGISTRATION_NO: Final = "Registration no."
REGISTERED_ON: Final = "Day of registration"
FILING: Final = "Filing"
FILED_BY: Final = "Filed by"
RECORDED_AT: Final = "Recorded at"
JUDGED_AT: Final = "Judged at"
REFERENCE: Final = "Reference of the filer"
PATENT_NO: Final = "Patent no."
EFFECTIVE_ON: Final = "Effective from"
ENTRY: Final = "Entry"
NOT_PUBLIC: Final = "What is entered is not public and is told to its parties."
OBLIGATIONS: Final = "What is to be done"
LAST_DAY: Final = "Last day"
WARNINGS: Final = "What to heed"
GROUNDS: Final = "Grounds of refusal"
BESIDES: Final = "What else was found"
LAW: Final = "Law and rule"
PLACE: Final = "In the filing"
FACT: Final = "Fact"
CURE: Final = "Cure"
HOW: Final = "What to do"
WAIVER: Final = "The parties may waive it by declaring"
AWAITING: Final = "Still to confirm"
YES: Final = "yes"
NO: Final = "no"
BEIJING: Final = "Beijing time"
CLOSING: Final = (
    "This notice tells what was entered then. What has been entered since, the register itself "
    "tells; that these entries stand in its log, the proofs of their positions show."
)

# --- certificates -------------------------------------------------------------------------------

CERTIFIED_STANDING: Final = "Certificate of what stands on a patent"
CERTIFIED_NOTHING: Final = "Certificate that nothing else stands on a patent"
SAYS_STANDING: Final = (
    "At the position and on the day stated, there stood on the patent below what is told here, and "
    "nothing else that the register shows to everybody."
)
SAYS_NOTHING: Final = (
    "At the position and on the day stated, no pledge, no preservation, no recorded exclusive "
    "licence and no open licence stood on the patent below, but for registrations that are named."
)
CODE: Final = "Code to look it up"
AT_END_OF: Final = "At the end of"
AT_POSITION: Final = "At position"
ISSUED_AT: Final = "Issued at"
NAMED: Final = "Registrations named"
STATUS: Final = "State of the patent"
NOTHING_KNOWN: Final = "No public entry of the register is about this patent."
SINCE: Final = "From"
THROUGH: Final = "Through"
NUMBER: Final = "Number"
BECAME: Final = "What has become of it"
CURRENT: Final = "It is current: no public entry has been made on the patent since."
SUPERSEDED: Final = "It is superseded by the entries below."
CORRECTED: Final = "It was issued from data that the entries below corrected later."
CHECKED_BY: Final = "How it is checked"
SIGNED_HEAD: Final = "It follows from the signed head of the register's log."
LOG_NAME: Final = "Log"
LOG_ROOT: Final = "Root of the log"
MAP_ROOT: Final = "Root of the map of patents"
FACTS_DIGEST: Final = "Digest of the dated facts"
KEYS: Final = "Keys"
CERTIFICATE_CLOSING: Final = (
    "Its file holds every proof and is checked by anybody, offline. Whoever looks up its code is "
    "told whether it is current. What is not public, and what other registers say, it does not "
    "tell."
)
STATUSES: Final[dict[str, str]] = {
    "unknown": "not known: facts of its entry are missing",
    "not_granted": "not granted yet",
    "in_force": "in force",
    "lapsed": "lapsed for an unpaid annual fee",
    "expired": "expired",
    "abandoned": "given up",
    "invalid": "invalid as a whole",
}
"""Statuses of a patent in words."""


def texts() -> set[str]:
    """Every text of this page and of the lines."""
    found = {text for title in (*NOTICES.values(), RECEIPT) for text in title}
    found.update(REFUSALS.values(), KINDS.values(), STATUSES.values(), lines.texts())
    found.update(
        value for name, value in globals().items() if name.isupper() and isinstance(value, str)
    )
    return found
