"""What an act leaves others to do is data of the event that causes it: who, what, by when."""

from __future__ import annotations

from datetime import date
from typing import Any

from ledger.domain.lifecycle import (
    EndSuspension,
    FinaliseInvalidation,
    LapseForFee,
    StartPreservation,
    StartSuspension,
)
from ledger.domain.obligations import Duty, Obligation
from ledger.domain.pledges import RegisterPledge
from tests.builders import (
    BANK,
    INSTRUMENTS,
    LAMPWORKS,
    MILLS,
    OTHER_BANK,
    PATENT,
    PLEDGE_NO,
    SECOND,
    TODAY,
    change_name,
    change_pledge,
    consented,
    declared_open,
    documents,
    entered,
    fact,
    invalidation_requested,
    licensed,
    party,
    pledged,
    recorded,
    ref,
    refs,
    register_pledge,
    register_transfer,
    suspended,
)

OWNER, PLEDGEE, BUYER = (party(p).id for p in (LAMPWORKS, BANK, INSTRUMENTS))
LICENSEE = party(MILLS).id
LICENCE_NO = "X2025990000001"


def owed(rule: str, duty: Duty, number: int = 1, **members: Any) -> Obligation:
    stated: dict[str, Any] = {
        "by": (),
        "to": (),
        "about": None,
        "last_day": None,
        "missing_year": None,
    }
    return Obligation(number=number, rule=rule, duty=duty, **stated | members)


class TestPledges:
    def test_online_filers_send_the_originals(self) -> None:
        outcome = recorded(entered()).when(register_pledge(online=True))
        assert outcome.obliges("pledge-online-consistency") == [
            owed("pledge-online-consistency", Duty.SEND_ORIGINALS, by=(OWNER,))
        ]

    def test_who_signs_on_a_commitment_keeps_the_papers(self) -> None:
        papers = documents("application-form", "pledge-contract", "identity-commitment")
        outcome = recorded(entered()).when(register_pledge(documents=papers))
        assert outcome.obliges("false-proof-revocable") == [
            owed("false-proof-revocable", Duty.KEEP_PAPERS, by=tuple(sorted((OWNER, PLEDGEE))))
        ]

    def test_without_signatures_the_parties_of_the_filing_keep_them(self) -> None:
        outcome = recorded(entered()).when(
            change_name(signed_by=(), documents=documents("commitment"))
        )
        assert outcome.obliges("false-proof-revocable")[0].by == (OWNER,)

    def test_a_renamed_party_has_the_registration_changed(self) -> None:
        outcome = recorded(entered(), pledged()).when(change_name())
        assert outcome.obliges("name-change-pledge-follow") == [
            owed(
                "name-change-pledge-follow",
                Duty.CHANGE_PLEDGE,
                by=(OWNER,),
                to=(PLEDGEE,),
                about=PLEDGE_NO,
            )
        ]

    def test_a_third_party_is_freed_of_a_debt_that_goes_to_another(self) -> None:
        """Tidewater Instruments takes over the debt of Millbrook Mills, which Lampworks secured."""
        before = recorded(entered(), pledged(debtor=party(MILLS)))
        change = {"claim": None, "documents": documents("proof")}
        moved = change_pledge(debtor=INSTRUMENTS, signed_by=refs(BANK), **change)
        assert before.when(moved).obliges("pledge-third-party-release") == [
            owed(
                "pledge-third-party-release",
                Duty.RELEASE_PLEDGE,
                by=(PLEDGEE,),
                to=(OWNER,),
                about=PLEDGE_NO,
            )
        ]
        for agreed in (
            change_pledge(debtor=INSTRUMENTS, signed_by=refs(LAMPWORKS, BANK), **change),
            change_pledge(debtor=MILLS, signed_by=refs(BANK), **change),
        ):
            assert before.when(agreed).findings == ()
        own_debt = recorded(entered(), pledged()).when(moved)
        assert own_debt.findings == (), "a debtor who pledges its own patent is no third party"


class TestTransfers:
    def test_the_price_goes_to_the_debt_and_a_realised_pledge_is_deregistered(self) -> None:
        before = recorded(entered(), pledged(), consented())
        sold = register_transfer(
            cause="auction", documents=documents("auction-proof"), consents=("C1",)
        )
        outcome = before.when(sold)
        sides = {"by": (OWNER,), "to": (PLEDGEE,), "about": PLEDGE_NO}
        assert outcome.obliges("transfer-proceeds-obligation") == [
            owed("transfer-proceeds-obligation", Duty.APPLY_PROCEEDS, **sides)
        ]
        assert outcome.obliges("pledge-realise-transfer") == [
            owed(
                "pledge-realise-transfer",
                Duty.DEREGISTER_PLEDGE,
                2,
                by=(PLEDGEE,),
                to=(OWNER,),
                about=PLEDGE_NO,
            )
        ]

    def test_the_new_patentee_is_recorded_as_licensor(self) -> None:
        outcome = recorded(entered(), licensed()).when(register_transfer())
        assert outcome.obliges("transfer-keeps-licences") == [
            owed(
                "transfer-keeps-licences",
                Duty.CHANGE_LICENSOR,
                by=(BUYER,),
                to=(LICENSEE,),
                about=LICENCE_NO,
            )
        ]

    def test_the_new_patentee_has_the_open_licence_withdrawn(self) -> None:
        merged = register_transfer(
            cause="merger", documents=documents("registration-authority-proof")
        )
        outcome = recorded(entered(), declared_open()).when(merged)
        assert outcome.obliges("transfer-open-licence-redeclare") == [
            owed(
                "transfer-open-licence-redeclare",
                Duty.WITHDRAW_OPEN_LICENCE,
                by=(BUYER,),
                about="OL2025990000001",
            )
        ]


class TestTheRight:
    def test_each_pledge_has_its_notice(self) -> None:
        other = pledged(registration_no="Y2025990000002", pledgees=(OTHER_BANK,))
        unpaid = recorded(entered(fees_paid_through=7), pledged(), other)
        outcome = unpaid.when(fact(LapseForFee, fee_year=8, decided_on=TODAY))
        assert outcome.obliges("lapse-notify-pledgee") == [
            owed("lapse-notify-pledgee", Duty.NOTIFY, 1, to=(PLEDGEE,), about=PLEDGE_NO),
            owed(
                "lapse-notify-pledgee",
                Duty.NOTIFY,
                2,
                to=(party(OTHER_BANK).id,),
                about="Y2025990000002",
            ),
        ]

    def test_licences_of_an_ended_patent_are_cancelled(self) -> None:
        before = recorded(entered(), licensed(), invalidation_requested())
        final = fact(
            FinaliseInvalidation, case_no="4W990001", outcome="whole", decision_no="990001"
        )
        assert before.when(final).obliges("licence-cancel-on-patent-end") == [
            owed(
                "licence-cancel-on-patent-end",
                Duty.CANCEL_LICENCE,
                by=(OWNER, LICENSEE),
                about=LICENCE_NO,
            )
        ]

    def test_a_decision_that_keeps_the_patent_gives_no_notice(self) -> None:
        before = recorded(entered(), pledged(), invalidation_requested())
        for outcome, told in (("whole", 1), ("partial", 1), ("maintained", 0), ("withdrawn", 0)):
            final = fact(
                FinaliseInvalidation,
                case_no="4W990001",
                outcome=outcome,
                decision_no="990001",
                claims_kept="claims 1 to 3",
            )
            assert len(before.when(final).findings) == told, outcome


class TestFreezes:
    preserving = fact(
        StartPreservation,
        case_no="(2026) Lantern 2",
        court="Lanternhill Court",
        months=6,
        particulars_match=True,
        documents=documents("ruling", "assistance-notice"),
    )
    suspending = fact(
        StartSuspension,
        case_no="(2026) Dispute 2",
        requested_by=MILLS,
        dispute_parties=(LAMPWORKS, MILLS),
        particulars_match=True,
        documents=documents("acceptance-document"),
    )

    def test_pledgees_are_told_of_each(self) -> None:
        before = recorded(entered(), pledged())
        for command, rule in (
            (self.preserving, "preservation-pledge-priority"),
            (self.suspending, "pledge-notify-events"),
        ):
            assert before.when(command).obliges(rule) == [
                owed(rule, Duty.NOTIFY, to=(PLEDGEE,), about=PLEDGE_NO)
            ]

    def test_an_open_licence_is_withdrawn(self) -> None:
        outcome = recorded(entered(), declared_open()).when(self.preserving)
        assert outcome.obliges("open-duty-to-withdraw") == [
            owed(
                "open-duty-to-withdraw",
                Duty.WITHDRAW_OPEN_LICENCE,
                by=(OWNER,),
                about="OL2025990000001",
            )
        ]

    def test_who_won_the_dispute_files_within_three_months(self) -> None:
        before = recorded(entered(), suspended())
        ended = fact(EndSuspension, case_no="(2026) Dispute 1", reason="judgment")
        assert before.when(ended).obliges("suspension-owner-change-3-months") == [
            owed(
                "suspension-owner-change-3-months",
                Duty.REGISTER_OWNER,
                by=(LICENSEE,),
                about="(2026) Dispute 1",
                last_day=date(2026, 6, 2),
            )
        ]

    def test_a_limit_in_a_year_without_holidays_is_provisional(self) -> None:
        before = recorded(entered(), suspended()).on(date(2026, 11, 20))
        ended = fact(
            EndSuspension,
            case_no="(2026) Dispute 1",
            reason="mediation",
            effective_on=date(2026, 11, 20),
        )
        (obligation,) = before.when(ended).obliges("suspension-owner-change-3-months")
        assert obligation.last_day == date(2027, 2, 22)
        assert obligation.missing_year == 2027


class TestWhereTheyStand:
    def command(self, **fields: Any) -> RegisterPledge:
        return register_pledge(patents=(PATENT, SECOND), online=True, **fields)

    def test_those_of_a_filing_in_its_first_event_those_of_a_patent_in_its_own(self) -> None:
        before = recorded(entered(), entered(SECOND), licensed(SECOND))
        moved = register_transfer(
            patents=(PATENT, SECOND), documents=documents("transfer-contract", "commitment")
        )
        first, second = before.when(moved).passes().events
        assert [o.rule for o in first.obligations or ()] == ["false-proof-revocable"]
        assert [o.rule for o in second.obligations or ()] == ["transfer-keeps-licences"]

    def test_they_are_numbered_through_the_filing_in_receipt_and_events_alike(self) -> None:
        papers = documents("application-form", "pledge-contract", "identity-commitment")
        verdict = recorded(entered(), entered(SECOND)).when(self.command(documents=papers)).passes()
        told = [(owed.number, f.rule) for f in verdict.obligations for owed in f.owed]
        stored = [(o.number, o.rule) for e in verdict.events for o in e.obligations or ()]
        assert told == stored
        assert [number for number, _ in told] == [1, 2]

    def test_an_event_that_obliges_nobody_has_none(self) -> None:
        verdict = recorded(entered()).when(register_pledge()).passes()
        assert [event.obligations for event in verdict.events] == [None]

    def test_a_finding_tells_them_and_a_refusal_has_no_such_member(self) -> None:
        outcome = recorded(entered()).when(register_pledge(online=True))
        (told,) = [f.as_json() for f in outcome.findings]
        assert told["owed"] == [
            {
                "number": 1,
                "rule": "pledge-online-consistency",
                "duty": "send_originals",
                "by": [ref(LAMPWORKS)],
                "to": [],
                "about": None,
                "last_day": None,
                "missing_year": None,
            }
        ]
        refused = recorded(entered()).when(register_pledge(signed_by=()))
        assert "owed" not in refused.findings[0].as_json()
