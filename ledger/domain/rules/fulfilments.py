"""Rules of the ledger's own: an obligation is met where it is on record, on somebody's word."""

from __future__ import annotations

from ledger.domain.filing import Context, has_document
from ledger.domain.fulfilments import RecordFulfilment, open_obligation
from ledger.domain.patent import Patent
from ledger.domain.rules.catalogue import Broken, Outcome, rule


@rule(
    "obligation-open",
    RecordFulfilment,
    title="The obligation is open",
    article="CC 444(2); PPM 7",
    cure="Name the obligation as receipt or notice names it, on the patent where it stands.",
)
def obligation_is_open(patent: Patent, command: RecordFulfilment, context: Context) -> Outcome:
    """No such obligation stands open on the patent, or it was met on a day to come."""
    if open_obligation(patent, command.obligation) is None:
        return Broken("/obligation", {"obligation": command.obligation, "open": False})
    if command.done_on > context.today:
        return Broken("/done_on", {"done_on": command.done_on.isoformat()})
    return None


@rule(
    "fulfilment-confirmed",
    RecordFulfilment,
    title="Somebody's word that it was done",
    article="CC 444(2); PPM 7",
    cure="Let a party to whom it is owed sign, or add the paper proof.",
)
def fulfilment_confirmed(patent: Patent, command: RecordFulfilment, context: Context) -> Outcome:
    """Neither a party to whom it is owed says that it was done, nor does a paper prove it."""
    owed = open_obligation(patent, command.obligation)
    if owed is None or has_document(command, "proof"):
        return None
    if context.signers(command) & set(owed.to):
        return None
    return Broken("/signed_by", {"one_of": list(owed.to), "or_document": "proof"})
