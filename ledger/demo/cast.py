"""Who and what the story is about: invented parties and patents, dated from the day it is told.

Every number has its check digit, and none can be a real one: the codes name a region that does not
exist, and the patents' serials begin with 99.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any, Final

from ledger.domain.numbers import check_credit_code, check_digit
from ledger.domain.periods import add_months

Body = dict[str, Any]

FIRST_SERIAL = 9_900_000
YEARS_PAID = 4
"""Annual fees are paid through this year of a patent, and the next one's was due lately."""

MONTHS_OVERDUE = 3

FEE: Final[Body] = {"form": "lump_sum", "total": {"amount": "60000.00", "currency": "CNY"}}
"""What the university asks of every licensee."""


def credit_code(serial: int) -> str:
    """A credit code with its check character, of a region that does not exist."""
    head = f"91990000MA9DEM{serial:03}"
    expected = check_credit_code(f"{head}0").expected
    assert expected is not None, "the head is well formed"
    return head + expected


@dataclass(frozen=True)
class Member:
    """One party of the story."""

    name: str
    code: str
    kind: str
    address: str
    institution: str | None = None

    def body(self) -> Body:
        """The party as a filing states it."""
        stated: Body = {
            "name": self.name,
            "kind": self.kind,
            "credit_code": self.code,
            "address": self.address,
        }
        return stated if self.institution is None else {**stated, "institution": self.institution}


OPTICS = Member("羽水光学有限公司 Quillwater Optics", credit_code(1), "enterprise", "1 Lens Lane")
LIGHTING = Member(
    "烬溪照明有限公司 Cinderbrook Lighting", credit_code(2), "enterprise", "7 Wick Street"
)
UNIVERSITY = Member("蕨原大学 Fernmoor University", credit_code(3), "university", "3 College Hill")
BANK = Member("Bank of Quillwater", credit_code(4), "enterprise", "12 Vault Square", "bank")
OTHER_BANK = Member("Marlbridge Savings Bank", credit_code(5), "enterprise", "9 Marl Road", "bank")


@dataclass(frozen=True)
class Story:
    """What the day of the telling and the place in the ledger decide: dates and numbers."""

    today: date
    first_serial: int = FIRST_SERIAL

    @property
    def filed_on(self) -> date:
        """Such that a year's fee was due some months ago: paid on most patents, overdue on one."""
        return add_months(self.today, -12 * YEARS_PAID - MONTHS_OVERDUE)

    @property
    def granted_on(self) -> date:
        return add_months(self.filed_on, 26)

    @property
    def overdue_year(self) -> int:
        """The year whose fee one of the patents has not paid."""
        return YEARS_PAID + 1

    def patent(self, place: int) -> str:
        """A patent's number as people print it."""
        digits = f"{self.filed_on.year}1{self.first_serial + place:07}"
        return f"ZL{digits}.{check_digit(digits)}"

    @property
    def portfolio(self) -> list[str]:
        """The four patents that are pledged together."""
        return [self.patent(place) for place in range(4)]

    @property
    def pledged_elsewhere(self) -> str:
        return self.portfolio[2]

    @property
    def fee_overdue(self) -> str:
        return self.portfolio[3]

    @property
    def transferred(self) -> str:
        return self.portfolio[0]

    @property
    def offered(self) -> str:
        """The university's patent, offered to anybody."""
        return self.patent(4)

    # -- what is filed

    def grant(self) -> Body:
        """The office enters the five patents."""
        titles = [
            "Lens that cleans itself in the rain",
            "Lamp dimmed by the length of its shadow",
            "Mirror without a wrong side",
            "Lantern lit by footsteps",
        ]
        entries = [
            self._entry(number, title, OPTICS)
            for number, title in zip(self.portfolio, titles, strict=True)
        ]
        entries.append(self._entry(self.offered, "Glass grown from fern ash", UNIVERSITY))
        return {"entries": entries}

    def _entry(self, number: str, title: str, patentee: Member) -> Body:
        overdue = number == self.fee_overdue
        return {
            "patent": number,
            "invention_title": title,
            "filed_on": self.filed_on.isoformat(),
            "granted_on": self.granted_on.isoformat(),
            "symbols": ["G02B 3/00"],
            "patentees": [patentee.body()],
            "fees_paid_through": YEARS_PAID if overdue else self.overdue_year,
        }

    def pledge(self, patents: Iterable[str], pledgee: Member, amount: str) -> Body:
        """The optics firm and a bank ask for a pledge."""
        return {
            "patents": list(patents),
            "pledgors": [OPTICS.body()],
            "pledgees": [pledgee.body()],
            "claim": {
                "kind": "loan",
                "amount": {"amount": amount, "currency": "CNY"},
                "debt_due_on": add_months(self.today, 36).isoformat(),
                "scope": "principal, interest, costs of realisation",
            },
            "contract": {"signed_on": self.today.isoformat(), "patents_listed": True},
            "documents": papers("application-form", "pledge-contract", "identity"),
            "signed_by": [OPTICS.code, pledgee.code],
        }

    def deregistration(self, pledgee: Member) -> Body:
        """The debt is paid, and the bank has the pledge deregistered."""
        return {
            "ground": "performed",
            "documents": papers("payment-proof"),
            "signed_by": [pledgee.code],
        }

    def fee_payment(self) -> Body:
        """The overdue annual fee was paid today."""
        return {
            "fact": "pay_annual_fee",
            "fee_year": self.overdue_year,
            "effective_on": self.today.isoformat(),
        }

    def declaration(self) -> Body:
        """The university offers its patent to anybody."""
        return {
            "patents": [self.offered],
            "patentees": [UNIVERSITY.body()],
            "fee": FEE,
            "fee_explanation": "Cost of the experiments, divided among twenty expected licensees.",
            "last_day": add_months(self.today, 36).isoformat(),
            "contact": "Technology transfer office, 3 College Hill",
            "undertaking": True,
            "signed_by": [UNIVERSITY.code],
        }

    def taking(self) -> Body:
        """The lighting firm has notified the university and paid."""
        return {
            "licensee": LIGHTING.body(),
            "notice_on": self.today.isoformat(),
            "paid_on": self.today.isoformat(),
            "fee": FEE,
            "documents": papers("licensee-notice", "payment-proof"),
            "signed_by": [LIGHTING.code],
        }

    def contract(self) -> Body:
        """The lighting firm has the contract it took recorded."""
        kinds = ("application-form", "licensee-notice", "payment-proof", "identity")
        return {"documents": papers(*kinds), "signed_by": [LIGHTING.code]}

    def transfer(self, *consents: str) -> Body:
        """The optics firm assigns one of the pledged patents to the lighting firm."""
        return {
            "patents": [self.transferred],
            "cause": "assignment",
            "patentees_before": [OPTICS.body()],
            "patentees_after": [LIGHTING.body()],
            "contract_on": self.today.isoformat(),
            "fee_paid_on": self.today.isoformat(),
            "documents": papers("application-form", "transfer-contract"),
            "signed_by": [OPTICS.code, LIGHTING.code],
            "consents": list(consents),
        }

    def consent(self) -> Body:
        """The bank agrees to that transfer; its pledge continues."""
        return {
            "patents": [self.transferred],
            "act": "transfer",
            "capacity": "pledgee",
            "counterparties": [LIGHTING.code],
            "valid_from": self.today.isoformat(),
            "valid_until": add_months(self.today, 3).isoformat(),
            "disposition": "continues",
        }


def papers(*kinds: str) -> list[Body]:
    """Papers of these kinds, each named by the digest of its bytes."""
    return [
        {"kind": kind, "digest": sha256(f"the demo's {kind}".encode()).hexdigest()}
        for kind in kinds
    ]
