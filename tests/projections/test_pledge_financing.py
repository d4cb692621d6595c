"""What the figures of pledge financing count, live and rebuilt."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from ledger.domain.events import (
    Door,
    PledgeChanged,
    PledgeRegistered,
    PledgeReleased,
    PledgeRevoked,
    SecuredClaim,
)
from ledger.domain.money import Money, yuan
from ledger.projections import comparing, rebuild
from ledger.projections.statistics.periods import Every
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
    entered,
    number,
    pledged,
)
from tests.conftest import NewDatabase
from tests.eventstore.ledgers import registry, rows
from tests.projections.acts import enter
from tests.projections.counting import asked, cells, figures, grouped
from tests.projections.following import follow

MAY, JUNE, JULY = date(2025, 5, 6), date(2025, 6, 2), date(2025, 7, 7)
FAMILY = "pledge-financing"


@pytest.fixture
def url(new_database: NewDatabase) -> Iterator[str]:
    with new_database() as fresh:
        yield fresh


@pytest.fixture
def ledger(url: str) -> Iterator[Registry]:
    with registry(url) as opened:
        yield opened


def total(url: str, *days: date, **more: Any) -> dict[str, Any]:
    return figures(url, FAMILY, *days, **more)


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


def on_trademark(fact: PledgeRegistered, serial: int = 1) -> PledgeRegistered:
    """The same pledge as the Chinese register states it of a trademark."""
    return fact.model_copy(update={"originator_id": f"trademark:CN:{serial}"})


def test_nothing_was_pledged(url: str) -> None:
    found = total(url)
    assert {name: value for name, value in found.items() if value is not None} == dict.fromkeys(
        (
            "projects",
            "inclusive_projects",
            "enterprises",
            "inclusive_enterprises",
            "patents",
            "live",
            "deregistered",
        ),
        0,
    )


def test_an_amount_is_counted_once_however_many_patents_secure_it(
    url: str, ledger: Registry
) -> None:
    pledge(ledger, 1, 1, 2, 3)
    assert total(url, MAY, MAY) == {
        "amount": "5000000.00",
        "amounts": {"CNY": "5000000.00"},
        "projects": 1,
        "inclusive_projects": 1,
        "inclusive_projects_share": "100.0",
        "enterprises": 1,
        "inclusive_enterprises": 1,
        "inclusive_enterprises_share": "100.0",
        "patents": 3,
        "patents_per_project": "3.0",
        "average_amount": "5000000.00",
        "live": 1,
        "balance": "5000000.00",
        "deregistered": 0,
        **{
            f"amount_{quartile}{method}": "5000000.00"
            for quartile in ("q1", "median", "q3")
            for method in ("", "_halves")
        },
        **{
            f"term_{quartile}{method}": "2.7"
            for quartile in ("q1", "median", "q3")
            for method in ("", "_halves")
        },
        "average_term": "2.7",
    }


def test_a_registration_is_one_project(url: str, ledger: Registry) -> None:
    pledge(ledger, 1, 1, 2)
    pledge(ledger, 2, 3)
    found = total(url)
    assert (found["projects"], found["patents"], found["patents_per_project"]) == (2, 3, "1.5")


def test_an_amount_is_counted_once_however_many_registrations_secure_it(
    url: str, ledger: Registry
) -> None:
    """It counts on the day of the first of them, so that months add up to the year."""
    pledge(ledger, 1, claim=claim("5000000"))
    pledge(ledger, 2, claim=claim("5000000"), on=JUNE)
    found = total(url)
    assert (found["amount"], found["projects"]) == ("5000000.00", 2)
    assert total(url, MAY, MAY)["amount"] == "5000000.00"
    june = total(url, JUNE, JUNE)
    assert (june["amount"], june["projects"], june["balance"]) == (None, 1, "5000000.00")


def test_creditors_number_their_claims_each_for_themselves(url: str, ledger: Registry) -> None:
    for serial, bank in ((1, BANK), (2, OTHER_BANK)):
        pledge(ledger, serial, claim=claim("5000000"), pledgees=(bank,))
    assert total(url)["amount"] == "10000000.00"


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


def test_a_total_in_yuan_needs_a_stated_rate(url: str, ledger: Registry) -> None:
    pledge(ledger, 1)
    pledge(ledger, 2, claim=claim(Money(amount="100", currency="USD"), "loan-2"))
    assert total(url)["amount"] is None
    assert total(url, rates={"USD": {"2024": "7"}})["amount"] is None
    assert total(url, rates={"USD": {"*": "7.1"}})["amount"] == "5000710.00"
    assert total(url, rates={"USD": {"2025": "7.2", "*": "1"}})["amount"] == "5000720.00"


def test_enterprises_are_counted_once_and_nobody_else_is(url: str, ledger: Registry) -> None:
    pledge(ledger, 1, pledgors=(LAMPWORKS, MILLS))
    pledge(ledger, 2, pledgors=(LAMPWORKS, UNIVERSITY, INVENTOR))
    pledge(ledger, 3, pledgors=(INSTRUMENTS,), claim=claim("20000000", "loan-3"))
    found = total(url)
    assert (found["enterprises"], found["inclusive_enterprises"]) == (3, 2)
    assert found["inclusive_enterprises_share"] == "66.7"


def test_a_revoked_registration_never_was(url: str, ledger: Registry) -> None:
    pledge(ledger, 1)
    pledge(ledger, 2)
    revoked = PledgeRevoked(**about(number(1), JUNE, registration_no=no(1)))
    enter(ledger, "revocation", revoked)
    found = total(url)
    assert (found["projects"], found["amount"]) == (1, "5000000.00")
    before = cells(url, asked(FAMILY, measures=("projects",)), 2)
    assert [cell["value"] for cell in before] == [2]


def test_a_registration_that_ended_was_made_all_the_same(url: str, ledger: Registry) -> None:
    pledge(ledger, 1)
    enter(ledger, "end", deregistered(number(1), registration_no=no(1)))
    found = total(url)
    assert (found["projects"], found["deregistered"], found["live"]) == (1, 1, 0)
    assert grouped(url, FAMILY, "deregistered", "ground") == {"": 1, "performed": 1}
    assert grouped(url, FAMILY, "projects", "institution") == {"": 1, "bank": 1}


def test_a_patent_that_leaves_a_registration_ends_none(url: str, ledger: Registry) -> None:
    pledge(ledger, 1, 1, 2)
    enter(ledger, "end", PledgeReleased(**about(number(1), JUNE, registration_no=no(1))))
    found = total(url)
    assert (found["deregistered"], found["live"], found["balance"]) == (0, 1, "5000000.00")


def test_the_balance_is_that_of_the_day(url: str, ledger: Registry) -> None:
    pledge(ledger, 1)
    lower = PledgeChanged(
        **about(number(1), JUNE, registration_no=no(1)),
        pledgors=None,
        pledgees=None,
        claim=claim("2000000", "loan-1"),
    )
    enter(ledger, "change", lower)
    enter(ledger, "end", deregistered(number(1), registration_no=no(1), on=JULY))
    balances = [total(url, MAY, day)["balance"] for day in (date(2025, 5, 5 + 1), JUNE, JULY)]
    assert balances == ["5000000.00", "2000000.00", None]
    assert total(url)["amount"] == "5000000.00"


def test_a_claim_whose_amount_is_withheld_is_a_project_without_an_amount(
    url: str, ledger: Registry
) -> None:
    pledge(ledger, 1, claim=None)
    found = total(url)
    assert (found["projects"], found["amounts"], found["inclusive_projects"]) == (1, None, 0)


def test_patents_of_other_offices_are_not_counted(url: str, ledger: Registry) -> None:
    enter(ledger, "abroad", pledged("US:14808123"))
    assert total(url)["projects"] == 0


def test_trademarks_are_counted_where_it_is_said_and_a_claim_once(
    url: str, ledger: Registry
) -> None:
    pledge(ledger, 1)
    mixed = pledged(number(1), registration_no="T-1", claim=claim("5000000", "loan-1"), on=JUNE)
    alone = pledged(number(1), registration_no="T-2", claim=claim("300", "loan-9"), on=JUNE)
    enter(ledger, "mixed", on_trademark(mixed))
    enter(ledger, "alone", on_trademark(alone, 2))
    found = total(url)
    assert (found["projects"], found["amount"], found["patents"]) == (1, "5000000.00", 1)
    whole = total(url, trademarks=True)
    assert (whole["projects"], whole["amount"], whole["patents"]) == (3, "5000300.00", 1)
    kinds = grouped(url, FAMILY, "projects", "kind", trademarks=True)
    assert kinds == {"": 3, "unknown": 1, "trademark": 2}
    revoked = PledgeRevoked(**about("trademark:CN:2", JULY, registration_no="T-2"))
    enter(ledger, "revocation", revoked)
    assert total(url, trademarks=True)["projects"] == 2


def test_a_record_that_was_corrected_counts_as_it_is_now(url: str, ledger: Registry) -> None:
    pledge(ledger, 1)
    enter(ledger, "correction", corrected(1, claim("7000000", "loan-1")))
    found = total(url)
    assert (found["projects"], found["patents"], found["amount"]) == (1, 1, "7000000.00")


def test_a_patent_told_of_later_groups_what_was_pledged_before(url: str, ledger: Registry) -> None:
    pledge(ledger, 1)
    assert grouped(url, FAMILY, "projects", "kind") == {"": 1, "unknown": 1}
    enter(ledger, "entry", entered(number(1)))
    assert grouped(url, FAMILY, "projects", "kind") == {"": 1, "invention": 1}


def test_months_are_those_of_registration(url: str, ledger: Registry) -> None:
    pledge(ledger, 1, on=MAY)
    pledge(ledger, 2, on=date(2025, 5, 31))
    pledge(ledger, 3, on=JUNE)
    year = (date(2025, 1, 1), date(2025, 12, 31))
    query = asked(FAMILY, *year, every=Every.MONTH, measures=("projects", "enterprises"))
    found = [(c["measure"], c["period"], c["value"]) for c in cells(url, query) if c["value"]]
    assert found == [
        ("projects", "2025-05", 2),
        ("projects", "2025-06", 1),
        ("enterprises", "2025-05", 1),
        ("enterprises", "2025-06", 1),
    ]


def test_growth_is_over_the_year_before(url: str, ledger: Registry) -> None:
    pledge(ledger, 1, on=date(2024, 5, 6))
    for serial in (2, 3, 4):
        pledge(ledger, serial, on=MAY)
    half = (date(2025, 1, 1), date(2025, 6, 30))
    (cell,) = cells(url, asked(FAMILY, *half, measures=("projects",)))
    assert cell == {
        "measure": "projects",
        "period": "2025-H1",
        "group": {},
        "value": 3,
        "before": 1,
        "growth": "200.0",
    }


def test_live_is_what_a_rebuild_makes(url: str, ledger: Registry) -> None:
    """Whatever the batches were in which it followed."""
    for serial in range(1, 6):
        pledge(ledger, serial, serial, serial + 10)
        if serial % 2:
            follow(url)
    enter(ledger, "end", PledgeRevoked(**about(number(2), JUNE, registration_no=no(2))))
    enter(ledger, "correction", corrected(3, claim("1", "loan-3")))
    enter(ledger, "brand", on_trademark(pledged(number(1), registration_no="T-1")))
    follow(url)
    everything = "SELECT * FROM pledge_financing AS t ORDER BY t::text"
    live = rows(url, everything)
    compared = comparing.compare(url)
    assert [v for v in compared["views"].values() if not v["equal"]] == []
    rebuild.rebuild(url)
    assert rows(url, everything) == live
    rebuild.rebuild(url, extent="statistics")
    assert rows(url, everything) == live
