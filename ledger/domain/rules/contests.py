"""Rules of contests: of what, when, and what the office may waive."""

from __future__ import annotations

from ledger.domain.contests import ROOM, ContestPrepared, ContestRefusal, DecideContest, within
from ledger.domain.filing import Context
from ledger.domain.joint import CONTESTABLE
from ledger.domain.patent import Patent
from ledger.domain.prepared import FilingState, Prepared
from ledger.domain.refusals import Severity
from ledger.domain.rules.catalogue import Broken, Outcome, judge, rule


@rule(
    "contest-of-a-refusal",
    ContestRefusal,
    ContestPrepared,
    title="A refusal is contested",
    article="IR 15(3); PPM 11(12)",
    cure="File it: nothing stands in its way; or wait for the office's decision.",
    once=True,
)
def of_a_refusal(_: Patent, command: ContestRefusal | ContestPrepared, context: Context) -> Outcome:
    """Nothing refuses the filing, or its refusal has been contested before; acts that only the
    office does are not contested."""
    if isinstance(command, ContestPrepared):
        prepared = _prepared(command.filing, context)
        state = prepared.state(context.today)
        if state is not FilingState.REFUSED or prepared.contested is not None:
            return Broken("/filing", {"state": state.value})
        return None
    filing = command.filing
    if type(filing) not in CONTESTABLE:
        return Broken(fact={"command": filing.NAME})
    patents = {number: context.patents[number] for number in filing.patents}
    found = judge(patents, filing, within(filing, context))
    if not any(finding.severity is Severity.REFUSAL for finding in found):
        return Broken(fact={"refused_by": []})
    return None


@rule(
    "contest-open",
    DecideContest,
    title="The contest is open",
    article="IR 15(3); PPM 11(12)",
    cure="Leave the filing as it is.",
    once=True,
)
def still_open(_: Patent, command: DecideContest, context: Context) -> Outcome:
    """The refusal of the filing is not contested, or the contest is decided."""
    state = _prepared(command.filing, context).state(context.today)
    return None if state is FilingState.CONTESTED else Broken("/filing", {"state": state.value})


@rule(
    "contest-room",
    DecideContest,
    title="The office waives what is its to waive",
    article="PPM 11(12)",
    cure="Uphold the refusal, or have the filing judged again without waiving this ground.",
    once=True,
)
def room(_: Patent, command: DecideContest, context: Context) -> Outcome:
    """The office waives a ground on which the law leaves it no room, or that was not found, or
    upholds the refusal and waives its ground."""
    decided = _prepared(command.filing, context).decided
    found = {finding["rule"] for finding in decided.findings} if decided is not None else set()
    for place, name in enumerate(command.waive):
        if name not in ROOM or name not in found or command.outcome == "upheld":
            return Broken(f"/waive/{place}", {"rule": name})
    return None


def _prepared(filing: str, context: Context) -> Prepared:
    prepared = context.streams[f"filing:{filing}"].prepared
    assert prepared is not None, "for whom the filing is not there, the act is about nothing"
    return prepared
