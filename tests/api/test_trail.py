"""Reads of what is not public leave a trail: to whom, when, what; none is lost, none is changed."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from ledger.database import connect
from tests.api.desk import Desk
from tests.builders import BANK, LAMPWORKS, OTHER_BANK, ref, register_pledge

Json = dict[str, Any]


@pytest.fixture(scope="module")
def pledged(served: Desk) -> tuple[str, str]:
    """A pledged patent, and the pledge."""
    patent = served.patent()
    pledge = register_pledge(patents=(patent,))
    return patent, served.registered("/v1/pledges", pledge, "bank", BANK)["registration_no"]


def trail(served: Desk) -> list[Json]:
    with psycopg.connect(served.owner.info.dsn, password=served.owner.info.password) as connection:
        with connection.cursor(row_factory=psycopg.rows.dict_row) as curs:
            return curs.execute("SELECT * FROM confidential_read ORDER BY read_no").fetchall()


def noted(served: Desk, path: str, *who: Any, **asked: Any) -> list[Json]:
    """What a request leaves in the trail."""
    before = len(trail(served))
    answer = served.get(path, *who, **asked)
    assert answer.status_code in (200, 404), answer.text
    return trail(served)[before:]


class TestWhatIsNoted:
    def test_who_what_when_and_at_which_position(
        self, served: Desk, pledged: tuple[str, str]
    ) -> None:
        patent, _ = pledged
        printed = patent.replace("CN:", "ZL")
        asked = {"effective_on": "2026-03-02", "headers": {"X-Request-Id": "r-1"}}
        (read,) = noted(served, f"/v1/patents/{printed}/history", "bank", BANK, **asked)
        assert read == {
            "read_no": read["read_no"],
            "read_at": served.clock.now,
            "caller": f"bank:{ref(BANK)}",
            "role": "bank",
            "party": ref(BANK),
            "operation": "get_history",
            "about": patent,
            "path": f"/v1/patents/{printed}/history",
            "query": "effective_on=2026-03-02",
            "position": served.head(),
            "status": 200,
            "request_id": "r-1",
        }

    @pytest.mark.parametrize(
        "path",
        [
            "/v1/patents/{0}",
            "/v1/patents/{0}/history",
            "/v1/pledges/{1}",
            "/v1/obligations",
            "/v1/filings",
            f"/v1/parties/{ref(BANK)}",
            f"/v1/parties/{ref(BANK)}/pledges",
            "/v1/reads",
        ],
    )
    def test_auditors_and_parties_leave_their_trail(
        self, served: Desk, pledged: tuple[str, str], path: str
    ) -> None:
        filled = path.format(*pledged)
        assert len(noted(served, filled, "auditor")) == 1
        if path != "/v1/reads":
            assert len(noted(served, filled, "bank", BANK)) == 1

    @pytest.mark.parametrize(
        "path", ["/v1/patents/{0}", "/v1/patents/{0}/history", "/v1/pledges/{1}"]
    )
    def test_who_sees_what_is_public_leaves_none(
        self, served: Desk, pledged: tuple[str, str], path: str
    ) -> None:
        for who in ((), ("bank", OTHER_BANK), ("registrar",), ("operator",)):
            assert noted(served, path.format(*pledged), *who) == []

    def test_what_is_refused_is_not_read(self, served: Desk) -> None:
        assert noted(served, f"/v1/parties/{ref(BANK)}", "patentee", LAMPWORKS) == []

    def test_a_request_without_a_name_is_given_one(
        self, served: Desk, pledged: tuple[str, str]
    ) -> None:
        answer = served.get(f"/v1/pledges/{pledged[1]}", "bank", BANK)
        assert trail(served)[-1]["request_id"] == answer.headers["X-Request-Id"]

    def test_strange_questions_are_noted_too(self, served: Desk) -> None:
        before = len(trail(served))
        asked = "/v1/obligations?party=%ff%ed%a0%80"
        answer = served.client.get(asked, headers=served.headers("auditor"))
        assert answer.status_code == 200, answer.text
        (read,) = trail(served)[before:]
        assert read["query"] == "party=%ff%ed%a0%80"


class TestTheTrail:
    def test_auditors_read_it_in_order(self, served: Desk, pledged: tuple[str, str]) -> None:
        patent, _ = pledged
        for _ in range(3):
            served.get(f"/v1/patents/{patent}", "bank", BANK)
        asked = {"about": patent.replace("CN:", "ZL"), "caller": f"bank:{ref(BANK)}"}
        first = served.get("/v1/reads", "auditor", limit=2, **asked).json()
        assert (first["returned"], first["cap"]) == (2, 2)
        rest = served.get("/v1/reads", "auditor", after=first["last"], **asked).json()
        numbers = [read["read_no"] for read in (*first["reads"], *rest["reads"])]
        assert numbers == sorted(set(numbers))
        assert len(numbers) >= 3
        assert {read["about"] for read in rest["reads"]} == {patent}

    @pytest.mark.parametrize("role", [None, "registrar", "bank", "operator", "statistician"])
    def test_nobody_else_reads_it(self, served: Desk, role: str | None) -> None:
        party = BANK if role == "bank" else None
        assert served.get("/v1/reads", role, party).status_code in (401, 403)

    def test_with_psql_the_auditor_reads_it_and_nobody_changes_it(
        self, served: Desk, pledged: tuple[str, str], database_url: str
    ) -> None:
        served.get(f"/v1/pledges/{pledged[1]}", "bank", BANK)
        with connect(database_url, "ledger_auditor") as connection:
            assert connection.execute("SELECT * FROM confidential_read LIMIT 1").fetchone()
        for role in ("ledger_public", "ledger_writer"):
            with connect(database_url, role) as connection:
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute("SELECT * FROM confidential_read")
        for change in ("DELETE FROM confidential_read", "UPDATE confidential_read SET caller = ''"):
            with pytest.raises(psycopg.errors.RestrictViolation):
                served.owner.execute(change)

    def test_what_cannot_be_noted_is_not_shown(
        self, served: Desk, pledged: tuple[str, str]
    ) -> None:
        asked = f"/v1/pledges/{pledged[1]}"
        served.owner.execute("REVOKE INSERT ON confidential_read FROM ledger_writer")
        try:
            assert served.get(asked).status_code == 200
            answer = served.get(asked, "bank", BANK)
        finally:
            served.owner.execute("GRANT INSERT ON confidential_read TO ledger_writer")
        assert (answer.status_code, answer.json()["type"]) == (500, "/problems/internal")
        assert "5000000" not in answer.text
        assert "5000000" in served.get(asked, "bank", BANK).text
