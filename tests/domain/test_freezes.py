"""What an ownership dispute and a court's preservation block, and what passes them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ledger.domain.filing import Command
from ledger.domain.lawsettings import LawSettings
from ledger.domain.lifecycle import (
    Abandon,
    ContinuePreservation,
    DecideInvalidation,
    EndPreservation,
    EndSuspension,
    ExtendSuspension,
    FinaliseInvalidation,
    PayAnnualFee,
    StartInvalidation,
    StartPreservation,
    StartSuspension,
)
from ledger.domain.patent import Status
from ledger.domain.pledges import ChangePledge
from tests.builders import (
    BANK,
    LAMPWORKS,
    MILLS,
    PATENT,
    change_name,
    change_pledge,
    deregister_pledge,
    documents,
    entered,
    fact,
    invalidation_decided,
    invalidation_requested,
    pledged,
    preserved,
    record_consent,
    recorded,
    refs,
    register_pledge,
    register_transfer,
    suspended,
)
from tests.domain.test_licences import cancel_licence, change_licence, licensed, record_licence
from tests.domain.test_open_licences import declare, declared_open, withdraw
from tests.scenario import Scenario

FREEZES = [pytest.param(preserved(), id="preserved"), pytest.param(suspended(), id="suspended")]
MOVED = {"address": "10 New Square, Lanternhill"}


def said(command: Command, *given: Any) -> set[str]:
    return {f.rule for f in recorded(entered(), *given).when(command).findings}


@pytest.mark.parametrize("freeze", FREEZES)
@pytest.mark.parametrize(
    ("command", "rule", "standing"),
    [
        (register_transfer(), "transfer-not-frozen", ()),
        (change_name(), "name-change-not-frozen", ()),
        (fact(Abandon, signed_by=refs(LAMPWORKS)), "abandon-not-frozen", ()),
        (register_pledge(), "pledge-not-frozen", ()),
        (change_pledge(), "frozen-blocks", (pledged(),)),
        (record_licence(), "licence-not-frozen", ()),
        (change_licence(), "licence-not-frozen", (licensed(),)),
        (declare(), "open-not-frozen", ()),
    ],
    ids=lambda value: getattr(value, "NAME", None),
)
def test_it_blocks(command: Command, rule: str, standing: Any, freeze: Any) -> None:
    recorded(entered(), *standing, freeze).when(command).refuses(rule)
    assert rule not in said(command, *standing)


PASSING: list[tuple[Command, tuple[Any, ...]]] = [
    (deregister_pledge(), (pledged(),)),
    (cancel_licence(), (licensed(),)),
    (withdraw(), (declared_open(),)),
    (record_consent(), (pledged(),)),
    (fact(PayAnnualFee, fee_year=9), ()),
    (fact(StartInvalidation, case_no="4W990009"), ()),
    (
        fact(DecideInvalidation, case_no="4W990001", outcome="maintained", decision_no="D1"),
        (invalidation_requested(),),
    ),
    (
        fact(FinaliseInvalidation, case_no="4W990001", outcome="maintained", decision_no="D1"),
        (invalidation_requested(), invalidation_decided(outcome="maintained")),
    ),
    (change_name(after=LAMPWORKS.model_copy(update=MOVED), item="address"), ()),
    (
        change_pledge(
            claim=None,
            pledgees=(BANK.model_copy(update=MOVED),),
            documents=documents("identity-commitment"),
        ),
        (pledged(),),
    ),
]


@pytest.mark.parametrize("freeze", FREEZES)
@pytest.mark.parametrize(
    ("command", "standing"), PASSING, ids=[command.NAME for command, _ in PASSING]
)
def test_it_lets_pass(command: Command, standing: Any, freeze: Any) -> None:
    recorded(entered(), *standing, freeze).when(command).passes()


PRESERVE = fact(
    StartPreservation,
    case_no="(2026) Harbour 7",
    court="Tidewater Court",
    months=6,
    particulars_match=True,
    documents=documents("ruling", "assistance-notice"),
)
SUSPEND = fact(
    StartSuspension,
    case_no="(2026) Dispute 7",
    requested_by=MILLS,
    dispute_parties=(MILLS, LAMPWORKS),
    particulars_match=True,
    documents=documents("acceptance-document"),
)
PRESERVATION = {"case_no": "(2026) Lantern 1", "court": "Lanternhill Court"}


@pytest.mark.parametrize(
    ("command", "given"),
    [
        (PRESERVE, (suspended(),)),
        (PRESERVE, (preserved(),)),
        (SUSPEND, (preserved(),)),
        (fact(ContinuePreservation, months=6, **PRESERVATION), (preserved(), suspended())),
        (fact(EndPreservation, **PRESERVATION), (preserved(), suspended())),
        (
            fact(
                ExtendSuspension,
                case_no="(2026) Dispute 1",
                documents=documents("case-not-closed"),
            ),
            (suspended(), preserved()),
        ),
        (
            fact(EndSuspension, case_no="(2026) Dispute 1", reason="judgment"),
            (suspended(), preserved()),
        ),
    ],
    ids=lambda value: getattr(value, "NAME", None),
)
def test_facts_of_others_never_block_one_another(command: Command, given: Any) -> None:
    recorded(entered(), *given).when(command).passes()


class TestAddresses:
    """A change of nothing but addresses passes, where the office lets it."""

    frozen: Scenario = recorded(entered(), pledged(), preserved())

    def change(self, **fields: Any) -> ChangePledge:
        return change_pledge(
            **{"claim": None, "documents": documents("identity-commitment"), **fields}
        )

    def test_of_either_side(self) -> None:
        for moved in (
            {"pledgees": (BANK.model_copy(update=MOVED),)},
            {"pledgors": (LAMPWORKS.model_copy(update=MOVED),)},
        ):
            self.frozen.when(self.change(**moved)).passes()

    def test_the_office_may_decide_otherwise(self) -> None:
        strict = recorded(entered(), pledged(), preserved())
        strict.law = LawSettings(address_change_passes_freeze=False)
        strict.when(self.change(pledgees=(BANK.model_copy(update=MOVED),))).refuses("frozen-blocks")

    @pytest.mark.parametrize(
        "more",
        [
            {"pledgees": (BANK.model_copy(update={"name": "Bank of Lanterns"}),)},
            {"pledgees": (BANK.model_copy(update=MOVED), MILLS)},
            {"pledgees": (MILLS,)},
            {"debtor": MILLS},
        ],
    )
    def test_anything_else_waits(self, more: dict[str, Any]) -> None:
        moved = {"pledgees": (BANK.model_copy(update=MOVED),)}
        self.frozen.when(self.change(**moved | more)).refused_by("frozen-blocks")


@pytest.mark.parametrize("freeze", FREEZES)
def test_full_term_is_not_stopped(freeze: Any) -> None:
    patent = recorded(entered(), freeze).patents[PATENT]
    assert patent.status(date(2038, 6, 11)) is Status.IN_FORCE
    assert patent.status(date(2038, 6, 12)) is Status.EXPIRED
