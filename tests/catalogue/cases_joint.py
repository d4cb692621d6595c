"""Cases of the rules of joint filings and of consents taken back."""

from __future__ import annotations

from dataclasses import replace

from ledger.domain.consents import WithdrawConsent
from ledger.domain.joint import ConfirmFiling, PrepareFiling, WithdrawFiling
from tests.builders import (
    BANK,
    LAMPWORKS,
    MILLS,
    PATENT,
    consent_used,
    consented,
    entered,
    pledged,
    recorded,
    ref,
    refs,
    register_pledge,
)
from tests.catalogue.case import PATENT_ALONE, Case, case

SIGNED_BY_THE_BANK = PrepareFiling(patents=(PATENT,), filing=register_pledge(signed_by=refs(BANK)))
PREPARED = PATENT_ALONE.when(SIGNED_BY_THE_BANK).given_that()
(STREAM,) = (name for name in PREPARED.streams if name.startswith("filing:"))
NAMED = STREAM.removeprefix("filing:")
CONFIRM = ConfirmFiling(filing=NAMED, by=ref(LAMPWORKS))
WITHDRAWN = PREPARED.when(WithdrawFiling(filing=NAMED)).given_that()
CONSENTED = recorded(entered(), pledged(), consented())
USED = recorded(entered(), pledged(), consented(), consent_used())

CASES: tuple[Case, ...] = (
    case(
        "joint-filing-awaits-others",
        "R",
        PrepareFiling(patents=(PATENT,), filing=register_pledge()),
        passes=SIGNED_BY_THE_BANK,
    ),
    case("joint-filing-open", "R", CONFIRM, given=WITHDRAWN, clean=PREPARED),
    case(
        "joint-filing-asked",
        "R",
        ConfirmFiling(filing=NAMED, by=ref(MILLS)),
        passes=CONFIRM,
        given=PREPARED,
    ),
    case(
        "pledge-other-ground",
        "R",
        register_pledge(),
        given=replace(PATENT_ALONE, objection="The contract is forged."),
        clean=PATENT_ALONE,
    ),
    case("consent-withdrawal", "R", WithdrawConsent(consent="C1"), given=USED, clean=CONSENTED),
)
