"""Settings for what the law leaves open (statements marked [I] or [M-low] in law.md), with their
defaults."""

from __future__ import annotations

from hashlib import sha256

from pydantic import Field

from ledger.domain.numbers import PatentKind
from ledger.domain.parties import Value


class AnnualFee(Value):
    """The full annual fee of a kind of patent from a patent year on."""

    kind: PatentKind
    from_year: int = Field(ge=1)
    yuan: int = Field(ge=0)


_FEES: dict[PatentKind, dict[int, int]] = {
    PatentKind.INVENTION: {1: 900, 4: 1200, 7: 2000, 10: 4000, 13: 6000, 16: 8000},
    PatentKind.UTILITY_MODEL: {1: 600, 4: 900, 6: 1200, 9: 2000},
    PatentKind.DESIGN: {1: 600, 4: 900, 6: 1200, 9: 2000, 11: 3000},
}


class LawSettings(Value):
    """Readings the office may change; every judged event names the digest of those in force."""

    model_config = Value.model_config | {"use_attribute_docstrings": True}

    address_change_passes_freeze: bool = True
    """An address-only change is registered while the patent is frozen."""
    deregistration_passes_freeze: bool = True
    """Deregistration, cancellation and withdrawal are registered while the patent is frozen (law
    unclear)."""
    ended_right_passes_transfer: bool = False
    """A right that has ended may still be transferred."""
    capital_contribution_is_assignment: bool = True
    """Contribution as capital counts as an assignment (转让)."""
    design_needs_export_papers: bool = False
    """Designs need the papers of technology export too; the law names inventions and models."""
    earlier_licence_needs_consent: bool = False
    """A licence concluded before the pledge needs the pledgee's consent to be recorded."""
    ordinary_licence_bars_exclusive: bool = True
    """An ordinary licence that is recorded conflicts with a later exclusive or sole one."""
    late_recordal_refused: bool = False
    """Recordal after three months is refused, not only flagged."""
    open_licence_recordal_months: int | None = Field(3, ge=1)
    """Months in which a taken open licence is recorded; the law names no limit of its own."""
    long_preservation_refused: bool = False
    """A preservation longer than the law allows at a time is refused, not only flagged."""
    model_given_up_needs_pledgee_consent: bool = True
    """The utility model given up for the invention needs its pledgee's consent."""
    one_sided_deregistration_refused: bool = False
    """A deregistration the pledgee did not sign, without judgment or proof of payment, is
    refused."""
    partial_filings: bool = False
    """A pledge over several patents may be entered on those that pass."""
    decided_invalidation_bars: bool = False
    """A patent decided to be invalid as a whole cannot be dealt with before that is final."""
    claim_period_counts_as_maturity: bool = True
    """The period of a maximum-amount claim may not outlast the patent, as its debt may not."""
    grace_counts_from_unmoved_due_date: bool = True
    """Grace and the months of surcharge count from the due date itself; else from the last day to
    pay, which a holiday may have moved."""
    annual_fees: tuple[AnnualFee, ...] = tuple(
        AnnualFee(kind=kind, from_year=year, yuan=yuan)
        for kind, fees in _FEES.items()
        for year, yuan in fees.items()
    )
    """Full annual fees, in yuan, as they are remembered; a payment may state its own full fee."""
    grace_counts_as_overdue: bool = True
    """A fee in its six months of grace bars a pledge and an open licence; recordals it always
    bars."""
    increase_ranks_from_change: bool = True
    """An increase of the secured amount ranks from the registration of the change (Civil Code art.
    409 by analogy)."""
    open_licence_fixed_fee_max: int = Field(20_000_000, ge=1)
    """Ceiling of a fixed open-licence fee in yuan, inclusive (Guidelines V-11 §3.3)."""
    open_licence_net_sales_percent_max: int = Field(20, ge=0, le=100)
    """Ceiling of a royalty on net sales, in percent, inclusive."""
    open_licence_profit_percent_max: int = Field(40, ge=0, le=100)
    """Ceiling of a royalty on profit, in percent, inclusive."""
    fee_explanation_characters_max: int = Field(2000, ge=1)
    """Characters in which a fee is explained, in general."""
    prepared_filing_days: int = Field(30, ge=1, le=3650)
    """Days in which the others confirm a filing that one party has prepared."""

    def digest(self) -> str:
        """Short digest that names these settings in the envelope of a judged event."""
        return sha256(self.model_dump_json().encode()).hexdigest()[:16]
