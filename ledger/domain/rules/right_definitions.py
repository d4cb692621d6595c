"""Definitions of grant, fees and the end of the right (law.md 8.2): what others mean."""

from __future__ import annotations

from ledger.domain.rules.catalogue import define

LIFECYCLE = "tests/domain/test_lifecycle.py"
FOLD = "tests/domain/test_patent.py"
TERMS = "tests/domain/test_terms.py"
FEES = "tests/domain/test_fees.py"

define(
    "grant-effective-on-announcement",
    "GrantPatent",
    title="The right begins with the grant announcement",
    article="PL 39, 40",
    sentence="A patent takes effect on the day its grant is announced.",
    function="ledger.domain.lifecycle.grant_patent",
    test=f"{LIFECYCLE}::TestGrant::test_the_right_begins_with_the_grant_announcement",
)
define(
    "term-by-kind",
    "GrantPatent",
    title="Term by kind",
    article="PL 42; Announcement 423",
    sentence="From the filing date an invention lasts 20 years, a utility model 10, a design 15; a "
    "design filed before 1 June 2021 lasts 10.",
    function="ledger.domain.terms.term_years",
    test=f"{TERMS}::TestTerm::test_a_design_filed_from_june_2021_lasts_15_years",
)
define(
    "term-last-day",
    "ExpirePatent",
    title="Last day in force",
    article="GL V-9 §4.1",
    sentence="The last day in force is the day before the anniversary of the filing date, which is "
    "the termination date; holidays do not move it.",
    function="ledger.domain.terms.termination_date",
    test=f"{TERMS}::TestTerm::test_a_utility_model_of_1999_ends_ten_years_later",
)
define(
    "fee-year",
    "PayAnnualFee",
    title="Patent years and due dates",
    article="IR 114-115; GL V-9 §4.2",
    sentence="Patent years run from the filing date; the fee of a year is due on the anniversary "
    "that begins it.",
    function="ledger.domain.terms.fee_due_on",
    test=f"{TERMS}::TestFeeYears::test_the_sixth_fee_of_a_patent_of_1997_is_due_in_2002",
)
define(
    "fee-insufficient-unpaid",
    "PayAnnualFee",
    title="A short payment is none",
    article="GL V-9 §4.2.1.3",
    sentence="A payment that does not make up the fee after reduction and its surcharge counts as "
    "none until the rest is paid, with the surcharge of that day.",
    function="ledger.domain.patent.Patent.fees_settled",
    test=f"{FEES}::TestPayments"
    "::test_a_payment_that_falls_short_counts_as_none_until_the_rest_is_paid",
)
define(
    "fee-overdue-notify-pledgee",
    "(due date passed)",
    title="Pledgees are told of arrears",
    article="PPM 19(2)",
    sentence="When the annual fee of a pledged patent is not paid by its last day, every pledgee "
    "is told, and the patentees are to pay it with its surcharge.",
    function="ledger.domain.notices.fee_arrears",
    test="tests/domain/test_notices.py::TestArrears"
    "::test_a_fee_is_in_arrears_from_the_day_after_its_last_day",
)
define(
    "open-fee-reduction-15",
    "PayAnnualFee",
    title="15 percent off while an open licence is implemented",
    article="PL 51(2); GL V-11 §8; Announcement 594",
    sentence="While a recorded open licence is implemented, annual fees not yet due at its "
    "recordal are 15 percent lower; of several reductions the highest counts alone.",
    function="ledger.domain.fees.reduction_percent",
    test=f"{FEES}::TestOpenLicence::test_a_recorded_licence_takes_15_percent_off",
)
define(
    "open-fee-reduction-stop",
    "WithdrawOpenLicence",
    title="No reduction after withdrawal",
    article="GL V-11 §8",
    sentence="From the patent year after the declaration is withdrawn fees are whole again.",
    function="ledger.domain.fees.reduction_percent",
    test=f"{FEES}::TestOpenLicence::test_a_withdrawal_ends_it_from_the_next_patent_year",
)
define(
    "transfer-fee-reduction-reset",
    "RegisterTransfer",
    title="A new patentee pays whole fees",
    article="GL I-1 §6.7.3(1)",
    sentence="A reduction of annual fees ends when all patentees change or one is added, unless it "
    "is granted anew; it stays where patentees only leave.",
    function="ledger.domain.ownership.with_patentees",
    test=f"{FEES}::TestLittleMeans::test_a_new_patentee_ends_it_and_one_who_stays_does_not",
)
define(
    "fee-surcharge",
    "PayAnnualFee",
    title="Surcharge by month",
    article="IR 115; GL V-9 §4.2.1.3",
    sentence="Up to one month after the due date there is no surcharge; then it is 5 percent of "
    "the full fee for each month begun, 25 percent at most and in restoration.",
    function="ledger.domain.terms.surcharge_percent",
    test=f"{TERMS}::TestSurcharge::test_the_guidelines_example_leaves_65_yuan",
)
define(
    "abandon-effective",
    "Abandon",
    title="Abandonment counts from registration",
    article="GL V-9 §4.3",
    sentence="A patent given up ends on the day the abandonment is registered.",
    function="ledger.domain.lifecycle.abandon",
    test=f"{LIFECYCLE}::TestAbandonment::test_a_patent_is_given_up_on_the_day_of_registration",
)
define(
    "restore-reopen",
    "RestoreRight",
    title="A restored right never lapsed",
    article="IR 6; GL V-7 §6",
    sentence="A restored right counts as never lapsed; what ended only with the lapse goes on.",
    function="ledger.domain.evolving.evolve",
    test=f"{FOLD}::test_a_restored_right_never_lapsed",
)
define(
    "invalidation-final-effect",
    "FinaliseInvalidation",
    title="A finally invalid patent never existed",
    article="PL 46-47; GL IV-3 §6.2",
    sentence="A patent finally declared invalid as a whole never existed; of one invalid in part "
    "the claims kept are in force from the beginning.",
    function="ledger.domain.patent.Patent.status",
    test=f"{FOLD}::test_a_wholly_invalid_patent_never_was_in_force",
)
define(
    "invalidation-decision-pending-flag",
    "DecideInvalidation",
    title="Pending until final",
    article="GL IV-3 §6.2",
    sentence="A decision on invalidation that is not final leaves the case pending and is not "
    "public.",
    function="ledger.domain.holdings.Invalidation.pending",
    test=f"{FOLD}::test_a_decided_invalidation_is_pending_until_it_is_final",
)
