"""Contests: a party holds that the office refused wrongly; the office decides, both on record.

A refusal leaves nothing. Whoever contests one files it again as a contest: it is judged at that
moment, and filing, findings and reason stand on a stream of their own. The office upholds the
refusal, or sets it aside and has the filing judged again. It can waive a ground only where the law
leaves it room: its own ground, and readings that are its to choose (`LawSettings`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import Field, InstanceOf, SerializeAsAny

from ledger.domain.events import FilingContested, LedgerEvent
from ledger.domain.filing import PATENTS_MAX, Command, Context, PartyRef, Patents
from ledger.domain.joint import AboutPrepared, party_of_caller
from ledger.domain.lawsettings import LawSettings
from ledger.domain.numbers import credit_code_valid
from ledger.domain.parties import PartyDetails
from ledger.domain.patent import Patent
from ledger.domain.texts import LongText, Text


class ContestRefusal(Command):
    """Contest that a filing is refused, which leaves nothing by itself."""

    NAME: ClassVar[str] = "ContestRefusal"

    patents: Annotated[Patents | tuple[()], Field(max_length=PATENTS_MAX)] = ()
    """Those of the filing."""
    filing: SerializeAsAny[InstanceOf[Command]]
    reason: LongText

    def parties(self) -> tuple[PartyDetails, ...]:
        return self.filing.parties()


class ContestPrepared(AboutPrepared):
    """Contest that a prepared filing was refused, by a rule or by the office."""

    NAME: ClassVar[str] = "ContestPrepared"

    by: PartyRef | None = None
    """Who contests; the caller's own party where it is not stated."""
    reason: LongText


class DecideContest(AboutPrepared):
    """Decide a contest: the refusal is upheld, or set aside and the filing judged again."""

    NAME: ClassVar[str] = "DecideContest"

    outcome: Literal["upheld", "set_aside"]
    waive: Annotated[
        tuple[Text, ...], Field(max_length=50, examples=[["pledge-other-ground"]])
    ] = ()
    """Ids of rules whose ground the office does not hold to."""
    reason: LongText


ROOM: Final[Mapping[str, Mapping[str, Any]]] = {
    "pledge-other-ground": {},
    "pledge-fee-current": {"grace_counts_as_overdue": False},
    "open-fee-current": {"grace_counts_as_overdue": False},
    "pledge-debt-within-term": {"claim_period_counts_as_maturity": False},
    "pledge-deregister-by-one-side": {"one_sided_deregistration_refused": False},
    "frozen-deregistration": {"deregistration_passes_freeze": True},
    "frozen-blocks": {"address_change_passes_freeze": True},
    "name-change-not-frozen": {"address_change_passes_freeze": True},
    "licence-pledgee-consent": {"earlier_licence_needs_consent": False},
    "licence-no-conflict": {"ordinary_licence_bars_exclusive": False},
    "licence-three-months": {"late_recordal_refused": False},
    "transfer-alive": {"ended_right_passes_transfer": True},
    "transfer-tech-export": {"design_needs_export_papers": False},
}
"""Rule → how the office may read the law so that its ground does not stand. What a rule refuses by
the letter of the law it refuses under every reading; the office's own ground goes with its word."""


def read_so(context: Context, waived: tuple[str, ...]) -> Context:
    """The context in which a filing is judged whose grounds the office waives; what is entered
    names the readings by their digest."""
    readings: dict[str, Any] = {}
    for name in waived:
        readings |= ROOM[name]
    law: LawSettings = context.law.model_copy(update=readings)
    if law == context.law:
        return context
    under = context.judged_under.model_copy(update={"settings": law.digest()})
    return replace(context, law=law, judged_under=under)


def within(filing: Command, context: Context) -> Context:
    """The context in which a filing within a command is judged: with its own consents and the
    evidence of its own parties."""
    named = ((name, context.streams[f"filing:{name}"].consent) for name in filing.consents)
    codes = {party.credit_code.upper() for party in filing.parties() if party.credit_code}
    return replace(
        context,
        consents={name: consent for name, consent in named if consent is not None},
        evidenced=frozenset(
            code
            for code in codes
            if not credit_code_valid(code) and context.streams[f"party:{code}"].evidenced
        ),
        memo={},
        keys={},
    )


# --- deciding -----------------------------------------------------------------------------------


def contest_refusal(_: Mapping[str, Patent], __: ContestRefusal, ___: Context) -> list[LedgerEvent]:
    """Nothing by itself: the filing is entered with what refuses it, once that is judged."""
    return []


def contest_prepared(
    _: Mapping[str, Patent], command: ContestPrepared, context: Context
) -> list[LedgerEvent]:
    """One hidden event on the filing's stream."""
    name = f"filing:{command.filing}"
    return [
        FilingContested(
            originator_id=name,
            originator_version=context.streams[name].version + 1,
            envelope=context.envelope(command, context.today, None),
            by=party_of_caller(context, command.by),
            reason=command.reason,
        )
    ]


def decide_contest(_: Mapping[str, Patent], __: DecideContest, ___: Context) -> list[LedgerEvent]:
    """Nothing by itself: the decision is entered with what judging the filing again gives."""
    return []


COMMANDS: dict[type[Command], Callable[..., list[LedgerEvent]]] = {
    ContestRefusal: contest_refusal,
    ContestPrepared: contest_prepared,
    DecideContest: decide_contest,
}
