"""Conveyance texts as cover sheets word them, and the kind of dealing each tells of."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.intake.conveyances import Conveyance, cited_records, classify

WORDINGS = {
    Conveyance.ASSIGNMENT: [
        "DEED OF ASSIGNMENT",
        "QUITCLAIM",
        "CONFIRMATORY ASSIGNMENT",
        "ASSIGMENT",
        "ASSINGMENT OF ASSIGNORS INTREST",
        "EMPLOYEE INVENTION ASSIGNMENT AGREEMENT",
        "ASSIGNMENT AND LICENSE",
        "BILL OF SALE",
        "ASSET PURCHASE AGREEMENT",
        "INTELLECTUAL PROPERTY TRANSFER AGREEMENT",
        "CONDITIONAL ASSIGNMENT",
        "REASSIGNMENT",
        "ASSIGNMENT OF ASSIGNOR'S INTEREST",
        "ASSIGNOR HEREBY ASSIGNS THE ENTIRE RIGHT, TITLE AND INTEREST",
    ],
    Conveyance.NUNC_PRO_TUNC: [
        "NUNC PRO TUNC ASSIGNMENT (SEE DOCUMENT FOR DETAILS).",
    ],
    Conveyance.CORRECTION: [
        "CORRECTIVE ASSIGNMENT TO CORRECT THE ASSIGNEE RECORDED ON REEL 012345 FRAME 0678",
        "CORRECTION BY DECLARATION",
        "RE-RECORD TO ADD OMITTED PATENT PREVIOUSLY RECORDED AT REEL: 012345 FRAME: 0678",
    ],
    Conveyance.NAME_CHANGE: [
        "CHANGE OF NAME AND ADDRESS",
        "D/B/A ADOPTED",
        "CHANGE OF LEGAL FORM",
        "CERTIFICATE OF CONVERSION",
        "CERTIFICATE OF AMENDMENT",
        "ENTITY CONVERSION",
        "CHANGE OF NAME OF ASSIGNEE",
        "STATEMENT OF CHANGE OF CORPORATE NAME",
        "NAME CHANGE",
        "NEW NAME",
    ],
    Conveyance.ADDRESS_CHANGE: [
        "CHANGE OF ADDRESS",
    ],
    Conveyance.MERGER: [
        "MERGER AND CHANGE OF NAME",
        "ARTICLES OF MERGER",
        "CORPORATE DIVISION",
    ],
    Conveyance.SECURITY_INTEREST: [
        "NOTICE OF GRANT OF SECURITY INTEREST",
        "PATENT SECURITY AGREEMENT (SECOND LIEN)",
        "INTERCREDITOR AGREEMENT",
        "COLLATERAL ASSIGNMENT",
        "COLLATERAL ASSIGNMENT OF PATENTS AND SECURITY AGREEMENT",
        "ASSIGNMENT OF PATENTS AS COLLATERAL SECURITY",
        "SECURITY INTEREST (SEE DOCUMENT FOR DETAILS).",
        "FIRST LIEN SECURITY AGREEMENT",
        "JUDGMENT LIEN",
        "NUNC PRO TUNC SECURITY AGREEMENT",
        "SUPPLEMENTAL SECURITY AGREEMENT",
        "AMENDED AND RESTATED PATENT SECURITY AGREEMENT",
        "PLEDGE AGREEMENT",
        "DEBENTURE",
        "TAX LIEN",
        "SUBORDINATION OF LIEN",
    ],
    Conveyance.SECURITY_TRANSFER: [
        "ASSIGNMENT AND ASSUMPTION OF SECURITY AGREEMENT",
        "ASSIGNMENT OF SECURITY INTEREST",
        "ASSIGNMENT OF PATENT SECURITY AGREEMENT",
        "NOTICE OF SUCCESSION OF AGENCY",
        "TRANSFER OF SECURITY INTEREST",
    ],
    Conveyance.RELEASE: [
        "RELEASE OF SECURITY INTEREST RECORDED AT REEL/FRAME 012345/0678",
        "TERMINATION OF SECURITY INTEREST IN PATENTS PREVIOUSLY RECORDED AT REEL 012345 FRAME 0678",
        "PARTIAL RELEASE",
        "TERMINATION AND RELEASE OF PATENT SECURITY AGREEMENT",
        "DISCHARGE OF MORTGAGE",
        "SATISFACTION OF SECURITY AGREEMENT",
        "RELEASE BY SECURED PARTY (SEE DOCUMENT FOR DETAILS).",
        "LIEN RELEASE",
        "SECURITY INTEREST TERMINATION",
        "REASSIGNMENT AND RELEASE OF SECURITY INTEREST",
        "RELEASE OF REEL 012345 FRAME 0678",
        "ACKNOWLEDGMENT OF TERMINATION OF SECURITY INTEREST",
        "TERMINATION OF SECURITY INTEREST AND LICENSE",
    ],
    Conveyance.LICENCE: [
        "EXCLUSIVE LICENSE AGREEMENT",
        "RELEASE AND LICENSE AGREEMENT",
        "SUBLICENSE",
        "LICENCE",
    ],
    Conveyance.CONFIRMATORY_LICENCE: [
        "EXECUTIVE ORDER 9424, CONFIRMATORY LICENSE",
    ],
    Conveyance.GOVERNMENT_INTEREST: [
        "GOVERNMENT INTEREST AGREEMENT",
        "GOVERNMENT INTEREST",
    ],
    Conveyance.LICENCE_TERMINATION: [
        "RELEASE OF LICENSE",
        "RELEASE OF CONFIRMATORY LICENSE",
        "CANCELLATION OF LICENCE",
    ],
    Conveyance.COURT_ORDER: [
        "LETTERS OF TESTAMENTARY",
        "DECREE OF DISTRIBUTION",
        "BANKRUPTCY ORDER",
        "ORDER AUTHORIZING SALE FREE AND CLEAR OF ALL LIENS",
        "COURT ORDER (SEE DOCUMENT FOR DETAILS)",
        "JUDGMENT",
        "LAST WILL AND TESTAMENT",
    ],
    Conveyance.OTHER: [
        "EMPLOYMENT AGREEMENT",
        "AGREEMENT TO ASSIGN",
        "POWER OF ATTORNEY",
        "ASSIGNMENT OF LICENSE AGREEMENT",
        "RESCISSION OF ASSIGNMENT",
        "TERMINATION OF ASSIGNMENT",
        "STOCK PURCHASE AGREEMENT",
        "ASSIGNMENT BY SECURED PARTY",
        "FORECLOSURE",
        "CHANGE OF ASSIGNEE",
        "DECLARATION OF INVENTORSHIP",
        "",
        "COVENANT NOT TO SUE",
    ],
}


@pytest.mark.parametrize(
    ("kind", "text"), [(kind, text) for kind, texts in WORDINGS.items() for text in texts]
)
def test_a_wording_is_of_its_kind(kind: Conveyance, text: str) -> None:
    assert classify(text) is kind
    assert classify(f"  {text.lower()} (see document for details).\n".replace(" ", "  ")) is kind


def test_every_kind_has_a_wording() -> None:
    assert set(WORDINGS) == set(Conveyance)


CITATIONS = {
    "REEL 012345 FRAME 0678": ["12345/678"],
    "REEL/FRAME: 012345/0678": ["12345/678"],
    "REEL 012345, FRAME 0678 AND REEL 023456, FRAME 0001": ["12345/678", "23456/1"],
    "012345/0678": ["12345/678"],
    "(REEL/FRAME 12345/678)": ["12345/678"],
    "REEL NO.: 012345; FRAME NO.: 0678": ["12345/678"],
    "REEL 012345/FRAME 0678": ["12345/678"],
    "REEL/FRAME 012345/0678, 012346/0679 AND 023456/0001": ["12345/678", "12346/679", "23456/1"],
    "REEL 012345 FRAMES 0678, 0690 AND 0700": ["12345/678", "12345/690", "12345/700"],
    "REEL 012345 FRAME 0678-0685": ["12345/678"],
    "REEL 012345, FRAMES 0678-0685": ["12345/678"],
    "FRAME 0678 OF REEL 012345": ["12345/678"],
    "REEL 12,345 FRAME 678": ["12345/678"],
    "REEL 000000 FRAME 0000": [],
    "APPLICATION 14/053,026 AND 14/533032 ON 07/14/2015 6,156,483 PCT/US2012/012345": [],
    "R/F 012345/0678": ["12345/678"],
    "REEL 012345 BEGINNING AT FRAME 0678": ["12345/678"],
    "REEL/FRAME NUMBERS 012345/0678 & 012345/0680": ["12345/678", "12345/680"],
    "reel: 30419 frame: 951": ["30419/951"],
    "REELS 012345 AND 012346, FRAMES 0678 AND 0690": [],
    "REEL 012345 FRAME 0678 ON JULY 14, 2015": ["12345/678"],
    "REEL 036104 FRAME 0803, 2015": ["36104/803"],
    "REEL/FRAME 012345-0678": ["12345/678"],
    "RECORDED 2014/2015": [],
    "REEL/FRAME:1234/56": ["1234/56"],
    "REEL:012345/0678": ["12345/678"],
    "REEL AND FRAME 012345/0678": ["12345/678"],
    "REEL/FRAME (012345/0678)": ["12345/678"],
    "REEL 12345 FRAME 678; REEL 12346 FRAME 679": ["12345/678", "12346/679"],
}


@pytest.mark.parametrize("text", CITATIONS)
def test_citations_are_found_without_leading_zeros(text: str) -> None:
    assert cited_records(text) == tuple(CITATIONS[text])
    assert cited_records(f"PREVIOUSLY RECORDED AT {text}. ASSIGNOR(S) CONFIRMS.") == tuple(
        CITATIONS[text]
    )


@given(reel=st.integers(1, 999_999), frame=st.integers(0, 9_999))
def test_every_reel_and_frame_is_found_in_every_form(reel: int, frame: int) -> None:
    for form in (
        "REEL {0:06} FRAME {1:04}",
        "REEL: {0:06} FRAME: {1:04}",
        "REEL/FRAME {0}/{1}",
        "REEL/FRAME: {0:06}/{1:04}",
        "({0:06}/{1:04})",
    ):
        assert cited_records(form.format(reel, frame)) == (f"{reel}/{frame}",)


@given(st.text(max_size=300))
def test_any_text_has_a_kind(text: str) -> None:
    assert classify(text) in Conveyance
    assert isinstance(cited_records(text), tuple)


@pytest.mark.parametrize(
    "unit", ["REEL ", "REEL:", "RELEASE ", "CHANGE OF ", "ASSIGNMENT OF ", "1 AND "]
)
def test_no_text_takes_long(unit: str) -> None:
    text = "REEL 1 FRAMES 1 " + unit * (4_000 // len(unit))
    began = time.monotonic()
    classify(text)
    cited_records(text)
    assert time.monotonic() - began < 1
