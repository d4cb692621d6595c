"""`patent-ledger erase`: the values go for ever; register, history, views and proofs stay."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ledger.database import connect
from ledger.domain.joint import ConfirmFiling, PrepareFiling
from ledger.domain.parties import PartyDetails, PartyKind, party_id
from ledger.domain.refusals import Refused
from ledger.erasures import ErasureAct, NothingHeld, look
from ledger.eventstore.stored_form import digest
from ledger.projections import comparing, rebuild
from ledger.proofs.holding import verify_database
from ledger.registry import Filing, Registry
from tests.builders import (
    BANK,
    grant_patent,
    identity_number,
    number,
    patent_details,
    register_pledge,
)
from tests.eventstore.ledgers import REGISTRAR, SECRET, Clock, registry, rows
from tests.programs import invoked


def person(place: int, name: str) -> PartyDetails:
    return PartyDetails(
        name=name,
        kind=PartyKind.INDIVIDUAL,
        identity_number=identity_number(place),
        region="35",
        address=f"{place} Lamp Street",
        telephone=f"+86 591 000{place}",
    )


LI, CHEN = person(31, "Li Na"), person(32, "Chen Yu")
BOTH = number(311)
keys = count(1)


@pytest.fixture
def ledger(database_url: str) -> Iterator[Registry]:
    with registry(database_url, clock=Clock()) as running:
        yield running


@pytest.fixture(scope="module")
def told(database_url: str) -> str:
    """A ledger that knows two persons: together in one entry, each in others, in a prepared
    filing."""
    with registry(database_url, clock=Clock()) as ledger:
        file(ledger, grant_patent(patent_details(BOTH, patentees=(LI, CHEN))))
        file(ledger, grant_patent(patent_details(number(312), patentees=(LI,))))
        file(ledger, grant_patent(patent_details(number(313), patentees=(CHEN,))))
        for place, persons in ((311, (LI, CHEN)), (313, (CHEN,))):
            filing = register_pledge(
                patents=(number(place),), pledgors=persons, signed_by=(), debtor=LI
            )
            file(ledger, PrepareFiling(patents=filing.patents, filing=filing))
    return database_url


def file(ledger: Registry, command: Any) -> dict[str, Any]:
    receipt: dict[str, Any] = json.loads(
        ledger.file(Filing(command, REGISTRAR, f"erase {next(keys)}"))
    )
    return receipt


def held(url: str) -> str:
    return str(rows(url, "SELECT position, name, salt, value FROM personal ORDER BY 1, 2"))


def secrets(details: PartyDetails) -> list[str]:
    return [str(details.identity_number), str(details.address), str(details.telephone)]


def log(url: str) -> list[Any]:
    return rows(url, "SELECT notification_id, state FROM stored_events ORDER BY 1")


def named(details: PartyDetails, ledger: Registry) -> str:
    return party_id(details, ledger.means.pseudonym)


def test_the_values_of_one_person_go_and_all_else_stays(told: str, ledger: Registry) -> None:
    assert all(secret in held(told) for secret in (*secrets(LI), *secrets(CHEN)))
    before, extracts = log(told), comparing.compare(told)
    party = named(LI, ledger)
    with psycopg.connect(told, autocommit=True, row_factory=psycopg.rows.dict_row) as owner:
        looked = look(owner, party, ledger.means)
        act = ErasureAct(party, "She asks for it.", "Chen", looked, ledger.means)
        receipt = json.loads(ledger.writer.enter(act))

    left = held(told)
    assert not [secret for secret in secrets(LI) if secret in left]
    assert [secret for secret in secrets(CHEN) if secret not in left] == []
    # Nothing recorded is touched; one fact is there more, and it says no value.
    after = log(told)
    assert after[:-1] == before
    state = bytes(after[-1]["state"]).decode()
    assert "She asks for it." in state
    assert not [secret for secret in secrets(LI) if secret in state]
    assert receipt["filed_by"] == "operator:Chen"
    assert receipt["position"] == len(after)
    # Views, rebuild and proofs are those of before.
    assert extracts["equal"]
    assert comparing.compare(told)["equal"]
    rebuild.rebuild(told)
    assert comparing.compare(told)["equal"]
    found = verify_database(told).findings
    assert {finding.where for finding in found} == {"log_key_list"}, "no server has signed it yet"
    again = ErasureAct(party, "Again.", "Chen", looked, ledger.means)
    with pytest.raises(NothingHeld):
        ledger.writer.enter(again)


def test_what_stays_of_others_helps_nobody_to_guess(told: str) -> None:
    kept = rows(told, "SELECT salt FROM personal WHERE position = 1")
    assert [row["salt"] for row in kept] == [None]
    whole = rows(
        told,
        "SELECT p.name, p.salt, p.value, e.state FROM personal AS p "
        "JOIN stored_events AS e ON e.notification_id = p.position WHERE p.salt IS NOT NULL",
    )
    assert whole
    for row in whole:
        assert digest(row["salt"], row["name"], row["value"]) in bytes(row["state"]).decode()


def test_a_prepared_filing_that_lacks_them_is_refused(told: str, ledger: Registry) -> None:
    (filing,) = rows(told, "SELECT filing_id FROM prepared_filing WHERE patents = %s", [BOTH])
    for who in (BANK, CHEN):
        command = ConfirmFiling(filing=filing["filing_id"], by=named(who, ledger))
        file(ledger, command)
    with pytest.raises(Refused) as refused:
        file(ledger, ConfirmFiling(filing=filing["filing_id"], by=named(LI, ledger)))
    assert refused.value.findings[0].fact == {"erased": True}


def test_the_public_role_and_the_auditor_cannot_erase(told: str) -> None:
    for role in ("ledger_public", "ledger_auditor"):
        with connect(told, role) as connection:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("DELETE FROM personal")


class TestCommand:
    def erase(self, url: str, folder: Path, *arguments: str) -> Any:
        return invoked(
            *("erase", "--data-dir", folder, *arguments),
            LEDGER_DATABASE_URL=url,
            LEDGER_SECRET=SECRET.decode(),
        )

    def test_it_shows_then_erases_by_identity_and_says_what(
        self, told: str, tmp_path: Path
    ) -> None:
        by_identity = ("--identity", str(CHEN.identity_number), "--json")
        shown = self.erase(told, tmp_path, *by_identity)
        assert shown.returncode == 0, shown.stderr
        would = json.loads(shown.stdout)
        assert (would["erased"], would["position"]) == (False, None)
        assert str(CHEN.identity_number) in held(told)
        said = ("--reason", "A court's order.", "--by", "anna", "--yes")
        done = json.loads(self.erase(told, tmp_path, *by_identity, *said).stdout)
        assert (done["erased"], done["position"]) == (True, len(log(told)))
        assert done["values"] == would["values"]
        assert {"identity_number", "address", "telephone"} <= set(done["values"][0]["members"])
        assert not [secret for secret in secrets(CHEN) if secret in str(done) + held(told)]
        again = self.erase(told, tmp_path, *by_identity, *said)
        assert again.returncode == 1
        assert "holds no personal value" in again.stderr

    @pytest.mark.parametrize(
        ("arguments", "wanted"),
        [
            ((), "name the person"),
            (("--party", "person:x", "--identity", "x"), "name the person"),
            (("--party", "person:x", "--yes"), "say why with --reason"),
            (("--party", "person:x", "--yes", "--reason", "r"), "who erases with --by"),
        ],
    )
    def test_it_wants_a_person_a_reason_and_somebody_who_answers_for_it(
        self, told: str, tmp_path: Path, arguments: tuple[str, ...], wanted: str
    ) -> None:
        refused = self.erase(told, tmp_path, *arguments)
        assert refused.returncode == 1
        assert wanted in " ".join(refused.stderr.split())
