"""What the totals of pledge financing count, live and rebuilt."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from psycopg.rows import dict_row

from ledger.database import connect
from ledger.domain.events import Door, PledgeRegistered, PledgeRevoked, SecuredClaim
from ledger.domain.money import Money, yuan
from ledger.eventstore import stored_form
from ledger.projections import comparing, pledge_financing, rebuild
from ledger.projections.runner import FOLLOWERS, FollowerRunner
from ledger.registry import Registry
from tests.builders import (
    BANK,
    CLAIM,
    INSTRUMENTS,
    INVENTOR,
    LAMPWORKS,
    MILLS,
    OTHER_BANK,
    UNIVERSITY,
    about,
    deregistered,
    number,
    pledged,
)
from tests.conftest import NewDatabase
from tests.eventstore.ledgers import registry, rows
from tests.projections.acts import enter

MAY, JUNE = date(2025, 5, 6), date(2025, 6, 2)
NOTHING: dict[str, Any] = {
    "amounts": {},
    "projects": 0,
    "inclusive_projects": 0,
    "patents": 0,
    "enterprises": 0,
    "inclusive_enterprises": 0,
}


@pytest.fixture
def url(new_database: NewDatabase) -> Iterator[str]:
    with new_database() as fresh:
        yield fresh


@pytest.fixture
def ledger(url: str) -> Iterator[Registry]:
    with registry(url) as opened:
        yield opened


def follow(url: str) -> None:
    """Let the follower come to the head of the log."""
    runner = FollowerRunner(url, FOLLOWERS[0])
    with connect(url, "ledger_writer", row_factory=dict_row) as connection:
        while runner.advance(connection):
            pass
    runner.stop()


def totals(url: str, *period: date) -> dict[str, Any]:
    with connect(url) as connection:
        return pledge_financing.totals(connection, *period)


def total(url: str, *period: date) -> dict[str, Any]:
    follow(url)
    found: dict[str, Any] = totals(url, *period)["total"]
    return found


def no(serial: int) -> str:
    return f"Y20259900{serial:05}"


def claim(amount: str | Money, claim_id: str = "loan-1") -> SecuredClaim:
    money = yuan(amount) if isinstance(amount, str) else amount
    return CLAIM.model_copy(update={"id": claim_id, "amount": money})


def pledge(ledger: Registry, serial: int, *patents: int, **fields: Any) -> None:
    """A pledge of some patents, under a number and a claim of its own unless one is given."""
    fields = {"claim": claim("5000000", f"loan-{serial}")} | fields
    facts = [pledged(number(p), registration_no=no(serial), **fields) for p in patents or (serial,)]
    enter(ledger, f"pledge {serial}", *facts)


def corrected(serial: int, claim: SecuredClaim) -> PledgeRegistered:
    """What another register says instead of the pledge of this serial."""
    fact = pledged(number(serial), registration_no=no(serial), claim=claim)
    update = {"corrects": f"pledge {serial}", "door": Door.TRANSCRIBED}
    return fact.model_copy(update={"envelope": fact.envelope.model_copy(update=update)})


def test_nothing_was_pledged(url: str) -> None:
    assert total(url) == NOTHING
    assert totals(url)["position"] == 0


def test_an_amount_is_counted_once_however_many_patents_secure_it(
    url: str, ledger: Registry
) -> None:
    pledge(ledger, 1, 1, 2, 3)
    assert total(url) == {
        "amounts": {"CNY": "5000000.00"},
        "projects": 1,
        "inclusive_projects": 1,
        "patents": 3,
        "enterprises": 1,
        "inclusive_enterprises": 1,
    }


def test_a_registration_is_one_project() -> None:
    projects = pledge_financing.Projects()
    for patent in (1, 2, 3):
        note = pledge_financing.note_of(pledged(number(patent), registration_no=no(1)))
        assert note is not None
        projects.take(note)
    (project,) = projects.by_number.values()
    assert project.patents == 3


def test_an_amount_is_counted_once_however_many_registrations_secure_it(
    url: str, ledger: Registry
) -> None:
    for serial in (1, 2):
        pledge(ledger, serial, claim=claim("5000000"))
    found = total(url)
    assert (found["amounts"], found["projects"]) == ({"CNY": "5000000.00"}, 2)


def test_creditors_number_their_claims_each_for_themselves(url: str, ledger: Registry) -> None:
    for serial, bank in ((1, BANK), (2, OTHER_BANK)):
        pledge(ledger, serial, claim=claim("5000000"), pledgees=(bank,))
    assert total(url)["amounts"] == {"CNY": "10000000.00"}


@pytest.mark.parametrize(
    ("amount", "inclusive"), [("9999999.99", 1), ("10000000", 1), ("10000000.01", 0)]
)
def test_ten_million_yuan_is_inclusive_still(
    url: str, ledger: Registry, amount: str, inclusive: int
) -> None:
    pledge(ledger, 1, claim=claim(amount))
    found = total(url)
    assert (found["inclusive_projects"], found["inclusive_enterprises"]) == (inclusive, inclusive)


def test_other_money_stays_in_its_own_and_is_not_inclusive(url: str, ledger: Registry) -> None:
    pledge(ledger, 1)
    pledge(ledger, 2, claim=claim(Money(amount="100", currency="USD"), "loan-2"))
    found = total(url)
    assert found["amounts"] == {"CNY": "5000000.00", "USD": "100.00"}
    assert (found["projects"], found["inclusive_projects"]) == (2, 1)


def test_enterprises_are_counted_once_and_nobody_else_is(url: str, ledger: Registry) -> None:
    pledge(ledger, 1, pledgors=(LAMPWORKS, MILLS))
    pledge(ledger, 2, pledgors=(LAMPWORKS, UNIVERSITY, INVENTOR))
    pledge(ledger, 3, pledgors=(INSTRUMENTS,), claim=claim("20000000", "loan-3"))
    found = total(url)
    assert (found["enterprises"], found["inclusive_enterprises"]) == (3, 2)


def test_a_revoked_registration_never_was(url: str, ledger: Registry) -> None:
    pledge(ledger, 1)
    pledge(ledger, 2)
    revoked = PledgeRevoked(**about(number(1), JUNE, registration_no=no(1)))
    enter(ledger, "revocation", revoked)
    found = total(url)
    assert (found["projects"], found["amounts"]) == (1, {"CNY": "5000000.00"})


def test_a_registration_that_ended_was_made_all_the_same(url: str, ledger: Registry) -> None:
    pledge(ledger, 1)
    enter(ledger, "end", deregistered(number(1), registration_no=no(1)))
    assert total(url)["projects"] == 1


def test_a_claim_whose_amount_is_withheld_is_a_project_without_an_amount(
    url: str, ledger: Registry
) -> None:
    pledge(ledger, 1, claim=None)
    found = total(url)
    assert (found["projects"], found["amounts"], found["inclusive_projects"]) == (1, {}, 0)


def test_patents_of_other_offices_are_not_counted(url: str, ledger: Registry) -> None:
    enter(ledger, "abroad", pledged("US:14808123"))
    assert total(url) == NOTHING


def test_a_record_that_was_corrected_counts_as_it_is_now(url: str, ledger: Registry) -> None:
    """The other register's number stays, what it registers is another project."""
    pledge(ledger, 1, 1, 2)
    enter(ledger, "correction", corrected(1, claim("7000000", "loan-1")))
    found = total(url)
    assert (found["projects"], found["patents"]) == (1, 1)
    assert found["amounts"] == {"CNY": "7000000.00"}


def test_months_are_those_of_registration(url: str, ledger: Registry) -> None:
    pledge(ledger, 1, on=MAY)
    pledge(ledger, 2, on=date(2025, 5, 31))
    pledge(ledger, 3, on=JUNE)
    follow(url)
    found = totals(url)
    assert [(m["month"], m["projects"], m["enterprises"]) for m in found["months"]] == [
        ("2025-05", 2, 1),
        ("2025-06", 1, 1),
    ]
    assert (found["total"]["projects"], found["total"]["enterprises"]) == (3, 1)
    assert total(url, MAY, date(2025, 5, 30))["projects"] == 1
    assert total(url, JUNE, JUNE)["amounts"] == {"CNY": "5000000.00"}


def test_live_is_what_a_rebuild_makes(url: str, ledger: Registry) -> None:
    """Whatever the batches were in which it followed."""
    for serial in range(1, 6):
        pledge(ledger, serial, serial, serial + 10)
        if serial % 2:
            follow(url)
    enter(ledger, "end", PledgeRevoked(**about(number(2), JUNE, registration_no=no(2))))
    enter(ledger, "correction", corrected(3, claim("1", "loan-3")))
    follow(url)
    live = rows(url, "SELECT * FROM pledge_financing ORDER BY registration_no")
    compared = comparing.compare(url)
    assert compared["equal"], str([v for v in compared["views"].values() if not v["equal"]])
    rebuild.rebuild(url)
    assert rows(url, "SELECT * FROM pledge_financing ORDER BY registration_no") == live
    assert totals(url)["position"] == 12


def test_the_follower_decodes_only_what_concerns_it(ledger: Registry, url: str) -> None:
    pledge(ledger, 1)
    enter(ledger, "end", deregistered(number(1), registration_no=no(1)))
    log = rows(url, "SELECT topic, state FROM stored_events ORDER BY notification_id")
    told = [
        pledge_financing.concerns(r["topic"], b'"corrects":null' not in bytes(r["state"]))
        for r in log
    ]
    assert told == [True, False]
    assert stored_form.lines(bytes(log[1]["state"]))[0]["corrects"] is None
