"""The statistics over HTTP: who is answered, what is asked and how it is answered."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest

from ledger.projections.statistics.query import Query
from ledger.projections.statistics.releases import publish
from ledger.projections.statistics.suppression import Limits
from tests.api.desk import Desk
from tests.builders import BANK, register_pledge
from tests.wait import until

PATH = "/v1/statistics/pledge-financing"
PATHS = [f"/v1/statistics/{family}" for family in ("operations", "licence-rates")] + [PATH]


def followed(served: Desk, **asked: Any) -> Any:
    """The report once the follower has seen the whole log."""
    head, least = served.head(), {"measure": "projects"}
    until(lambda: served.get(PATH, "auditor", params=least).json()["position"] >= head)
    return served.get(PATH, "auditor", params=asked)


def value(report: Any, measure: str) -> Any:
    return next(c["value"] for c in report["cells"] if c["measure"] == measure and not c["group"])


def test_figures_follow_for_auditors_and_statisticians(served: Desk) -> None:
    patents = tuple(served.patents(2))
    receipt = served.registered("/v1/pledges", register_pledge(patents=patents), "bank", BANK)
    answer = followed(served)
    found = answer.json()
    assert value(found, "projects") >= 1
    assert answer.headers["Ledger-Position"] == str(found["position"])
    none = {"from": "1999-01-01", "until": "1999-12-31", "measure": "projects"}
    (cell,) = served.get(PATH, "statistician", params=none).json()["cells"]
    assert cell == {
        "measure": "projects",
        "period": "1999",
        "group": {},
        "value": 0,
        "before": 0,
        "growth": None,
    }
    before = followed(served, known_at=receipt["position"] - 1).json()
    assert value(before, "projects") == value(found, "projects") - 1
    later = {"Ledger-Min-Position": str(served.head() + 1)}
    behind = served.get(PATH, "auditor", headers=later)
    assert (behind.status_code, behind.json()["type"]) == (503, "/problems/behind")


def test_a_table_comes_as_comma_separated_values(served: Desk) -> None:
    patents = tuple(served.patents(2))
    served.registered("/v1/pledges", register_pledge(patents=patents), "bank", BANK)
    asked = {"by": ["kind", "province"], "measure": "projects"}
    cells = followed(served, **asked).json()["cells"]
    answer = served.get(PATH, "auditor", params=asked | {"format": "csv"})
    assert answer.headers["content-type"].startswith("text/csv")
    header, whole, *groups = csv.reader(StringIO(answer.text))
    assert header == ["measure", "period", "kind", "province", "value", "before", "growth", "share"]
    assert whole[2:4] == ["", ""]
    assert [line[2:5] for line in groups] == [
        [*cell["group"].values(), str(cell["value"])] for cell in cells if cell["group"]
    ]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("role", [None, "bank", "registrar"])
def test_everybody_else_reads_what_is_released(served: Desk, path: str, role: str | None) -> None:
    party = BANK if role == "bank" else None
    free = {"from": "2026-01-01", "until": "2026-06-30"}
    assert served.get(path, role, party, params=free).status_code == 404
    own = served.get(path, role, party, params=free | {"by": ["kind", "province"]})
    assert (own.status_code, own.json()["type"]) == (403, "/problems/forbidden")
    at = served.get(path, role, party, params=free | {"known_at": "2026-03-01T00:00:00Z"})
    assert at.json()["errors"][0]["parameter"] == "known_at"


def test_a_release_is_read_whole_or_by_its_tables(served: Desk) -> None:
    patents = served.patents(30)
    for number, patent in enumerate(patents):
        pledge = register_pledge(patents=(patent,))
        served.registered("/v1/pledges", pledge, "bank", BANK, key=f"released-{number}")
    days = {"from": "2026-03-01", "until": "2026-03-31"}
    followed(served, **days)
    query = Query("pledge-financing", date(2026, 3, 1), date(2026, 3, 31)).checked()
    limits = Limits(contracts_above=20, parties_min=1, share_max=Decimal(1))
    now = datetime(2026, 4, 2, tzinfo=UTC)
    document = publish(served.owner, query, None, limits, now)
    family = "/v1/statistics/pledge-financing"
    assert served.get("/v1/statistics/releases").json()["releases"][-1]["period"] == "2026-03"
    path = "/v1/statistics/releases/pledge-financing/2026-03"
    assert served.get(path).json() == document
    assert served.get(path, known_at=document["position"]).json() == document
    assert served.get(path, known_at=document["position"] - 1).status_code == 404
    told = served.get(family, params=days | {"by": "kind", "measure": "projects"}).json()["cells"]
    (inventions,) = [cell for cell in told if cell["group"] == {"kind": "invention"}]
    assert inventions["value"] >= 30
    lines = list(csv.reader(StringIO(served.get(family, params=days | {"format": "csv"}).text)))
    assert lines[0][:2] == ["measure", "period"]


@pytest.mark.parametrize(
    ("parameter", "wrong"),
    [
        ("until", {"from": "2026-01-01", "until": "2025-12-31"}),
        ("every", {"every": "fortnight"}),
        ("every", {"every": "month", "from": "1900-01-01"}),
        ("by", {"by": "colour"}),
        ("by", {"by": ["kind", "kind"]}),
        ("where", {"where": "kind"}),
        ("where", {"where": "kind=machine"}),
        ("measure", {"measure": "joy"}),
        ("measure", {"measure": "projects", "by": "ground"}),
    ],
)
def test_what_is_not_defined_is_named(served: Desk, parameter: str, wrong: dict[str, Any]) -> None:
    answer = served.get(PATH, "auditor", params=wrong)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] == parameter


def test_trademarks_are_pledged_only(served: Desk) -> None:
    answer = served.get(PATHS[0], "auditor", params={"with_trademarks": "true"})
    assert answer.json()["errors"][0]["parameter"] == "with_trademarks"


def test_the_dictionary_is_for_everybody(served: Desk) -> None:
    families = served.get("/v1/statistics/definitions").json()
    assert [family["family"] for family in families] == [
        "operations",
        "licence-rates",
        "pledge-financing",
    ]
    for family in families:
        for measure in family["measures"]:
            assert all(measure[name] for name in ("en", "zh", "unit", "meaning", "counted_on"))


@pytest.mark.parametrize("period", ["9999", "1899", "2022-Q5", "202213", "2022-h1"])
def test_what_is_no_period_is_told(served: Desk, period: str) -> None:
    path = f"/v1/statistics/releases/pledge-financing/{period}"
    headers = served.headers("registrar")
    answer = served.client.post(path, params={"dry_run": True}, headers=headers)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["parameter"] == "period"
    assert served.get(path).status_code == 404


def test_the_office_publishes_what_it_looked_at(served: Desk) -> None:
    followed(served)
    path = "/v1/statistics/releases/pledge-financing/2026-02"

    def asked(role: str = "registrar", where: str = path, **stated: Any) -> Any:
        return served.client.post(where, params=stated, headers=served.headers(role))

    looked = asked(dry_run="true").json()
    assert served.get(path).status_code == 404, "nothing is published by looking"
    published = asked(known_at=looked["position"])
    assert (published.status_code, published.json()["tables"]) == (200, looked["tables"])
    assert served.get(path).json() == published.json()
    assert published.json()["limits"] == {
        "contracts_above": 20,
        "parties_min": 3,
        "share_max": "0.5",
    }
    assert asked("auditor").status_code == 403
    for wrong, parameter in (
        (asked(known_at=looked["position"]), "period"),
        (asked(where=path.replace("2026-02", "2099-H1")), "period"),
        (asked(where=path.replace("2026-02", "February")), "period"),
        (asked(where=path.replace("pledge-financing", "gossip")), "family"),
        (
            asked(where=path.replace("pledge-financing", "operations"), with_trademarks="true"),
            "with_trademarks",
        ),
    ):
        assert wrong.status_code == 422, wrong.text
        assert wrong.json()["errors"][0]["parameter"] == parameter
    assert asked(known_at=served.head() + 1).json()["type"] == "/problems/behind"


@pytest.mark.parametrize("every", ["whole", "month"])
def test_figures_are_as_of_a_day(served: Desk, every: str) -> None:
    """An earlier `effective_on` is an earlier `until`: what took effect later is not counted."""
    followed(served)
    days = {"from": "2026-01-01", "every": every}
    for path in PATHS:
        asked = {**days, "until": "2026-12-31", "effective_on": "2026-03-01"}
        found = served.get(path, "auditor", params=asked).json()
        cut = served.get(path, "auditor", params=days | {"until": "2026-03-01"}).json()
        assert found == cut
        assert found["effective_on"] == "2026-03-01"
    early = served.get(PATH, "auditor", params=days | {"effective_on": "2025-12-31"})
    assert early.json()["errors"][0]["parameter"] == "effective_on"
