"""Patents over HTTP: the extract, the bulk enquiry, the history, the office's facts."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from ledger.domain.lifecycle import (
    FinaliseInvalidation,
    PayAnnualFee,
    StartInvalidation,
    StartPreservation,
)
from ledger.domain.numbers import printed
from tests.api.desk import Desk, serials
from tests.builders import (
    BANK,
    FOREIGNER,
    INSTRUMENTS,
    INVENTOR,
    LAMPWORKS,
    MILLS,
    entered,
    fact,
    grant_patent,
    number,
    patent_details,
    register_pledge,
)
from tests.eventstore.ledgers import source_record


class TestGetPatent:
    def test_the_extract_says_what_the_register_says(self, served: Desk) -> None:
        patent = served.patent()
        answer = served.get(f"/v1/patents/{patent}")
        assert answer.headers["Ledger-Position"] == str(served.head())
        assert answer.json() == {
            "patent": patent,
            "printed": printed(patent),
            "status": "in_force",
            "effective_on": "2026-03-02",
            "known_at": served.head(),
            "invention_title": "Lantern with a shaded flame",
            "kind": "invention",
            "publication_no": None,
            "symbols": ["F21L 19/00"],
            "aliases": [],
            "industry": None,
            "strategic_industry": None,
            "family_abroad": None,
            "same_day_patent": None,
            "dates": {"filed_on": "2018-06-12", "published_on": None, "granted_on": "2020-09-01"},
            "patentees": [
                {
                    "id": LAMPWORKS.credit_code,
                    "name": LAMPWORKS.name,
                    "kind": "enterprise",
                    "residence": "mainland",
                    "region": "35",
                    "address": LAMPWORKS.address,
                }
            ],
            "encumbrances": [],
            "licences": [],
            "open_licence": None,
            "term": {"last_day": "2038-06-11"},
            "fees": {
                "paid_through": 8,
                "next_due_on": "2026-06-12",
                "last_day_to_pay": "2026-06-12",
                "grace_until": "2026-12-14",
                "provisional_for": None,
                "state": "current",
            },
        }

    def test_any_printed_form_is_understood(self, served: Desk) -> None:
        patent = served.patent()
        digits = patent.removeprefix("CN:")
        for form in (
            patent,
            f"ZL{digits}",
            f"ZL {digits[:4]} {digits[4:]}",
            digits,
            digits.replace(".", ""),
        ):
            assert served.get(f"/v1/patents/{form}").json()["patent"] == patent, form

    def test_a_patent_is_found_by_another_number(self, served: Desk) -> None:
        patent = served.patent(aliases=("CN 999000777 B",))
        assert served.get("/v1/patents/CN 999000777 B").json()["patent"] == patent
        before = served.head() - 1
        assert served.get("/v1/patents/CN 999000777 B", known_at=before).status_code == 422

    def test_another_offices_number_may_hold_a_slash(self, served: Desk) -> None:
        elsewhere = entered().model_copy(update={"originator_id": "US:29/123456"})
        served.house.registry.enter(source_record("d1", elsewhere), "slash")
        found = served.get("/v1/patents/US:29/123456").json()
        assert (found["patent"], found["fees"]) == ("US:29/123456", None)
        assert served.get("/v1/patents/US:29%2F123456/history").json()["patent"] == "US:29/123456"

    def test_what_is_not_there_is_not_found(self, served: Desk) -> None:
        answer = served.get(f"/v1/patents/{number(999_999)}")
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/not-found")

    def test_a_number_that_fails_its_check_says_what_would_pass(self, served: Desk) -> None:
        patent = served.patent()
        wrong = patent[:-1] + ("0" if patent[-1] != "0" else "1")
        answer = served.get(f"/v1/patents/{wrong}")
        assert answer.status_code == 422
        (error,) = answer.json()["errors"]
        assert (error["parameter"], error["rule"]) == ("no", "id-patent-number-check")

    def test_it_is_asked_as_effective_on_a_day(self, served: Desk) -> None:
        patent = served.patent()
        statuses = {
            day: served.get(f"/v1/patents/{patent}", effective_on=day).json()["status"]
            for day in ("2020-08-31", "2020-09-01", "2038-06-11", "2038-06-12")
        }
        assert list(statuses.values()) == ["not_granted", "in_force", "in_force", "expired"]
        fees = [
            served.get(f"/v1/patents/{patent}", effective_on=day).json()["fees"]["state"]
            for day in ("2026-06-12", "2026-06-13", "2026-06-15", "2026-12-14", "2026-12-15")
        ]
        assert fees == ["current", "in_grace", "in_grace", "in_grace", "overdue_past_grace"]

    @pytest.mark.parametrize("day", ["2026-13-01", "today", "20260302", "1899-12-31", "\u0000"])
    def test_a_day_that_is_none_is_named(self, served: Desk, day: str) -> None:
        answer = served.get(f"/v1/patents/{number(1)}", effective_on=day)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["parameter"] == "effective_on"

    def test_a_server_behind_a_position_says_so(self, served: Desk) -> None:
        patent = served.patent()
        head = served.head()
        known = served.get(f"/v1/patents/{patent}", headers={"Ledger-Min-Position": str(head)})
        assert known.status_code == 200
        answer = served.get(f"/v1/patents/{patent}", headers={"Ledger-Min-Position": str(head + 1)})
        assert (answer.status_code, answer.json()["type"]) == (503, "/problems/behind")
        assert answer.headers["Retry-After"] == "1"


class TestConfidentialParts:
    def test_a_pledges_claim_is_shown_to_its_parties_and_auditors(self, served: Desk) -> None:
        patent = served.patent()
        served.registered("/v1/pledges", register_pledge(patents=(patent,)), "bank", BANK)

        def amounts(role: str | None, party: Any = None) -> list[str] | None:
            found = served.get(f"/v1/patents/{patent}", role, party).json().get("confidential")
            if found is None:
                return None
            return [e["claim"]["amount"]["amount"] for e in found["encumbrances"]]

        assert amounts("bank", BANK) == ["5000000.00"]
        assert amounts("patentee", LAMPWORKS) == ["5000000.00"]
        assert amounts("auditor") == ["5000000.00"]
        assert amounts("bank", INSTRUMENTS) == []
        assert amounts("registrar") is None
        assert amounts(None) is None

    def test_a_pending_invalidation_is_shown_to_patentees_and_auditors(self, served: Desk) -> None:
        patent = served.patent()
        plain = served.get(f"/v1/patents/{patent}").json()
        request = fact(StartInvalidation, patents=(patent,), case_no="4W990777", requested_by=MILLS)
        served.registered(f"/v1/patents/{patent}/facts", as_fact(request))
        shown = served.get(f"/v1/patents/{patent}").json()
        assert shown | {"known_at": 0} == plain | {"known_at": 0}
        for role, party in (("patentee", LAMPWORKS), ("auditor", None)):
            found = served.get(f"/v1/patents/{patent}", role, party).json()["confidential"]
            assert [i["case_no"] for i in found["invalidations"]] == ["4W990777"]
        assert served.get(f"/v1/patents/{patent}", "bank", BANK).json()["confidential"] == {
            "encumbrances": [],
            "licences": [],
            "invalidations": [],
        }


def as_fact(command: Any, **members: Any) -> dict[str, Any]:
    """A fact's command as the body of the route, without the patents that the path names."""
    name = "".join(f"_{c.lower()}" if c.isupper() else c for c in command.NAME).lstrip("_")
    body = command.model_dump(mode="json", exclude_defaults=True, exclude={"patents"})
    return {"fact": name, **body, **members}


class TestGetStatuses:
    def test_they_come_in_the_order_asked_for(self, served: Desk) -> None:
        first, second = served.patents(2)
        receipt = served.registered("/v1/pledges", register_pledge(patents=(first,)), "bank", BANK)
        missing = number(888_888)
        asked = [printed(second), missing, first, printed(first)]
        answer = served.client.post("/v1/patents/status", json={"patents": asked})
        assert answer.status_code == 200, answer.text
        found = answer.json()
        assert found["known_at"] == served.head()
        assert [row["asked"] for row in found["patents"]] == asked
        assert [row["patent"] for row in found["patents"]] == [second, missing, first, first]
        assert [row["entered"] for row in found["patents"]] == [True, False, True, True]
        assert found["patents"][2]["pledges"] == [receipt["registration_no"]]
        assert found["patents"][0]["status"] == "in_force"

    def test_a_thousand_are_answered_and_one_more_is_not(self, served: Desk) -> None:
        served.patent()
        many = [number(serial) for serial in range(500_000, 501_001)]
        answer = served.client.post("/v1/patents/status", json={"patents": many[:1000]})
        assert (answer.status_code, len(answer.json()["patents"])) == (200, 1000)
        answer = served.client.post("/v1/patents/status", json={"patents": many})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == "/patents"

    def test_every_number_that_is_none_is_pointed_at(self, served: Desk) -> None:
        body = {"patents": [number(1), "", "\u0001", "ü" * 81]}
        answer = served.client.post("/v1/patents/status", json=body)
        assert answer.status_code == 422
        assert "/patents/3" in {e["pointer"] for e in answer.json()["errors"]}
        body = {"patents": [number(1), "", "\u0001"]}
        answer = served.client.post("/v1/patents/status", json=body)
        assert [e["pointer"] for e in answer.json()["errors"]] == ["/patents/1", "/patents/2"]


class TestEnterPatents:
    def test_many_are_entered_or_none(self, served: Desk) -> None:
        known = served.patent()
        fresh = number(700_001)
        head = served.head()
        answer = served.file(
            "/v1/patents", grant_patent(patent_details(fresh), patent_details(known))
        )
        assert (answer.status_code, answer.json()["type"]) == (409, "/problems/refused")
        assert served.get(f"/v1/patents/{fresh}").status_code == 404
        assert served.head() == head

    def test_a_persons_particulars_are_in_no_answer(self, served: Desk) -> None:
        patent = served.patent(patentees=(INVENTOR, LAMPWORKS))
        for role, party in ((None, None), ("auditor", None), ("patentee", LAMPWORKS)):
            for path in (f"/v1/patents/{patent}", f"/v1/patents/{patent}/history"):
                shown = served.get(path, role, party).text
                assert INVENTOR.name in shown
                for personal in (INVENTOR.identity_number, INVENTOR.address, INVENTOR.telephone):
                    assert personal is not None
                    assert personal not in shown


class TestEnterFact:
    def test_a_fee_is_paid(self, served: Desk) -> None:
        patent = served.patent()
        paid = fact(PayAnnualFee, patents=(patent,), fee_year=9)
        served.registered(f"/v1/patents/{printed(patent)}/facts", as_fact(paid))
        assert served.get(f"/v1/patents/{patent}").json()["fees"]["paid_through"] == 9

    def test_a_fact_may_concern_further_patents(self, served: Desk) -> None:
        first, second = served.patents(2)
        paper = fact(
            StartPreservation,
            patents=(first,),
            case_no="(2026) Lantern 9",
            court="Lanternhill Court",
            months=6,
            particulars_match=True,
        )
        body = as_fact(
            paper,
            patents=[first, second],
            documents=[
                {"kind": kind, "digest": "0" * 64} for kind in ("ruling", "assistance-notice")
            ],
        )
        answer = served.file(f"/v1/patents/{first}/facts", body)
        assert answer.status_code == 201, answer.text
        for patent in (first, second):
            (held,) = served.get(f"/v1/patents/{patent}").json()["encumbrances"]
            assert held["kind"] == "preservation"

    def test_the_paths_patent_is_among_them(self, served: Desk) -> None:
        first, second = served.patents(2)
        body = as_fact(fact(PayAnnualFee, fee_year=9), patents=[second])
        answer = served.file(f"/v1/patents/{first}/facts", body)
        assert answer.json()["errors"][0]["pointer"] == "/patents"

    @pytest.mark.parametrize("name", [None, 5, "no_such_fact", "grant_patent", ["pay_annual_fee"]])
    def test_a_fact_that_is_none_is_named(self, served: Desk, name: Any) -> None:
        answer = served.file(f"/v1/patents/{number(1)}/facts", {"fact": name})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == "/fact"


class TestGetHistory:
    def test_the_public_sees_public_entries_without_open_values(self, served: Desk) -> None:
        patent = served.patent()
        served.registered("/v1/pledges", register_pledge(patents=(patent,)), "bank", BANK)
        request = fact(StartInvalidation, patents=(patent,), case_no="4W990778")
        served.registered(f"/v1/patents/{patent}/facts", as_fact(request))
        shown = served.get(f"/v1/patents/{patent}/history").json()["entries"]
        assert [e["topic"] for e in shown] == ["patent.entered", "pledge.registered"]
        assert all(set(e) == {"position", "recorded_at", "stream", "topic", "entry"} for e in shown)
        assert "4W990778" not in str(shown)

    def test_parties_see_what_concerns_them(self, served: Desk) -> None:
        patent = served.patent()
        served.registered("/v1/pledges", register_pledge(patents=(patent,)), "bank", BANK)
        request = fact(StartInvalidation, patents=(patent,), case_no="4W990779", requested_by=MILLS)
        served.registered(f"/v1/patents/{patent}/facts", as_fact(request))

        def seen(role: str, party: Any) -> dict[str, bool]:
            entries = served.get(f"/v1/patents/{patent}/history", role, party).json()["entries"]
            return {e["topic"]: "confidential" in e for e in entries}

        assert seen("bank", BANK) == {"patent.entered": False, "pledge.registered": True}
        everything = {
            "patent.entered": True,
            "pledge.registered": True,
            "invalidation.requested": True,
        }
        assert seen("patentee", LAMPWORKS) == everything
        assert seen("patentee", MILLS) == {
            "patent.entered": False,
            "pledge.registered": False,
            "invalidation.requested": True,
        }
        shown = served.get(f"/v1/patents/{patent}/history", "bank", BANK).json()["entries"]
        assert shown[1]["confidential"]["claim"]["amount"]["amount"] == "5000000.00"
        assert "version" not in shown[1]["confidential"]

    def test_auditors_see_everything_with_salts(self, served: Desk) -> None:
        patent = served.patent()
        request = fact(StartInvalidation, patents=(patent,), case_no="4W990780")
        served.registered(f"/v1/patents/{patent}/facts", as_fact(request))
        shown = served.get(f"/v1/patents/{patent}/history", "auditor").json()["entries"]
        assert [(e["version"], e["topic"]) for e in shown] == [
            (1, "patent.entered"),
            (2, "invalidation.requested"),
        ]
        salt, case_no = shown[1]["open"]["case_no"]
        assert (len(salt), case_no) == (32, "4W990780")

    def test_a_final_invalidation_is_public(self, served: Desk) -> None:
        patent = served.patent()
        request = fact(StartInvalidation, patents=(patent,), case_no="4W990781")
        served.registered(f"/v1/patents/{patent}/facts", as_fact(request))
        final = fact(
            FinaliseInvalidation,
            patents=(patent,),
            case_no="4W990781",
            outcome="whole",
            decision_no="990781",
        )
        served.registered(f"/v1/patents/{patent}/facts", as_fact(final))
        assert served.get(f"/v1/patents/{patent}").json()["status"] == "invalid"
        shown = served.get(f"/v1/patents/{patent}/history").json()["entries"]
        assert [e["topic"] for e in shown] == ["patent.entered", "invalidation.final"]


def test_a_foreigner_is_shown_by_its_own_identifier(served: Desk) -> None:
    patent = served.patent(patentees=(FOREIGNER,))
    (held,) = served.get(f"/v1/patents/{patent}").json()["patentees"]
    assert held["id"] == "abroad:NL-REG-00008"


class TestIfMatch:
    """At the address of one patent `If-Match` says the same as `expected_versions`."""

    def paid(self, served: Desk, patent: str, year: int, tag: str, **body: Any) -> httpx2.Response:
        stated = as_fact(fact(PayAnnualFee, fee_year=year)) | body
        headers = {"If-Match": tag}
        return served.file(f"/v1/patents/{patent}/facts", stated, headers=headers)

    def test_the_tag_is_the_version_for_those_who_see_versions(self, served: Desk) -> None:
        patent = served.patent()
        for path in (f"/v1/patents/{patent}", f"/v1/patents/{patent}/history"):
            for role in ("registrar", "auditor"):
                assert served.get(path, role).headers["ETag"] == '"1"'
            # A gap in versions would tell of an entry that is hidden.
            for role, party in ((None, None), ("bank", BANK), ("patentee", LAMPWORKS)):
                assert "ETag" not in served.get(path, role, party).headers
        at = served.head()
        served.file(f"/v1/patents/{patent}/facts", as_fact(fact(PayAnnualFee, fee_year=9)))
        assert served.get(f"/v1/patents/{patent}", "registrar").headers["ETag"] == '"2"'
        known = served.get(f"/v1/patents/{patent}", "registrar", known_at=at)
        assert known.headers["ETag"] == '"1"'

    def test_a_filing_is_entered_at_the_version_it_names(self, served: Desk) -> None:
        patent = served.patent()
        tag = served.get(f"/v1/patents/{patent}", "registrar").headers["ETag"]
        assert self.paid(served, patent, 9, tag).status_code == 201
        head = served.head()
        stale = self.paid(served, patent, 10, tag)
        assert (stale.status_code, stale.json()["type"]) == (412, "/problems/precondition-failed")
        assert stale.json()["versions"] == {patent: 2}
        assert len(stale.json()["entries"]) == 1
        for wrong in ('W/"2"', '"x"', '"02"'):
            assert self.paid(served, patent, 10, wrong).status_code == 412
        assert served.head() == head
        assert self.paid(served, patent, 10, "*").status_code == 201

    def test_any_version_is_not_none(self, served: Desk) -> None:
        head = served.head()
        answer = self.paid(served, number(next(serials)), 9, "*")
        assert (answer.status_code, answer.json()["type"]) == (412, "/problems/precondition-failed")
        assert served.head() == head

    @pytest.mark.parametrize("tags", ['"7", "1"', '"1",W/"1" ,, "x,y"', '"0","1","2"'])
    def test_one_of_several_is_enough(self, served: Desk, tags: str) -> None:
        assert self.paid(served, served.patent(), 9, tags).status_code == 201

    @pytest.mark.parametrize("tags", ['"7", "8"', 'W/"1"', 'W/"1", "2", "1x"'])
    def test_none_of_several_is_stale(self, served: Desk, tags: str) -> None:
        assert self.paid(served, served.patent(), 9, tags).status_code == 412

    def test_several_are_part_of_what_the_filing_says(self, served: Desk) -> None:
        patent = served.patent()
        stated = as_fact(fact(PayAnnualFee, fee_year=9))
        answers = [
            served.file(
                f"/v1/patents/{patent}/facts", stated, key="several", headers={"If-Match": tags}
            )
            for tags in ('"1", "2"', '"2", "1"', '"1", "3"')
        ]
        assert [answer.status_code for answer in answers] == [201, 201, 422]
        assert answers[0].content == answers[1].content

    def test_in_the_body_it_is_overtaken(self, served: Desk) -> None:
        patent = served.patent()
        stated = as_fact(fact(PayAnnualFee, fee_year=9)) | {"expected_versions": {patent: 5}}
        answer = served.file(f"/v1/patents/{patent}/facts", stated)
        assert (answer.status_code, answer.json()["type"]) == (409, "/problems/overtaken")
        assert self.paid(served, patent, 9, '"1"', expected_versions={patent: 1}).status_code == 201

    @pytest.mark.parametrize("tag", ["2", '"1" "2"', '"1', "", ",", "W/*", '"1", *'])
    def test_what_is_no_tag_is_told(self, served: Desk, tag: str) -> None:
        answer = self.paid(served, served.patent(), 9, tag)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["parameter"] == "If-Match"

    def test_it_contradicts_nothing_in_the_body(self, served: Desk) -> None:
        patent = served.patent()
        answer = self.paid(served, patent, 9, '"1"', expected_versions={patent: 2})
        assert answer.json()["errors"][0]["parameter"] == "If-Match"

    def test_where_no_patent_is_addressed_it_is_not_passed_over(self, served: Desk) -> None:
        pledge = register_pledge(patents=(served.patent(),))
        answer = served.file("/v1/pledges", pledge, headers={"If-Match": '"1"'})
        assert (answer.status_code, served.head()) == (422, served.head())
        assert answer.json()["errors"][0]["parameter"] == "If-Match"
