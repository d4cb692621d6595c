"""Transfers, name changes, consents, licences and open licences over HTTP, each from filing to what
is shown.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.desk import Desk
from tests.builders import (
    BANK,
    INSTRUMENTS,
    LAMPWORKS,
    MILLS,
    OTHER_BANK,
    UNIVERSITY,
    change_name,
    change_pledge,
    documents,
    record_consent,
    refs,
    register_pledge,
    register_transfer,
)
from tests.domain.test_licences import record_licence
from tests.domain.test_open_licences import declare, record_contract, take


def papers(*kinds: str) -> list[dict[str, Any]]:
    return [document.model_dump() for document in documents(*kinds)]


class TestTransfers:
    def test_a_pledged_patent_moves_with_the_pledgees_consent(self, served: Desk) -> None:
        patent = served.patent()
        no = served.registered("/v1/pledges", register_pledge(patents=(patent,)), "bank", BANK)[
            "registration_no"
        ]
        transfer = register_transfer(patents=(patent,))
        refused = served.file("/v1/transfers", transfer, "patentee", LAMPWORKS)
        assert refused.status_code == 409
        consent = served.registered("/v1/consents", record_consent(patents=(patent,)), "bank", BANK)
        # Nothing of the consent is public before it is used.
        assert served.get(f"/v1/filings/{consent['filing_id']}").status_code == 401
        using = register_transfer(patents=(patent,), consents=(consent["filing_id"],))
        moved = served.registered("/v1/transfers", using, "patentee", LAMPWORKS)
        extract = served.get(f"/v1/patents/{patent}").json()
        assert [p["id"] for p in extract["patentees"]] == [INSTRUMENTS.credit_code]
        pledge = served.get(f"/v1/pledges/{no}").json()
        assert [p["id"] for p in pledge["patents"][0]["pledgors"]] == [INSTRUMENTS.credit_code]
        assert (
            served.get(f"/v1/filings/{moved['filing_id']}", "patentee", INSTRUMENTS).status_code
            == 200
        )

    def test_a_consent_is_given_by_ones_own_party(self, served: Desk) -> None:
        patent = served.patent()
        served.registered("/v1/pledges", register_pledge(patents=(patent,)), "bank", BANK)
        forged = served.file("/v1/consents", record_consent(patents=(patent,)), "bank", OTHER_BANK)
        assert (forged.status_code, forged.json()["type"]) == (403, "/problems/not-a-party")
        office = served.file("/v1/consents", record_consent(patents=(patent,)))
        assert office.status_code == 201, office.text

    def test_a_name_changes(self, served: Desk) -> None:
        patent = served.patent()
        served.registered("/v1/name-changes", change_name(patents=(patent,)), "patentee", LAMPWORKS)
        (held,) = served.get(f"/v1/patents/{patent}").json()["patentees"]
        assert (held["id"], held["name"]) == (
            LAMPWORKS.credit_code,
            "Lanternhill Lamps and Lanterns",
        )


class TestPledges:
    def test_a_claim_is_changed_for_its_parties_eyes(self, served: Desk) -> None:
        patent = served.patent()
        no = served.registered("/v1/pledges", register_pledge(patents=(patent,)), "bank", BANK)[
            "registration_no"
        ]
        change = change_pledge(registration_no=no).model_dump(
            mode="json", exclude={"registration_no"}, exclude_none=True
        )
        served.registered(f"/v1/pledges/{no}/changes", change, "bank", BANK)
        path = f"/v1/pledges/{no}"
        (shown,) = served.get(path, "patentee", LAMPWORKS).json()["confidential"]
        assert shown["claim"]["amount"]["amount"] == "4000000.00"
        assert served.get(path, "bank", OTHER_BANK).json()["confidential"] == []
        assert "4000000" not in served.get(path).text

    def test_some_patents_are_released(self, served: Desk) -> None:
        first, second = served.patents(2)
        pledge = register_pledge(patents=(first, second))
        no = served.registered("/v1/pledges", pledge, "bank", BANK)["registration_no"]
        body = {
            "patents": [first],
            "ground": "waived",
            "documents": papers("waiver", "proof"),
            "signed_by": list(refs(LAMPWORKS, BANK)),
        }
        served.registered(f"/v1/pledges/{no}/deregistration", body, "bank", BANK)
        found = served.get(f"/v1/pledges/{no}").json()
        assert found["state"] == "stands"
        assert {p["patent"]: p["stands"] for p in found["patents"]} == {first: False, second: True}

    def test_a_revoked_pledge_never_was(self, served: Desk) -> None:
        patent = served.patent()
        receipt = served.registered("/v1/pledges", register_pledge(patents=(patent,)), "bank", BANK)
        no = receipt["registration_no"]
        body = {
            "ground": "other",
            "reason": "Its papers were forged.",
            "documents": papers("decision"),
        }
        revoked = served.file(f"/v1/pledges/{no}/revocation", body)
        assert revoked.status_code == 201, revoked.text
        assert served.get(f"/v1/pledges/{no}").json()["state"] == "revoked"
        known = served.get(f"/v1/pledges/{no}", known_at=receipt["position"]).json()
        assert known["state"] == "stands"
        before = served.get(f"/v1/pledges/{no}", known_at=receipt["position"] - 1)
        assert before.status_code == 404

    def test_its_number_is_understood_in_any_form(self, served: Desk) -> None:
        pledge = register_pledge(patents=(served.patent(),))
        no = served.registered("/v1/pledges", pledge, "bank", BANK)["registration_no"]
        for form in (no.lower(), f"{no[:5]} {no[5:]}"):
            assert served.get(f"/v1/pledges/{form}").json()["registration_no"] == no

    def test_the_path_and_the_body_name_the_same(self, served: Desk) -> None:
        body = {"registration_no": "Y2026990000001", "ground": "performed"}
        answer = served.file("/v1/pledges/Y2026990000002/deregistration", body, "bank", BANK)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == "/registration_no"


class TestLicences:
    def test_a_licence_is_recorded_changed_and_cancelled(self, served: Desk) -> None:
        patent = served.patent()
        receipt = served.registered(
            "/v1/licences", record_licence(patents=(patent,)), "patentee", LAMPWORKS
        )
        path = f"/v1/licences/{receipt['registration_no']}"
        shown = served.get(path).json()
        assert (shown["state"], shown["patents"][0]["kind"]) == ("stands", "ordinary")
        assert "300000" not in served.get(path).text
        (confidential,) = served.get(path, "licensee", MILLS).json()["confidential"]
        assert confidential["royalty"]["total"]["amount"] == "300000.00"
        assert [
            x["licence_id"] for x in served.get(f"/v1/patents/{patent}").json()["licences"]
        ] == [receipt["registration_no"]]
        change = {
            "last_day": "2031-12-31",
            "documents": papers("amendment-agreement"),
            "signed_by": list(refs(LAMPWORKS, MILLS)),
        }
        changed = served.file(f"{path}/changes", change, "licensee", MILLS)
        assert changed.status_code == 201, changed.text
        assert changed.headers["Location"] == path
        (confidential,) = served.get(path, "auditor").json()["confidential"]
        assert confidential["ends_on"] == "2032-01-01"
        cancel = {
            "ended_on": "2026-03-02",
            "reason": "Agreed.",
            "signed_by": list(refs(MILLS, LAMPWORKS)),
            "documents": papers("termination-agreement"),
        }
        cancelled = served.file(f"{path}/cancellation", cancel, "licensee", MILLS)
        assert cancelled.status_code == 201, cancelled.text
        assert served.get(path).json()["state"] == "cancelled"

    def test_what_is_not_there_is_not_found(self, served: Desk) -> None:
        assert served.get("/v1/licences/X2026990999999").status_code == 404


class TestOpenLicences:
    def declared(self, served: Desk, **fields: Any) -> tuple[str, str]:
        patent = served.patent(patentees=(UNIVERSITY,))
        stated = declare(patents=(patent,), patentees=(UNIVERSITY,), **fields)
        answer = served.file("/v1/open-licences", stated, "patentee", UNIVERSITY)
        assert answer.status_code == 201, answer.text
        no = answer.json()["registration_no"]
        assert answer.headers["Location"] == f"/v1/open-licences/{no}"
        return patent, no

    def test_a_declaration_is_listed_with_its_terms(self, served: Desk) -> None:
        patent, no = self.declared(served)
        found = served.get(f"/v1/open-licences/{no}").json()
        assert (found["state"], found["fee"]["total"]["amount"]) == ("stands", "100000.00")
        assert found["contact"] == "licences@lanternhill.example"
        listed = served.get("/v1/open-licences", patentee=UNIVERSITY.credit_code, limit=1).json()
        assert (listed["returned"], listed["cap"]) == (1, 1)
        assert listed["total"] >= 1
        whole = served.get("/v1/open-licences", params={"class": "F21L"}, form="lump_sum").json()
        assert patent in [p for row in whole["open_licences"] for p in row["patents"]]
        assert served.get("/v1/open-licences", form="free").json()["total"] == 0
        others = served.get("/v1/open-licences", params={"class": "A61K"})
        assert others.json()["open_licences"] == []

    def test_a_firm_takes_it_and_the_contract_is_recorded(self, served: Desk) -> None:
        patent, no = self.declared(served)
        statement = take(patents=(patent,), declaration_no=no).model_dump(
            mode="json", exclude={"patents", "declaration_no"}, exclude_none=True
        )
        served.clock.turn(days=1)
        statement["notice_on"] = statement["paid_on"] = "2026-03-03"
        taken = served.file(f"/v1/open-licences/{no}/licences", statement, "licensee", MILLS)
        assert taken.status_code == 201, taken.text
        path = taken.headers["Location"]
        licence = taken.json()["filing_id"]
        assert path == f"/v1/licences/{licence}"
        # Not public until it is recorded; its parties see it, and nobody else.
        assert served.get(path).status_code == 404
        assert served.get(path, "bank", BANK).status_code == 404
        assert served.get(path, "licensee", MILLS).json()["state"] == "stands"
        assert served.get(path, "patentee", UNIVERSITY).status_code == 200
        assert served.get(f"/v1/patents/{patent}").json()["licences"] == []
        mine = served.get(f"/v1/patents/{patent}", "licensee", MILLS).json()["confidential"]
        assert [x["licence_id"] for x in mine["licences"]] == [licence]

        record = record_contract(licence).model_dump(
            mode="json", exclude={"patents", "licence_id"}, exclude_none=True
        )
        elsewhere = served.file(
            f"/v1/open-licences/K2026990999999/licences/{licence}/recordal",
            record,
            "licensee",
            MILLS,
        )
        assert elsewhere.status_code == 404
        recorded = served.file(
            f"/v1/open-licences/{no}/licences/{licence}/recordal", record, "licensee", MILLS
        )
        assert recorded.status_code == 201, recorded.text
        shown = served.get(recorded.headers["Location"]).json()
        assert (shown["licence_id"], shown["registration_no"]) == (
            licence,
            recorded.json()["registration_no"],
        )
        assert shown["patents"][0]["open_licence"] is True
        assert served.get(path).json()["patents"] == shown["patents"]

    def test_it_is_withdrawn(self, served: Desk) -> None:
        _, no = self.declared(served)
        served.clock.turn(days=1)
        body = {
            "reason": "legitimate",
            "reason_text": "The patent is to be assigned.",
            "signed_by": list(refs(UNIVERSITY)),
        }
        answer = served.file(f"/v1/open-licences/{no}/withdrawal", body, "patentee", UNIVERSITY)
        assert answer.status_code == 201, answer.text
        assert served.get(f"/v1/open-licences/{no}").json()["state"] == "withdrawn"
        listed = served.get("/v1/open-licences", limit=200).json()["open_licences"]
        assert no not in [row["declaration_no"] for row in listed]

    @pytest.mark.parametrize(
        ("name", "value"),
        [("limit", 0), ("limit", 201), ("class", ""), ("cursor", "?"), ("cursor", "\u0000")],
    )
    def test_a_filter_that_is_none_is_named(self, served: Desk, name: str, value: Any) -> None:
        answer = served.get("/v1/open-licences", params={name: value})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["parameter"] == name


class TestRules:
    def test_the_catalogue_is_served(self, served: Desk) -> None:
        listed = served.get("/v1/rules").json()
        assert len(listed) > 100
        row = served.get("/v1/rules/pledge-fee-current").json()
        assert row in listed
        assert (row["kind"], row["severity"]) == ("rule", "R")
        assert served.get("/v1/rules/no-such-rule").status_code == 404

    def test_it_is_asked_by_act_day_and_severity(self, served: Desk) -> None:
        pledges = served.get("/v1/rules", command="RegisterPledge", severity="R").json()
        assert {row["severity"] for row in pledges} == {"R"}
        assert all("RegisterPledge" in row["command"].split(", ") for row in pledges)
        ids = {row["id"] for row in pledges}
        assert {"pledge-no-live-pledge", "pledge-same-day-invention-waiver"} <= ids
        old = served.get("/v1/rules", command="RegisterPledge", date="2021-11-14").json()
        assert "pledge-same-day-invention-waiver" not in {row["id"] for row in old}
        older = served.get("/v1/rules", command="RegisterPledge", effective_on="2010-09-30").json()
        assert "pledge-no-live-pledge" not in {row["id"] for row in older}
        assert served.get("/v1/rules", severity="X").status_code == 422
        assert served.get("/v1/rules", date="tomorrow").status_code == 422

    def test_it_is_told_in_chinese(self, served: Desk) -> None:
        by_header = {"Accept-Language": "zh-CN, en;q=0.5"}
        for asked in ({"params": {"lang": "zh"}}, {"headers": by_header}):
            answer = served.get("/v1/rules/pledge-fee-current", **asked)
            assert answer.headers["Content-Language"] == "zh"
            assert answer.json()["title"] == "年费已缴"
        english = served.get("/v1/rules/pledge-fee-current", headers=by_header, lang="en")
        assert english.json()["title"] == "Annual fee paid"
        assert served.get("/v1/rules", lang="fr").status_code == 422

    def test_a_refusal_is_told_in_chinese_where_that_is_preferred(self, served: Desk) -> None:
        patent = served.patent(fees_paid_through=7)
        filing = register_pledge(patents=(patent,))
        for headers, words in (
            ({"Accept-Language": "zh"}, "年费未缴"),
            ({"Accept-Language": "de"}, "An annual fee"),
            ({}, "An annual fee"),
        ):
            for params in ({}, {"dry_run": "true"}):
                answer = served.file("/v1/pledges", filing, headers=headers, **params)
                (found,) = answer.json()["findings"]
                assert found["message"].startswith(words)
                assert found["fact"]["fee_year"] == 8

    def test_a_verdict_is_too_and_a_receipt_never(self, served: Desk) -> None:
        filing = register_pledge(patents=(served.patent(),), online=True)
        chinese = {"Accept-Language": "zh"}
        verdict = served.file("/v1/pledges", filing, headers=chinese, dry_run="true")
        assert verdict.json()["obligations"][0]["message"].startswith("电子件应当与原件一致")
        receipt = served.file("/v1/pledges", filing, headers=chinese).json()
        assert receipt["obligations"][0]["message"].startswith("Electronic copies")
