"""Doing what an entry left somebody to do: the price deposited, the originals sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from ledger.domain.events import LedgerEvent, ObligationMet, PatentEvent
from ledger.domain.filing import Command, Context, Patents
from ledger.domain.notices import met_by
from ledger.domain.obligations import Obligation, obligation_id
from ledger.domain.patent import Patent
from ledger.domain.periods import CivilDate
from ledger.domain.texts import Text


class RecordFulfilment(Command):
    """Record that what an obligation asked for was done, from the day on which it was."""

    NAME: ClassVar[str] = "RecordFulfilment"

    patents: Annotated[Patents, Field(max_length=1)]
    """The patent on which the obligation stands."""
    obligation: Text
    """Its filing and its number in that filing, as receipts and notices name it."""
    done_on: CivilDate


def record_fulfilment(
    patents: Mapping[str, Patent], command: RecordFulfilment, context: Context
) -> list[LedgerEvent]:
    """One event, from which on the obligation is met."""
    (number,) = command.patents
    return [
        ObligationMet(
            originator_id=number,
            originator_version=patents[number].version + 1,
            envelope=context.envelope(command, command.done_on, None),
            obligation=command.obligation,
        )
    ]


def open_obligation(patent: Patent, named: str) -> Obligation | None:
    """The obligation of a name on a patent, None where there is none that is not met."""
    for cause, obligation in obligations(patent):
        if name_of(cause, obligation) == named:
            return None if met_by(patent, cause, obligation) is not None else obligation
    return None


def obligations(patent: Patent) -> Iterator[tuple[PatentEvent, Obligation]]:
    """Every obligation on a patent, with the entry that causes it."""
    for cause in patent.obliging:
        for obligation in cause.obligations or ():
            yield cause, obligation


def name_of(cause: PatentEvent, obligation: Obligation) -> str:
    """The name of an obligation that an entry causes."""
    return obligation_id(cause.filing_id, obligation.number)


COMMANDS: dict[type[Command], Callable[..., list[LedgerEvent]]] = {
    RecordFulfilment: record_fulfilment,
}
