"""What the rules of every filing, of consents, corrections and joint filings say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from ledger.domain.consents import EnterPartyEvidence, WithdrawConsent
from ledger.domain.filing import Caller, Registration
from ledger.domain.joint import ConfirmFiling, PrepareFiling, RefuseFiling, WithdrawFiling
from ledger.domain.lifecycle import RecordFeeReduction
from tests.builders import (
    BANK,
    FOREIGNER,
    INVENTOR,
    LAMPWORKS,
    MILLS,
    MODEL,
    OTHER_BANK,
    PATENT,
    SECOND,
    TODAY,
    change_name,
    change_pledge,
    consent_used,
    consented,
    correct,
    documents,
    entered,
    fact,
    fee_paid,
    grant_patent,
    patent_details,
    pledged,
    record_consent,
    recorded,
    ref,
    refs,
    register_pledge,
    register_transfer,
    revoke_entry,
    transferred,
)
from tests.catalogue.case import PATENT_ALONE, but
from tests.catalogue.cases_corrections import FEE, PLEDGE
from tests.catalogue.cases_corrections import PLEDGED as ENTERED
from tests.catalogue.cases_general import (
    MISTYPED,
    NUMBER,
    NUMBERED_OLD,
    ODD,
    OLD_NUMBER,
    OWING,
    PLEDGED,
    done,
)
from tests.catalogue.cases_joint import CONFIRM, CONSENTED, NAMED, PREPARED, USED, WITHDRAWN
from tests.catalogue.cases_right import compensate, final, lapse, pay, restore
from tests.catalogue.sayings.saying import Saying, says
from tests.domain.test_consents import FAILING
from tests.domain.test_licences import change_licence, record_licence
from tests.domain.test_open_licences import declare

TOMORROW = date(2026, 3, 3)
PAPERS = documents("registration-authority-proof")
PROVED = replace(PATENT_ALONE, evidenced=frozenset({FAILING}))
BADLY_BORN = INVENTOR.model_copy(update={"identity_number": NUMBER[:10] + "1301" + NUMBER[14:]})
COMMITTED = documents("application-form", "pledge-contract", "commitment")


def evidence(code: str = FAILING) -> EnterPartyEvidence:
    return EnterPartyEvidence(
        credit_code=code, reason="It is what its licence says.", documents=PAPERS
    )


def caller(party: str | None) -> Caller:
    return Caller("someone", "bank", party)


WITHDRAW = WithdrawFiling(filing=NAMED)
THREE = PrepareFiling(
    patents=(PATENT,), filing=register_pledge(pledgees=(BANK, OTHER_BANK), signed_by=refs(BANK))
)
OF_THREE = PATENT_ALONE.when(THREE).given_that()
(OF_THREE_NAMED,) = (n.removeprefix("filing:") for n in OF_THREE.streams if n.startswith("filing:"))
ONE_CONFIRMED = OF_THREE.when(ConfirmFiling(filing=OF_THREE_NAMED, by=ref(LAMPWORKS))).given_that()
TRANSFER = PrepareFiling(patents=(PATENT,), filing=register_transfer(signed_by=refs(LAMPWORKS)))
MOVED = PATENT_ALONE.when(TRANSFER).given_that()
(MOVED_NAMED,) = (n.removeprefix("filing:") for n in MOVED.streams if n.startswith("filing:"))
WITHDRAWN_CONSENT = CONSENTED.when(WithdrawConsent(consent="C1")).given_that()
CORRECTED = ENTERED.when(
    correct(PLEDGE.filing_id, changes={"contract_on": "2025-05-01"})
).given_that()
(CORRECTION,) = {a.filing_id for x in CORRECTED.patents[PATENT].amended for a in x.by}
TWO_FEES = recorded(
    entered(),
    fee_paid(fee_year=7, on=date(2026, 1, 5)),
    fee_paid(fee_year=8, on=date(2026, 1, 5)),
)
TODAYS = recorded(entered(), transferred(on=TODAY))

SAYINGS: tuple[Saying, ...] = (
    *says(
        "id-patent-number-check",
        register_pledge(),
        register_pledge(patents=(PATENT, MISTYPED)),
        register_pledge(patents=("US:14808123",)),
    ),
    *says("not-this-register", register_pledge(patents=("US:14808123", PATENT))),
    *says(
        "id-patent-kind-consistent",
        grant_patent(patent_details(kind="design", symbols=("26-02",))),
        grant_patent(patent_details(same_day_patent=SECOND)),
        grant_patent(patent_details(same_day_patent=MODEL)),
        given=recorded(),
    ),
    *says(
        "day-has-come",
        change_pledge(received_on=TOMORROW),
        change_pledge(changed_on=TOMORROW),
        change_pledge(changed_on=TODAY),
        pay("900").model_copy(update={"effective_on": TOMORROW}),
        fact(RecordFeeReduction, percent=85, effective_on=TOMORROW),
        fact(RecordFeeReduction, percent=85, received_on=TOMORROW),
        lapse(TOMORROW),
        but(lapse(), notified_on=TOMORROW),
        restore(requested_on=TOMORROW),
        restore(notice_received_on=TOMORROW),
        restore(obstacle_ended_on=TOMORROW),
        restore(fee_paid_on=TOMORROW),
        restore(),
        compensate(approved_on=TOMORROW),
        but(final(), decided_on=TOMORROW),
        register_transfer(contract_on=TOMORROW),
        register_transfer(fee_paid_on=TOMORROW),
    ),
    *says("patent-entered-once", grant_patent(), grant_patent(patent_details(SECOND))),
    *says(
        "id-uscc-check",
        evidence(),
        evidence(BANK.credit_code or ""),
        register_pledge(pledgors=(ODD, LAMPWORKS), pledgees=(BANK,)),
    ),
    *says(
        "id-uscc-check",
        evidence(),
        register_pledge(pledgees=(ODD,)),
        register_pledge(pledgees=(but(ODD, credit_code=FAILING.lower()),)),
        given=PROVED,
    ),
    *says(
        "id-resident-check",
        register_transfer(patentees_after=(BADLY_BORN,)),
        register_transfer(patentees_after=(INVENTOR,)),
    ),
    *says(
        "foreign-party-agency",
        register_pledge(pledgors=(FOREIGNER,), pledgees=(BANK,)),
        register_pledge(debtor=FOREIGNER),
        register_pledge(debtor=FOREIGNER, pledgees=(FOREIGNER,)),
        register_pledge(pledgees=(FOREIGNER,), agency="Wick & Co"),
        register_transfer(patentees_after=(FOREIGNER,)),
    ),
    *says(
        "false-proof-revocable",
        register_pledge(documents=COMMITTED),
        register_pledge(documents=COMMITTED, signed_by=()),
        register_pledge(),
    ),
    *says(
        "id-registration-number-form",
        change_pledge(registration_no=OLD_NUMBER),
        change_pledge(registration_no="unknown"),
        given=NUMBERED_OLD,
    ),
    *says("id-registration-number-form", change_pledge(), record_licence(), given=PLEDGED),
    *says(
        "id-registration-number-form",
        change_licence(licence_id=OLD_NUMBER),
        record_licence(head_licence_id=OLD_NUMBER),
        change_licence(licence_id="taken"),
        given=replace(
            NUMBERED_OLD,
            registrations={
                OLD_NUMBER: Registration(OLD_NUMBER, "licence", (PATENT,), None),
                "taken": Registration("taken", "take", (PATENT,), None),
            },
        ),
    ),
    # --- obligations met
    *says("obligation-open", done(done_on=TODAY), done(done_on=TOMORROW), given=OWING),
    *says(
        "fulfilment-confirmed",
        done(),
        done(documents=()),
        done(documents=PAPERS),
        done(documents=PAPERS, signed_by=refs(BANK)),
        done(documents=PAPERS, signed_by=refs(LAMPWORKS)),
        given=OWING,
    ),
    *says("fulfilment-confirmed", done(documents=(), obligation="F9-1"), given=OWING),
    # --- consents
    *says(
        "pledge-consent-specific",
        record_consent(),
        record_consent(disposition=None),
        record_consent(act="licence", disposition="continues"),
        record_consent(act="licence", disposition=None),
        record_consent(act="licence", disposition=None, counterparties=()),
        record_consent(act="abandonment", disposition=None),
        record_consent(act="abandonment", disposition=None, counterparties=()),
        record_consent(capacity="pledgor", by=LAMPWORKS, disposition=None),
        record_consent(capacity="pledgor", by=LAMPWORKS),
        record_consent(capacity="co_owner", by=LAMPWORKS, disposition=None),
        record_consent(capacity="co_owner", by=MILLS, disposition=None),
        record_consent(valid_until=date(2026, 3, 1)),
        record_consent(valid_from=date(2026, 2, 1), valid_until=date(2026, 3, 1)),
        record_consent(valid_from=date(2026, 2, 1), valid_until=TODAY),
        record_consent(valid_from=date(2026, 4, 2), valid_until=date(2026, 4, 1)),
        record_consent(valid_from=date(2026, 4, 2), valid_until=date(2026, 4, 2)),
        record_consent(by=MILLS),
        record_consent(by=None),
        record_consent(signed_by=()),
        given=PLEDGED,
    ),
    *says(
        "pledge-consent-specific",
        record_consent(by=None),
        record_consent(signed_by=()),
        record_consent(capacity="pledgor", by=None, disposition=None),
        given=replace(PLEDGED, caller=caller(ref(BANK))),
    ),
    *says(
        "pledge-consent-specific",
        record_consent(patents=(PATENT, SECOND)),
        record_consent(patents=(PATENT, SECOND), disposition=None),
        given=recorded(entered(), pledged(), entered(SECOND)),
    ),
    *says("consent-withdrawal", WithdrawConsent(consent="C1"), given=USED),
    *says("consent-withdrawal", WithdrawConsent(consent="C1"), given=WITHDRAWN_CONSENT),
    *says(
        "consent-withdrawal",
        WithdrawConsent(consent="C1"),
        given=CONSENTED,
        days=(date(2026, 5, 31), date(2026, 6, 1)),
    ),
    # --- why a consent does not count
    *(
        saying
        for stated in (
            consented(),
            consented(valid_until=TODAY),
            consented(valid_from=date(2026, 3, 3)),
            consented(act="abandonment", counterparties=()),
            consented(counterparties=(MILLS,)),
            consented(by=OTHER_BANK),
            consented(patents=(SECOND,)),
        )
        for saying in says(
            "transfer-pledgee-consent",
            register_transfer(consents=("C1", "C9")),
            given=recorded(stated, to=recorded(entered(), pledged(pledgees=(BANK, MILLS)))),
        )
    ),
    *says(
        "transfer-pledgee-consent",
        register_transfer(consents=("C1",)),
        given=recorded(consented(), consent_used(), to=PLEDGED),
    ),
    # --- corrections
    *says(
        "correction-entry-known",
        revoke_entry("another"),
        revoke_entry(PLEDGE.filing_id, topic="transfer.registered"),
        revoke_entry(PLEDGE.filing_id),
        revoke_entry(PLEDGE.filing_id, patents=()),
        correct("another", changes={"contract_on": "2025-05-01"}),
        given=ENTERED,
    ),
    *says(
        "correction-entry-known",
        correct(FEE.filing_id, changes={"fee_year": 6}),
        correct(FEE.filing_id, changes={"fee_year": 6}, place=2),
        correct(FEE.filing_id, changes={"fee_year": 6}, place=3),
        revoke_entry(FEE.filing_id),
        given=TWO_FEES,
    ),
    *says(
        "correction-as-stated",
        correct(PLEDGE.filing_id, changes={"contract_on": "soon"}),
        correct(PLEDGE.filing_id, changes={"licence_id": "X1"}),
        correct(PLEDGE.filing_id, changes={"pledgees": []}),
        correct("entering", changes={"patentees": []}),
        correct("entering", changes={"aliases": []}),
        correct(PLEDGE.filing_id, changes={"effective_on": "2025-05-06"}),
        correct(PLEDGE.filing_id, changes={"effective_on": "2026-03-02"}),
        correct(PLEDGE.filing_id, changes={"effective_on": "2026-03-03"}),
        correct("entering", changes={"filed_on": "2020-09-01"}),
        correct("entering", changes={"filed_on": "2020-09-02"}),
        correct("entering", changes={"filed_on": None}),
        correct("entering", changes={"granted_on": "2018-06-11"}),
        correct("entering", changes={"granted_on": None}),
        correct("another", changes={"filed_on": "2020-09-02"}),
        given=ENTERED,
    ),
    *says(
        "correction-as-stated",
        correct(FEE.filing_id, changes={"effective_on": "2026-03-05"}),
        correct(FEE.filing_id, changes={"effective_on": "2026-03-06"}),
        given=ENTERED,
        days=(date(2026, 3, 5), date(2026, 1, 3)),
    ),
    *says("correction-as-stated", correct(FEE.filing_id, changes={"fee_year": 6}), given=TWO_FEES),
    *says(
        "correction-as-stated",
        correct(CORRECTION, changes={"contract_on": "2025-05-02"}),
        given=CORRECTED,
    ),
    *says(
        "revocation-effect",
        revoke_entry(FEE.filing_id, effect="from_date"),
        revoke_entry(FEE.filing_id),
        revoke_entry("another", effect="from_date"),
        revoke_entry(PLEDGE.filing_id, effect="from_date"),
        given=ENTERED,
    ),
    *says(
        "revocation-effect",
        revoke_entry(PLEDGE.filing_id, effect="from_date"),
        given=ENTERED,
        days=(date(2025, 5, 6), date(2025, 5, 7)),
    ),
    *says(
        "revocation-effect",
        revoke_entry(TODAYS.patents[PATENT].facts[1].filing_id, effect="from_date"),
        given=TODAYS,
    ),
    # --- joint filings
    *says(
        "joint-filing-awaits-others",
        PrepareFiling(patents=(PATENT,), filing=change_name()),
        PrepareFiling(patents=(PATENT,), filing=register_pledge()),
        PrepareFiling(patents=(PATENT,), filing=register_pledge(signed_by=refs(BANK))),
        PrepareFiling(patents=(PATENT,), filing=declare()),
        PrepareFiling(patents=(PATENT,), filing=change_licence()),
    ),
    *says("joint-filing-open", CONFIRM, WITHDRAW, given=WITHDRAWN),
    *says(
        "joint-filing-open",
        CONFIRM,
        RefuseFiling(filing=NAMED, reason="Forged."),
        given=PREPARED,
        days=(date(2026, 3, 2), date(2026, 4, 1), date(2026, 4, 2)),
    ),
    *says(
        "joint-filing-open",
        RefuseFiling(filing=MOVED_NAMED, reason="Forged."),
        WithdrawFiling(filing=MOVED_NAMED),
        given=MOVED,
    ),
    *says(
        "joint-filing-asked",
        ConfirmFiling(filing=NAMED, by=ref(MILLS)),
        ConfirmFiling(filing=NAMED),
        ConfirmFiling(filing=NAMED, by=ref(BANK)),
        CONFIRM,
        given=PREPARED,
    ),
    *says(
        "joint-filing-asked",
        ConfirmFiling(filing=OF_THREE_NAMED, by=ref(LAMPWORKS)),
        ConfirmFiling(filing=OF_THREE_NAMED, by=ref(OTHER_BANK)),
        given=ONE_CONFIRMED,
    ),
    *says(
        "pledge-other-ground",
        register_pledge(),
        given=replace(PATENT_ALONE, objection="The contract is forged."),
    ),
)
