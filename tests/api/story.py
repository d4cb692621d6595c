"""The story that the examples of the OpenAPI document tell: every operation asked, and answered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from ledger.domain.lifecycle import PayAnnualFee
from ledger.domain.money import yuan
from ledger.domain.parties import PartyDetails
from ledger.projections.searching import lists_known
from ledger.projections.statistics.query import Query
from ledger.projections.statistics.releases import publish
from ledger.projections.statistics.suppression import Limits
from tests.api.desk import Desk, as_body
from tests.api.document import ROUTES
from tests.api.recording import Json, Recorder, Who
from tests.api.test_events import come
from tests.api.test_obligations import preserve
from tests.api.test_patents import as_fact
from tests.builders import (
    BANK,
    CLAIM,
    LAMPWORKS,
    MILLS,
    UNIVERSITY,
    change_name,
    change_pledge,
    credit_code,
    deregister_pledge,
    documents,
    fact,
    grant_patent,
    named,
    number,
    patent_details,
    record_consent,
    ref,
    refs,
    register_pledge,
    register_transfer,
)
from tests.delivery.receiver import receiving
from tests.domain.test_licences import cancel_licence, change_licence, record_licence
from tests.domain.test_open_licences import declare, record_contract, take, withdraw
from tests.wait import until

OFFICE: Who = ("registrar", None)
LENDER: Who = ("bank", BANK)
OWNER: Who = ("patentee", LAMPWORKS)
TAKER: Who = ("licensee", MILLS)
AUDITOR: Who = ("auditor", None)
AGENCY = PartyDetails(name="Lamp Street Agency", credit_code=credit_code(71))
ELSEWHERE = {"registration_no", "licence_id", "declaration_no", "patents"}
"""Members of commands that the path states."""

ODD_CODE = f"{credit_code(72)[:-1]}{'X' if credit_code(72)[-1] != 'X' else 'Y'}"
"""A credit code whose check character is another's."""

PAPER = "质押合同 Pledge contract, page 1\n".encode()
TODAY, NEXT_DAY = "2026-03-02", "2026-03-03"


def told(command: Any, *more: str, without: set[str] = ELSEWHERE) -> Json:
    """The body of a filing whose path states what it is about."""
    return {k: v for k, v in as_body(command).items() if k not in without | set(more)}


def proof(kind: str = "finding") -> list[Json]:
    return [document.model_dump() for document in documents(kind)]


@dataclass
class Story:
    """What is told, scene by scene."""

    recorder: Recorder
    first: int = 800_000
    """The serial of the first patent, apart from those of other tests."""
    numbers: dict[str, str] = field(default_factory=dict)

    @property
    def served(self) -> Desk:
        return self.recorder.served

    def play(self) -> None:
        """All scenes; the clock turns by a day on the way."""
        self.patents()
        self.pledges()
        self.licences()
        self.open_licences()
        self.joint()
        self.contests()
        self.parties()
        self.corrected()
        self.lookups()
        self.certificates()
        self.log()
        self.figures()
        self.subscriptions()
        self.clocks()

    def patent(self, place: int) -> str:
        return number(self.first + place)

    def patents(self) -> None:
        file, ask = self.recorder.file, self.recorder.ask
        entries = [patent_details(self.patent(place)) for place in range(14)]
        entries[9] = patent_details(self.patent(9), patentees=(UNIVERSITY,), industry="C38")
        entries[8] = patent_details(self.patent(8), fees_paid_through=5)
        file("enter_patents", "One patent is entered", OFFICE, told(grant_patent(entries[0])))
        file("enter_patents", "Several at once", OFFICE, told(grant_patent(*entries[1:])))
        paid = as_fact(fact(PayAnnualFee, fee_year=9, amount=yuan("2000")))
        no = self.patent(0)
        file("enter_fact", "A fee is paid", OFFICE, paid, {"If-Match": '"1"'}, no=no)
        ask("get_patent", "By a printed number", no=no.replace("CN:", "ZL"))
        status = {"patents": [self.patent(0), "ZL 2020 1 0566088.9"]}
        ask("get_statuses", "A patent entered and one that is not", None, status)

    def pledges(self) -> None:
        file, ask = self.recorder.file, self.recorder.ask
        deposited = ask(
            "deposit_document",
            "A paper",
            LENDER,
            headers={"Content-Type": "application/octet-stream"},
            content=PAPER,
        ).json()["digest"]
        paper = {"kind": "pledge-contract", "digest": deposited}
        pledge = as_body(register_pledge(patents=(self.patent(0), self.patent(1)), online=True))
        pledge["documents"][1] = paper
        receipt = file("register_pledge", "A loan over two patents", LENDER, pledge)
        no, filing = receipt["registration_no"], receipt["filing_id"]
        self.numbers |= {"pledge": no, "filing": filing}
        self.numbers["entry"] = str(receipt["entries"][0]["position"])
        smaller = told(change_pledge(registration_no=no))
        file("change_pledge", "A smaller loan", LENDER, smaller, no=no)
        ask("get_pledge", "As its bank sees it", LENDER, no=no)
        ask("get_pledge", "As the public sees it", no=no)
        originals = {"patents": [self.patent(0)], "done_on": TODAY, "documents": proof("proof")}
        until(self.listed)
        ask("list_obligations", "What a party owes", OWNER, query={"party": ref(LAMPWORKS)})
        owed = f"{filing}-1"
        file("record_fulfilment", "Originals were sent", OWNER, originals, id=owed)
        ask("get_filing", "A registered filing", LENDER, id=filing)
        ask("list_documents", "What it rests on", LENDER, id=filing)
        ask("get_document", "The contract", LENDER, id=filing, digest=deposited)
        ask("get_notice", "In English", LENDER, query={"lang": "en"}, id=filing)
        repaid = as_body(register_pledge(patents=(self.patent(2),)))
        no = file("register_pledge", "A loan", LENDER, repaid)["registration_no"]
        ended = told(deregister_pledge(registration_no=no))
        file("deregister_pledge", "The loan is repaid", LENDER, ended, no=no)
        no = file("register_pledge", "Another loan", LENDER, repaid)["registration_no"]
        fraud = {"ground": "other", "reason": "Obtained by fraud.", "documents": proof()}
        file("revoke_pledge", "For fraud", OFFICE, fraud, no=no)

    def licences(self) -> None:
        file, ask = self.recorder.file, self.recorder.ask
        three = [register_licence(self.patent(place)) for place in (3, 4, 5)]
        numbers = [
            file("record_licence", "An ordinary licence", OWNER, each)["registration_no"]
            for each in three
        ]
        longer = told(change_licence())
        file("change_licence", "It lasts longer", TAKER, longer, id=numbers[0])
        ask("get_licence", "As a party sees it", TAKER, id=numbers[0])
        ended = told(cancel_licence())
        file("cancel_licence", "By agreement", TAKER, ended, id=numbers[1])
        wrong = {"ground": "other", "reason": "Found in a check.", "documents": proof()}
        file("revoke_licence_recordal", "After a check", OFFICE, wrong, id=numbers[2])
        self.numbers["licence"] = numbers[0]

    def open_licences(self) -> None:
        file, ask = self.recorder.file, self.recorder.ask
        offers = [
            declare(patents=(self.patent(9),), patentees=(UNIVERSITY,)),
            *(declare(patents=(self.patent(place),)) for place in (4, 5, 6)),
        ]
        no, *others = [
            file("declare_open_licence", "To anybody, for a sum", OFFICE, each)["registration_no"]
            for each in offers
        ]
        self.served.clock.turn(days=1)
        taken = told(take(notice_on=NEXT_DAY, paid_on=NEXT_DAY))
        took = file("take_open_licence", "By notice and payment", TAKER, taken, no=no)["filing_id"]
        contract = told(record_contract(took))
        recordal = "record_open_licence_contract"
        file(recordal, "The contract is recorded", TAKER, contract, no=no, id=took)
        ask("get_open_licence", "An offer", no=no)
        asked = {
            "sort": "fee",
            "patentee": ref(UNIVERSITY),
            "university": "true",
            "region": (UNIVERSITY.region or "")[:2],
            "class": "F21L",
            "industry": "C38",
            "form": "lump_sum",
            "fee_max": "100000.00",
            "currency": "CNY",
            "period_from": NEXT_DAY,
            "period_until": "2028-12-31",
        }
        ask("list_open_licences", "Offers of a university within a budget", query=asked)
        low = {"form": "running", "percent_max": "3.5"}
        ask("list_open_licences", "Low rates", query=low)
        file("withdraw_open_licence", "For a sale", OWNER, told(withdraw()), no=others[0])
        dead = {"ground": "not_exploitable", "reason": "Found in a check.", "documents": proof()}
        file("terminate_open_licence", "By the office", OFFICE, dead, no=others[1])
        false = dead | {"ground": "false_materials"}
        file("revoke_open_licence", "On false papers", OFFICE, false, no=others[2])

    def joint(self) -> None:
        file, ask = self.recorder.file, self.recorder.ask
        prepare = {"prepare": "true"}
        pledge = register_pledge(patents=(self.patent(6),), signed_by=refs(BANK))
        first, second, third = [
            file("register_pledge", "Prepared for its pledgor", LENDER, pledge, query=prepare)
            for _ in range(3)
        ]
        ask("list_filings", "What waits", OWNER, query={"state": "awaiting_confirmation"})
        file("confirm_filing", "By the pledgor", OWNER, {}, id=first["filing_id"])
        why = {"reason": "The loan was not granted."}
        file("withdraw_filing", "By who prepared it", LENDER, why, id=second["filing_id"])
        incomplete = {"reason": "The contract lists another patent."}
        file("refuse_filing", "By the office", OFFICE, incomplete, id=third["filing_id"])
        wrong = {"reason": "The contract lists this patent on page 2."}
        file("contest_prepared", "Against the office", LENDER, wrong, id=third["filing_id"])

    def contests(self) -> None:
        file = self.recorder.file
        refused = as_body(register_pledge(patents=(self.patent(8),)))
        contest = {
            "route": "/v1/pledges",
            "body": refused,
            "reason": "The fee was paid; see the receipt.",
        }
        made = file("contest_refusal", "A fee that was paid", LENDER, contest)["filing_id"]
        upheld = {"outcome": "upheld", "reason": "The receipt is of another patent."}
        file("decide_contest", "Upheld", OFFICE, upheld, id=made)

    def parties(self) -> None:
        file, ask = self.recorder.file, self.recorder.ask
        consent = record_consent(patents=(self.patent(0),), valid_from=date(2026, 3, 3))
        first, other = [
            file("record_consent", "The bank agrees to a sale", LENDER, consent)["filing_id"]
            for _ in range(2)
        ]
        file("withdraw_consent", "Not used yet", LENDER, {}, id=other)
        sale = register_transfer(patents=(self.patent(0),), consents=(first,))
        file("register_transfer", "A pledged patent is sold", OWNER, sale)
        renamed = change_name(
            patents=(self.patent(7),), after=named(LAMPWORKS, "Lanternhill Lamps and Lanterns")
        )
        file("change_name_or_address", "A new name", OWNER, renamed)
        power = {
            "agent": as_body(AGENCY),
            "kinds": ["pledge"],
            "valid_from": TODAY,
            "last_day": "2027-03-01",
            "documents": [d.model_dump() for d in documents("power-of-attorney")],
        }
        bank = ref(BANK)
        given = file("give_power", "To an agency", LENDER, power, id=bank)["filing_id"]
        ask("list_powers", "Those of a bank", LENDER, id=bank)
        file("revoke_power", "No longer", LENDER, {}, id=bank, no=given)
        papers = {"documents": proof(), "reason": "The certificate shows this very code."}
        file("enter_party_evidence", "A code that does not check", OFFICE, papers, id=ODD_CODE)
        ask("get_party", "A pledgee", LENDER, id=bank)
        self.caught_up()
        ask("list_party_pledges", "A portfolio", LENDER, id=bank)
        ask("list_party_pledges", "As a table", LENDER, query={"format": "csv"}, id=bank)
        ask("list_party_patents", "A portfolio", OWNER, id=ref(LAMPWORKS))
        table = {"format": "csv", "limit": "3"}
        ask("list_party_patents", "As a table", OWNER, query=table, id=ref(LAMPWORKS))

    def corrected(self) -> None:
        misread = {
            "correction": "clerical",
            "entry": self.numbers["filing"],
            "changes": {"claim": told_claim()},
            "reason": "Misread from the form.",
        }
        self.recorder.file("publish_correction", "A misread amount", OFFICE, misread)
        pledges = [
            {"route": "/v1/pledges", "key": f"loan-{n}", "body": as_body(each)}
            for n, each in enumerate(
                (
                    register_pledge(patents=(self.patent(10),)),
                    register_pledge(patents=(self.patent(8),)),
                ),
                80,
            )
        ]
        lines = "".join(f"{to_json(line)}\n" for line in pledges).encode()
        kind = {"Content-Type": "application/x-ndjson"}
        self.recorder.ask(
            "file_batch",
            "One registered, one refused",
            LENDER,
            None,
            kind,
            {"entered": "each"},
            lines,
        )

    def lookups(self) -> None:
        ask = self.recorder.ask
        ask("get_history", "What the public sees", no=self.patent(2))
        # What changes from one telling to the next has no place in an example.
        head = str(self.caught_up())
        asked = {"party": "Lanternhill", "match": "prefix", "role": "pledgor", "limit": "2"}
        ask("search", "A pledgor by its name", query=asked)
        asked = {"registration_no": self.numbers["pledge"]}
        ask("search", "By a registration number", query=asked)
        asked = {"number": self.patent(3), "party_id": ref(LAMPWORKS), "kind": "invention"}
        ask("search", "By a number", query=asked)
        asked = {
            "class": "F21L",
            "region": "35",
            "state": "pledged",
            "date_of": "granted",
            "from": "2020-01-01",
            "until": "2020-12-31",
            "limit": "1",
        }
        ask("search", "What is pledged, of a class and a year", query=asked)
        spans = {"from": "0", "to": head}
        ask("get_patent_changes", "Everything", AUDITOR, query=spans, no=self.patent(1))
        short = {**spans, "limit": "1"}
        ask("get_party_changes", "Everything", AUDITOR, query=short, id=ref(BANK))
        ask("list_changes", "Everything", AUDITOR, query=short)
        days = {"from": head, "from_effective_on": TODAY, "to_effective_on": NEXT_DAY}
        for operation, place in (
            ("get_patent_changes", {"no": self.patent(1)}),
            ("get_party_changes", {"id": ref(MILLS)}),
            ("list_changes", {}),
        ):
            ask(operation, "From one day to the next", AUDITOR, query=days, **place)
        warned = {"command": "RegisterPledge", "severity": "W", "date": TODAY, "lang": "zh"}
        ask("list_rules", "Warnings of pledges, in Chinese", query=warned)
        ask("get_rule", "One rule", query={"lang": "en"}, id="pledge-fee-current")
        asked = {"caller": f"bank:{ref(BANK)}", "about": self.numbers["pledge"], "limit": "1"}
        ask("list_reads", "Who saw a pledge's terms", AUDITOR, query=asked)
        ask("get_problem_page", "A page", slug="refused")
        ask("get_health", "It lives")
        ask("get_readiness", "It is ready")
        ask("get_metrics", "Counters", ("operator", None))

    def caught_up(self) -> int:
        """The head, once search, feed and log have come to it."""
        head = come(self.served)
        least = {"Ledger-Min-Position": str(head)}
        for path in (f"/v1/log/proofs/{head}", "/v1/search?state=pledged", "/v1/obligations"):
            until(
                lambda path=path: self.served.get(path, "auditor", headers=least).status_code == 200
            )
        return head

    def certificates(self) -> None:
        ask = self.recorder.ask
        least = {"Ledger-Min-Position": str(self.served.head())}
        until(lambda: self.recorder.sent(**self.nothing(least)).status_code == 201)
        made = ask(name="Nothing stands", **self.nothing(least)).json()["code"]
        wish = {"kind": "standing", "on": NEXT_DAY, "besides": [self.numbers["pledge"]]}
        ask("issue_certificate", "A pledge stands", LENDER, wish, no=self.patent(1))
        ask("look_up_certificate", "Still so", code=made)
        ask("print_certificate", "To print", code=made)

    def nothing(self, least: dict[str, str]) -> dict[str, Any]:
        return {
            "operation": "issue_certificate",
            "who": LENDER,
            "body": {"kind": "nothing_else"},
            "headers": least,
            "query": {"effective_on": NEXT_DAY},
            "no": self.patent(11),
        }

    def log(self) -> None:
        ask = self.recorder.ask
        ask("get_checkpoint", "The newest")
        ask("get_log_keys", "In force")
        ask("get_tile", "A part of the lowest level", path=f"0/000.p/{self.numbers['entry']}")
        ask("get_entry_proof", "Of a pledge's entry", position=self.numbers["entry"])
        name = {"name": "claim"}
        ask("disclose", "The claim", LENDER, query=name, position=self.numbers["entry"])

    def figures(self) -> None:
        ask = self.recorder.ask
        days = {"from": "2026-03-01", "until": "2026-03-31"}
        at = str(self.served.head())
        until(lambda: self.followed("operations") >= int(at))
        until(lambda: self.followed("pledge-financing") >= int(at))
        until(lambda: self.followed("licence-rates") >= int(at))
        asked = {
            **days,
            "every": "month",
            "by": "kind",
            "where": "kind=invention,design",
            "measure": "pledges",
            "known_at": at,
            "restated_from": "0",
        }
        for family, measure in (
            ("operations", "times"),
            ("licence_rates", "contracts"),
            ("pledge_financing", "projects"),
        ):
            if family != "pledge_financing":
                asked["with_trademarks"] = "false"
            operation = f"get_{family}"
            ask(operation, "Of a month, by kind", AUDITOR, query=asked | {"measure": measure})
            table = {**days, "measure": measure, "format": "csv"}
            ask(operation, "As a table", AUDITOR, query=table)
        ask("get_definitions", "The dictionary")
        closed = {"family": "licence-rates", "period": "2026-02"}
        of_all = {"known_at": at, "with_trademarks": "false"}
        looked = of_all | {"dry_run": "true"}
        ask("publish_release", "Looked at", OFFICE, query=looked, **closed)
        ask("publish_release", "The month before", OFFICE, query=of_all, **closed)
        publish(
            self.served.owner,
            Query("licence-rates", date(2026, 3, 1), date(2026, 3, 31)).checked(),
            None,
            Limits(contracts_above=20, parties_min=1, share_max=Decimal(1)),
            datetime(2026, 4, 2, tzinfo=UTC),
        )
        ask("list_releases", "All")
        place = {"family": "licence-rates", "period": "2026-03"}
        ask("get_release", "A month", query={"known_at": at}, **place)

    def listed(self) -> bool:
        """Whether the lists that follow the log have come to its end."""
        return self.served.house.reader.public(lists_known) == self.served.head()

    def followed(self, family: str) -> int:
        """The position that a family of statistics has come to."""
        answer = self.served.get(f"/v1/statistics/{family}", "auditor")
        return int(answer.json()["position"])

    def subscriptions(self) -> None:
        ask, own = self.recorder.ask, {"id": "core-system"}
        head = come(self.served)
        asked = {"after": "0", "limit": "2", "kind": "pledge", "party": ref(BANK)}
        ask("list_events", "A bank's pledges", query=asked | {"patent": self.patent(1)})
        self.stream(head)
        wanted = {"kinds": ["pledge"], "patents": [self.patent(12)], "after": 0}
        ask("open_mailbox", "For pledges of a patent", LENDER, wanted)
        with self.receiver() as url:
            stated = {**wanted, "url": url, "notices": False}
            ask("register_webhook", "For pledges of a patent", LENDER, stated, **own)
            pledge = as_body(register_pledge(patents=(self.patent(12),)))
            self.served.registered("/v1/pledges", pledge, "bank", BANK, key="subscribed")
            freeze = as_fact(preserve())
            path = f"/v1/patents/{self.patent(12)}/facts"
            self.served.registered(path, freeze, key="frozen")
            come(self.served)
            until(lambda: self.dead_letters() == 1)
            ask("get_webhook", "How it stands", LENDER, **own)
            ask("list_webhooks", "All of one's own", LENDER)
            ask("list_dead_letters", "Given up", LENDER, **own)
            ask("pause_webhook", "For a while", LENDER, **own)
            secrets = {"overlap_hours": 24}
            ask("rotate_webhook_secrets", "With an overlap", LENDER, secrets, **own)
            ask("replay_webhook", "From a position", LENDER, {"after": head}, **own)
            ask("resume_webhook", "Again", LENDER, **own)
            ask("remove_webhook", "It is not wanted", LENDER, **own)
        messages = ask("poll_mailbox", "All", LENDER, query={"limit": "10"}).json()
        through = {"through": messages["through"]}
        ask("acknowledge_messages", "Up to the last", LENDER, through)
        notices = {"patent": self.patent(12), "party": ref(BANK), "after": "0", "limit": "1"}
        until(
            lambda: (
                self.served.get("/v1/notices", "bank", BANK, params=notices).json()["returned"] == 1
            )
        )
        listed = ask("list_told_notices", "About a patent", LENDER, query=notices).json()
        ask("get_told_notice", "A preservation", LENDER, id=listed["notices"][0]["id"])

    def dead_letters(self) -> int:
        path = "/v1/webhooks/core-system/dead-letters"
        return int(self.served.get(path, "bank", BANK).json()["total"])

    def stream(self, head: int) -> None:
        """The last public entry, as a stream tells it."""
        headers = {"Accept": "text/event-stream", "Last-Event-ID": str(head - 1)}
        lines = []
        with self.served.client.stream("GET", "/v1/events", headers=headers) as stream:
            for line in stream.iter_lines():
                lines.append(line)
                if lines[-1:] == [""] and any(each.startswith("data:") for each in lines):
                    break
        example = {
            "parameters": {"last-event-id": str(head - 1)},
            "status": "200",
            "type": "text/event-stream",
            "answer": "\n".join(lines) + "\n",
        }
        self.recorder.operations["list_events"]["As they come"] = example
        self.recorder.asked("list_events", {"last-event-id": str(head - 1)})

    @contextmanager
    def receiver(self) -> Iterator[str]:
        """The address of a receiver that fails, whose messages are given up."""
        with receiving(self.served.certificates.receiver) as failing:
            failing.answer = lambda _: (500, {})
            url = failing.url("/ledger-events")
            self.recorder.replaced[url] = "https://bank.example/ledger-events"
            yield url

    def clocks(self) -> None:
        """Every read that has clocks and pages, asked once more with them."""
        head = str(self.caught_up())
        general: dict[str, Json] = {
            "effective_on": NEXT_DAY,
            "known_at": head,
            "Ledger-Min-Position": head,
            "limit": "100",
            "after": "0",
            "endangered": "true",
            "state": "all",
            "until": "2026-12-31",
            "patent": self.patent(1),
        }
        for route in ROUTES:
            asked = self.recorder.parameters[route.name]
            stated = {p["name"]: p["in"] for p in route.operation.get("parameters", ())}
            further = {n: v for n, v in general.items() if n in stated and n.lower() not in asked}
            if not further or route.method not in ("GET", "POST") or route.files:
                continue
            example = next(iter(self.recorder.operations[route.name].values()))
            query = {n: v for n, v in further.items() if stated[n] == "query"}
            kept = {n: v for n, v in example["parameters"].items() if stated.get(n) == "path"}
            needed = {n: asked[n] for n in ("from",) if n in asked and stated[n] == "query"}
            headers = {n: v for n, v in further.items() if stated[n] == "header"}
            body = example.get("body")
            answer = self.recorder.sent(
                route.name, AUDITOR, body, headers, {**needed, **query}, **kept
            )
            if answer.status_code in (403, 404):
                answer = self.recorder.sent(
                    route.name, LENDER, body, headers, {**needed, **query}, **kept
                )
            assert answer.is_success, (route.name, further, answer.text)
            self.recorder.asked(route.name, further)


def register_licence(patent: str) -> Any:
    """The mills are licensed to use a patent, by a contract of their own."""
    paper = documents("licence-contract")[0].model_copy(
        update={"digest": f"{int(patent[-5]):064x}"}
    )
    return record_licence(patents=(patent,), documents=(paper,))


def told_claim() -> Json:
    """The claim as the entry should have read."""
    read: Json = CLAIM.model_copy(update={"id": "loan-2", "amount": yuan("500000")})
    return read.model_dump(mode="json")


def to_json(value: Json) -> str:
    """JSON as a line of a batch has it."""
    return json.dumps(value, ensure_ascii=False)
