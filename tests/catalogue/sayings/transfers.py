"""What the rules of transfers and of changes of name say (law.md 8.3)."""

from __future__ import annotations

from datetime import date

from ledger.domain.parties import Residence
from ledger.domain.rules.transfers import CAUSE_DOCUMENTS
from ledger.domain.transfers import CourtPaper
from tests.builders import (
    BANK,
    FOREIGNER,
    INSTRUMENTS,
    INVENTOR,
    ISLANDER,
    LAMPWORKS,
    MILLS,
    MODEL,
    OTHER_BANK,
    TODAY,
    UNIVERSITY,
    change_name,
    consented,
    declared_open,
    digest,
    documents,
    entered,
    licensed,
    named,
    pledged,
    preserved,
    recorded,
    refs,
    register_transfer,
    suspended,
)
from tests.catalogue.case import BARE, PATENT_ALONE, but, under
from tests.catalogue.cases_transfers import DECIDED, ENDED, FINAL, JUDGED, PLEDGED, SOLD
from tests.catalogue.sayings.saying import Saying, says
from tests.domain.test_open_licences import take

NOBODY = recorded()
OPEN = recorded(entered(), declared_open())
TAKEN = OPEN.when(take()).given_that()
MERGED = {"cause": "merger", "documents": documents("registration-authority-proof")}
SHARED = recorded(entered(patentees=(LAMPWORKS, INVENTOR)))
BOTH = (LAMPWORKS, INVENTOR)
TWICE_PLEDGED = recorded(
    entered(),
    pledged(pledgees=(BANK, OTHER_BANK), pledgors=(LAMPWORKS, UNIVERSITY)),
    pledged(registration_no="Y2025990000002", pledgees=(OTHER_BANK,)),
)
CONSENTS = ("C1", "C2", "C3")
CONTINUES = recorded(consented(), consented(by=OTHER_BANK, filing_id="C2"), to=TWICE_PLEDGED)
DIFFERING = recorded(
    consented(disposition="released"), consented(by=OTHER_BANK, filing_id="C2"), to=TWICE_PLEDGED
)
RELEASING = recorded(
    consented(disposition="released"),
    consented(by=OTHER_BANK, filing_id="C2", disposition="released"),
    to=TWICE_PLEDGED,
)
PLEDGOR_TOO = recorded(consented(by=UNIVERSITY, capacity="pledgor", filing_id="C3"), to=CONTINUES)
FROZEN = recorded(entered(), preserved(), suspended())
FROZEN_TWICE = recorded(
    suspended(case_no="(2026) Dispute 2", on=date(2026, 2, 2)),
    preserved(case_no="(2026) Lantern 2", court="Tidewater Court"),
    to=FROZEN,
)
PAPER = CourtPaper(
    court="Lanternhill Court", case_no="(2026) Lantern 1", digest=digest("court-permission")
)
PERMITTED = documents("transfer-contract", "court-permission")
ENDING = {"dispute_ended_cases": ("(2026) Dispute 1",)}
KEPT = recorded(
    entered(),
    licensed(contract_on=date(2026, 2, 19)),
    licensed(contract_on=None, registration_no="X2025990000002", licensees=(INSTRUMENTS, MILLS)),
    licensed(contract_on=date(2026, 2, 21), registration_no="X2025990000003"),
    licensed(ends_on=TODAY, registration_no="X2025990000004"),
)
MOVED_HOUSE = named(LAMPWORKS, LAMPWORKS.name, address="9 Lamp Street", region="33")

SAYINGS: tuple[Saying, ...] = (
    *says("transfer-alive", register_transfer(), given=NOBODY),
    *says("transfer-alive", register_transfer(), given=BARE),
    *(
        saying
        for law in (True, False)
        for known in (ENDED, DECIDED)
        for saying in says(
            "transfer-alive",
            register_transfer(),
            given=under(known, ended_right_passes_transfer=law),
        )
    ),
    *says("transfer-from-registered-owner", register_transfer(), given=NOBODY),
    *says("transfer-from-registered-owner", register_transfer(), given=BARE),
    *says(
        "transfer-from-registered-owner",
        register_transfer(),
        register_transfer(patentees_before=(INVENTOR, LAMPWORKS)),
        register_transfer(patentees_before=(MILLS,)),
        given=SHARED,
    ),
    *says(
        "transfer-one-step",
        register_transfer(intermediate_transferees=(MILLS, INVENTOR)),
        register_transfer(patentees_after=(INSTRUMENTS, MILLS, INSTRUMENTS)),
        register_transfer(patentees_after=(LAMPWORKS,)),
        register_transfer(patentees_before=BOTH, patentees_after=(LAMPWORKS,)),
        register_transfer(patentees_after=BOTH),
    ),
    *says(
        "transfer-cause-document",
        *(register_transfer(cause=cause, documents=()) for cause in CAUSE_DOCUMENTS),
        *(
            register_transfer(cause=cause, documents=documents(kind), signed_by=refs(INSTRUMENTS))
            for cause, kinds in CAUSE_DOCUMENTS.items()
            for kind in kinds
        ),
        register_transfer(cause="settlement", documents=documents("settlement-agreement")),
    ),
    *says(
        "transfer-judgment-final",
        JUDGED,
        FINAL,
        but(JUDGED, judgment=None),
        but(JUDGED, judgment=but(JUDGED.judgment, first_instance=False)),
        register_transfer(),
    ),
    *says("transfer-coowner-consent", register_transfer(), given=NOBODY),
    *says("transfer-coowner-consent", register_transfer(), given=BARE),
    *says(
        "transfer-coowner-consent",
        register_transfer(),
        *(register_transfer(cause=cause, signed_by=()) for cause in CAUSE_DOCUMENTS),
        given=SHARED,
    ),
    # --- pledges
    *(
        saying
        for known in (TWICE_PLEDGED, CONTINUES, DIFFERING, RELEASING, PLEDGOR_TOO)
        for saying in says(
            "transfer-pledgee-consent",
            register_transfer(),
            register_transfer(consents=CONSENTS),
            register_transfer(consents=CONSENTS, signed_by=refs(UNIVERSITY)),
            register_transfer(consents=CONSENTS, **MERGED),
            given=known,
        )
    ),
    *says("transfer-proceeds-obligation", register_transfer(), given=TWICE_PLEDGED),
    *(
        saying
        for known in (TWICE_PLEDGED, CONTINUES, DIFFERING, RELEASING)
        for saying in says(
            "pledge-realise-transfer",
            but(SOLD, consents=CONSENTS),
            register_transfer(consents=CONSENTS),
            given=known,
        )
    ),
    # --- open licences
    *(
        saying
        for law in (True, False)
        for rule in ("transfer-open-licence-withdrawn", "transfer-open-licence-redeclare")
        for saying in says(
            rule,
            *(register_transfer(cause=cause) for cause in CAUSE_DOCUMENTS),
            given=under(TAKEN, capital_contribution_is_assignment=law),
        )
    ),
    *says("transfer-open-licence-withdrawn", register_transfer()),
    # --- freezes
    *says(
        "transfer-not-frozen",
        register_transfer(),
        register_transfer(court_papers=(PAPER,)),
        register_transfer(court_papers=(PAPER,), documents=PERMITTED),
        register_transfer(**ENDING),
        but(FINAL, **ENDING),
        but(FINAL, **ENDING, documents=()),
        but(
            FINAL,
            **ENDING,
            court_papers=(PAPER,),
            documents=documents("judgment", "court-permission"),
        ),
        register_transfer(**ENDING, cause="mediation", documents=documents("mediation-document")),
        given=FROZEN,
    ),
    *says(
        "transfer-not-frozen",
        register_transfer(court_papers=(PAPER,), documents=PERMITTED),
        but(FINAL, **ENDING),
        but(
            FINAL,
            **ENDING,
            court_papers=(PAPER,),
            documents=documents("judgment", "court-permission"),
        ),
        given=FROZEN_TWICE,
    ),
    *says(
        "transfer-not-frozen",
        register_transfer(court_papers=(but(PAPER, court="Tidewater Court"),), documents=PERMITTED),
        given=FROZEN,
    ),
    # --- abroad
    *says("transfer-tech-export", register_transfer(patentees_after=(FOREIGNER,)), given=NOBODY),
    *says("transfer-tech-export", register_transfer(patentees_after=(FOREIGNER,)), given=BARE),
    *says(
        "transfer-tech-export",
        register_transfer(patentees_after=(FOREIGNER, ISLANDER, MILLS)),
        register_transfer(
            patentees_after=(FOREIGNER,), documents=documents("technology-export-licence")
        ),
        register_transfer(patentees_after=(LAMPWORKS, FOREIGNER)),
        register_transfer(patentees_before=(ISLANDER,), patentees_after=(FOREIGNER,)),
        register_transfer(
            patentees_before=(but(FOREIGNER, other_identifier="NL-9"),),
            patentees_after=(FOREIGNER,),
        ),
    ),
    *says(
        "transfer-tech-export",
        register_transfer(patents=(MODEL,), patentees_after=(FOREIGNER,)),
        given=recorded(entered(MODEL)),
    ),
    *says(
        "transfer-tech-export",
        register_transfer(patentees_before=(ISLANDER,), patentees_after=(FOREIGNER,)),
        given=recorded(entered(patentees=(ISLANDER, LAMPWORKS))),
    ),
    *says(
        "transfer-tech-export",
        register_transfer(
            patentees_before=(but(LAMPWORKS, residence=Residence.HK_MO_TW),),
            patentees_after=(FOREIGNER,),
        ),
    ),
    *says(
        "transfer-from-registered-owner",
        register_transfer(),
        given=BARE,
    ),
    *says("name-change-same-person", change_name(), given=BARE),
    *says(
        "transfer-coowner-consent",
        register_transfer(
            patentees_before=BOTH, signed_by=refs(LAMPWORKS, INSTRUMENTS), consents=("C1",)
        ),
        given=recorded(consented(by=INVENTOR, capacity="co_owner"), to=SHARED),
    ),
    # --- fee
    *says(
        "transfer-fee-200",
        register_transfer(fee_paid_on=None),
        register_transfer(fee_paid_on=date(2026, 3, 3)),
        register_transfer(received_on=date(2026, 1, 29), fee_paid_on=date(2026, 2, 28)),
        register_transfer(received_on=date(2026, 1, 29), fee_paid_on=TODAY),
        register_transfer(received_on=date(2026, 1, 29), fee_paid_on=None),
    ),
    *says(
        "transfer-fee-200",
        register_transfer(received_on=date(2027, 1, 4), fee_paid_on=date(2027, 2, 4)),
        register_transfer(received_on=date(2027, 1, 4), fee_paid_on=date(2027, 2, 5)),
        register_transfer(received_on=date(2027, 1, 4), fee_paid_on=None),
        days=(date(2027, 2, 5),),
    ),
    *says(
        "transfer-keeps-licences",
        register_transfer(),
        register_transfer(contract_on=None),
        register_transfer(patentees_after=(INSTRUMENTS, UNIVERSITY)),
        given=KEPT,
    ),
    *says("transfer-keeps-licences", register_transfer(), given=TAKEN),
    # --- name or address
    *says(
        "name-change-same-person",
        change_name(after=INSTRUMENTS),
        change_name(before=MILLS, after=named(MILLS, "Millbrook Mills and Sons")),
        change_name(),
        given=SHARED,
    ),
    *says("name-change-same-person", change_name(), given=NOBODY),
    *says("name-change-same-person", change_name(), given=BARE),
    *(
        saying
        for law in (True, False)
        for saying in says(
            "name-change-not-frozen",
            change_name(),
            change_name(after=MOVED_HOUSE),
            change_name(after=but(MOVED_HOUSE, name="Another")),
            change_name(before=MILLS, after=but(MILLS, address="1 Weir")),
            given=under(FROZEN, address_change_passes_freeze=law),
        )
    ),
    *says("name-change-not-frozen", change_name(after=MOVED_HOUSE), given=recorded(preserved())),
    *says(
        "name-change-not-frozen",
        change_name(before=INVENTOR, after=but(INVENTOR, address="1 Mill Lane")),
        given=recorded(preserved(), to=SHARED),
    ),
    *says(
        "name-change-pledge-follow",
        change_name(),
        change_name(before=BANK, after=named(BANK, "Bank of Lanterns")),
        change_name(before=OTHER_BANK, after=named(OTHER_BANK, "Tidewater Bank")),
        change_name(before=MILLS, after=named(MILLS, "Mills")),
        given=TWICE_PLEDGED,
    ),
    *says("name-change-pledge-follow", change_name(), given=PLEDGED),
    *says("transfer-fee-200", register_transfer(), given=PATENT_ALONE),
)
