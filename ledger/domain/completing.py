"""A prepared filing is judged: when the last of those asked has confirmed it, when the office
refuses it, when its refusal is contested and when that is decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from pydantic_core import to_jsonable_python

from ledger.domain.contests import ContestRefusal, DecideContest, within
from ledger.domain.deciding import Verdict, decide
from ledger.domain.events import (
    ContestDecided,
    Envelope,
    FilingConfirmed,
    FilingContested,
    FilingDecided,
)
from ledger.domain.filing import Caller, Command, Context
from ledger.domain.joint import RefuseFiling, asked, party_of_caller, stated
from ledger.domain.patent import Patent
from ledger.domain.prepared import Prepared
from ledger.domain.refusals import Finding, Refused, Severity
from ledger.domain.rules import RULES, judge
from ledger.domain.rules.catalogue import Broken
from ledger.domain.telling import told


def preparer(prepared: Prepared) -> Caller:
    """Whose filing it is."""
    filing = prepared.filing
    return Caller(filing.envelope.filed_by or "", filing.caller_role, filing.caller_party)


def completed(
    patents: Mapping[str, Patent],
    filing: Command,
    cause: FilingConfirmed | ContestDecided,
    context: Context,
) -> Verdict:
    """What the last confirmation enters: that it was confirmed, and what judging the filing gives.

    A refusal is entered too, so that all who are concerned see what stands in the way; cured, the
    filing is judged again when one of them confirms it again. Where a contest has it judged, a
    refusal is final.
    """
    place = (cause.originator_id, cause.originator_version + 1, cause.envelope)
    to_all = told_to_all(context)
    try:
        verdict = decide(patents, filing, context)
    except Refused as refused:
        findings = told(refused.findings, patents, filing, to_all)
        decision = _decision(place, None, findings, final=isinstance(cause, ContestDecided))
        return Verdict((cause, decision), ())
    decision = _decision(place, context.filing_id, ())
    findings = told(verdict.findings, patents, filing, to_all)
    return Verdict((cause, decision, *verdict.events), findings)


def told_to_all(context: Context) -> Context:
    """The context for what all who are concerned read: it tells what is public, whoever prepared
    the filing."""
    return replace(context, caller=replace(context.caller, role="party", party=None))


def contested(patents: Mapping[str, Patent], contest: ContestRefusal, context: Context) -> Verdict:
    """What contesting a refusal enters: the filing, all that refuses it now, and the reason.

    It concerns those who signed the filing; nobody is taken to have signed who has not.
    """
    filing = contest.filing
    signed = context.ids(filing.signed_by)
    concerned = tuple(
        party for party in asked(patents.values(), filing, context) if party.id in signed
    )
    judging = told_to_all(within(filing, context))
    refused = told(tuple(judge(patents, filing, judging)), patents, filing, judging)
    first = stated(filing, concerned, signed, context)
    stream, envelope = first.originator_id, first.envelope
    return Verdict(
        (
            first,
            _decision((stream, 2, envelope), None, _not_owed(refused)),
            FilingContested(
                originator_id=stream,
                originator_version=3,
                envelope=envelope,
                by=party_of_caller(context),
                reason=contest.reason,
            ),
        ),
        (),
    )


def contest_decided(decision: DecideContest, context: Context) -> ContestDecided:
    """The office's decision of a contest, by itself."""
    stream = f"filing:{decision.filing}"
    return ContestDecided(
        originator_id=stream,
        originator_version=context.streams[stream].version + 1,
        envelope=context.envelope(decision, context.today, None),
        outcome=decision.outcome,
        waived=decision.waive,
        reason=decision.reason,
    )


def erased() -> Finding:
    """What stands in the way of a filing whose personal values have been erased meanwhile."""
    return RULES["joint-filing-open"].finding(Broken("/filing", {"erased": True}), Patent(""))


def refused_by_office(
    patents: Mapping[str, Patent], filing: Command, refusal: RefuseFiling, context: Context
) -> Verdict:
    """What the office's refusal enters: its own ground, and every other that there is."""
    stream = f"filing:{refusal.filing}"
    envelope = context.envelope(refusal, context.today, None)
    place = (stream, context.streams[stream].version + 1, envelope)
    to_all = replace(told_to_all(context), objection=refusal.reason)
    judged = _not_owed(judge(patents, filing, to_all))
    findings = told(judged, patents, filing, to_all)
    return Verdict((_decision(place, None, findings, final=True),), ())


def _not_owed(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """What refuses and what is to be heeded: a refusal leaves nobody to do anything."""
    return tuple(f for f in findings if f.severity is not Severity.OBLIGATION)


def _decision(
    place: tuple[str, int, Envelope],
    registered_as: str | None,
    findings: Sequence[Finding],
    *,
    final: bool = False,
) -> FilingDecided:
    stream, version, envelope = place
    return FilingDecided(
        originator_id=stream,
        originator_version=version,
        envelope=envelope,
        outcome="refused" if registered_as is None else "registered",
        registered_as=registered_as,
        final=final or registered_as is not None,
        findings=tuple(to_jsonable_python(finding.as_json()) for finding in findings),
    )
