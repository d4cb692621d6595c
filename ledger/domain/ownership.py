"""How a transfer or a new name changes who owns a patent, and what goes with the owner."""

from __future__ import annotations

from typing import assert_never

from ledger.domain.events import NameOrAddressChanged, TransferRegistered
from ledger.domain.holdings import FeeReduction, Parties, Patentees
from ledger.domain.patent import Patent, altered


def with_patentees(patent: Patent, event: TransferRegistered | NameOrAddressChanged) -> Patent:
    held = patent.patentees[-1].parties if patent.patentees else ()
    match event:
        case NameOrAddressChanged(before=before, after=after):
            ids = (before.id, after.id)
            renamed = (after if party.id in ids else party for party in held)
            new = tuple(dict.fromkeys((*renamed, after)))
        case TransferRegistered(patentees_after=after_list) if after_list is not None:
            new = after_list
        case TransferRegistered():
            gone = {party.id for party in event.transferors}
            stay = tuple(party for party in held if party.id not in gone)
            known = {party.id for party in stay}
            new = stay + tuple(party for party in event.transferees if party.id not in known)
        case _:
            assert_never(event)
    since = Patentees(event.effective_on, new, event.filing_id)
    earlier = tuple(p for p in patent.patentees if p.since != since.since)
    return altered(patent, patentees=(*earlier, since), reductions=_reductions(patent, held, since))


def _reductions(patent: Patent, held: Parties, since: Patentees) -> tuple[FeeReduction, ...]:
    """The reductions of fees, ended by a new patentee; who remains keeps them (I-1 §6.7.3(1))."""
    stays = {party.id for party in since.parties} <= {party.id for party in held}
    ended = () if stays or not patent.reductions else (FeeReduction(since.since, 0),)
    return patent.reductions + ended
