"""`GET /v1/search`: what finds a patent, and pages that do not shift while filings go on."""

from __future__ import annotations

import threading
from datetime import date
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from ledger.database import connect
from ledger.domain.lifecycle import StartPreservation
from ledger.domain.numbers import printed
from ledger.domain.parties import PartyDetails, PartyKind
from ledger.projections import searching
from ledger.projections.asking import Point
from ledger.projections.searching import Wanted
from tests.api.desk import Desk
from tests.api.test_patents import as_fact
from tests.builders import (
    BANK,
    INSTRUMENTS,
    LAMPWORKS,
    UNIVERSITY,
    credit_code,
    documents,
    fact,
    identity_number,
    refs,
    register_pledge,
    register_transfer,
)
from tests.domain.test_open_licences import declare

XIAMEN = PartyDetails(name="厦门大学灯塔研究院", credit_code=credit_code(601), region="350200")
XIAMEN_WORKS = PartyDetails(
    name="厦门灯塔器材有限公司", credit_code=credit_code(602), region="350211"
)
WIDE = PartyDetails(
    name="ＬＩＧＨＴＨＯＵＳＥ Ｔｏｏｌｓ", credit_code=credit_code(603), region="33"
)
LATE = PartyDetails(name="Lateborough Lamp Company", credit_code=credit_code(606))
PERSON = PartyDetails(
    name="Zheng Dengta",
    kind=PartyKind.INDIVIDUAL,
    identity_number=identity_number(61),
    region="35",
)


def found(served: Desk, caller: str | None = None, **criteria: Any) -> Any:
    """The answer, at or behind the newest position."""
    newest = {"Ledger-Min-Position": str(served.head())}
    answer = served.get("/v1/search", caller, headers=newest, params=criteria)
    assert answer.status_code == 200, answer.text
    return answer.json()


def patents(answer: Any) -> list[str]:
    return [hit["patent"] for hit in answer["hits"]]


class TestCriteria:
    def test_a_number_in_any_printed_form(self, served: Desk) -> None:
        patent = served.patent()
        for form in (patent, printed(patent), f" {printed(patent)} ", patent[3:]):
            answer = found(served, number=form)
            assert patents(answer) == [patent]
            assert (answer["total"], answer["returned"], answer["cap"]) == (1, 1, 50)
        assert answer["hits"][0]["match"] == "exact"
        assert answer["hits"][0]["status"] == "in_force"
        assert found(served, number="CN:201819900001.7")["total"] == 0

    def test_a_name_in_any_script_marked_how_it_matched(self, served: Desk) -> None:
        institute = served.patent(patentees=(XIAMEN,))
        works = served.patent(patentees=(XIAMEN_WORKS,))
        exact = found(served, party="厦门大学灯塔研究院", match="exact")
        assert patents(exact) == [institute]
        begins = found(served, party="厦门大学", match="prefix")
        assert [(h["patent"], h["match"]) for h in begins["hits"]] == [(institute, "prefix")]
        near = found(served, party="厦门灯塔器材公司")
        assert near["hits"][0]["patent"] == works
        assert near["hits"][0]["match"] == "similar"
        within = found(served, party="灯塔器材")
        assert works in patents(within)
        (matched,) = exact["hits"][0]["matched"]
        assert matched == {
            "id": XIAMEN.credit_code,
            "name": XIAMEN.name,
            "role": "patentee",
            "about": None,
            "match": "exact",
        }

    def test_letters_of_every_width_and_case(self, served: Desk) -> None:
        patent = served.patent(patentees=(WIDE,))
        for name in ("lighthouse tools", "LIGHTHOUSE  TOOLS", WIDE.name):
            answer = found(served, party=name)
            assert (patents(answer)[0], answer["hits"][0]["match"]) == (patent, "exact")
        assert patent in patents(found(served, party="Lighthouse Tool"))
        assert patent in patents(found(served, party="Lihgthouse Tools"))

    def test_a_natural_person_is_found_by_the_whole_name_alone(self, served: Desk) -> None:
        patent = served.patent(patentees=(PERSON,))
        assert patents(found(served, party="zheng dengta")) == [patent]
        for name in ("Zheng Dengt", "Zheng", "Zheng Dengtai"):
            for role in (None, "bank", "operator"):
                assert patents(found(served, role, party=name)) == []
            for role in ("registrar", "auditor"):
                assert patents(found(served, role, party=name)) == [patent]

    def test_a_party_s_id_role_and_registration(self, served: Desk) -> None:
        first, second = served.patents(2, patentees=(INSTRUMENTS,))
        bank = BANK.model_copy(update={"name": "Bank of Found", "credit_code": credit_code(604)})
        pledge = register_pledge(
            patents=(first,),
            pledgors=(INSTRUMENTS,),
            debtor=INSTRUMENTS,
            pledgees=(bank,),
            signed_by=(str(INSTRUMENTS.credit_code), str(bank.credit_code)),
        )
        no = served.registered("/v1/pledges", pledge)["registration_no"]
        assert patents(found(served, party_id=bank.credit_code)) == [first]
        assert patents(found(served, party_id=str(bank.credit_code).lower())) == [first]
        assert patents(found(served, party_id=bank.credit_code, role="patentee")) == []
        both = patents(found(served, party_id=INSTRUMENTS.credit_code, role="patentee"))
        assert {first, second} <= set(both)
        answer = found(served, registration_no=no)
        assert patents(answer) == [first]
        assert {m["role"] for m in answer["hits"][0]["matched"]} == {"pledgor", "pledgee"}
        assert found(served, party="Bank of Found", state="pledged", role="pledgee")["total"] == 1

    def test_class_region_kind_state_and_date(self, served: Desk) -> None:
        patent = served.patent(
            patentees=(XIAMEN_WORKS,), symbols=["H05B 45/10 (2020.01)", "F21V 23/00"]
        )
        alike = {"party_id": XIAMEN_WORKS.credit_code, "region": "3502"}
        for begins in ("H", "h05", "H05B", "H05B 4", "H05B45/1", "H05B 45/10", "F21V"):
            assert patent in patents(found(served, **alike, **{"class": begins})), begins
        for begins in ("H05C", "H05B 46", "G"):
            assert patent not in patents(found(served, **alike, **{"class": begins})), begins
        for region in ("35", "3502", "350211"):
            assert patent in patents(found(served, region=region, kind="invention"))
        assert patent not in patents(found(served, region="3503"))
        assert patent not in patents(found(served, **alike, kind="design"))
        seized = as_fact(
            fact(
                StartPreservation,
                case_no="(2026) Found 1",
                court="Xiamen",
                months=6,
                documents=documents("ruling", "assistance-notice"),
                particulars_match=True,
            )
        )
        assert patent not in patents(found(served, **alike, state="frozen"))
        served.registered(f"/v1/patents/{patent}/facts", seized)
        states = {"state": ["frozen", "in_force", "preserved"]}
        assert patent in patents(found(served, **alike, **states))
        assert found(served, **alike, state=["frozen", "suspended"])["total"] == 0
        granted = {"from": "2020-09-01", "until": "2020-09-01"}
        assert patent in patents(found(served, **alike, **granted))
        later = {"from": "2020-09-02", "date_of": "granted"}
        assert patent not in patents(found(served, **alike, **later))
        assert patent in patents(found(served, **alike, date_of="filed", until="2018-06-12"))

    def test_an_open_licence(self, served: Desk) -> None:
        patent = served.patent(patentees=(UNIVERSITY,))
        served.registered("/v1/open-licences", declare(patents=(patent,), patentees=(UNIVERSITY,)))
        answer = found(served, state="open_licence", date_of="declared", **{"from": "2026-03-02"})
        assert patent in patents(answer)

    def test_what_is_wrong_is_named(self, served: Desk) -> None:
        wrong: list[tuple[str, dict[str, Any]]] = [
            ("number", {"number": "ZL202010566088.1"}),
            ("class", {"class": "%"}),
            ("class", {"class": "   "}),
            ("region", {"region": "3"}),
            ("state", {"state": "sold"}),
            ("role", {"role": "debtor"}),
            ("match", {"match": "nearly"}),
            ("party", {"party": ""}),
            ("until", {"from": "2026-01-02", "until": "2026-01-01"}),
            ("limit", {"limit": 0}),
            ("limit", {"limit": 201}),
            ("cursor", {"cursor": "nothing"}),
            ("cursor", {"cursor": "ä"}),
        ]
        for parameter, criteria in wrong:
            answer = served.get("/v1/search", params=criteria)
            assert answer.status_code == 422, (criteria, answer.text)
            assert answer.json()["errors"][0]["parameter"].split(".")[0] == parameter, answer.text


class TestWhatThePublicSees:
    def test_a_debtor_is_not_found_and_not_read(self, served: Desk, database_url: str) -> None:
        """What the register does not show to everybody stands in the lists for auditors alone."""
        debtor = PartyDetails(name="Hidden Debtor Works", credit_code=credit_code(605))
        pledge = register_pledge(
            patents=(served.patent(),),
            debtor=debtor,
            signed_by=refs(LAMPWORKS, BANK, debtor),
        )
        served.registered("/v1/pledges", pledge, "bank", BANK)
        for criteria in ({"party": debtor.name}, {"party_id": debtor.credit_code}):
            for role in (None, "auditor", "registrar"):
                assert patents(found(served, role, **criteria, match="exact")) == []
        rows = "SELECT count(*) FROM involvement WHERE party = %s"
        names = "SELECT count(*) FROM party_name WHERE folded = 'hidden debtor works'"
        with connect(database_url, "ledger_auditor") as connection:
            assert connection.execute(rows, [debtor.credit_code]).fetchone() == (1,)
        with connect(database_url, "ledger_public") as connection:
            assert connection.execute(rows, [debtor.credit_code]).fetchone() == (0,)
            assert connection.execute(names).fetchone() == (0,)
            for query in (
                "SELECT * FROM streams_behind(0)",
                "SELECT * FROM due",
                "SELECT * FROM notice",
            ):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(query)


class TestClocks:
    def test_it_is_asked_on_both_clocks(self, served: Desk) -> None:
        patent = served.patent(patentees=(XIAMEN,))
        before = served.head()
        served.clock.turn(days=1)
        served.registered(
            "/v1/transfers",
            register_transfer(
                patents=(patent,),
                patentees_before=(XIAMEN,),
                patentees_after=(INSTRUMENTS,),
                signed_by=(str(XIAMEN.credit_code), str(INSTRUMENTS.credit_code)),
            ),
        )
        asked = {"number": patent, "party_id": XIAMEN.credit_code}
        assert found(served, **asked)["total"] == 0
        assert found(served, **asked, known_at=before)["total"] == 1
        assert found(served, **asked, effective_on="2026-03-01")["total"] == 1
        answer = found(served, **asked, known_at=before)
        assert answer["known_at"] == before

    def test_the_answer_for_a_position_is_the_same_for_ever(self, served: Desk) -> None:
        position = served.head()
        asked = {"region": "35", "known_at": position, "limit": 200}
        first = served.get("/v1/search", params=asked)
        served.patents(3, patentees=(XIAMEN,))
        found(served, region="35")
        assert served.get("/v1/search", params=asked).content == first.content

    @pytest.mark.parametrize(
        "wanted",
        [Wanted(name=LATE.name, match="exact"), Wanted(party=LATE.credit_code)],
        ids=["name", "party"],
    )
    def test_an_early_position_goes_through_nothing_known_later(
        self, served: Desk, database_url: str, wanted: Wanted
    ) -> None:
        """Counted are the rows that the public's search looks at, of all that bear the name."""
        served.patent(patentees=(LATE,))
        early = found(served, party_id=LATE.credit_code)
        served.patents(3, patentees=(LATE,))
        assert found(served, party_id=LATE.credit_code)["total"] == early["total"] + 3
        point = Point(early["known_at"], date.fromisoformat(early["effective_on"]))
        with (
            connect(database_url, "ledger_public", row_factory=dict_row) as connection,
            connection.transaction(),
        ):
            connection.execute("SET LOCAL enable_seqscan = off")
            hits, total = searching.first(connection, wanted, point, 20)
            looked_at = connection.execute(
                "SELECT seq_tup_read, idx_tup_fetch FROM pg_stat_xact_user_tables "
                "WHERE relname = 'involvement'"
            ).fetchone()
        assert len(hits) == total == early["total"]
        assert looked_at == {"seq_tup_read": 0, "idx_tup_fetch": total}

    def test_a_position_not_known_yet(self, served: Desk) -> None:
        answer = served.get("/v1/search", known_at=served.head() + 1)
        assert answer.json()["type"] == "/problems/beyond-the-head"
        behind = served.get("/v1/search", headers={"Ledger-Min-Position": str(served.head() + 1)})
        assert (behind.status_code, behind.json()["type"]) == (503, "/problems/behind")


class TestPages:
    def pages(self, served: Desk, **asked: Any) -> list[Any]:
        """Every page, by the links that each gives."""
        found(served, **asked)
        answer = served.get("/v1/search", params=asked)
        answers = [answer.json()]
        while "next" in answer.links:
            assert answer.json()["next"] is not None
            answer = served.client.get(answer.links["next"]["url"])
            assert answer.status_code == 200, answer.text
            answers.append(answer.json())
        assert answer.json()["next"] is None
        return answers

    @pytest.mark.parametrize(
        "criteria", [{"party": "Pagewright"}, {"region": "4201"}, {"party": "Pagewright Lamps 1"}]
    )
    def test_together_they_are_the_whole_answer(
        self, served: Desk, criteria: dict[str, Any]
    ) -> None:
        """While a thread files patents that the same search would find."""
        for serial in range(610, 616):
            self.enter(served, serial)
        stop = threading.Event()
        serials = iter(range(616, 660))

        def go_on() -> None:
            for serial in serials:
                if stop.is_set():
                    break
                self.enter(served, serial)

        thread = threading.Thread(target=go_on)
        thread.start()
        try:
            pages = self.pages(served, **criteria, limit=2)
        finally:
            stop.set()
            thread.join()
        hits = [patent for page in pages for patent in patents(page)]
        known = {page["known_at"] for page in pages}
        totals = {page["total"] for page in pages}
        assert len(set(hits)) == len(hits)
        assert (len(known), totals) == (1, {len(hits)})
        whole = found(served, **criteria, limit=200, known_at=known.pop())
        assert patents(whole) == hits
        assert len(pages) >= 3

    def enter(self, served: Desk, serial: int) -> None:
        name = f"Pagewright Lamps {serial}"
        owner = PartyDetails(name=name, credit_code=credit_code(serial), region="420106")
        served.patent(patentees=(owner,))

    def test_a_cursor_belongs_to_its_question(self, served: Desk) -> None:
        served.patents(3, patentees=(WIDE,))
        asked = {"party_id": WIDE.credit_code, "limit": 1}
        cursor = found(served, **asked)["next"]
        assert served.get("/v1/search", params={**asked, "cursor": cursor}).status_code == 200
        for other in ({"party_id": BANK.credit_code}, {**asked, "role": "patentee"}):
            answer = served.get("/v1/search", params={**other, "cursor": cursor})
            assert answer.json()["errors"][0]["parameter"] == "cursor"
        wider = served.get("/v1/search", "auditor", params={**asked, "cursor": cursor})
        assert wider.status_code == 422
