"""Notices as documents: what a filing registered or why it was refused, as pages to print."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any

import httpx2
import pytest
from lxml import html

from tests.api.desk import Desk, as_body
from tests.api.test_joint import confirm, prepare
from tests.api.test_obligations import enter, preserve
from tests.builders import (
    BANK,
    INSTRUMENTS,
    INVENTOR,
    LAMPWORKS,
    MILLS,
    OTHER_BANK,
    STATED_CLAIM,
    deregister_pledge,
    record_consent,
    register_pledge,
    register_transfer,
)
from tests.domain.test_licences import record_licence

PAGE = {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}
CHINESE = {"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5"}


class Printed:
    """A page as its reader sees it."""

    def __init__(self, answer: httpx2.Response) -> None:
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        self.text = answer.text
        self.page = html.document_fromstring(answer.text)
        self.language = self.page.get("lang")
        self.title = self.one("h1")
        self.opening = self.one("main/p")
        self.headings = [e.text_content() for e in self.page.findall(".//h2")]
        self.remarks = [e.text_content() for e in self.page.findall(".//h3")]
        self.places = [
            tuple(cell.text_content() for cell in row) for row in self.page.findall(".//tbody/tr")
        ]

    def one(self, path: str) -> str:
        found = self.page.find(f".//{path}")
        assert found is not None
        return str(found.text_content())

    @property
    def rows(self) -> dict[str, list[str]]:
        """What stands beside each label, in order."""
        found: dict[str, list[str]] = {}
        for label in self.page.findall(".//dt"):
            beside = label.getnext()
            assert beside is not None
            lines = [line.text_content() for line in beside]
            found.setdefault(label.text_content(), []).extend(lines)
        return found


def notice(served: Desk, filing: str, role: str = "bank", who: Any = BANK, **asked: Any) -> Printed:
    answer = served.get(f"/v1/filings/{filing}/notice", role, who, **asked)
    assert answer.status_code == 200, answer.text
    return Printed(answer)


def pledged(served: Desk, how_many: int = 1, **fields: Any) -> Any:
    command = register_pledge(patents=tuple(served.patents(how_many)), **fields)
    return served.registered("/v1/pledges", command, "bank", BANK)


class TestRegistered:
    def test_a_registered_pledge(self, served: Desk) -> None:
        receipt = pledged(served, 2, online=True)
        told = notice(served, receipt["filing_id"])
        assert (told.language, told.title) == ("en", "Notice of the registration of a pledge")
        assert "arises on the day of registration" in told.opening
        rows = told.rows
        assert rows["Registration no."] == [receipt["registration_no"]]
        assert rows["Day of registration"] == ["2 March 2026"]
        assert rows["Recorded at"] == ["2 March 2026, 10:00:00 (Beijing time)"]
        assert rows["Pledgors"] == [
            f"{LAMPWORKS.name} ({LAMPWORKS.credit_code}), {LAMPWORKS.address}"
        ]
        assert rows["Secured claim"] == [
            "Kind of debt: loan",
            "Amount: CNY 5,000,000.00",
            "Maximum amount: no",
            "Last day to perform: 31 December 2027",
            "Scope of the security: principal, interest, costs of realisation",
        ]
        assert told.headings == ["Registration of a pledge", "What is to be done"]
        assert told.places == [
            (f"ZL{e['patent'][3:]}", "2 March 2026", str(e["position"])) for e in receipt["entries"]
        ]
        (owed,) = receipt["obligations"]
        assert told.remarks == [owed["message"]]
        assert rows["What to do"] == [owed["cure"]]

    def test_it_is_told_in_chinese(self, served: Desk) -> None:
        receipt = pledged(served, online=True)
        told = notice(served, receipt["filing_id"], headers=CHINESE)
        assert (told.language, told.title) == ("zh-Hans", "专利权质押登记通知书")
        assert told.rows["登记日"] == ["2026年3月2日"]
        assert told.rows["被担保债权"][:2] == ["债权种类：借款", "金额：CNY 5,000,000.00"]
        assert told.text != notice(served, receipt["filing_id"]).text
        asked = notice(served, receipt["filing_id"], headers=CHINESE, lang="en")
        assert asked.language == "en"

    def test_what_is_confidential_is_for_its_parties(self, served: Desk) -> None:
        filing = pledged(served)["filing_id"]
        for role, who in (("bank", BANK), ("patentee", LAMPWORKS), ("auditor", None)):
            assert "5,000,000.00" in notice(served, filing, role, who).text
        told = notice(served, filing, "registrar", None)
        assert LAMPWORKS.name in told.text
        assert "Secured claim" not in told.rows
        assert "5,000,000.00" not in told.text
        for role, who in (("bank", OTHER_BANK), ("patentee", MILLS), ("agency", None)):
            answer = served.get(f"/v1/filings/{filing}/notice", role, who)
            assert (answer.status_code, answer.json()["type"]) == (404, "/problems/not-found")
        assert served.get(f"/v1/filings/{filing}/notice").status_code == 401

    def test_what_is_personal_is_on_no_notice(self, served: Desk) -> None:
        patent = served.patent(patentees=(INVENTOR,))
        receipt = served.registered(
            "/v1/pledges", register_pledge(patents=(patent,), pledgors=(INVENTOR,)), "bank", BANK
        )
        for role, who in (("bank", BANK), ("auditor", None)):
            told = notice(served, receipt["filing_id"], role, who)
            assert told.rows["Pledgors"] == [INVENTOR.name]
            assert INVENTOR.identity_number not in told.text

    def test_what_people_write_stays_text(self, served: Desk) -> None:
        evil = '<script>alert("1")</script>&amp;\u202e'
        receipt = pledged(served, claim=STATED_CLAIM.model_copy(update={"scope": evil}))
        told = notice(served, receipt["filing_id"])
        assert told.rows["Secured claim"][-1] == f"Scope of the security: {evil}"
        assert told.page.findall(".//script") == []
        assert "<script" not in told.text

    def test_the_page_loads_and_runs_nothing(self, served: Desk) -> None:
        filing = pledged(served)["filing_id"]
        answer = served.get(f"/v1/filings/{filing}/notice", "bank", BANK)
        (style,) = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        policy = f"default-src 'none'; style-src 'sha256-{digest}'"
        assert answer.headers["Content-Security-Policy"] == policy
        assert answer.headers["Cache-Control"] == "private"
        assert answer.headers["Content-Language"] == "en"
        assert int(answer.headers["Ledger-Position"]) >= 1
        assert not re.search(r"(?:src|href|url)\s*[=(]", answer.text)

    def test_each_act_has_its_notice(self, served: Desk) -> None:
        receipt = pledged(served)
        (patent,) = (entry["patent"] for entry in receipt["entries"])
        number = receipt["registration_no"]
        path = f"/v1/pledges/{number}/deregistration"
        body = as_body(deregister_pledge())
        del body["registration_no"]
        ended = served.registered(path, body, "bank", BANK)
        told = notice(served, ended["filing_id"])
        assert told.title == "Notice of the deregistration of a pledge"
        assert told.rows["Ground"] == ["the debt is performed"]
        sold = served.registered(
            "/v1/transfers", register_transfer(patents=(patent,)), "patentee", LAMPWORKS
        )
        told = notice(served, sold["filing_id"], "patentee", LAMPWORKS)
        assert told.title == "Notice of the registration of a transfer"
        assert told.rows["Cause"] == ["assignment"]
        assert notice(served, sold["filing_id"], "patentee", INSTRUMENTS, lang="zh").title == (
            "专利权转移登记手续合格通知书"
        )

    def test_licences_have_theirs(self, served: Desk) -> None:
        patent = served.patent()
        filing = record_licence(patents=(patent,))
        receipt = served.registered("/v1/licences", filing, "patentee", LAMPWORKS)
        told = notice(served, receipt["filing_id"], "patentee", LAMPWORKS)
        assert told.title == "Certificate of the recordal of a patent licence"
        assert told.rows["Kind"] == ["ordinary licence"]
        assert told.rows["Royalty"] == ["Form: one sum, paid at once", "Total: CNY 300,000.00"]
        assert told.rows["Last day"] == ["31 December 2029"]

    def test_an_end_is_told_as_its_last_day(self, served: Desk) -> None:
        patent = served.patent()
        receipt = enter(served, patent, preserve())
        told = notice(served, receipt["filing_id"], "registrar", None)
        assert told.title == "Receipt of a filing"
        assert told.headings[0] == "Preservation by a court"
        assert told.rows["First day"] == ["2 March 2026"]
        assert told.rows["Last day"][0] == "2 September 2026"

    def test_who_withdrew_is_told_by_what_the_entry_states(self, served: Desk) -> None:
        consent = record_consent(patents=(pledged(served)["entries"][0]["patent"],))
        given = served.registered("/v1/consents", consent, "bank", BANK)["filing_id"]
        filing = prepare(served, served.patent())["filing_id"]
        for path, body in (
            (f"/v1/consents/{given}/withdrawal", {}),
            (f"/v1/filings/{filing}/withdrawal", {"reason": "No loan was granted."}),
        ):
            ended = served.registered(path, body, "bank", BANK)["filing_id"]
            assert notice(served, ended).rows["By"] == [BANK.credit_code]


class TestRefused:
    def refused(self, served: Desk, **asked: Any) -> httpx2.Response:
        """A pledge of a patent whose fee is overdue."""
        patent = served.patent(fees_paid_through=7)
        headers = PAGE | asked.pop("headers", {})
        filing = register_pledge(patents=(patent,))
        return served.file("/v1/pledges", filing, "bank", BANK, headers=headers, **asked)

    def test_who_wants_a_page_is_refused_by_a_page(self, served: Desk) -> None:
        head = served.head()
        answer = self.refused(served, key="a-pledge")
        assert answer.status_code == 409
        told = Printed(answer)
        assert (told.language, told.title) == ("en", "Notice that a pledge is not registered")
        assert told.headings == ["Grounds of refusal"]
        assert told.rows["Reference of the filer"] == ["a-pledge"]
        assert told.rows["Law and rule"] == ["PPM 11(4) · pledge-fee-current"]
        assert told.rows["In the filing"] == ["/patents/0"]
        assert any(fact.startswith("fee_year: ") for fact in told.rows["Fact"])
        assert told.one("footer/p") == "Whoever cures what can be cured may file again."
        assert answer.headers["Vary"] == "Accept, Accept-Language"
        assert served.head() == head + 1  # the patent alone

    def test_it_says_what_the_problem_says(self, served: Desk) -> None:
        patent = served.patent(fees_paid_through=7)
        filing = register_pledge(patents=(patent,), signed_by=())
        problem = served.file("/v1/pledges", filing, "bank", BANK)
        assert problem.headers["Content-Type"] == "application/problem+json"
        findings = [f for f in problem.json()["findings"] if f["severity"] == "R"]
        assert len(findings) > 1
        told = Printed(served.file("/v1/pledges", filing, "bank", BANK, headers=PAGE))
        assert told.remarks == [f["message"] for f in findings]
        assert told.rows["Law and rule"] == [f"{f['article']} · {f['rule']}" for f in findings]

    def test_it_is_told_in_chinese(self, served: Desk) -> None:
        told = Printed(self.refused(served, headers=CHINESE))
        assert (told.language, told.title) == ("zh-Hans", "专利权质押不予登记通知书")
        assert told.headings == ["不予登记的理由"]

    def test_a_dry_run_says_that_it_is_one(self, served: Desk) -> None:
        told = Printed(self.refused(served, dry_run=True))
        assert told.one("footer/p") == "This was a dry run: the filing was judged and not filed."

    @pytest.mark.parametrize(
        "accept", ["*/*", "application/json", "application/json, text/html", "text/html;q=0", ""]
    )
    def test_programs_are_answered_in_json(self, served: Desk, accept: str) -> None:
        answer = self.refused(served, headers={"Accept": accept})
        assert answer.json()["type"] == "/problems/refused"

    def test_other_problems_stay_problems(self, served: Desk) -> None:
        answer = served.file("/v1/pledges", {}, "bank", BANK, headers=PAGE)
        assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid")

    def test_what_is_refused_is_escaped(self, served: Desk) -> None:
        answer = self.refused(served, key="<b>key</b>")
        assert Printed(answer).rows["Reference of the filer"] == ["<b>key</b>"]
        assert "<b>" not in answer.text


class TestPrepared:
    def test_one_that_waits_has_a_receipt(self, served: Desk) -> None:
        filing = prepare(served, served.patent())
        told = notice(served, filing["filing_id"])
        assert told.title == "Receipt of a prepared filing"
        assert told.rows["Still to confirm"] == [LAMPWORKS.name]

    def test_one_that_is_registered_has_the_notice_of_its_registration(self, served: Desk) -> None:
        filing = prepare(served, served.patent())
        receipt = confirm(served, filing, LAMPWORKS).json()
        told = notice(served, filing["filing_id"])
        assert told.title == "Notice of the registration of a pledge"
        assert told.rows["Registration no."] == [receipt["registration_no"]]
        assert told.text == notice(served, receipt["filing_id"]).text

    def test_one_that_is_refused_has_the_refusal(self, served: Desk) -> None:
        filing = prepare(served, served.patent())
        path = f"/v1/filings/{filing['filing_id']}/refusal"
        served.registered(path, {"reason": "The contract is <i>forged</i>."})
        for role, who in (("bank", BANK), ("patentee", LAMPWORKS), ("registrar", None)):
            told = notice(served, filing["filing_id"], role, who)
            assert told.title == "Notice that a pledge is not registered"
            assert "reason: The contract is <i>forged</i>." in told.rows["Fact"]
            assert "<i>" not in told.text
        told = notice(served, filing["filing_id"], lang="zh")
        assert told.title == "专利权质押不予登记通知书"
        answer = served.get(f"/v1/filings/{filing['filing_id']}/notice", "patentee", MILLS)
        assert answer.status_code == 404
