"""Dealings as they are planned, and the filings that they become."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from hashlib import sha256
from typing import Any

from ledger.domain.events import Document
from ledger.domain.filing import Caller, Command
from ledger.domain.licences import LicenceContract, RecordLicence
from ledger.domain.money import Money, yuan
from ledger.domain.parties import PartyDetails
from ledger.domain.periods import add_months, add_years
from ledger.domain.pledges import Claim, DeregisterPledge, PledgeContract, RegisterPledge
from ledger.domain.royalties import Royalty
from ledger.domain.transfers import Cause, RegisterTransfer

DAY = timedelta(days=1)
ANNOUNCEMENT_461 = date(2021, 11, 15)
"""Since then pledges are filed online (Pledge Measures art. 6)."""

OFFICE = Caller("registrar:synthetic", "registrar")


@dataclass(frozen=True, slots=True)
class Dealing:
    """One filing of a day."""

    key: str
    patents: tuple[str, ...]

    @property
    def caller(self) -> Caller:
        """Who files it: a party to it."""
        raise NotImplementedError

    def command(self, day: date) -> Command:
        """What is filed on the day."""
        raise NotImplementedError

    def papers(self, *kinds: str) -> tuple[Document, ...]:
        """Papers of these kinds, and for a utility model or a design the evaluation report."""
        examined = all(patent[7] == "1" for patent in self.patents)
        return papers(*kinds) if examined else papers(*kinds, "evaluation-report")


@dataclass(frozen=True, slots=True)
class Pledge(Dealing):
    pledgor: PartyDetails
    pledgee: PartyDetails
    yuan: int
    months: int
    """Term of the debt."""
    debtor: PartyDetails | None = None
    maximum: bool = False

    @property
    def caller(self) -> Caller:
        return _bank(self.pledgee)

    def command(self, day: date) -> RegisterPledge:
        due = add_months(day, self.months)
        period: dict[str, Any] = {}
        if self.maximum:
            period = {"maximum": True, "period_from": day, "period_until": due}
        return RegisterPledge(
            patents=self.patents,
            pledgors=(self.pledgor,),
            pledgees=(self.pledgee,),
            debtor=self.debtor,
            claim=Claim(
                id=self.key,
                kind="loan",
                amount=yuan(str(self.yuan)),
                debt_due_on=due,
                scope="principal, interest, costs of realisation",
                **period,
            ),
            contract=PledgeContract(signed_on=day - DAY, patents_listed=True),
            documents=self.papers("application-form", "pledge-contract", "identity"),
            signed_by=(ref(self.pledgor), ref(self.pledgee)),
            online=day >= ANNOUNCEMENT_461,
        )


@dataclass(frozen=True, slots=True)
class Deregistration(Dealing):
    """The end of an earlier pledge of the plan, whose key is `of`."""

    pledgor: PartyDetails
    pledgee: PartyDetails
    of: str
    ground: str

    @property
    def caller(self) -> Caller:
        return _bank(self.pledgee)

    def about(self, registration_no: str) -> DeregisterPledge:
        return DeregisterPledge(
            registration_no=registration_no,
            ground=self.ground,
            documents=papers("proof"),
            signed_by=(ref(self.pledgor), ref(self.pledgee)),
        )


@dataclass(frozen=True, slots=True)
class Licence(Dealing):
    licensor: PartyDetails
    licensee: PartyDetails
    kind: str
    years: int
    royalty: Royalty

    @property
    def caller(self) -> Caller:
        return _patentee(self.licensor)

    def command(self, day: date) -> RecordLicence:
        signed = day - 20 * DAY
        return RecordLicence(
            patents=self.patents,
            kind=self.kind,
            licensors=(self.licensor,),
            licensees=(self.licensee,),
            contract=LicenceContract(signed_on=signed, patents_listed=True),
            starts_on=signed,
            last_day=add_years(signed, self.years) - DAY,
            territory="China",
            royalty=self.royalty,
            # A digest of its own: a contract is recorded once.
            documents=(*self.papers("identity"), paper("licence-contract", self.key)),
            signed_by=(ref(self.licensor),),
        )


@dataclass(frozen=True, slots=True)
class Transfer(Dealing):
    before: PartyDetails
    after: PartyDetails
    cause: Cause
    price: Money | None = None

    @property
    def caller(self) -> Caller:
        return _patentee(self.before)

    def command(self, day: date) -> RegisterTransfer:
        return RegisterTransfer(
            patents=self.patents,
            cause=self.cause,
            patentees_before=(self.before,),
            patentees_after=(self.after,),
            contract_on=day - 7 * DAY,
            price=self.price,
            documents=self.papers(PROOFS[self.cause]),
            signed_by=(ref(self.before), ref(self.after)),
            fee_paid_on=day,
        )


PROOFS: dict[str, str] = {
    "assignment": "transfer-contract",
    "gift": "gift-contract",
    "capital_contribution": "transfer-contract",
    "merger": "registration-authority-proof",
    "split": "registration-authority-proof",
    "change_of_form": "registration-authority-proof",
    "auction": "auction-proof",
}


@dataclass(frozen=True, slots=True)
class TrademarkPledge:
    """A pledge of a trademark alone, on record in the register of trademarks."""

    key: str
    trademark: str
    registration_no: str
    pledgor: PartyDetails
    pledgee: PartyDetails
    yuan: int
    months: int

    def line(self, day: date) -> dict[str, Any]:
        """The record as a line of facts (docs/facts.md)."""
        claim = {
            "id": self.key,
            "kind": "loan",
            "amount": {"amount": f"{self.yuan}.00", "currency": "CNY"},
            "debt_due_on": add_months(day, self.months).isoformat(),
            "scope": "principal, interest, costs of realisation",
        }
        fields = {
            "pledgors": [self.pledgor.model_dump(mode="json", exclude_none=True)],
            "pledgees": [self.pledgee.model_dump(mode="json", exclude_none=True)],
            "claim": claim,
        }
        fact = {
            "trademark": self.trademark,
            "event": "pledge.registered",
            "effective_on": day.isoformat(),
            "registration_no": self.registration_no,
            "fields": fields,
        }
        return {
            "register": "CN-TRADEMARKS (synthetic)",
            "reference": self.key,
            "updated_on": day.isoformat(),
            "recorded_on": day.isoformat(),
            "facts": [fact],
        }


def ref(party: PartyDetails) -> str:
    """A reference to the party, as `signed_by` states it."""
    stated = party.credit_code or party.identity_number
    assert stated is not None, "every synthetic party has a number"
    return stated


@cache
def papers(*kinds: str) -> tuple[Document, ...]:
    """Papers of these kinds; what is in them nobody looks at."""
    return tuple(paper(kind, kind) for kind in kinds)


def paper(kind: str, text: str) -> Document:
    return Document(kind=kind, digest=sha256(f"synthetic {text}".encode()).hexdigest())


def _bank(party: PartyDetails) -> Caller:
    return Caller(f"bank: {party.name}", "bank", ref(party))


def _patentee(party: PartyDetails) -> Caller:
    return Caller(f"patentee: {party.name}", "patentee", ref(party))


def amount(value: int) -> Money:
    return Money(amount=Decimal(value), currency="CNY")
