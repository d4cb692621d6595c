"""What kind of dealing a USPTO conveyance text tells of, and which records it cites.

The office keeps no code in its files, only the words of whoever filed the cover sheet, misspelt or
several dealings at once. The table is read from above: the first row whose words are found decides,
so what would be wrong to take for a transfer of title stands before the assignment. The text itself
is the truth and is kept beside the kind.
"""

from __future__ import annotations

import re
from enum import StrEnum


class Conveyance(StrEnum):
    """Kinds of dealing that a recorded instrument may be."""

    ASSIGNMENT = "assignment"
    NUNC_PRO_TUNC = "nunc_pro_tunc"
    """An assignment that takes effect on an earlier day."""
    CORRECTION = "correction"
    """Corrects a record that it cites."""
    NAME_CHANGE = "name_change"
    """Also a conversion or another change of legal form: the same person under a new name."""
    ADDRESS_CHANGE = "address_change"
    MERGER = "merger"
    """Also a division of a company: succession to all or part of its estate."""
    SECURITY_INTEREST = "security_interest"
    SECURITY_TRANSFER = "security_transfer"
    """A standing security interest passes to another secured party or agent."""
    RELEASE = "release"
    """A security interest ends, for all or some of the properties."""
    LICENCE = "licence"
    CONFIRMATORY_LICENCE = "confirmatory_licence"
    """The government's licence in an invention made with its money (35 U.S.C. 202)."""
    GOVERNMENT_INTEREST = "government_interest"
    LICENCE_TERMINATION = "licence_termination"
    COURT_ORDER = "court_order"
    """Also decrees and letters of a probate court."""
    OTHER = "other"


def classify(text: str) -> Conveyance:
    """The kind of dealing; `OTHER` where the words do not say or say what no kind here means."""
    words = _words(text)
    return next((kind for kind, pattern in TABLE if pattern.search(words)), Conveyance.OTHER)


def _words(text: str) -> str:
    """Capitals and single blanks, without apostrophes, so that the table need not know of them."""
    return " ".join(re.sub("['’‘`\"“”]", "", text.upper()).split())


# Words as they are written, misspellings that occur among them.
ASSIGN = r"\b(?:RE-?)?ASS?[IGN]{2,4}[NE]{0,2}M[MNE]{0,4}T?S?\b"
LICENCE = r"\b(?:SUB-?|CROSS-?)?(?:LICEN[CS]|LISCEN[CS]|LICES?N|LIECEN[CS]|LISENC)\w*"
SECURITY = (
    r"\b(?:SECURITY|SECUIRTY|SECURTIY|SECURTY|SECURIY|SECURITIY|SECURTITY|SECUITY|SEURITY|SECRUITY"
    r"|SECURED|LIENS?|MORT?GAGES?|PLEDGES?|COLLATERAL|HYPOTHEC\w*|DEBENTURES?|ENCUMBRANCES?"
    r"|UCC-? ?[13]|FINANCING STATEMENT|(?:FIXED|FLOATING|DEED OF|NOTICE OF|LEGAL) CHARGE)\b"
)
ENDS = (
    r"\b(?:TERMINAT\w+|DISCHARG\w+|SATISFACTION|SATISFIED|CANCEL\w+|RECONVEYANCE|EXTINGUISH\w+"
    r"|RELINQUISH\w+|WITHDRAW\w+|RESCI\w+|REVOCATION|REVOK\w+|SURRENDER\w*|EXPIR\w+|UCC-? ?3)\b"
)
FREES = rf"(?:{ENDS}|\bRE?LEA?SE[SD]?\b|\bRELEASING\b|\bRE-?ASSIGN\w*)"
CHANGE = r"\bCH[ANGE]{2,5}[DS]? (?:OF|IN|TO|ON|FOR|OR)\b"
OF_THE_SECURITY = (
    r"(?: AND \w+)? OF (?:(?:THE|AN?|ITS|ALL|PATENTS?|INTELLECTUAL|PROPERTY|IP|COPYRIGHTS?|RIGHTS"
    r"|TRADEMARKS?|EXISTING|PRIOR|FIRST|SECOND|UNDER|IN|GRANT OF|NOTICE OF|LIEN) ){0,6}"
    r"(?:SECURITY|LIENS?|MORTGAGES?|PLEDGES?)\b"
)

# fmt: off
_ROWS = (
    (Conveyance.CORRECTION, r"\b(?:CORRECT(?:S|ED|ING|IVE|ION|IONS)?|CORR?EC?TI?VE|CORRECITVE)\b"),
    (Conveyance.CORRECTION, r"\bRE-?RECORD\w*|\bERRAT(?:UM|A)\b|\bRECTIF\w+|\bRECORDED IN ERROR\b"),
    # The government's licence, before the orders of courts: it cites Executive Order 9424.
    (Conveyance.LICENCE_TERMINATION, rf"{FREES}.*\bCONFIRM\w*.*{LICENCE}"),
    (Conveyance.CONFIRMATORY_LICENCE, rf"\bCONFIRM\w*.*{LICENCE}|{LICENCE}.*\bCONFIRM\w*"),
    (Conveyance.CONFIRMATORY_LICENCE, rf"\bEXECUTIVE ORDER\b(?!.*{ASSIGN})|\bCONFIRMATORY INSTRUM"),
    # A release says so at its beginning, whatever it goes on to name.
    (Conveyance.RELEASE, rf"^(?:PARTIAL |FULL )?RE?LEA?SE\b(?!.*{LICENCE})(?!.*\bCOURT\b)"),
    # Courts sell "free and clear of liens"; a judgment lien is security.
    (Conveyance.COURT_ORDER, r"\bCOURT\b|\bDECREE|\bJUDGE?MENT\b(?! LIEN)|\bPROBATE\b"),
    (Conveyance.COURT_ORDER, r"\bLETTERS (?:OF )?(?:TESTAMENTARY|ADMINISTRATION)|\bLAST WILL\b"),
    (Conveyance.COURT_ORDER, r"\bBANKRUPTCY (?:ORDER|PETITION|DISCHARGE|SALE)|^BANKRUPTCY\b"),
    (Conveyance.COURT_ORDER, r"\bORDER\b.*\b(?:SALE|BANKRUPTCY|CONFIRMING|APPROVING|GRANTING)\b"),
    (Conveyance.COURT_ORDER, r"\b(?:FINAL|CONSENT|VESTING|TURNOVER) ORDER\b|^ORDER\b"),
    (Conveyance.COURT_ORDER, r"\bWRIT OF\b|\bSHERIFFS?\b|\bRECEIVERSHIP\b"),
    # The secured party itself conveys: title may move, and the words do not say how.
    (Conveyance.OTHER, rf"{ASSIGN} BY SECURED|\bFORECLOS\w+|\bTRANSFER STATEMENT\b|\bREPOSSESS"),
    (Conveyance.RELEASE, rf"{FREES}.*{SECURITY}|{SECURITY}.*{FREES}"),
    (Conveyance.LICENCE_TERMINATION, rf"{ENDS}.*{LICENCE}|{LICENCE}.*{ENDS}"),
    (Conveyance.LICENCE_TERMINATION, rf"\bRELEASE OF (?:\w+ ){{0,4}}{LICENCE}|{LICENCE} RELEASE\b"),
    (Conveyance.RELEASE, rf"^(?!.*{LICENCE}).*\b(?:RE?LEA?SE[SD]?|RECONVEYANCE)\b"),
    (Conveyance.RELEASE, r"\bDISCHARGE\b|\bSATISFACTION\b"),
    (Conveyance.OTHER, ENDS),  # of an assignment, say: title goes back, and to whom is not said
    (Conveyance.SECURITY_TRANSFER, rf"{ASSIGN}{OF_THE_SECURITY}|\bTRANSFER{OF_THE_SECURITY}"),
    (Conveyance.SECURITY_TRANSFER,
     r"\b(?:SUCCESS\w+|SUBSTITUT\w+|RESIGN\w+|REPLACE\w+|APPOINT\w+|CHANGE)\b.*\bAGEN(?:T|CY)\b"),
    (Conveyance.SECURITY_INTEREST, SECURITY),
    (Conveyance.SECURITY_INTEREST, r"\b(?:INTER-?CREDITOR|SUBORDINATION|CREDIT AGREEMENT|LOAN)\b"),
    (Conveyance.MERGER, r"\bMERG\w+|\bAMALGAMAT\w+|\bCONSOLIDATION\b|\bABSORPTION\b"),
    (Conveyance.MERGER, r"\bDE-?MERGER\b|\b(?:CORPORATE|COMPANY) (?:DIVISION|SPLIT|SEPARATION)\b"),
    (Conveyance.NAME_CHANGE, rf"{CHANGE}(?: \w+){{0,6}} NAMES?\b|\bNAMES? CHANGE|\bNEW NAME\b"),
    (Conveyance.NAME_CHANGE,
     rf"{CHANGE}(?: \w+){{0,3}} (?:FORM|ENTITY(?! STATUS)|TYPE|STRUCTURE|DOMICILE|JURISDICTION)\b"),
    (Conveyance.NAME_CHANGE, rf"{CHANGE} (?:(?:CORPORATE|LEGAL) STATUS|STATE OF INCORPORATION)\b"),
    (Conveyance.NAME_CHANGE, r"\bCONVERSION\b|\bCONVERTED\b|\b(?:RE-?)?DOMESTICAT|\bCONTINUANCE\b"),
    (Conveyance.NAME_CHANGE, r"\bRE-?REGISTRATION\b|\bRE-?INCORPORATION\b|\bDOING BUSINESS AS\b"),
    (Conveyance.NAME_CHANGE, r"\b(?:D/B/A|F/K/A|A/K/A|DBA|FKA)\b|\bDEED POLL\b"),
    (Conveyance.NAME_CHANGE, r"\b(?:FICTITIOUS|ASSUMED)(?: \w+)? NAME|\bFORMERLY KNOWN AS\b"),
    (Conveyance.NAME_CHANGE,
     r"\b(?:CERTIFICATE|ARTICLES) OF AMENDMENT|\bAMEND\w*(?: \w+){0,4} (?:CERTIFICATE|ARTICLES)\b"),
    (Conveyance.ADDRESS_CHANGE, rf"{CHANGE}.*\bADDRESS|\bADDRESS CHANGE|\bNEW ADDRESS\b"),
    (Conveyance.GOVERNMENT_INTEREST, r"\bGOVERNMENT(?:AL)?(?: \w+)? (?:INTEREST|RIGHTS?|SUPPORT)"),
    (Conveyance.GOVERNMENT_INTEREST, r"\b(?:INTEREST|RIGHTS?) OF THE (?:\w+ ){0,2}GOVERNMENT\b"),
    # Of a licence, not of the patent; "assignment and licence" moves title as well.
    (Conveyance.OTHER, rf"{ASSIGN}(?: AND \w+)? OF (?:\w+ ){{0,4}}{LICENCE}"),
    (Conveyance.ASSIGNMENT, rf"^(?:\w+ ){{0,2}}{ASSIGN}(?: AND| ?&|,) (?:\w+ ){{0,2}}{LICENCE}"),
    (Conveyance.LICENCE, LICENCE),
    (Conveyance.NUNC_PRO_TUNC, r"\bNU[NM]?C?[ -]PRO[ -]TU[NM][CK]?\b"),
    # A promise to assign moves nothing, nor does a sale of the shares of the company that holds.
    (Conveyance.OTHER, rf"\b(?:AGREEMENT|OBLIGATION|OPTION|DUTY|PROMISE) TO (?:ASSIGN\b|{ASSIGN})"),
    (Conveyance.OTHER, r"\b(?:STOCK|SHARE|SECURITIES|EQUITY)(?: AND \w+)? PURCHASE"),
    # One made conditional is absolute for the office (37 CFR 3.56).
    (Conveyance.ASSIGNMENT, rf"{ASSIGN}|\bASSIGNS?\b.*\b(?:INTEREST|RIGHTS?|TITLE|PATENTS?)\b"),
    (Conveyance.ASSIGNMENT, r"\bQUIT ?-?CLAIM|\bBILL OF SALE\b|\b(?:PURCHASE|SALES?) AGREEMENT\b"),
    (Conveyance.ASSIGNMENT, r"\bCONTRIBUTION\b|\bCONVEYANCE\b|\b(?:DEED|INSTRUMENT) OF TRANSFER\b"),
    (Conveyance.ASSIGNMENT, r"\bTRANSFER (?:AGREEMENT|DEED)|\bPURCHASE AND SALE\b"),
    (Conveyance.ASSIGNMENT, r"\bTRANSFER OF (?:\w+ ){0,4}(?:PATENTS?|OWNERSHIP|TITLE|RIGHTS?)\b"),
)
# fmt: on
TABLE = tuple((kind, re.compile(pattern)) for kind, pattern in _ROWS)


def cited_records(text: str) -> tuple[str, ...]:
    """The records a text cites, as `12345/678`, each once, in the order of the text."""
    found: list[str] = []
    for match in CITATION.finditer(text.upper()):
        named = [(name, number) for name, number in match.groupdict().items() if number]
        reel = next(int(number.replace(",", "")) for name, number in named if "reel" in name)
        frames = next(number for name, number in named if "frame" in name)
        if reel:  # reel 000000 is how a cover sheet leaves the reference open
            numbers = re.findall("[0-9]+", PAGES.sub("", frames))
            found.extend(f"{reel}/{int(number)}" for number in numbers)
    return tuple(dict.fromkeys(found))


REEL = "(?:[0-9]{1,3},[0-9]{3}|[0-9]{1,7})"
MARKS = r"[\s:;,.#()/&-]{0,8}"
GAP = rf"{MARKS}(?:\b(?:NOS?|NUMBERS?|AND|AT|ON|BEGINNING|STARTING)\b{MARKS}){{0,3}}"
PAGES = re.compile(r"\s*(?:-|–|\bTO|\bTHROUGH)\s*[0-9]+")
"""The last page of a record, which is no record of its own."""
CITATION = re.compile(
    rf"\bREELS?\b{GAP}(?P<reel>{REEL})\b{GAP}\bFRAME(?:S\b{GAP}(?P<frames>[0-9]{{1,5}}"
    r"(?:\s{0,3}(?:-|–|TO|THROUGH|AND|&|,\s?AND|,|;)\s{0,3}[0-9]{1,5}\b(?!\s?/)){0,50})"
    rf"|\b{GAP}(?P<frame>[0-9]{{1,5}}))\b"
    rf"|\bFRAMES?\b{GAP}(?P<frame_of>[0-9]{{1,5}})\b[\s,]{{0,3}}(?:(?:OF|ON|AT|IN)\b\s?)?"
    rf"REEL\b{GAP}(?P<of_reel>{REEL})\b"
    rf"|\b(?:REELS?\b{GAP}\bFRAMES?|REELS?|R/F)\b{GAP}"
    r"(?P<reel_before>[0-9]{1,7})\s?[/-]\s?(?P<frame_behind>[0-9]{1,5})\b"
    r"|(?<![0-9/.,-])(?P<bare_reel>[0-9]{5,6})\s?/\s?(?P<bare_frame>[0-9]{3,4})(?![0-9/,])"
)
