"""Definitions: rows of the law that decide nothing, and say what others mean.

Each names the function that implements it and the test that shows it; the test fails where it does
not call the function (tests/catalogue).
"""

from __future__ import annotations

from datetime import date

from ledger.domain.rules.catalogue import define

LIFECYCLE = "tests/domain/test_lifecycle.py"
FOLD = "tests/domain/test_patent.py"
TRANSFERS = "tests/domain/test_transfers.py"
OPEN_LICENCES = "tests/domain/test_open_licences.py"
RANKS = "tests/domain/test_ranks.py"
DISCLOSURE = "tests/projections/test_disclosure.py"
PLEDGES = "tests/domain/test_pledges.py"

# --- every filing (8.1) -------------------------------------------------------------------------

define(
    "time-register-effective",
    "all",
    title="Effective dates",
    article="PL 10(3), 39, 40; CC 444(1); GL I-1 §6.7.4(1), V-11 §3.5",
    sentence="An act counts from the day of its registration or announcement, a fact from its own "
    "day; never from the date of the gazette.",
    function="ledger.domain.filing.Context.envelope",
    test=f"{TRANSFERS}::test_a_transfer_counts_from_its_registration",
)
define(
    "time-period-computation",
    "all",
    title="Computing periods",
    article="IR 5; GL V-7 §2.3, V-9 §4.1",
    sentence="The day of the event is not counted; a limit to act that ends on a holiday ends on "
    "the next working day; expiry and presumed delivery are never moved.",
    function="ledger.domain.periods.last_day_to_act",
    test="tests/domain/test_periods.py::TestLastDayToAct"
    "::test_a_limit_that_ends_in_a_holiday_ends_on_the_next_working_day",
)
define(
    "time-number-included",
    "all",
    title="Limits include their number",
    article="CC 1259",
    sentence="At most, at least and within include the number they name; more than and beyond "
    "leave it out.",
    function="ledger.domain.rules.pledges.debt_within_term.check",
    test=f"{PLEDGES}::TestDebtWithinTerm::test_the_debt_may_be_due_on_the_last_day",
)
define(
    "append-only-correction",
    "PublishCorrection",
    title="A correction is one more entry",
    article="IR 64; GL V-8 §1.3.2.17",
    sentence="A mistake in an entry is put right by one more entry that says what was entered, "
    "what should have been, and where the first was published; nothing is overwritten.",
    function="ledger.domain.corrections.publish_correction",
    test="tests/domain/test_corrections.py::TestCorrection::test_it_states_before_and_after",
)
define(
    "privacy-publication-filter",
    "projections",
    title="What is published",
    article="GL V-8 §1.3.2; IR 106-107; PPM 15",
    sentence="Only what the law has published is public; amounts, identity numbers and contracts "
    "never are.",
    function="ledger.eventstore.stored_form.encode",
    test="tests/eventstore/test_stored_form.py::test_entry_shows_in_clear_exactly_what_is_public",
)

# --- transfers (8.3) ----------------------------------------------------------------------------

define(
    "transfer-share-is-transfer",
    "RegisterTransfer",
    "ChangeNameAddress",
    title="A patentee more or fewer is a transfer",
    article="GL I-1 §6.7.2.2",
    sentence="Who joins or leaves the patentees does so by transfer, never by a change of name.",
    function="ledger.domain.transfers.register_transfer",
    test=f"{TRANSFERS}::test_a_new_co_owner_comes_in_by_transfer",
)
define(
    "transfer-effective-registration",
    "RegisterTransfer",
    title="Effective on registration",
    article="PL 10(3); GL I-1 §6.7.4",
    sentence="A transfer takes effect on the day of its registration, whenever it was agreed.",
    function="ledger.domain.transfers.register_transfer",
    test=f"{TRANSFERS}::test_a_transfer_counts_from_its_registration",
)

# --- licences and open licences (8.4, 8.5) ------------------------------------------------------

define(
    "licence-royalty-private",
    "projections",
    title="Royalties only in aggregates",
    article="GL V-8 §1.3.2.7",
    sentence="The royalty of a recorded licence is shown to its parties and to auditors; the "
    "public sees it in statistics alone.",
    function="ledger.eventstore.stored_form.encode",
    test="tests/domain/test_licences.py::test_no_royalty_of_a_contract_is_public",
)
define(
    "open-effective-announcement",
    "DeclareOpenLicence",
    "WithdrawOpenLicence",
    title="Effective on announcement",
    article="GL V-11 §3.5, §4",
    sentence="A declaration, and its withdrawal, count from the day they are announced.",
    function="ledger.domain.open_licences.declare_open_licence",
    test=f"{OPEN_LICENCES}::test_a_declaration_counts_from_its_announcement",
)
define(
    "open-withdraw-keeps-licences",
    "WithdrawOpenLicence",
    title="Licences taken go on",
    article="PL 50(2)",
    sentence="Licences taken before the withdrawal go on, on the published terms, to their end.",
    function="ledger.domain.evolving.evolve",
    test=f"{OPEN_LICENCES}::test_a_licence_taken_before_the_withdrawal_goes_on",
)

define(
    "open-publication-items",
    "projections",
    title="What is published of a declaration",
    article="GL V-11 §5",
    sentence="Published are main class, number, title, filing and grant date of each patent, the "
    "declaration's number, the patentees, the fee, the licence period, the contact and the day it "
    "takes effect.",
    function="ledger.projections.registered.publication_items",
    test=f"{DISCLOSURE}::test_a_declaration_is_published_with_its_patents",
)

# --- pledges (8.6) ------------------------------------------------------------------------------

define(
    "pledge-nonprofit-ok",
    "RegisterPledge",
    title="Schools and hospitals may pledge patents",
    article="SPC-Sec 6(1)(ii)",
    sentence="A non-profit school, kindergarten, hospital or home may pledge its patents, which "
    "are not its teaching or medical facilities.",
    function="ledger.domain.rules.pledges.state_organ.check",
    test=f"{PLEDGES}::TestRegistration::test_a_university_may_pledge",
)
define(
    "pledge-established-on-registration",
    "RegisterPledge",
    title="A pledge arises on registration",
    article="CC 444(1); PPM 3",
    sentence="The pledge arises on the day of its registration, whenever it was agreed.",
    function="ledger.domain.pledges.register_pledge",
    test=f"{PLEDGES}::TestRegistration::test_a_pledge_arises_on_the_day_of_registration",
)
define(
    "pledge-change-pledgee-assignment",
    "ChangePledge",
    title="A new pledgee by assignment of the claim",
    article="CC 547; GL V-8 §1.3.2.8",
    sentence="Who acquires the secured claim acquires the pledge with it; the register shows the "
    "new pledgee once the change is registered.",
    function="ledger.domain.pledges.change_pledge",
    test=f"{PLEDGES}::TestChange::test_a_new_pledgee_stands_from_the_registration_of_the_change",
)
define(
    "pledge-not-automatic-end",
    "time",
    title="A due debt does not end a registration",
    article="PPM 14",
    sentence="A registration ends by deregistration or revocation alone; that the debt falls due "
    "does not end it.",
    function="ledger.domain.holdings.Pledge.stands",
    test=f"{PLEDGES}::TestOnePledge::test_a_due_debt_does_not_end_a_pledge",
    since=date(2010, 10, 1),
)
define(
    "pledge-priority-order",
    "queries",
    title="Rank by registration",
    article="CC 414",
    sentence="Of several pledges the one registered first comes first; within a day their numbers "
    "decide, and a registered pledge goes before one that is not.",
    function="ledger.domain.ranks.ranked",
    test=f"{RANKS}::test_the_pledge_registered_first_comes_first",
)
define(
    "pledge-increase-rank",
    "ChangePledge",
    title="Rank of an increase",
    article="CC 409 by analogy",
    sentence="An increase of the secured amount ranks from the registration of the change, unless "
    "the office reads the law otherwise (setting increase_ranks_from_change).",
    function="ledger.domain.ranks.portions",
    test=f"{RANKS}::test_an_increase_ranks_from_its_registration",
)
define(
    "pledge-max-fixation",
    "events",
    title="Fixing of the claim",
    article="CC 423; PPM 19(3)",
    sentence="The claim of a maximum-amount pledge is fixed when its period ends, and when the "
    "patent is preserved, of which the register notifies the pledgee.",
    function="ledger.domain.ranks.fixed",
    test=f"{RANKS}::test_a_preservation_fixes_the_claim",
)
define(
    "pledge-revoke-replay",
    "RevokePledge",
    title="A revoked pledge never was",
    article="PPM 12",
    sentence="Asked for any day, a revoked registration never stood; asked as known before the "
    "revocation, it did.",
    function="ledger.domain.folds.with_pledge",
    test=f"{PLEDGES}::TestRevocation::test_it_stood_for_those_who_ask_as_known_before",
)

define(
    "pledge-inspection-rights",
    "queries",
    title="Inspection of the file",
    article="PPM 16",
    sentence="Pledgor and pledgee may inspect the file of the pledge; a patentee who says that it "
    "never agreed may inspect the form and the papers with the pledgor's signature.",
    function="ledger.projections.disclosure.shown_entries",
    test=f"{DISCLOSURE}::test_a_patentee_who_denies_consent_sees_what_the_pledgor_signed",
)

# --- freezes (8.7) ------------------------------------------------------------------------------

define(
    "suspension-one-year",
    "StartSuspension",
    title="A suspension lasts one year",
    article="IR 103(3); GL V-7 §7.4.1",
    sentence="A suspension ends one year after the request, the last day included.",
    function="ledger.domain.lifecycle.start_suspension",
    test=f"{LIFECYCLE}::TestSuspension::test_it_lasts_one_year",
)
define(
    "preservation-queue",
    "StartPreservation",
    title="Preservations queue",
    article="GL V-7 §7.3.2.2(3)",
    sentence="A preservation ordered while another runs waits, and starts the day that one ends, "
    "in the order of registration.",
    function="ledger.domain.patent.Patent.preservation_periods",
    test=f"{FOLD}::test_a_later_preservation_waits_for_the_earlier_to_end",
)
define(
    "preservation-auto-end",
    "time",
    title="A preservation ends by itself",
    article="IR 104; GL V-7 §7.5.2",
    sentence="A preservation that the court does not continue ends with its period.",
    function="ledger.domain.patent.Patent.preserved_by",
    test=f"{FOLD}::test_a_preservation_not_continued_ends_by_itself",
)
