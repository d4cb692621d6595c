"""Two clocks: every position is asked again, and answers the same bytes for ever."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from ledger.domain.lifecycle import FinaliseInvalidation, PayAnnualFee, StartInvalidation
from tests.api.desk import Desk, desk
from tests.api.test_patents import as_fact
from tests.builders import (
    BANK,
    INSTRUMENTS,
    LAMPWORKS,
    documents,
    fact,
    grant_patent,
    number,
    patent_details,
    record_consent,
    refs,
    register_pledge,
    register_transfer,
)
from tests.conftest import NewDatabase
from tests.domain.test_licences import record_licence
from tests.domain.test_open_licences import declare

READERS = ((None, None), ("bank", BANK), ("patentee", LAMPWORKS), ("auditor", None))


class Story:
    """A ledger with a past: what was asked at each position while it was the newest."""

    def __init__(self, served: Desk) -> None:
        self.served = served
        self.first, self.second, self.third = number(1), number(2), number(3)
        self.paths = [f"/v1/patents/{p}" for p in (self.first, self.second, self.third)]
        self.paths += [f"{path}/history" for path in self.paths]
        self.paths += ["/v1/open-licences"]
        self.ends: list[int] = [0]
        self.times: dict[int, str] = {}
        self.tell()
        self.answers = {
            (position, path, role): self.ask(path, position, role, party)
            for position in range(served.head() + 1)
            for path in self.paths
            for role, party in READERS
        }

    def entered(
        self, path: str, body: Any, role: str = "registrar", party: Any = None
    ) -> dict[str, Any]:
        self.served.clock.turn(minutes=5)
        receipt: dict[str, object] = self.served.registered(path, body, role, party)
        self.ends.append(self.served.head())
        self.times[self.served.head()] = str(receipt["recorded_at"])
        return receipt

    def tell(self) -> None:
        first, second, third = self.first, self.second, self.third
        self.entered(
            "/v1/patents",
            grant_patent(*(patent_details(p) for p in (first, second, third))),
        )
        pledge = self.entered("/v1/pledges", register_pledge(patents=(first, second)), "bank", BANK)
        no = pledge["registration_no"]
        self.paths.append(f"/v1/pledges/{no}")
        self.entered(f"/v1/patents/{third}/facts", as_fact(fact(PayAnnualFee, fee_year=9)))
        opened = self.entered("/v1/open-licences", declare(patents=(third,)), "patentee", LAMPWORKS)
        self.paths.append(f"/v1/open-licences/{opened['registration_no']}")
        consent = self.entered("/v1/consents", record_consent(patents=(first,)), "bank", BANK)
        transfer = register_transfer(patents=(first,), consents=(consent["filing_id"],))
        self.entered("/v1/transfers", transfer, "patentee", LAMPWORKS)
        self.entered(
            f"/v1/patents/{second}/facts", as_fact(fact(StartInvalidation, case_no="4W990001"))
        )
        self.served.clock.turn(days=1)
        self.entered(
            f"/v1/pledges/{no}/deregistration",
            {
                "ground": "performed",
                "documents": [d.model_dump() for d in documents("proof")],
                "signed_by": list(refs(LAMPWORKS, INSTRUMENTS, BANK)),
            },
            "bank",
            BANK,
        )
        self.entered(
            f"/v1/patents/{second}/facts",
            as_fact(
                fact(
                    FinaliseInvalidation, case_no="4W990001", outcome="whole", decision_no="990001"
                )
            ),
        )

    def ask(
        self, path: str, known_at: object, role: str | None = None, party: Any = None
    ) -> tuple[int, bytes]:
        answer = self.served.get(path, role, party, known_at=str(known_at))
        return answer.status_code, answer.content


@pytest.fixture(scope="module")
def story(new_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with new_database() as url, desk(url, tmp_path_factory.mktemp("data")) as served:
        yield Story(served)


def test_every_position_answers_the_same_bytes_later(story: Story) -> None:
    """Asked at every position of the log, then again after more was recorded about the same
    patents.
    """
    served = story.served
    served.clock.turn(days=400)
    for patent in (story.first, story.third):
        paid = as_fact(fact(PayAnnualFee, fee_year=15), received_on="2027-01-01")
        served.file(f"/v1/patents/{patent}/facts", paid)
    served.registered("/v1/patents", grant_patent(patent_details(number(4))))
    licence = record_licence(
        patents=(story.first,), licensors=(INSTRUMENTS,), signed_by=refs(INSTRUMENTS)
    )
    served.file("/v1/licences", licence)
    assert served.head() > story.ends[-1]
    for (position, path, role), before in story.answers.items():
        party = dict(READERS)[role]
        assert story.ask(path, position, role, party) == before, (position, path, role)


def test_no_position_shows_half_a_filing(story: Story) -> None:
    """A position within a filing answers as the end of the filing before it."""
    within = [p for p in range(story.ends[-1] + 1) if p not in story.ends]
    assert within, "the story has filings of several entries"
    for position in within:
        end = max(p for p in story.ends if p <= position)
        for path in story.paths:
            for role, party in READERS:
                assert story.ask(path, position, role, party) == story.ask(path, end, role, party)


def test_a_time_is_the_last_position_recorded_by_then(story: Story) -> None:
    for position, moment in story.times.items():
        for path in story.paths:
            # The day is stated: without one, a position has its own and a time the time's.
            known = story.served.get(path, known_at=moment, effective_on="2026-03-02").content
            assert (
                known
                == story.served.get(path, known_at=position, effective_on="2026-03-02").content
            )


def test_the_newest_is_what_is_known_at_the_head(story: Story) -> None:
    for path in story.paths:
        newest = story.served.get(path, effective_on="2026-03-03")
        known = story.served.get(path, effective_on="2026-03-03", known_at=story.served.head())
        assert newest.content == known.content


def test_the_past_is_not_what_is_known_now(story: Story) -> None:
    """On 2 March the pledge stood, and the invalidation was not known; by now it never was in
    force.
    """
    path = f"/v1/patents/{story.second}"
    then = story.served.get(path, known_at=story.ends[2], effective_on="2026-03-02").json()
    now = story.served.get(path, effective_on="2026-03-02").json()
    assert (then["status"], now["status"]) == ("in_force", "invalid")
    assert [len(x["encumbrances"]) for x in (then, now)] == [1, 1]
    later = story.served.get(path, effective_on="2026-03-03").json()
    assert later["encumbrances"] == []


@pytest.mark.parametrize("known_at", ["99999999", "2099-01-01T00:00:00Z", "9" * 18])
def test_what_is_not_known_yet_is_not_answered(story: Story, known_at: str) -> None:
    answer = story.served.get(f"/v1/patents/{story.first}", known_at=known_at)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/beyond-the-head")


@pytest.mark.parametrize(
    "known_at", ["-1", "1.5", "now", "2026-03-02", "2026-03-02T10:00:00", "9" * 30, "\u0000", "१"]
)
def test_what_is_no_position_and_no_time_is_named(story: Story, known_at: str) -> None:
    answer = story.served.get(f"/v1/patents/{story.first}", known_at=known_at)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] == "known_at"


def test_a_settled_time_waits_for_a_filing_that_has_taken_its_time(story: Story) -> None:
    """The newest moment is asked while nothing is being entered: what is known then is the head."""
    moment = story.served.clock.now
    answer = story.served.get(f"/v1/patents/{story.first}", known_at=moment.isoformat())
    assert answer.json()["known_at"] == story.served.head()
    story.served.clock.turn(seconds=1)
    earlier = (story.served.clock.now - timedelta(seconds=1)).isoformat()
    again = story.served.get(f"/v1/patents/{story.first}", known_at=earlier)
    assert again.content == answer.content
