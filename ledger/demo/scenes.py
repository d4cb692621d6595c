"""The scenes of the story, in order: each asks over HTTP and insists on the answer it expects."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2

from ledger.demo.cast import BANK, LIGHTING, OPTICS, OTHER_BANK, UNIVERSITY, Body, Member, Story
from ledger.demo.telling import Json, Teller, Told, refusals
from patent_ledger_client import Ledger, Problem, Receipt, Refused

LOAN = "8000000.00"
SMALLER_LOAN = "1500000.00"
FOLLOWER_SECONDS = 60
"""How long the totals may take to reach the last filing."""

REQUEST_SECONDS = 60

TOTALS = "/v1/statistics/pledge-financing"


class Unexpected(Exception):
    """The ledger's answer is not the one the story tells of."""


@dataclass
class Caller:
    """Somebody with a token, or the public without one, and the client they ask with."""

    name: str
    ledger: Ledger


@dataclass
class Stage:
    """The served ledger as the clients of the story see it."""

    address: str
    teller: Teller
    token: Callable[[str, str | None], str]
    """Makes the token of a role and a party."""
    run: str
    """Tells the keys of this telling from those of others on the same ledger."""
    _callers: dict[tuple[str, str], Caller] = field(default_factory=dict)

    def caller(self, role: str, member: Member | None = None) -> Caller:
        name = member.name if member else role
        if (role, name) not in self._callers:
            token = self.token(role, None if member is None else member.code)
            self._callers[role, name] = Caller(name, self._client(token))
        return self._callers[role, name]

    def public(self) -> Caller:
        """Who has no token."""
        named = ("", "the public")
        return self._callers.setdefault(named, Caller(named[1], self._client(None)))

    def _client(self, token: str | None) -> Ledger:
        return Ledger(self.address, token, timeout=REQUEST_SECONDS)

    def close(self) -> None:
        """Close all clients."""
        for caller in self._callers.values():
            caller.ledger.close()

    def file(
        self,
        title: str,
        caller: Caller,
        path: str,
        body: Body,
        *,
        key: str | None = None,
        remarks: Iterable[str] = (),
    ) -> Receipt:
        """File something; it is registered or the story ends."""
        receipt = self._filed(caller, path, body, key or title)
        self.teller.tell(Told(title, caller.name, f"POST {path}", 201, receipt, tuple(remarks)))
        return receipt

    def refused(
        self, title: str, caller: Caller, path: str, body: Body, *, key: str, rules: set[str]
    ) -> None:
        """File something that these rules refuse, and no others."""
        try:
            with _expected(f"POST {path} by {caller.name}"):
                caller.ledger.file(path, body, key=self._key(key))
        except Refused as refused:
            found = refused.members
        else:
            raise Unexpected(f"{title}: it was registered")
        self.teller.tell(Told(title, caller.name, f"POST {path}", 409, found))
        named = {finding["rule"] for finding in refusals(found)}
        if named != rules:
            raise Unexpected(f"{title}: refused by {sorted(named)}, not by {sorted(rules)}")

    def read(self, caller: Caller, path: str, **asked: Any) -> Json:
        """Read something, without a word."""
        with _expected(f"GET {path} by {caller.name}"):
            return caller.ledger.get(path, **asked)

    def shown(self, title: str, caller: Caller, path: str, remarks: Iterable[str]) -> None:
        """Tell of something that was read."""
        self.teller.tell(Told(title, caller.name, f"GET {path}", 200, None, tuple(remarks)))

    def repeated(self, caller: Caller, path: str, body: Body, *, key: str) -> Receipt:
        """The receipt of a filing that is repeated, without a word."""
        return self._filed(caller, path, body, key)

    def _filed(self, caller: Caller, path: str, body: Body, key: str) -> Receipt:
        try:
            with _expected(f"POST {path} by {caller.name}"):
                return caller.ledger.file(path, body, key=self._key(key))
        except Refused as refused:
            raise Unexpected(f"POST {path} by {caller.name} was refused: {refused}") from refused

    def _key(self, key: str) -> str:
        return f"demo-{self.run}-{key.replace(' ', '-')}"


@contextmanager
def _expected(request: str) -> Iterator[None]:
    """Any failure but a refusal ends the story, and says of what request."""
    try:
        yield
    except Refused:
        raise
    except (Problem, httpx2.HTTPError) as error:
        raise Unexpected(f"{request} failed: {error}") from error


@dataclass(frozen=True)
class Outcome:
    """What the story leaves behind, for the summary."""

    numbers: dict[str, str | None]
    totals: dict[str, Json]
    position: int


def play(stage: Stage, story: Story) -> Outcome:
    """The whole story."""
    public = stage.public()
    before = _projects(stage)
    stage.file(
        "The office enters granted patents",
        stage.caller("registrar"),
        "/v1/patents",
        story.grant(),
        remarks=[f"{number}" for number in (*story.portfolio, story.offered)],
    )
    other = stage.file(
        "A first bank pledges one of them",
        stage.caller("bank", OTHER_BANK),
        "/v1/pledges",
        story.pledge([story.pledged_elsewhere], OTHER_BANK, SMALLER_LOAN),
    )
    pledge = _portfolio(stage, story, public, other["registration_no"])
    declaration, recorded = _open_licence(stage, story)
    _transfer(stage, story, public, pledge["registration_no"])
    ended = _end(stage, story, public, pledge)
    totals = _totals(stage, ended["position"], before)
    numbers = {
        "first_pledge": other["registration_no"],
        "pledge": pledge["registration_no"],
        "open_licence": declaration,
        "licence": recorded,
    }
    return Outcome(numbers, totals, ended["position"])


def _portfolio(stage: Stage, story: Story, public: Caller, other: str | None) -> Receipt:
    """Refused with every reason, cured, registered, and registered once."""
    bank, key = stage.caller("bank", BANK), "portfolio"
    body = story.pledge(story.portfolio, BANK, LOAN)
    stage.refused(
        "A bank pledges the portfolio, and is told every reason against it",
        bank,
        "/v1/pledges",
        body,
        key=key,
        rules={"pledge-no-live-pledge", "pledge-fee-current"},
    )
    stage.file(
        "Cure: the other bank's debt is paid, its pledge deregistered",
        stage.caller("bank", OTHER_BANK),
        f"/v1/pledges/{other}/deregistration",
        story.deregistration(OTHER_BANK),
    )
    stage.file(
        "Cure: the overdue annual fee is paid and entered",
        stage.caller("registrar"),
        f"/v1/patents/{story.fee_overdue}/facts",
        story.fee_payment(),
    )
    receipt = stage.file(
        "The bank repeats the filing with the same key", bank, "/v1/pledges", body, key=key
    )
    if stage.repeated(bank, "/v1/pledges", body, key=key) != receipt:
        raise Unexpected("the same key was given another receipt")
    _searchable(stage, story, public, receipt)
    return receipt


def _searchable(stage: Stage, story: Story, public: Caller, receipt: Receipt) -> None:
    number, path = receipt["registration_no"], f"/v1/patents/{story.transferred}"
    public.ledger.position = receipt["position"]
    extract = stage.read(public, path)
    if number not in [held["registration_no"] for held in extract["encumbrances"]]:
        raise Unexpected(f"{path} does not show the pledge {number}")
    if LOAN in str(extract):
        raise Unexpected("the public is shown the amount of a pledge")
    own = stage.read(stage.caller("bank", BANK), f"/v1/pledges/{number}")
    if LOAN not in str(own["confidential"]):
        raise Unexpected("the bank is not shown the amount of its own pledge")
    earlier = stage.read(public, path, known_at=receipt["position"] - 4)
    if earlier["encumbrances"]:
        raise Unexpected("the pledge is shown at a position before it was known")
    shown = f"{extract['printed']}: {extract['status']}, {extract['patentees'][0]['name']}"
    remarks = [
        "Sent again with the same key: the same receipt.",
        f"{shown}; pledged to {BANK.name} ({number}).",
        "The amount is shown to the parties and auditors alone.",
        f"As known at position {earlier['known_at']}: not pledged. That answer never changes.",
    ]
    stage.shown("What is registered is searchable at once", public, path, remarks)


def _open_licence(stage: Stage, story: Story) -> tuple[str | None, str | None]:
    """Declared by a university, taken by notice and payment, recorded."""
    lighting = stage.caller("licensee", LIGHTING)
    declared = stage.file(
        "A university declares an open licence",
        stage.caller("patentee", UNIVERSITY),
        "/v1/open-licences",
        story.declaration(),
    )
    number = declared["registration_no"]
    taken = stage.file(
        "A firm takes it, by notice and payment",
        lighting,
        f"/v1/open-licences/{number}/licences",
        story.taking(),
    )
    recorded = stage.file(
        "The firm has the contract recorded",
        lighting,
        f"/v1/open-licences/{number}/licences/{taken['filing_id']}/recordal",
        story.contract(),
    )
    return number, recorded["registration_no"]


def _transfer(stage: Stage, story: Story, public: Caller, pledge: str | None) -> None:
    """Refused without the pledgee, consented to, registered; the pledge goes on."""
    optics = stage.caller("patentee", OPTICS)
    stage.refused(
        "A pledged patent is sold, and the register refuses the transfer",
        optics,
        "/v1/transfers",
        story.transfer(),
        key="transfer",
        rules={"transfer-pledgee-consent"},
    )
    consent = stage.file(
        "The bank consents; its pledge continues",
        stage.caller("bank", BANK),
        "/v1/consents",
        story.consent(),
    )
    stage.file(
        "With the consent the transfer is registered",
        optics,
        "/v1/transfers",
        story.transfer(consent["filing_id"]),
        key="transfer",
    )
    path = f"/v1/patents/{story.transferred}"
    extract = stage.read(public, path)
    patentees = [party["name"] for party in extract["patentees"]]
    pledgors = [
        party["name"]
        for held in extract["encumbrances"]
        if held["registration_no"] == pledge
        for party in held["pledgors"]
    ]
    if patentees != [LIGHTING.name] or pledgors != [LIGHTING.name]:
        raise Unexpected(f"after the transfer {path} shows {patentees}, pledged by {pledgors}")
    remark = f"Patentee and pledgor: {LIGHTING.name}. The pledge {pledge} goes on."
    stage.shown("The register shows the new patentee and pledgor", public, path, [remark])


def _end(stage: Stage, story: Story, public: Caller, pledge: Receipt) -> Receipt:
    """The loan is repaid."""
    number = pledge["registration_no"]
    ended = stage.file(
        "The loan is repaid, the pledge deregistered on all patents",
        stage.caller("bank", BANK),
        f"/v1/pledges/{number}/deregistration",
        story.deregistration(BANK),
    )
    state = stage.read(public, f"/v1/pledges/{number}")["state"]
    if state != "ended":
        raise Unexpected(f"after its deregistration the pledge {number} is told as {state}")
    for patent in story.portfolio:
        if stage.read(public, f"/v1/patents/{patent}")["encumbrances"]:
            raise Unexpected(f"{patent} is shown as pledged after the deregistration of {number}")
    return ended


def _figures(stage: Stage, role: str) -> tuple[int, dict[str, Json]]:
    """The figures of pledge financing by measure, and the position at which they are known."""
    found = stage.read(stage.caller(role), TOTALS)
    return found["position"], {cell["measure"]: cell["value"] for cell in found["cells"]}


def _projects(stage: Stage) -> int:
    return int(_figures(stage, "statistician")[1]["projects"])


def _totals(stage: Stage, position: int, before: int) -> dict[str, Json]:
    """The totals once the follower has seen the last filing."""
    auditor = stage.caller("auditor")
    deadline = time.monotonic() + FOLLOWER_SECONDS
    while (found := _figures(stage, "auditor"))[0] < position:
        if time.monotonic() > deadline:
            raise Unexpected(f"the totals stand at {found[0]}, not at {position}")
        time.sleep(0.05)
    known, total = found
    if total["projects"] != before + 2:
        raise Unexpected(f"{total['projects']} projects are counted, not {before + 2}")
    amounts = ", ".join(f"{amount} {code}" for code, amount in total["amounts"].items())
    remarks = [
        f"Registered amount: {amounts}; distinct enterprises: {total['enterprises']}.",
        f"Projects: {total['projects']}, over {total['patents']} patents.",
        f"Inclusive projects, of at most ten million yuan: {total['inclusive_projects']}.",
        f"Pledge financing, as known at position {known}.",
    ]
    stage.shown("Pledge financing in figures", auditor, TOTALS, remarks)
    return {"position": known, **total}
