"""The catalogue of open licences: filters, sorting, pages, both clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from ledger.domain.money import yuan
from ledger.domain.parties import PartyDetails
from ledger.domain.royalties import (
    AnyRoyalty,
    EntryFeePlusRunning,
    FixedRate,
    Free,
    LumpSum,
    RoyaltyBase,
    Running,
)
from ledger.projections.statistics.query import Query
from ledger.projections.statistics.releases import publish
from ledger.projections.statistics.suppression import Limits
from tests.api.desk import Desk
from tests.builders import LAMPWORKS, UNIVERSITY, credit_code
from tests.domain.test_licences import record_licence
from tests.domain.test_open_licences import declare
from tests.wait import until

COLLEGE = UNIVERSITY.model_copy(
    update={"name": "Weir College", "credit_code": credit_code(801, first="12"), "region": "320100"}
)
WORKS = LAMPWORKS.model_copy(
    update={"name": "Weir Works", "credit_code": credit_code(802), "region": "330100"}
)
OFFERS: dict[str, tuple[PartyDetails, AnyRoyalty, str, str]] = {
    "sum": (COLLEGE, LumpSum(total=yuan("90000")), "H01M 10/05", "C38"),
    "less": (WORKS, LumpSum(total=yuan("20000")), "H01M 4/13", "C39"),
    "free": (COLLEGE, Free(), "F21L 4/00", "M73"),
    "share": (
        WORKS,
        Running(base=RoyaltyBase.NET_SALES, rate=FixedRate(percent="3.5")),
        "F21V 1/00",
        "C38",
    ),
    "entry": (
        COLLEGE,
        EntryFeePlusRunning(
            entry_fee=yuan("50000"),
            base=RoyaltyBase.NET_SALES,
            rate=FixedRate(percent="2"),
        ),
        "A61K 9/00",
        "C27",
    ),
}


@pytest.fixture(scope="module")
def offers(served: Desk) -> dict[str, str]:
    """Declarations by their names; each is declared on a day of its own."""
    numbers = {}
    for name, (patentee, fee, symbol, industry) in OFFERS.items():
        patent = served.patent(patentees=(patentee,), symbols=[symbol], industry=industry)
        body = declare(patents=(patent,), patentees=(patentee,), fee=fee)
        answer = served.file("/v1/open-licences", body)
        assert answer.status_code == 201, answer.text
        numbers[name] = answer.json()["registration_no"]
        served.clock.turn(days=1)
    return numbers


def listed(served: Desk, offers: dict[str, str], **params: Any) -> list[str]:
    """The names of the declarations that are listed."""
    answer = served.get("/v1/open-licences", params=params)
    assert answer.status_code == 200, answer.text
    names = {no: name for name, no in offers.items()}
    found = answer.json()
    assert found["total"] == found["returned"] == len(found["open_licences"])
    return [names[offer["declaration_no"]] for offer in found["open_licences"]]


@pytest.mark.parametrize(
    ("criteria", "names"),
    [
        ({}, ["sum", "less", "free", "share", "entry"]),
        ({"class": "H01M"}, ["sum", "less"]),
        ({"class": "H01M 10"}, ["sum"]),
        ({"industry": "C"}, ["sum", "less", "share", "entry"]),
        ({"industry": "C38"}, ["sum", "share"]),
        ({"form": "free"}, ["free"]),
        ({"fee_max": "50000"}, ["less", "free", "entry"]),
        ({"fee_max": "19999.99"}, ["free"]),
        ({"fee_max": "90000", "currency": "EUR"}, ["free"]),
        ({"percent_max": "2.5"}, ["free", "entry"]),
        ({"university": "true"}, ["sum", "free", "entry"]),
        ({"region": "33"}, ["less", "share"]),
        ({"region": "3201", "form": "lump_sum"}, ["sum"]),
        ({"patentee": str(WORKS.credit_code)}, ["less", "share"]),
        ({"sort": "newest"}, ["entry", "share", "free", "less", "sum"]),
        ({"sort": "fee"}, ["free", "less", "entry", "sum"]),
        ({"sort": "licence_ends_on"}, ["sum", "less", "free", "share", "entry"]),
        ({"period_until": "2100-01-01"}, []),
        ({"period_from": "2000-01-01"}, []),
        ({"effective_on": "2026-03-03"}, ["sum", "less"]),
        ({"known_at": "0"}, []),
    ],
    ids=str,
)
def test_it_is_filtered_and_sorted(
    served: Desk, offers: dict[str, str], criteria: dict[str, str], names: list[str]
) -> None:
    assert listed(served, offers, **criteria) == names


def test_the_licence_period_covers_the_days_asked_for(served: Desk, offers: dict[str, str]) -> None:
    offer = served.get("/v1/open-licences").json()["open_licences"][0]
    first, after = offer["licence_starts_on"], offer["licence_ends_on"]
    assert "sum" in listed(served, offers, period_from=first)
    assert "sum" not in listed(served, offers, period_until=after)


def test_an_offer_says_what_the_market_pays(served: Desk, offers: dict[str, str]) -> None:
    offer = served.get("/v1/open-licences", params={"form": "free"}).json()["open_licences"][0]
    assert offer["market_rates"] == {"released": []}
    (about,) = offer["about"]
    assert (about["symbols"], about["industry"]) == (["F21L 4/00"], "M73")
    recorded = record_licence(patents=(served.patent(),), royalty=Free())
    served.registered("/v1/licences", recorded, "patentee", LAMPWORKS)
    document = released(served)
    offer = served.get("/v1/open-licences", params={"form": "free"}).json()["open_licences"][0]
    told = offer["market_rates"]["released"]
    assert {"period": "2026-03", "position": document["position"]}.items() <= told[0].items()
    counts = {str(cell["group"]): cell["value"] for cell in told if cell["measure"] == "contracts"}
    assert counts["{'section': 'F'}"] == counts["{'form': 'free'}"] == 1
    before = served.get(
        "/v1/open-licences", params={"form": "free", "known_at": document["position"] - 1}
    )
    assert before.json()["open_licences"][0]["market_rates"] == {"released": []}


def released(served: Desk) -> dict[str, Any]:
    """Licence rates of the month, all of them told."""
    until(lambda: position_of(served) >= served.head())
    query = Query("licence-rates", date(2026, 3, 1), date(2026, 3, 31)).checked()
    limits = Limits(contracts_above=0, parties_min=1, share_max=Decimal(1))
    return publish(served.owner, query, None, limits, datetime(2026, 4, 2, tzinfo=UTC))


def position_of(served: Desk) -> int:
    """How far the statistics have counted."""
    answer = served.get("/v1/statistics/licence-rates", "auditor", params={"measure": "contracts"})
    position: int = answer.json()["position"]
    return position


@pytest.mark.parametrize("sort", ["declaration_no", "newest", "fee"])
def test_pages_together_are_the_whole(served: Desk, offers: dict[str, str], sort: str) -> None:
    whole = listed(served, offers, sort=sort)
    answer = served.get("/v1/open-licences", sort=sort, limit=2)
    found = [offer["declaration_no"] for offer in answer.json()["open_licences"]]
    while "next" in answer.links:
        answer = served.client.get(answer.links["next"]["url"])
        assert answer.json()["total"] == len(whole)
        found += [offer["declaration_no"] for offer in answer.json()["open_licences"]]
    assert found == [offers[name] for name in whole]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("fee_max", "-1"),
        ("fee_max", "1e3"),
        ("currency", "XXX"),
        ("sort", "price"),
        ("industry", "Z"),
        ("form", "gift"),
        ("region", "abc"),
        ("cursor", "e30"),
    ],
)
def test_what_is_wrong_is_named(served: Desk, name: str, value: str) -> None:
    answer = served.get("/v1/open-licences", params={name: value})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] == name
