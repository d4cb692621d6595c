"""What licence rates count: contracts, what they cost, and what open licences ask and get."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ledger.domain.events import (
    EntryRevoked,
    OpenLicenceContractRecorded,
    OpenLicenceTaken,
    OpenLicenceWithdrawn,
)
from ledger.domain.money import yuan
from ledger.domain.royalties import (
    AnyRoyalty,
    EntryFeePlusRunning,
    FixedRate,
    Free,
    LumpSum,
    PerUnitRate,
    Running,
    YearlyRate,
)
from ledger.registry import Registry
from tests.builders import (
    INSTRUMENTS,
    MILLS,
    UNIVERSITY,
    about,
    declared_open,
    licensed,
    number,
    parties,
    party,
)
from tests.conftest import NewDatabase
from tests.eventstore.ledgers import registry
from tests.projections.acts import enter
from tests.projections.counting import asked, cells, figures, grouped

FAMILY = "licence-rates"


def running(percent: str, base: str = "net_sales") -> Running:
    return Running(base=base, rate=FixedRate(percent=percent))


ROYALTIES: tuple[AnyRoyalty | None, ...] = (
    LumpSum(total=yuan("100000")),
    LumpSum(total=yuan("200000.01")),
    Free(),
    running("1"),
    running("2"),
    running("4"),
    EntryFeePlusRunning(
        entry_fee=yuan("50000"),
        base="net_sales",
        rate=YearlyRate(pattern="rising", percents=("5", "7")),
    ),
    Running(base="unit", rate=PerUnitRate(amount=yuan("3"))),
    None,
)


@pytest.fixture(scope="module")
def url(new_database: NewDatabase) -> Iterator[str]:
    """A contract of each royalty, the first over three patents; open licences."""
    with new_database() as fresh, registry(fresh) as ledger:
        for serial, royalty in enumerate(ROYALTIES, 1):
            patents = (1, 11, 12) if serial == 1 else (serial,)
            facts = [licence(serial, patent, royalty) for patent in patents]
            enter(ledger, f"licence {serial}", *facts)
        enter(ledger, "free", declaration(20, Free()))
        enter(ledger, "dear", declaration(21, running("6")))
        enter(ledger, "cheap", declaration(22, running("3")))
        enter(ledger, "withdrawn", withdrawn(21))
        for taker, place in ((MILLS, 1), (INSTRUMENTS, 2)):
            enter(ledger, f"take {place}", taken(22, f"take-{place}", taker))
        enter(ledger, "recordal", recorded(22, "take-1"))
        yield fresh


def licence(serial: int, patent: int, royalty: AnyRoyalty | None, **fields: Any) -> Any:
    number_of_it = f"X20259900{serial:05}"
    return licensed(number(patent), registration_no=number_of_it, royalty=royalty, **fields)


def no(serial: int) -> str:
    return f"OL20259900{serial:05}"


def declaration(serial: int, fee: AnyRoyalty) -> Any:
    patentees = (UNIVERSITY,)
    return declared_open(number(serial), declaration_no=no(serial), fee=fee, patentees=patentees)


def withdrawn(serial: int) -> OpenLicenceWithdrawn:
    return OpenLicenceWithdrawn(
        **about(number(serial), date(2025, 5, 6)),
        declaration_no=no(serial),
        patentees=parties(UNIVERSITY),
    )


def taken(serial: int, licence_id: str, taker: Any) -> OpenLicenceTaken:
    return OpenLicenceTaken(
        **about(number(serial), date(2025, 6, 2)),
        licence_id=licence_id,
        declaration_no=no(serial),
        licensee=party(taker),
        licensors=parties(UNIVERSITY),
        notice_on=date(2025, 6, 2),
        paid_on=date(2025, 6, 2),
        starts_on=date(2025, 6, 2),
        ends_on=date(2030, 1, 1),
        royalty=running("3"),
    )


def recorded(serial: int, licence_id: str) -> OpenLicenceContractRecorded:
    return OpenLicenceContractRecorded(
        **about(number(serial), date(2025, 7, 7), registration_no="X2025990000099"),
        licence_id=licence_id,
        declaration_no=no(serial),
        kind="ordinary",
        licensors=parties(UNIVERSITY),
        licensees=parties(MILLS),
    )


def test_contracts_are_counted_once_and_patents_each(url: str) -> None:
    found = figures(url, FAMILY)
    assert (found["contracts"], found["patents"], found["patents_per_contract"]) == (10, 12, "1.2")


def test_classes_partition_the_contracts(url: str) -> None:
    """What is withheld is of a class that nobody knows (stat-licence-classes)."""
    found = grouped(url, FAMILY, "contracts", "class")
    assert found == {"": 10, "fixed": 2, "running": 6, "free": 1, "unknown": 1}
    shares = cells(url, asked(FAMILY, by=("class",), measures=("contracts",)))
    assert [c["share"] for c in shares if c["group"] == {"class": "running"}] == ["60.0"]


@pytest.mark.parametrize(
    ("by", "found"),
    [
        (
            "form",
            {
                "": 10,
                "lump_sum": 2,
                "free": 1,
                "running": 5,
                "entry_fee_plus_running": 1,
                "unknown": 1,
            },
        ),
        ("base", {"": 10, "net_sales": 5, "unit": 1, "none": 3, "unknown": 1}),
        ("way", {"": 10, "negotiated": 9, "open": 1}),
        ("licence_kind", {"": 10, "ordinary": 10}),
        ("party_kind", {"": 10, "enterprise": 9, "university": 1}),
    ],
)
def test_contracts_are_grouped(url: str, by: str, found: dict[str, int]) -> None:
    assert grouped(url, FAMILY, "contracts", by) == found


def test_a_fixed_amount_is_the_contracts_and_no_entry_fee(url: str) -> None:
    found = figures(url, FAMILY)
    assert found["fixed_amount"] == "300000.01"
    assert found["average_fixed_amount"] == "150000.01"
    assert found["average_term"] == "4.9"


def test_rates_have_quartiles_by_two_methods(url: str) -> None:
    """Negotiated rates 1, 2, 4 and 6, the mean of 5 and 7."""
    where = {"way": ("negotiated",)}
    measures = tuple(f"rate_{n}" for n in ("q1", "median", "q3", "mean", "min", "max"))
    halves = ("rate_q1_halves", "rate_median_halves", "rate_q3_halves")
    found = figures(url, FAMILY, where=where, measures=measures + halves)
    assert {name: Decimal(rate) for name, rate in found.items()} == {
        "rate_q1": Decimal("1.75"),
        "rate_median": Decimal(3),
        "rate_q3": Decimal("4.5"),
        "rate_mean": Decimal("3.25"),
        "rate_min": Decimal(1),
        "rate_max": Decimal(6),
        "rate_q1_halves": Decimal("1.5"),
        "rate_median_halves": Decimal(3),
        "rate_q3_halves": Decimal(5),
    }


def test_open_licences_show_what_is_asked_and_what_is_paid(url: str) -> None:
    found = figures(url, FAMILY)
    names = ("declared", "offered", "live", "withdrawn", "taken", "taken_recorded")
    assert [found[name] for name in names] == [3, 3, 0, 1, 2, 1]
    assert found["takers_per_declaration"] == "2.0"
    rates = (found["asked_rate_median"], found["taken_rate_median"])
    assert list(map(Decimal, rates)) == [Decimal("4.5"), Decimal(3)]
    live = figures(url, FAMILY, date(2025, 1, 1), date(2025, 5, 5), measures=("live",))
    assert live == {"live": 3}
    live = figures(url, FAMILY, date(2025, 1, 1), date(2025, 5, 6), measures=("live",))
    assert live == {"live": 2}


def test_a_recordal_that_was_revoked_is_not_counted(new_database: NewDatabase) -> None:
    with new_database() as fresh, registry(fresh) as ledger:
        enter(ledger, "one", licence(1, 1, Free()))
        revoke(ledger, "one", 1)
        found = figures(fresh, FAMILY)
        assert found["contracts"] == 0
        (cell,) = cells(fresh, asked(FAMILY, measures=("contracts",)), 1)
        assert cell["value"] == 1


def revoke(ledger: Registry, filing: str, serial: int) -> None:
    envelope = about(number(serial), date(2025, 8, 1))
    envelope["envelope"] = envelope["envelope"].model_copy(update={"corrects": filing})
    revocation = EntryRevoked(
        **envelope,
        entry_topic="licence.recorded",
        original_topic="licence.recorded",
        changes=(),
        publication=None,
        effect="from_beginning",
        undoes=None,
        entry_version=1,
    )
    enter(ledger, "revocation", revocation)
