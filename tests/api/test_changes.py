"""The difference of two points: of a patent, a party and the register."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from ledger.domain.lifecycle import StartInvalidation
from ledger.domain.parties import PartyDetails
from tests.api.desk import Desk
from tests.api.test_patents import as_fact
from tests.builders import (
    BANK,
    INSTRUMENTS,
    LAMPWORKS,
    MILLS,
    credit_code,
    fact,
    named,
    ref,
    refs,
    register_pledge,
    register_transfer,
)

OWNER = named(LAMPWORKS, "Difference Lamps", credit_code=credit_code(901))
LENDER = named(BANK, "Bank of Differences", credit_code=credit_code(902))


@dataclass
class Story:
    """Two patents; one is pledged, the other is sold, and a case is brought against it."""

    served: Desk
    pledged: str
    sold: str
    start: int
    pledge: Any
    sale: Any
    sold_at: str


@pytest.fixture(scope="module")
def story(served: Desk) -> Story:
    pledged, sold = served.patents(2, patentees=(OWNER,))
    start = served.head()
    served.clock.turn(days=1)
    pledge = served.registered(
        "/v1/pledges",
        register_pledge(
            patents=(pledged,),
            pledgors=(OWNER,),
            debtor=OWNER,
            pledgees=(LENDER,),
            signed_by=refs(OWNER, LENDER),
        ),
    )
    served.clock.turn(days=1)
    moment = served.clock.now.isoformat()
    sale = served.registered(
        "/v1/transfers",
        register_transfer(
            patents=(sold,),
            patentees_before=(OWNER,),
            patentees_after=(INSTRUMENTS,),
            signed_by=refs(OWNER, INSTRUMENTS),
        ),
    )
    served.clock.turn(days=1)
    case = fact(StartInvalidation, case_no="MARK-case", requested_by=MILLS)
    served.registered(f"/v1/patents/{sold}/facts", as_fact(case))
    return Story(served, pledged, sold, start, pledge, sale, moment)


def between(served: Desk, path: str, role: str | None = None, caller: Any = None, **p: Any) -> Any:
    params = {"from" if name == "since" else name: value for name, value in p.items()}
    newest = {"Ledger-Min-Position": str(served.head())}
    answer = served.get(path, role, caller, headers=newest, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


class TestOfAPatent:
    def test_it_names_the_members_that_changed(self, story: Story) -> None:
        path = f"/v1/patents/{story.pledged}/changes"
        found = between(story.served, path, since=story.start)
        assert found["from"] == {"known_at": story.start, "effective_on": "2026-03-02"}
        assert found["to"]["known_at"] == story.served.head()
        (change,) = found["changes"]
        number = story.pledge["registration_no"]
        assert (change["member"], change["of"]) == ("/encumbrances", number)
        assert change["before"] is None
        assert change["after"]["pledgees"][0]["name"] == LENDER.name
        assert [entry["topic"] for entry in found["entries"]] == ["pledge.registered"]

    def test_a_transfer_between_a_position_and_a_time(self, story: Story) -> None:
        path = f"/v1/patents/{story.sold}/changes"
        found = between(story.served, path, since=story.start, to=story.sold_at)
        assert [change["member"] for change in found["changes"]] == ["/patentees"]
        (change,) = found["changes"]
        names = [change[side][0]["name"] for side in ("before", "after")]
        assert names == [OWNER.name, INSTRUMENTS.name]
        assert found["to"]["known_at"] == story.sale["position"]

    def test_what_time_brings_at_the_same_position(self, story: Story) -> None:
        path = f"/v1/patents/{story.pledged}/changes"
        at = {"since": story.start, "to": story.start}
        assert between(story.served, path, **at)["changes"] == []
        found = between(story.served, path, **at, to_effective_on="2038-06-12")
        told = {
            change["member"]: (change["before"], change["after"]) for change in found["changes"]
        }
        assert told["/status"] == ("in_force", "expired")
        assert found["entries"] == []

    def test_a_patent_that_was_not_there_yet(self, story: Story) -> None:
        path = f"/v1/patents/{story.pledged}/changes"
        found = between(story.served, path, since=0, to=story.start)
        changed = {change["member"]: change for change in found["changes"]}
        assert (changed["/status"]["before"], changed["/status"]["after"]) == (None, "in_force")
        nothing = story.served.get(path, params={"from": 0, "to": 0})
        assert nothing.status_code == 404

    def test_what_is_not_public_is_not_in_it(self, story: Story) -> None:
        path = f"/v1/patents/{story.sold}/changes"
        for role, caller in ((None, None), ("bank", LENDER), ("registrar", None)):
            found = story.served.get(path, role, caller, params={"from": story.start})
            assert "MARK" not in found.text
            assert "invalidation" not in found.text
        assert "MARK" in story.served.get(path, "auditor", params={"from": story.start}).text

    def test_two_past_points_differ_the_same_for_ever(self, story: Story) -> None:
        path = f"/v1/patents/{story.sold}/changes"
        params = {"from": story.start, "to": story.sale["position"]}
        first = story.served.get(path, params=params)
        story.served.patent()
        assert story.served.get(path, params=params).content == first.content

    def test_what_is_wrong_is_named(self, story: Story) -> None:
        path = f"/v1/patents/{story.sold}/changes"
        wrong: list[tuple[str, dict[str, Any]]] = [
            ("from", {}),
            ("from", {"from": "yesterday"}),
            ("to", {"from": story.start, "to": story.start - 1}),
            ("known_at", {"from": story.start, "known_at": story.start}),
        ]
        for parameter, params in wrong:
            answer = story.served.get(path, params=params)
            assert answer.status_code == 422, answer.text
            assert answer.json()["errors"][0]["parameter"] == parameter
        beyond = story.served.get(path, params={"from": 1, "to": 99_999_999})
        assert beyond.json()["type"] == "/problems/beyond-the-head"


class TestOfAParty:
    def test_what_it_gained_and_lost(self, story: Story) -> None:
        path = f"/v1/parties/{ref(OWNER)}/changes"
        found = between(story.served, path, "patentee", OWNER, since=story.start)
        number = story.pledge["registration_no"]
        assert [(c["patent"], c["role"], c["about"], c["change"]) for c in found["changes"]] == [
            (story.pledged, "debtor", number, "gained"),
            (story.pledged, "pledgor", number, "gained"),
            (story.sold, "patentee", None, "lost"),
        ]
        assert (found["total"], found["returned"], found["next"]) == (3, 3, None)
        bank = f"/v1/parties/{ref(LENDER)}/changes"
        (gained,) = between(story.served, bank, "bank", LENDER, since=story.start)["changes"]
        assert (gained["role"], gained["change"]) == ("pledgee", "gained")

    def test_page_by_page(self, story: Story) -> None:
        path = f"/v1/parties/{ref(OWNER)}/changes"
        asked = {"since": 0, "limit": 1}
        found = between(story.served, path, "auditor", **asked)
        lines = found["changes"]
        while found["next"]:
            found = between(story.served, path, "auditor", **asked, cursor=found["next"])
            lines += found["changes"]
        whole = between(story.served, path, "auditor", since=0)
        assert lines == whole["changes"]
        assert len(lines) == found["total"]

    def test_it_is_its_own(self, story: Story) -> None:
        path = f"/v1/parties/{ref(OWNER)}/changes"
        other = story.served.get(path, "bank", LENDER, params={"from": 0})
        assert other.status_code == 404
        assert story.served.get(path, params={"from": 0}).status_code == 401


class TestOfTheRegister:
    def test_each_patent_once_at_its_last_public_entry(self, story: Story) -> None:
        found = between(story.served, "/v1/changes", since=story.start, to=story.sold_at)
        assert [(p["patent"], p["position"]) for p in found["patents"]] == [
            (story.pledged, story.pledge["position"]),
            (story.sold, story.sale["position"]),
        ]
        assert found["total"] == 2
        members = [[change["member"] for change in p["changes"]] for p in found["patents"]]
        assert members == [["/encumbrances"], ["/patentees"]]

    def test_an_entry_without_a_public_part_is_not_there(self, story: Story) -> None:
        since = story.sale["position"]
        found = between(story.served, "/v1/changes", since=since, to=since + 1)
        assert (found["total"], found["patents"]) == (0, [])

    def test_pages_are_whole_while_filings_go_on(self, story: Story) -> None:
        owner = PartyDetails(name="Late Lamps", credit_code=credit_code(903))
        answer = story.served.get("/v1/changes", params={"from": 0, "limit": 2})
        found = [each["patent"] for each in answer.json()["patents"]]
        to = answer.json()["to"]
        while "next" in answer.links:
            story.served.patent(patentees=(owner,))
            answer = story.served.client.get(answer.links["next"]["url"])
            assert answer.json()["to"] == to
            found += [each["patent"] for each in answer.json()["patents"]]
        params = {"from": 0, "to": to["known_at"], "limit": 200}
        whole = story.served.get("/v1/changes", params=params).json()
        assert found == [each["patent"] for each in whole["patents"]]
        assert len(found) == len(set(found)) == whole["total"]
