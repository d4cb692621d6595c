"""Courts and cases as the register spells them.

One paper writes a case's number with brackets and digits of full width, another without, or with
blanks between. What a filing names is the case on record whose number differs by that alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ledger.domain.filing import Command
from ledger.domain.lifecycle import (
    DecideInvalidation,
    EndPreservation,
    EndSuspension,
    ExtendSuspension,
    FinaliseInvalidation,
    Paper,
    StartInvalidation,
    StartSuspension,
)
from ledger.domain.patent import Patent
from ledger.domain.texts import folded
from ledger.domain.transfers import RegisterTransfer

Spelled = tuple[str, ...]
"""The number of a case, of a preservation with its court."""


def as_recorded(patents: Mapping[str, Patent], command: Command) -> Command:
    """The command, in which cases that are on record are spelled as they were entered."""
    held = list(patents.values())
    match command:
        case Paper() | EndPreservation():
            number, court = _spelled((command.case_no, command.court), _preserved(held))
            update: dict[str, Any] = {"case_no": number, "court": court}
        case StartSuspension() | ExtendSuspension() | EndSuspension():
            (number,) = _spelled((command.case_no,), _suspended(held))
            update = {"case_no": number}
        case StartInvalidation() | DecideInvalidation() | FinaliseInvalidation():
            known = [(case.case_no,) for patent in held for case in patent.invalidations]
            (number,) = _spelled((command.case_no,), known)
            update = {"case_no": number}
        case RegisterTransfer() if command.court_papers or command.dispute_ended_cases:
            update = _of_transfer(command, held)
        case _:
            return command
    return command.model_copy(update=update)


def _of_transfer(command: RegisterTransfer, held: list[Patent]) -> dict[str, Any]:
    papers = []
    for paper in command.court_papers:
        number, court = _spelled((paper.case_no, paper.court), _preserved(held))
        papers.append(paper.model_copy(update={"case_no": number, "court": court}))
    ended = [_spelled((case,), _suspended(held))[0] for case in command.dispute_ended_cases]
    return {"court_papers": tuple(papers), "dispute_ended_cases": tuple(ended)}


def _preserved(held: list[Patent]) -> list[Spelled]:
    return [(paper.case_no, paper.court) for patent in held for paper in patent.preservations]


def _suspended(held: list[Patent]) -> list[Spelled]:
    return [(dispute.case_no,) for patent in held for dispute in patent.suspensions]


def _spelled(stated: Spelled, known: Iterable[Spelled]) -> Spelled:
    """The case on record that is the one stated; as stated where it is exactly that, or none is."""
    found = dict.fromkeys(known)
    if stated in found:
        return stated
    alike = [each for each in found if _compared(each) == _compared(stated)]
    return alike[0] if alike else stated


def _compared(spelled: Spelled) -> Spelled:
    return tuple("".join(folded(text).split()) for text in spelled)
