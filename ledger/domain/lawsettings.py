"""Settings for what the law leaves open (statements marked [I] or [M-low] in law.md), with their
defaults."""

from __future__ import annotations

from hashlib import sha256

from pydantic import Field

from ledger.domain.parties import Value


class LawSettings(Value):
    """Readings the office may change; every judged event names the digest of those in force."""

    address_change_passes_freeze: bool = True
    """An address-only change is registered while the patent is frozen."""
    deregistration_passes_freeze: bool = True
    """Deregistration, cancellation and withdrawal are registered while the patent is frozen (law
    unclear)."""
    claim_period_counts_as_maturity: bool = True
    """The period of a maximum-amount claim may not outlast the patent, as its debt may not."""
    increase_ranks_from_change: bool = True
    """An increase of the secured amount ranks from the registration of the change (Civil Code art.
    409 by analogy)."""
    open_licence_fixed_fee_max: int = Field(20_000_000, ge=1)
    """Ceiling of a fixed open-licence fee in yuan, inclusive (Guidelines V-11 §3.3)."""
    open_licence_net_sales_percent_max: int = Field(20, ge=0, le=100)
    open_licence_profit_percent_max: int = Field(40, ge=0, le=100)
    fee_explanation_characters_max: int = Field(2000, ge=1)

    def digest(self) -> str:
        """Short digest that names these settings in the envelope of a judged event."""
        return sha256(self.model_dump_json().encode()).hexdigest()[:16]
