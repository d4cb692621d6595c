"""What the rules of licences say (law.md 8.4)."""

from __future__ import annotations

from datetime import date, timedelta

from ledger.domain.events import LicenceCancelled, LicenceChanged
from ledger.domain.licences import RecordLicence
from ledger.domain.royalties import Free
from tests.builders import (
    BANK,
    DESIGN,
    FOREIGNER,
    INSTRUMENTS,
    INVENTOR,
    ISLANDER,
    LAMPWORKS,
    MILLS,
    MODEL,
    OTHER_BANK,
    PATENT,
    TODAY,
    UNIVERSITY,
    about,
    consented,
    declared_open,
    digest,
    documents,
    entered,
    licensed,
    parties,
    pledged,
    preserved,
    recorded,
    refs,
    register_pledge,
    register_transfer,
    suspended,
)
from tests.catalogue.case import BARE, PATENT_ALONE, but, under
from tests.catalogue.cases_licences import BARE_HEAD, ENDING, HEAD, LICENSED, OWN_USE, SHARED, SUB
from tests.catalogue.cases_open_licences import RECORDED, TAKEN
from tests.catalogue.sayings.saying import Saying, says
from tests.domain.test_licences import (
    LAST_DAY,
    RECORDAL,
    cancel_licence,
    change_licence,
    contract,
    record_licence,
)

NOBODY = recorded()
OTHER_RECORDAL = "X2025990000002"
UNKNOWN = "X2025990000009"


def cancelled(on: date = date(2026, 2, 20), recordal: str = RECORDAL) -> LicenceCancelled:
    return LicenceCancelled(
        **about(PATENT, on),
        licence_id=recordal,
        licensors=parties(LAMPWORKS),
        licensees=parties(MILLS),
    )


def undated(last_day: date) -> RecordLicence:
    """A licence from the day of its recordal, whose contract says no other day."""
    return record_licence(
        contract=contract(signed_on=None), starts_on=None, last_day=last_day, kind="ordinary"
    )


FROZEN = recorded(entered(), licensed(), preserved(), suspended())
LICENSED_TWICE = recorded(licensed(registration_no=OTHER_RECORDAL), to=LICENSED)
BY_SUB = recorded(
    licensed(licensors=(INSTRUMENTS,), head_licence_id=RECORDAL, registration_no=OTHER_RECORDAL),
    to=HEAD,
)
SOLE = recorded(entered(), licensed(kind="sole", licensees=(INSTRUMENTS,)))
EXCLUSIVE = recorded(entered(), licensed(kind="exclusive", licensees=(INSTRUMENTS,)))
FUJIAN = recorded(
    entered(),
    licensed(
        kind="exclusive",
        licensees=(INSTRUMENTS,),
        territory="Fujian",
        field_of_use="lamps",
        sublicensing_allowed=True,
    ),
)
OPEN_SHARED = recorded(entered(patentees=(LAMPWORKS, INSTRUMENTS)), licensed())
PLEDGED = recorded(entered(), pledged())
TWICE_PLEDGED = recorded(
    entered(), pledged(), pledged(registration_no="Y2025990000002", pledgees=(OTHER_BANK,))
)
PLEDGED_AND_LICENSED = recorded(entered(), licensed(), pledged())
AGREEMENT = documents("licence-contract", "co-owner-agreement")
FOREIGN = recorded(entered(patentees=(FOREIGNER,)))
EXPORT = documents("licence-contract", "technology-export-licence")
IMPORT = documents("licence-contract", "technology-import-licence")
NAMED_ANEW = (MILLS.model_copy(update={"name": "Millbrook Mills and Sons"}),)

SAYINGS: tuple[Saying, ...] = (
    *(
        saying
        for licensee in (MILLS, INSTRUMENTS)
        for saying in says(
            "licence-pledgee-consent",
            record_licence(consents=("C1",)),
            given=recorded(
                entered(),
                pledged(),
                consented(act="licence", counterparties=(licensee,)),
            ),
        )
    ),
    *says(
        "licence-no-conflict",
        record_licence(kind="exclusive", starts_on=date(2024, 1, 1), last_day=date(2025, 1, 5)),
        record_licence(kind="exclusive", starts_on=date(2024, 1, 1), last_day=date(2025, 1, 6)),
        given=recorded(
            entered(),
            licensed(on=date(2025, 1, 6), starts_on=None),
            LicenceChanged(
                **about(PATENT, date(2025, 6, 2)),
                licence_id=RECORDAL,
                kind=None,
                licensors=None,
                licensees=parties(MILLS),
            ),
        ),
    ),
    *says(
        "licence-fee-current",
        record_licence(),
        given=recorded(entered(fees_paid_through=7)),
        days=(date(2025, 6, 12), date(2025, 6, 13), date(2026, 3, 2)),
    ),
    *says("licence-alive", record_licence(), given=NOBODY),
    *says("licence-alive", record_licence(), given=BARE),
    *says("licence-licensor-entitled", record_licence(), given=NOBODY),
    *says("licence-licensor-entitled", record_licence(), given=BARE),
    *says(
        "licence-licensor-entitled",
        record_licence(licensors=(UNIVERSITY, LAMPWORKS)),
        record_licence(head_licence_id=UNKNOWN),
    ),
    *says(
        "licence-licensor-entitled",
        SUB,
        but(SUB, licensors=(LAMPWORKS,)),
        change_licence(),
        change_licence(licensors=(UNIVERSITY,)),
        change_licence(licensors=(INSTRUMENTS,)),
        change_licence(licence_id=UNKNOWN, licensors=(UNIVERSITY,)),
        change_licence(licence_id=OTHER_RECORDAL, licensors=(INSTRUMENTS,)),
        change_licence(licence_id=OTHER_RECORDAL, licensors=(LAMPWORKS,)),
        given=BY_SUB,
    ),
    *says(
        "licence-contents",
        record_licence(kind=None, last_day=None, contract=contract(patents_listed=False)),
        record_licence(licensees=(MILLS.model_copy(update={"address": None}),)),
        record_licence(as_long_as_patent=True),
        record_licence(last_day=date(2026, 2, 15)),
        record_licence(starts_on=None, last_day=date(2026, 2, 8)),
        record_licence(starts_on=None, last_day=date(2026, 2, 9)),
        record_licence(
            starts_on=None, last_day=date(2026, 2, 20), contract=contract(effective_on=TODAY)
        ),
        record_licence(
            starts_on=None, last_day=date(2026, 3, 1), contract=contract(signed_on=None)
        ),
        record_licence(starts_on=None, last_day=TODAY, contract=contract(signed_on=None)),
    ),
    *says("licence-default-ordinary", record_licence(kind=None), record_licence()),
    *says(
        "licence-written",
        record_licence(documents=()),
        record_licence(licensors=(LAMPWORKS, INSTRUMENTS), signed_by=refs(LAMPWORKS)),
        record_licence(signed_by=(), agency="Wick & Co"),
        record_licence(signed_by=(), documents=documents("licence-contract", "power-of-attorney")),
        record_licence(
            signed_by=(),
            agency="Wick & Co",
            documents=documents("licence-contract", "power-of-attorney"),
        ),
    ),
    *says("licence-term-within-patent", record_licence(), given=NOBODY),
    *says("licence-term-within-patent", record_licence(), given=BARE),
    *says(
        "licence-term-within-patent",
        record_licence(last_day=LAST_DAY + timedelta(days=1)),
        record_licence(last_day=None, as_long_as_patent=True),
    ),
    *says(
        "licence-term-within-patent",
        change_licence(last_day=None, territory="Fujian"),
        change_licence(last_day=LAST_DAY + timedelta(days=1)),
        given=LICENSED,
    ),
    # --- co-owners
    *says("licence-coowner", record_licence(kind="sole"), given=NOBODY),
    *says("licence-coowner", record_licence(kind="sole"), given=BARE),
    *says(
        "licence-coowner",
        record_licence(kind="exclusive"),
        record_licence(contract=contract(co_owners_reserved=True)),
        record_licence(kind=None),
        record_licence(kind="sole", head_licence_id=RECORDAL),
        record_licence(kind="sole", signed_by=refs(LAMPWORKS, INSTRUMENTS)),
        record_licence(kind="sole", licensors=(LAMPWORKS, INSTRUMENTS), signed_by=refs(LAMPWORKS)),
        record_licence(kind="sole", documents=AGREEMENT),
        record_licence(kind="sole", contract=contract(co_owners_agreed_otherwise=True)),
        record_licence(
            kind="sole", documents=AGREEMENT, contract=contract(co_owners_agreed_otherwise=True)
        ),
        record_licence(kind="sole", consents=("C1",)),
        given=recorded(
            consented(by=INSTRUMENTS, act="licence", capacity="co_owner", counterparties=(MILLS,)),
            to=SHARED,
        ),
    ),
    *(
        saying
        for kind in ("ordinary", "sole")
        for saying in says(
            "licence-coowner",
            change_licence(),
            change_licence(kind="exclusive", last_day=None),
            change_licence(kind="ordinary"),
            change_licence(last_day=None, royalty=Free()),
            change_licence(kind="sole", licensors=(LAMPWORKS, INSTRUMENTS)),
            change_licence(kind="sole", documents=AGREEMENT),
            change_licence(licence_id=UNKNOWN),
            change_licence(licence_id=UNKNOWN, kind="sole"),
            given=recorded(licensed(kind=kind), to=SHARED),
        )
    ),
    *says("licence-fee-current", record_licence(), given=recorded(entered(fees_paid_through=7))),
    *says(
        "licence-not-frozen",
        record_licence(),
        change_licence(),
        change_licence(last_day=None, royalty=Free()),
        change_licence(last_day=None, licensees=NAMED_ANEW),
        given=FROZEN,
    ),
    *says(
        "licence-not-duplicate",
        record_licence(),
        record_licence(documents=()),
        given=recorded(entered(), licensed(contract_digest=digest("licence-contract"))),
    ),
    *says("licence-not-duplicate", record_licence(documents=()), given=LICENSED),
    *says(
        "licence-not-duplicate",
        record_licence(),
        given=recorded(
            entered(), licensed(contract_digest=digest("licence-contract")), cancelled()
        ),
    ),
    *says(
        "licence-not-duplicate",
        record_licence(),
        given=recorded(
            entered(),
            licensed(contract_digest=digest("licence-contract")),
            cancelled(),
            licensed(contract_digest=digest("licence-contract"), registration_no=OTHER_RECORDAL),
        ),
    ),
    # --- pledgees
    *says(
        "licence-pledgee-consent",
        record_licence(contract=contract(signed_on=None)),
        record_licence(contract=contract(signed_on=date(2025, 5, 5))),
        record_licence(contract=contract(signed_on=date(2025, 5, 6))),
        change_licence(),
        change_licence(last_day=None, royalty=Free()),
        given=TWICE_PLEDGED,
    ),
    *says("licence-pledgee-consent", change_licence(), given=PLEDGED_AND_LICENSED),
    *says(
        "licence-pledgee-consent",
        record_licence(contract=contract(signed_on=date(2025, 8, 1))),
        record_licence(contract=contract(signed_on=date(2025, 4, 1))),
        given=recorded(
            pledged(registration_no="Y2025990000002", pledgees=(OTHER_BANK,), on=date(2025, 9, 1)),
            to=PLEDGED,
        ),
    ),
    *says("licence-proceeds-obligation", record_licence()),
    *says(
        "licence-proceeds-obligation",
        record_licence(licensors=(LAMPWORKS, INSTRUMENTS)),
        record_licence(royalty=Free()),
        record_licence(royalty=None),
        given=TWICE_PLEDGED,
    ),
    # --- conflicts
    *(
        saying
        for given in (LICENSED_TWICE, SOLE, EXCLUSIVE, FUJIAN, TAKEN)
        for saying in says(
            "licence-no-conflict",
            record_licence(),
            record_licence(kind=None),
            record_licence(kind="sole"),
            record_licence(kind="exclusive", territory="Fujian"),
            record_licence(kind="exclusive", territory="FUJIAN", field_of_use="lanterns"),
            record_licence(kind="exclusive", territory="Zhejiang"),
            record_licence(kind="exclusive", territory="全国", field_of_use="Lamps"),
            record_licence(kind="exclusive", starts_on=date(2030, 1, 1), last_day=date(2031, 1, 1)),
            record_licence(
                kind="exclusive", starts_on=date(2029, 12, 31), last_day=date(2031, 1, 1)
            ),
            record_licence(kind="exclusive", last_day=date(2026, 2, 15)),
            record_licence(kind="exclusive", last_day=None),
            record_licence(kind="sole", head_licence_id=RECORDAL),
            record_licence(declarations=(OWN_USE,)),
            record_licence(kind="sole", declarations=(OWN_USE,)),
            given=given,
        )
    ),
    *says(
        "licence-no-conflict",
        record_licence(declarations=(OWN_USE,)),
        given=recorded(
            entered(),
            licensed(kind="sole", licensees=(INSTRUMENTS,)),
            licensed(registration_no=OTHER_RECORDAL),
        ),
    ),
    *says(
        "licence-no-conflict",
        record_licence(declarations=(OWN_USE,)),
        given=recorded(
            entered(),
            licensed(kind="sole", licensees=(INSTRUMENTS,)),
            licensed(registration_no=OTHER_RECORDAL),
            cancelled(recordal=OTHER_RECORDAL),
        ),
    ),
    *says(
        "licence-no-conflict",
        record_licence(declarations=(OWN_USE,)),
        given=recorded(
            entered(),
            licensed(kind="sole", licensees=(INSTRUMENTS,), sublicensing_allowed=True),
            licensed(
                licensors=(INSTRUMENTS,), head_licence_id=RECORDAL, registration_no=OTHER_RECORDAL
            ),
        ),
    ),
    *says(
        "licence-no-conflict",
        record_licence(kind="exclusive"),
        given=under(
            recorded(licensed(kind="sole", registration_no=OTHER_RECORDAL), to=LICENSED),
            ordinary_licence_bars_exclusive=False,
        ),
    ),
    *says(
        "licence-no-conflict",
        record_licence(kind="exclusive"),
        given=recorded(entered(), licensed(), cancelled()),
    ),
    *says(
        "licence-no-conflict",
        change_licence(kind="exclusive"),
        change_licence(kind="exclusive", licence_id=OTHER_RECORDAL),
        change_licence(kind="exclusive", starts_on=date(2030, 1, 1), last_day=date(2031, 1, 1)),
        change_licence(kind="exclusive", last_day=date(2024, 1, 1)),
        change_licence(last_day=None, royalty=Free()),
        change_licence(licence_id=UNKNOWN, kind="exclusive"),
        change_licence(),
        given=LICENSED_TWICE,
    ),
    *says(
        "licence-no-conflict",
        change_licence(kind="exclusive"),
        change_licence(licence_id=OTHER_RECORDAL, kind="exclusive"),
        change_licence(territory="Zhejiang"),
        given=BY_SUB,
    ),
    *says(
        "licence-no-conflict",
        change_licence(territory="Zhejiang", licence_id=OTHER_RECORDAL),
        change_licence(territory="Fujian", licence_id=OTHER_RECORDAL),
        change_licence(field_of_use="stoves", licence_id=OTHER_RECORDAL),
        change_licence(starts_on=date(2025, 6, 1), licence_id=OTHER_RECORDAL),
        given=recorded(licensed(registration_no=OTHER_RECORDAL), to=FUJIAN),
    ),
    *says(
        "licence-no-exclusive-when-open",
        record_licence(kind="sole"),
        record_licence(kind=None),
        change_licence(kind="exclusive"),
        change_licence(),
        given=recorded(entered(), declared_open(), licensed()),
    ),
    # --- sub-licences
    *says(
        "licence-sublicence-authority",
        SUB,
        record_licence(),
        but(SUB, head_licence_id=UNKNOWN),
        but(SUB, kind="sole"),
        but(SUB, kind=None),
        but(SUB, kind="sole", documents=documents("sublicence-agreement")),
        but(SUB, last_day=date(2030, 1, 1)),
        but(SUB, last_day=None),
        but(SUB, last_day=date(2026, 2, 15)),
        but(SUB, starts_on=date(2025, 1, 5)),
        but(SUB, starts_on=date(2025, 1, 6)),
        given=HEAD,
    ),
    *says(
        "licence-sublicence-authority",
        SUB,
        but(SUB, territory="Fujian", field_of_use="lamps"),
        but(SUB, territory="fujian, Fuzhou", field_of_use="Lamps for reading"),
        but(SUB, territory="Fujian"),
        but(SUB, field_of_use="lamps"),
        but(SUB, territory="China", field_of_use="lamps"),
        given=FUJIAN,
    ),
    *says("licence-sublicence-authority", SUB, given=BARE_HEAD),
    *says("licence-sublicence-authority", SUB, given=recorded(cancelled(), to=HEAD)),
    *says(
        "licence-sublicence-authority",
        SUB,
        given=recorded(
            entered(),
            licensed(kind="exclusive", ends_on=TODAY, sublicensing_allowed=True),
        ),
    ),
    *says(
        "licence-sublicence-authority",
        but(SUB, last_day=TODAY),
        given=recorded(
            entered(),
            licensed(kind="exclusive", ends_on=date(2026, 3, 3), sublicensing_allowed=True),
        ),
    ),
    *says(
        "licence-sublicence-authority",
        SUB,
        but(SUB, territory="Fujian"),
        given=recorded(
            entered(),
            licensed(kind="exclusive", ends_on=None, territory="China", sublicensing_allowed=True),
        ),
    ),
    # --- times
    *says(
        "licence-three-months",
        record_licence(contract=contract(signed_on=None)),
        record_licence(contract=contract(signed_on=date(2025, 11, 28))),
        record_licence(contract=contract(signed_on=date(2025, 12, 1))),
        record_licence(
            contract=contract(signed_on=date(2025, 11, 28)), received_on=date(2026, 2, 28)
        ),
    ),
    *says(
        "licence-three-months",
        record_licence(contract=contract(signed_on=date(2026, 11, 12))),
        days=(date(2027, 2, 12), date(2027, 2, 13)),
        given=under(PATENT_ALONE, late_recordal_refused=True),
    ),
    *says(
        "licence-examination-7wd",
        record_licence(),
        record_licence(received_on=date(2026, 2, 12)),
        days=(date(2026, 2, 28), date(2026, 3, 2), date(2026, 3, 3), date(2027, 1, 20)),
    ),
    *says(
        "licence-examination-7wd",
        record_licence(received_on=date(2097, 1, 7)),
        given=PATENT_ALONE.on(date(2097, 2, 1)),
    ),
    *(
        saying
        for last_day in (date(2026, 3, 1), date(2026, 3, 2))
        for saying in (
            *says("licence-contents", undated(last_day)),
            *says("licence-no-conflict", undated(last_day), given=EXCLUSIVE),
            *says(
                "licence-sublicence-authority",
                but(undated(last_day), licensors=(INSTRUMENTS,), head_licence_id=RECORDAL),
                given=HEAD,
            ),
        )
    ),
    # --- abroad
    *says(
        "licence-tech-export",
        record_licence(licensees=(FOREIGNER,)),
        record_licence(licensees=(ISLANDER, MILLS)),
        record_licence(licensees=(FOREIGNER,), documents=EXPORT),
        record_licence(licensors=(FOREIGNER,)),
        record_licence(licensors=(ISLANDER,), licensees=(FOREIGNER,)),
        record_licence(licensors=(LAMPWORKS, FOREIGNER), licensees=(MILLS, FOREIGNER)),
        record_licence(
            licensors=(LAMPWORKS, FOREIGNER), licensees=(MILLS, FOREIGNER), documents=EXPORT
        ),
    ),
    *says(
        "licence-tech-export",
        record_licence(licensors=(FOREIGNER,)),
        record_licence(licensors=(FOREIGNER,), documents=IMPORT),
        record_licence(licensors=(FOREIGNER,), licensees=(ISLANDER,)),
        given=FOREIGN,
    ),
    *says(
        "licence-tech-export",
        record_licence(licensors=(FOREIGNER,), licensees=(ISLANDER,)),
        given=recorded(entered(patentees=(LAMPWORKS, FOREIGNER))),
    ),
    *says("licence-tech-export", record_licence(licensees=(FOREIGNER,)), given=NOBODY),
    *says("licence-tech-export", record_licence(licensees=(FOREIGNER,)), given=BARE),
    *(
        saying
        for patent in (MODEL, DESIGN, PATENT)
        for saying in says(
            "licence-evaluation-report",
            record_licence(patents=(patent,)),
            register_transfer(patents=(patent,)),
            register_pledge(patents=(patent,)),
            given=recorded(entered(patent)),
        )
    ),
    *says("licence-evaluation-report", record_licence(), given=NOBODY),
    *says("licence-evaluation-report", record_licence(), given=BARE),
    *says("licence-royalty-shape", record_licence(royalty=None), change_licence()),
    # --- changes
    *says(
        "licence-extension-2-months",
        change_licence(),
        change_licence(licence_id=UNKNOWN),
        change_licence(last_day=None),
        change_licence(last_day=None, licensees=NAMED_ANEW, documents=documents("proof")),
        change_licence(last_day=None, licensees=NAMED_ANEW, signed_by=refs(LAMPWORKS)),
        change_licence(last_day=None, licensees=NAMED_ANEW, signed_by=refs(BANK)),
        change_licence(last_day=None, licensees=NAMED_ANEW, documents=()),
        change_licence(last_day=None, licensees=(INSTRUMENTS,)),
        change_licence(last_day=None, licensees=(INSTRUMENTS,), signed_by=refs(LAMPWORKS, MILLS)),
        change_licence(
            last_day=None,
            licensees=(INSTRUMENTS,),
            signed_by=refs(LAMPWORKS, INSTRUMENTS),
        ),
        change_licence(
            last_day=None,
            licensors=(INSTRUMENTS,),
            signed_by=refs(LAMPWORKS),
            documents=documents("identity-commitment"),
        ),
        change_licence(
            last_day=None,
            licensors=(INSTRUMENTS,),
            signed_by=refs(INSTRUMENTS),
            documents=documents("identity-commitment"),
        ),
        change_licence(licensors=(INSTRUMENTS,), signed_by=refs(LAMPWORKS)),
        change_licence(documents=()),
        change_licence(signed_by=refs(MILLS)),
        change_licence(last_day=date(2025, 1, 5)),
        change_licence(last_day=date(2025, 1, 6)),
        change_licence(starts_on=date(2032, 1, 1)),
        given=LICENSED,
    ),
    *says(
        "licence-extension-2-months",
        change_licence(),
        change_licence(last_day=date(2026, 5, 1)),
        change_licence(last_day=date(2026, 5, 2)),
        change_licence(last_day=date(2026, 5, 3)),
        change_licence(received_on=date(2026, 3, 1)),
        given=ENDING,
    ),
    *says(
        "licence-extension-2-months",
        change_licence(),
        given=recorded(entered(), licensed(ends_on=None)),
    ),
    *says("licence-extension-2-months", change_licence(licence_id=RECORDAL), given=TAKEN),
    *says(
        "licence-cancel-30-days",
        cancel_licence(licence_id=UNKNOWN),
        cancel_licence(signed_by=refs(BANK)),
        cancel_licence(signed_by=refs(LAMPWORKS)),
        cancel_licence(signed_by=refs(LAMPWORKS), ended_on=TODAY + timedelta(days=1)),
        cancel_licence(ended_on=date(2026, 1, 29)),
        cancel_licence(ended_on=date(2026, 1, 30)),
        cancel_licence(ended_on=date(2026, 1, 29), received_on=date(2026, 2, 28)),
        given=LICENSED,
    ),
    *says(
        "licence-cancel-30-days",
        cancel_licence(signed_by=refs(INVENTOR)),
        given=recorded(entered(patentees=(INVENTOR,)), licensed()),
    ),
    *says(
        "licence-cancel-30-days",
        cancel_licence(licence_id=OTHER_RECORDAL, signed_by=refs(INSTRUMENTS)),
        cancel_licence(licence_id=OTHER_RECORDAL, signed_by=refs(LAMPWORKS)),
        given=BY_SUB,
    ),
    *says(
        "licence-cancel-30-days",
        cancel_licence(ended_on=date(2027, 1, 4)),
        given=LICENSED,
        days=(date(2027, 2, 3), date(2027, 2, 4)),
    ),
    *says("licence-cancel-30-days", cancel_licence(licence_id="X9"), given=RECORDED),
)
