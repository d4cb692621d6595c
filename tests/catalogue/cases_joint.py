"""Cases of the rules of joint filings and of consents taken back."""

from __future__ import annotations

from dataclasses import replace

from ledger.domain.completing import refused_by_office
from ledger.domain.consents import WithdrawConsent
from ledger.domain.contests import ContestPrepared, ContestRefusal, DecideContest
from ledger.domain.joint import (
    ConfirmFiling,
    PrepareFiling,
    RefuseFiling,
    WithdrawFiling,
    restored,
)
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
from tests.scenario import Scenario, given

SIGNED_BY_THE_BANK = PrepareFiling(patents=(PATENT,), filing=register_pledge(signed_by=refs(BANK)))
PREPARED = PATENT_ALONE.when(SIGNED_BY_THE_BANK).given_that()
(STREAM,) = (name for name in PREPARED.streams if name.startswith("filing:"))
NAMED = STREAM.removeprefix("filing:")
CONFIRM = ConfirmFiling(filing=NAMED, by=ref(LAMPWORKS))
WITHDRAWN = PREPARED.when(WithdrawFiling(filing=NAMED)).given_that()
REASON = "The office misreads the contract."
CONTEST = ContestRefusal(
    patents=(PATENT,), filing=register_pledge(signed_by=refs(BANK)), reason=REASON
)


def refused() -> Scenario:
    """The prepared pledge, refused on the office's own ground."""
    prepared = PREPARED.streams[STREAM].prepared
    assert prepared is not None
    filing = restored(prepared.filing, ())
    refusal = RefuseFiling(filing=NAMED, reason="The contract is forged.")
    verdict = refused_by_office(PREPARED.patents, filing, refusal, PREPARED.context())
    return given(*verdict.events, to=PREPARED)


REFUSED = refused()
CONTESTED = REFUSED.when(ContestPrepared(filing=NAMED, reason=REASON)).given_that()
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
    case(
        "contest-of-a-refusal",
        "R",
        ContestRefusal(patents=(PATENT,), filing=register_pledge(), reason=REASON),
        passes=CONTEST,
        given=PATENT_ALONE,
    ),
    case(
        "contest-of-a-refusal",
        "R",
        ContestPrepared(filing=NAMED, reason=REASON),
        given=PREPARED,
        clean=REFUSED,
    ),
    case(
        "contest-open",
        "R",
        DecideContest(filing=NAMED, outcome="upheld", reason=REASON),
        given=REFUSED,
        clean=CONTESTED,
    ),
    case(
        "contest-room",
        "R",
        DecideContest(filing=NAMED, outcome="set_aside", waive=("pledge-contract",), reason=REASON),
        passes=DecideContest(
            filing=NAMED, outcome="set_aside", waive=("pledge-other-ground",), reason=REASON
        ),
        given=CONTESTED,
    ),
    case("consent-withdrawal", "R", WithdrawConsent(consent="C1"), given=USED, clean=CONSENTED),
)
