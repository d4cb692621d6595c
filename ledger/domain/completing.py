"""A prepared filing is judged: when the last of those asked has confirmed it, or when the office
refuses it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pydantic_core import to_jsonable_python

from ledger.domain.deciding import Verdict, decide
from ledger.domain.events import Envelope, FilingConfirmed, FilingDecided
from ledger.domain.filing import Caller, Command, Context
from ledger.domain.joint import RefuseFiling
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
    patents: Mapping[str, Patent], filing: Command, confirmed: FilingConfirmed, context: Context
) -> Verdict:
    """What the last confirmation enters: that it was confirmed, and what judging the filing gives.

    A refusal is entered too, so that all who are concerned see what stands in the way; cured, the
    filing is judged again when one of them confirms it again.
    """
    place = (confirmed.originator_id, confirmed.originator_version + 1, confirmed.envelope)
    # All who are concerned read it: it tells what is public, whoever prepared the filing.
    to_all = replace(context, caller=replace(context.caller, role="party", party=None))
    try:
        verdict = decide(patents, filing, context)
    except Refused as refused:
        findings = told(refused.findings, patents, filing, to_all)
        decision = _decision(place, None, findings)
        return Verdict((confirmed, decision), ())
    decision = _decision(place, context.filing_id, ())
    findings = told(verdict.findings, patents, filing, to_all)
    return Verdict((confirmed, decision, *verdict.events), findings)


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
    to_all = replace(
        context,
        caller=replace(context.caller, role="party", party=None),
        objection=refusal.reason,
    )
    judged = tuple(judge(patents, filing, to_all))
    findings = told(
        tuple(f for f in judged if f.severity is not Severity.OBLIGATION), patents, filing, to_all
    )
    return Verdict((_decision(place, None, findings, final=True),), ())


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
