"""A dry run: word for word the verdict that filing gives, nothing written, no secret told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ledger.domain.lifecycle import StartInvalidation
from ledger.domain.money import Money
from ledger.domain.parties import PartyDetails
from ledger.domain.royalties import LumpSum
from tests.api.desk import Desk
from tests.api.test_filings import contents
from tests.api.test_patents import as_fact
from tests.builders import (
    BANK,
    INSTRUMENTS,
    LAMPWORKS,
    MILLS,
    OTHER_BANK,
    STATED_CLAIM,
    UNIVERSITY,
    credit_code,
    documents,
    fact,
    number,
    record_consent,
    refs,
    register_pledge,
    register_transfer,
)
from tests.domain.test_licences import record_licence
from tests.domain.test_open_licences import declare

AGENCY = PartyDetails(name="Lamp Street Agency", credit_code=credit_code(70))
Json = dict[str, Any]
CASE, SCOPE, PLACE = "MARK-case", "MARK-scope", "MARK-place"
AMOUNT, ROYALTY = "77000177.00", "77000277.00"
MARKS = (CASE, SCOPE, PLACE, AMOUNT, ROYALTY, "take-")


@pytest.fixture(scope="module")
def secrets(served: Desk) -> Json:
    """Patents of Lampworks with something on them that strangers may not see."""
    pledged, pending, licensed, opened = served.patents(4)
    for principal in (OTHER_BANK, INSTRUMENTS, MILLS):
        served.empower(principal, AGENCY, "pledge", "licence", "open_licence")
    claim = STATED_CLAIM.model_copy(
        update={"amount": Money(amount=AMOUNT, currency="CNY"), "scope": SCOPE}
    )
    pledge = served.registered(
        "/v1/pledges", register_pledge(patents=(pledged,), claim=claim), "bank", BANK
    )
    case = as_fact(fact(StartInvalidation, case_no=CASE))
    served.registered(f"/v1/patents/{pending}/facts", case)
    royalty = LumpSum(total=Money(amount=ROYALTY, currency="CNY"))
    licence = served.registered(
        "/v1/licences",
        record_licence(
            patents=(licensed,),
            kind="exclusive",
            licensees=(UNIVERSITY,),
            territory=PLACE,
            royalty=royalty,
        ),
    )
    declared = served.registered(
        "/v1/open-licences", declare(patents=(opened,)), "patentee", LAMPWORKS
    )
    taken = served.registered(
        f"/v1/open-licences/{declared['registration_no']}/licences",
        {
            "licensee": MILLS.model_dump(mode="json", exclude_none=True),
            "notice_on": "2026-03-02",
            "paid_on": "2026-03-02",
            "documents": [d.model_dump() for d in documents("licensee-notice", "payment-proof")],
            "signed_by": list(refs(MILLS)),
        },
    )
    return {
        "pledged": pledged,
        "pending": pending,
        "licensed": licensed,
        "opened": opened,
        "pledge": pledge["registration_no"],
        "licence": licence["registration_no"],
        "declaration": declared["registration_no"],
        "taken": taken["filing_id"],
    }


def pledge_of(which: str) -> Callable[[Json], Any]:
    return lambda found: register_pledge(patents=(found[which],), pledgees=(OTHER_BANK,))


def many(found: Json) -> Any:
    patents = tuple(found[name] for name in ("pledged", "pending", "licensed", "opened"))
    return register_pledge(patents=(*patents, number(77)), pledgees=(OTHER_BANK,))


def licence_of(which: str) -> Callable[[Json], Any]:
    return lambda found: record_licence(
        patents=(found[which],), kind="exclusive", licensees=(INSTRUMENTS,)
    )


def transfer_of(which: str) -> Callable[[Json], Any]:
    return lambda found: register_transfer(
        patents=(found[which],),
        cause="merger",
        documents=documents("registration-authority-proof"),
        signed_by=refs(INSTRUMENTS),
    )


FILINGS: tuple[tuple[str, Callable[[Json], Any], str, PartyDetails], ...] = (
    ("/v1/pledges", pledge_of("pledged"), "bank", OTHER_BANK),
    ("/v1/pledges", pledge_of("pending"), "bank", OTHER_BANK),
    ("/v1/pledges", pledge_of("licensed"), "bank", OTHER_BANK),
    ("/v1/pledges", pledge_of("opened"), "bank", OTHER_BANK),
    ("/v1/pledges", many, "bank", OTHER_BANK),
    ("/v1/licences", licence_of("licensed"), "licensee", INSTRUMENTS),
    ("/v1/licences", licence_of("opened"), "licensee", INSTRUMENTS),
    ("/v1/licences", licence_of("pledged"), "licensee", INSTRUMENTS),
    ("/v1/transfers", transfer_of("opened"), "patentee", INSTRUMENTS),
    ("/v1/transfers", transfer_of("pending"), "patentee", INSTRUMENTS),
    ("/v1/pledges", many, "agency", INSTRUMENTS),
    ("/v1/licences", licence_of("opened"), "agency", INSTRUMENTS),
)


@pytest.mark.parametrize(("path", "make", "role", "who"), FILINGS)
def test_a_stranger_reads_no_secret_in_it(
    served: Desk,
    secrets: Json,
    path: str,
    make: Callable[[Json], Any],
    role: str,
    who: PartyDetails,
) -> None:
    party = AGENCY if role == "agency" else who
    before = contents(served)
    tried = served.file(path, make(secrets), role, party, dry_run=True)
    assert tried.status_code in (200, 409), tried.text
    assert contents(served) == before
    said = tried.text
    for mark in (*MARKS, secrets["taken"]):
        assert mark not in said, mark
    assert MILLS.name not in said, "who took the open licence"


def finding(answer: Any, rule: str) -> Json:
    found: list[Json] = [f for f in answer.json()["findings"] if f["rule"] == rule]
    assert len(found) == 1, answer.text
    return found[0]


class TestWhomToAsk:
    def test_a_pending_case_is_a_ground_without_its_number(
        self, served: Desk, secrets: Json
    ) -> None:
        body = pledge_of("pending")(secrets)
        told = finding(
            served.file("/v1/pledges", body, "bank", OTHER_BANK, dry_run=True),
            "pledge-invalidation-waiver",
        )
        assert told["fact"] == {"ask": [LAMPWORKS.name, "registrar"]}
        assert told["article"]
        assert told["cure"]

    def test_who_may_see_the_case_is_told_it(self, served: Desk, secrets: Json) -> None:
        body = pledge_of("pending")(secrets)
        for role, who in (("registrar", None), ("bank", LAMPWORKS)):
            told = finding(
                served.file("/v1/pledges", body, role, who, dry_run=True),
                "pledge-invalidation-waiver",
            )
            assert CASE in str(told["fact"])

    def test_a_recorded_licence_is_named_without_its_terms(
        self, served: Desk, secrets: Json
    ) -> None:
        body = licence_of("licensed")(secrets)
        told = finding(
            served.file("/v1/licences", body, "licensee", INSTRUMENTS, dry_run=True),
            "licence-no-conflict",
        )
        assert told["fact"]["licences"][0]["licence_id"] == secrets["licence"]


class TestWhatWouldBeEntered:
    def test_who_acts_for_others_sees_what_is_public(self, served: Desk, secrets: Json) -> None:
        papers = ("application-form", "licensee-notice", "payment-proof", "identity")
        body = {
            "documents": [d.model_dump() for d in documents(*papers)],
            "signed_by": list(refs(MILLS)),
        }
        path = f"/v1/open-licences/{secrets['declaration']}/licences/{secrets['taken']}/recordal"
        for role, who, seen in (("agency", AGENCY, False), ("licensee", MILLS, True)):
            tried = served.file(path, body, role, who, dry_run=True)
            assert tried.status_code == 200, tried.text
            (entry,) = tried.json()["entries"]
            assert ("royalty" in entry["fields"]) is seen

    def test_a_registrar_s_correction_does_not_tell_what_was_confidential(
        self, served: Desk, secrets: Json
    ) -> None:
        history = served.get(f"/v1/patents/{secrets['pledged']}/history").json()["entries"]
        pledge = next(e for e in history if e["topic"] == "pledge.registered")
        body = {
            "correction": "clerical",
            "entry": pledge["entry"]["filing_id"],
            "changes": {"claim": None},
            "reason": "Misread.",
        }
        tried = served.file("/v1/corrections", body, dry_run=True)
        assert tried.status_code == 200, tried.text
        assert AMOUNT not in tried.text
        assert SCOPE not in tried.text


def test_it_needs_the_right_to_file(served: Desk, secrets: Json) -> None:
    body = pledge_of("pending")(secrets)
    assert served.file("/v1/pledges", body, "bank", BANK, dry_run=True).status_code == 403
    assert served.file("/v1/pledges", body, "licensee", MILLS, dry_run=True).status_code == 403
    assert served.file("/v1/pledges", body, "auditor", dry_run=True).status_code == 403


def test_an_obligation_names_those_it_is_owed_to_to_who_owes_it(served: Desk) -> None:
    """A merger under an open licence: the taker is no news for anybody but the patentees."""
    patent = served.patent()
    declared = served.registered(
        "/v1/open-licences", declare(patents=(patent,)), "patentee", LAMPWORKS
    )
    served.registered(
        f"/v1/open-licences/{declared['registration_no']}/licences",
        {
            "licensee": MILLS.model_dump(mode="json", exclude_none=True),
            "notice_on": "2026-03-02",
            "paid_on": "2026-03-02",
            "documents": [d.model_dump() for d in documents("licensee-notice", "payment-proof")],
            "signed_by": list(refs(MILLS)),
        },
    )
    moved = served.registered(
        "/v1/transfers", transfer_of("patent")({"patent": patent}), "patentee", INSTRUMENTS
    )
    path = f"/v1/filings/{moved['filing_id']}"
    owing = served.get(path, "patentee", INSTRUMENTS).json()["entries"][0]["confidential"]
    assert {by for o in owing["obligations"] for by in o["by"]} == set(refs(INSTRUMENTS))
    gone = served.get(path, "patentee", LAMPWORKS).json()["entries"][0]["confidential"]
    assert gone["obligations"] == []


def test_consents_that_do_not_count_are_told_by_their_state_alone(served: Desk) -> None:
    patent = served.patent()
    served.registered("/v1/pledges", register_pledge(patents=(patent,)), "bank", BANK)
    given = served.registered("/v1/consents", record_consent(patents=(patent,)), "bank", BANK)
    body = register_transfer(
        patents=(patent,), patentees_after=(MILLS,), consents=(given["filing_id"],)
    )
    tried = served.file("/v1/transfers", body, "patentee", LAMPWORKS, dry_run=True)
    told = finding(tried, "transfer-pledgee-consent")
    assert set(told["fact"]["consents"].values()) == {
        "for another act, patent, day or counterparty"
    }
    assert INSTRUMENTS.name not in tried.text


@pytest.mark.parametrize(("path", "make", "role", "who"), FILINGS)
def test_filing_says_the_same_word_for_word(
    served: Desk,
    secrets: Json,
    path: str,
    make: Callable[[Json], Any],
    role: str,
    who: PartyDetails,
) -> None:
    party = AGENCY if role == "agency" else who
    tried = served.file(path, make(secrets), role, party, dry_run=True)
    filed = served.file(path, make(secrets), role, party)
    if filed.status_code == 201:
        verdict, receipt = tried.json(), filed.json()
        assert verdict["warnings"] == receipt["warnings"]
        assert verdict["obligations"] == receipt["obligations"]
        told = [(e["stream"]) for e in verdict["entries"]]
        assert told == [e.get("patent") or e["stream"] for e in receipt["entries"]]
    else:
        assert tried.status_code == filed.status_code
        assert tried.json() == filed.json()
