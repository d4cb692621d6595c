"""What falls due, on which days it stands out, and from which entry its day follows."""

from __future__ import annotations

from datetime import date

import pytest

from ledger.domain.dues import Due, DueKind, dues
from ledger.domain.events import (
    EntryRevoked,
    LedgerEvent,
    LicenceCancelled,
    OpenLicenceTaken,
    OpenLicenceWithdrawn,
    PatentAbandoned,
    SuspensionEnded,
    SuspensionExtended,
    TermCompensated,
)
from ledger.domain.periods import ChineseCalendar, LastDay
from ledger.domain.royalties import Free
from tests.builders import (
    BANK,
    LAMPWORKS,
    PATENT,
    about,
    declared_open,
    entered,
    fee_paid,
    invalidation_final,
    invalidation_requested,
    lapsed,
    licensed,
    parties,
    party,
    pledged,
    preservation_continued,
    preservation_released,
    preserved,
    recorded,
    restored,
    suspended,
)

CALENDAR = ChineseCalendar()
GRANT, END = date(2020, 9, 1), date(2038, 6, 12)


def due(*facts: LedgerEvent, kind: DueKind | None = None) -> list[Due]:
    """What falls due where these facts are recorded."""
    found = dues(recorded(*facts).patents[PATENT])
    return [each for each in found if kind in (None, each.kind)]


class TestFees:
    def test_the_first_unpaid_fee_falls_due_on_its_anniversary(self) -> None:
        assert due(entered()) == [Due(DueKind.FEE, "9", date(2026, 6, 12), GRANT, END, 1)]

    def test_a_payment_brings_the_next(self) -> None:
        paid = fee_paid(fee_year=9, on=date(2026, 6, 1))
        assert due(entered(), paid) == [
            Due(DueKind.FEE, "9", date(2026, 6, 12), GRANT, date(2026, 6, 1), 1),
            Due(DueKind.FEE, "10", date(2027, 6, 12), date(2026, 6, 1), END, 2),
        ]

    def test_payments_in_advance_and_out_of_order_leave_no_gap(self) -> None:
        facts = (
            entered(fees_paid_through=7),
            fee_paid(fee_year=9, on=date(2025, 3, 3)),
            fee_paid(fee_year=8, on=date(2025, 6, 2)),
        )
        assert due(*facts) == [
            Due(DueKind.FEE, "8", date(2025, 6, 12), GRANT, date(2025, 6, 2), 1),
            Due(DueKind.FEE, "10", date(2027, 6, 12), date(2025, 6, 2), END, 2),
        ]

    def test_it_ends_with_the_right(self) -> None:
        (fee,) = due(entered(fees_paid_through=7), lapsed(), kind=DueKind.FEE)
        assert fee.until == date(2025, 6, 12)
        given_up = PatentAbandoned(**about(PATENT, date(2026, 1, 5)), reason="voluntary")
        (last,) = due(entered(), given_up)
        assert last.until == date(2026, 1, 5)
        invalid = (invalidation_requested(), invalidation_final())
        assert due(entered(), *invalid) == []

    def test_the_last_fee_is_that_of_the_last_year(self) -> None:
        assert due(entered(fees_paid_through=20)) == []

    def test_the_years_of_a_compensated_term_have_none(self) -> None:
        longer = TermCompensated(
            **about(PATENT, date(2021, 2, 1)),
            kind="pta",
            days=800,
            terminates_on=date(2040, 8, 20),
            drug=None,
        )
        assert due(entered(fees_paid_through=20), longer) == []
        (last,) = due(entered(fees_paid_through=19), longer)
        assert (last.about, last.until) == ("20", date(2040, 8, 20))

    @pytest.mark.parametrize(
        "unknown", [{"fees_paid_through": None}, {"filed_on": None}, {"granted_on": None}]
    )
    def test_of_what_was_never_told_nothing_is_said(self, unknown: dict[str, None]) -> None:
        found = due(entered(**unknown))
        assert [each.since for each in found] == ([None] if "granted_on" in unknown else [])

    def test_a_patent_never_entered_owes_no_fee(self) -> None:
        assert due(pledged()) == []

    def test_only_a_limit_to_act_moves(self) -> None:
        fee = Due(DueKind.FEE, "9", date(2026, 6, 13), None, None, 1)
        assert fee.last_day(CALENDAR) == LastDay(date(2026, 6, 15), date(2026, 6, 13))
        debt = fee._replace(kind=DueKind.DEBT)
        assert debt.last_day(CALENDAR) == LastDay(date(2026, 6, 13), date(2026, 6, 13))
        unknown = fee._replace(falls_on=date(2097, 6, 12))
        assert unknown.last_day(CALENDAR).missing_year == 2097


class TestRestoration:
    def test_a_lapsed_right_is_asked_back_within_two_months_of_the_notice(self) -> None:
        facts = (entered(fees_paid_through=7), lapsed(decided_on=date(2026, 1, 20)))
        (limit,) = due(*facts, kind=DueKind.RESTORATION)
        assert limit == Due(
            DueKind.RESTORATION, "8", date(2026, 3, 20), date(2026, 1, 20), date(2026, 5, 20), 2
        )
        assert due(*facts, restored(on=date(2026, 2, 10)), kind=DueKind.RESTORATION) == []

    def test_without_a_notice_no_limit_runs(self) -> None:
        lapse = lapsed().model_copy(update={"notified_on": None})
        assert due(entered(fees_paid_through=7), lapse, kind=DueKind.RESTORATION) == []


class TestFreezes:
    def test_preservations_end_in_the_order_of_the_queue(self) -> None:
        second = preserved(case_no="(2026) Harbour 2", court="Tidewater Court", on=date(2026, 2, 2))
        assert due(entered(), preserved(), second, kind=DueKind.PRESERVATION) == [
            Due(
                DueKind.PRESERVATION,
                "(2026) Lantern 1",
                date(2026, 7, 12),
                date(2026, 1, 12),
                date(2026, 7, 13),
                2,
            ),
            Due(
                DueKind.PRESERVATION,
                "(2026) Harbour 2",
                date(2027, 1, 12),
                date(2026, 7, 13),
                date(2027, 1, 13),
                3,
            ),
        ]

    def test_a_continuation_is_the_entry_the_end_follows_from(self) -> None:
        goes_on = preservation_continued(on=date(2026, 7, 1), ends_on=date(2027, 1, 2))
        (end,) = due(entered(), preserved(), goes_on, kind=DueKind.PRESERVATION)
        assert (end.falls_on, end.entry) == (date(2027, 1, 1), 3)

    def test_a_preservation_without_an_end_never_falls_due(self) -> None:
        assert due(entered(), preserved(months=None), kind=DueKind.PRESERVATION) == []

    def test_a_release_ends_it_before_its_time(self) -> None:
        freed = preservation_released(on=date(2026, 3, 2))
        (end,) = due(entered(), preserved(), freed)[1:]
        assert (end.falls_on, end.until) == (date(2026, 7, 12), date(2026, 3, 2))
        assert due(entered(), preserved(months=None), freed, kind=DueKind.PRESERVATION) == []

    def test_a_suspension_ended_keeps_the_day_it_would_have_ended(self) -> None:
        ended = SuspensionEnded(
            **about(PATENT, date(2026, 3, 2)), case_no="(2026) Dispute 1", reason="withdrawal"
        )
        (end,) = due(entered(), suspended(), ended, kind=DueKind.SUSPENSION)
        assert (end.falls_on, end.until) == (date(2027, 1, 12), date(2026, 3, 2))

    def test_an_extension_moves_the_end_of_a_suspension(self) -> None:
        longer = SuspensionExtended(
            **about(PATENT, date(2026, 12, 1)),
            case_no="(2026) Dispute 1",
            ends_on=date(2027, 7, 13),
        )
        (end,) = due(entered(), suspended(), longer, kind=DueKind.SUSPENSION)
        assert end == Due(
            DueKind.SUSPENSION,
            "(2026) Dispute 1",
            date(2027, 7, 12),
            date(2026, 1, 12),
            date(2027, 7, 13),
            3,
        )

    def test_a_suspension_of_no_day_is_none(self) -> None:
        never = suspended().model_copy(update={"ends_on": date(2026, 1, 12)})
        assert due(entered(), never, kind=DueKind.SUSPENSION) == []


LICENCE_NO = "X2025990000001"


class TestLicences:
    def test_its_last_day_and_the_days_to_have_it_cancelled(self) -> None:
        found = due(entered(), licensed())[1:]
        assert found == [
            Due(
                DueKind.LICENCE,
                LICENCE_NO,
                date(2029, 12, 31),
                date(2025, 1, 6),
                date(2030, 1, 1),
                2,
            ),
            Due(
                DueKind.LICENCE_CANCELLATION,
                LICENCE_NO,
                date(2030, 1, 30),
                date(2030, 1, 1),
                None,
                2,
            ),
        ]

    def test_a_cancelled_one_falls_due_no_more(self) -> None:
        ended = LicenceCancelled(
            **about(PATENT, date(2026, 1, 5)),
            licence_id=LICENCE_NO,
            licensors=parties(LAMPWORKS),
            licensees=parties(BANK),
        )
        (only,) = due(entered(), licensed(), ended, kind=DueKind.LICENCE)
        assert only.until == date(2026, 1, 5)

    def test_one_without_an_end_lasts_with_the_patent(self) -> None:
        assert due(entered(), licensed(ends_on=None), kind=DueKind.LICENCE) == []

    def test_one_that_was_taken_and_not_recorded_has_no_recordal_to_cancel(self) -> None:
        taken = OpenLicenceTaken(
            **about(PATENT, date(2025, 3, 3)),
            licence_id="take-1",
            declaration_no="OL2025990000001",
            licensee=party(BANK),
            licensors=parties(LAMPWORKS),
            notice_on=date(2025, 3, 3),
            paid_on=None,
            starts_on=date(2025, 3, 3),
            ends_on=date(2029, 1, 1),
            royalty=Free(),
        )
        assert [each.kind for each in due(entered(), taken)[1:]] == [DueKind.LICENCE]

    def test_an_offered_period_ends_with_its_withdrawal(self) -> None:
        (offer,) = due(entered(), declared_open())[1:]
        assert offer == Due(
            DueKind.OPEN_LICENCE,
            "OL2025990000001",
            date(2029, 12, 31),
            date(2025, 2, 3),
            date(2030, 1, 1),
            2,
        )
        withdrawn = OpenLicenceWithdrawn(
            **about(PATENT, date(2026, 1, 5)),
            declaration_no="OL2025990000001",
            patentees=parties(LAMPWORKS),
        )
        (ended,) = due(entered(), declared_open(), withdrawn)[1:]
        assert ended.until == date(2026, 1, 5)
        at_once = OpenLicenceWithdrawn(
            **about(PATENT, date(2025, 2, 3)),
            declaration_no="OL2025990000001",
            patentees=parties(LAMPWORKS),
        )
        assert due(entered(), declared_open(), at_once)[1:] == []

    def test_it_does_not_stand_out_while_its_end_was_on_record(self) -> None:
        """A withdrawal is revoked from a day: on the days between, nothing was offered."""
        withdrawn = OpenLicenceWithdrawn(
            **about(PATENT, date(2025, 9, 1)),
            declaration_no="OL2025990000001",
            patentees=parties(LAMPWORKS),
        )
        undone = EntryRevoked(
            **about(PATENT, date(2025, 11, 3), corrects="filed-20250901"),
            entry_topic="open_licence.withdrawn",
            original_topic="open_licence.withdrawn",
            changes=(),
            publication=None,
            effect="from_date",
            undoes=None,
        )
        found = due(entered(), declared_open(), withdrawn, undone, kind=DueKind.OPEN_LICENCE)
        assert [(each.since, each.until) for each in found] == [
            (date(2025, 2, 3), date(2025, 9, 1)),
            (date(2025, 11, 3), date(2030, 1, 1)),
        ]
