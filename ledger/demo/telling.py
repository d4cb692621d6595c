"""How the story is told: a panel a request, for people; a row a request, for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

Json = Any


@dataclass(frozen=True)
class Told:
    """One request of the story and what came of it."""

    title: str
    who: str
    request: str
    status: int
    answer: Json
    remarks: tuple[str, ...] = ()
    known_number: bool = False
    """Whether the registration number of the receipt was given out before."""

    def row(self) -> dict[str, Json]:
        """The request as a program reads it."""
        row: dict[str, Json] = {
            "step": self.title,
            "who": self.who,
            "request": self.request,
            "status": self.status,
        }
        answer = self.answer if isinstance(self.answer, dict) else {}
        if self.status >= 400:
            row["findings"] = [
                {name: finding[name] for name in ("rule", "patent", "message", "cure")}
                for finding in refusals(answer)
            ]
        elif "filing_id" in answer:
            row["filing_id"] = answer["filing_id"]
            row["registration_no"] = answer["registration_no"]
            row["position"] = answer["position"]
        return row


@dataclass
class Teller:
    """Tells each request as it is answered, and remembers all of them."""

    console: Console
    rows: list[Told] = field(default_factory=list)

    def say(self, words: str) -> None:
        """A sentence between requests."""
        self.console.print(Text(words), highlight=False)

    def tell(self, told: Told) -> None:
        """A request and its answer."""
        known = {row.row().get("registration_no") for row in self.rows}
        told = replace(told, known_number=told.row().get("registration_no") in known)
        self.rows.append(told)
        body = Text.assemble(
            (told.who, "bold"),
            ": ",
            told.request,
            "\n",
            (str(told.status), "bold green" if told.status < 400 else "bold yellow"),
            " ",
            *_headline(told),
        )
        for finding in _findings(told):
            body.append("\n")
            body.append(finding)
        for remark in told.remarks:
            body.append(f"\n{remark}")
        title = f"[bold]{len(self.rows)}[/bold] · {told.title}"
        self.console.print(Panel(body, title=title, title_align="left", border_style="dim"))


def _headline(told: Told) -> Sequence[str]:
    answer = told.answer
    if told.status >= 400:
        return (str(answer.get("title", "")),)
    if told.status == 201:
        number = answer["registration_no"]
        verb = "entered under" if told.known_number else "registered as"
        named = f"{verb} {number}, " if number else "entered, "
        return (named, f"position {answer['position']}, receipt {answer['filing_id']}")
    return ("answered",)


def refusals(answer: Json) -> list[Json]:
    """The findings for which a filing was refused, without warnings and obligations."""
    return [found for found in answer.get("findings", ()) if found["severity"] == "R"]


def _findings(told: Told) -> list[Text]:
    answer = told.answer if isinstance(told.answer, dict) else {}
    return [
        *(_finding("✗", "yellow", finding) for finding in refusals(answer)),
        *(_finding("!", "yellow", finding) for finding in answer.get("warnings", ())),
        *(_finding("→", "cyan", finding) for finding in answer.get("obligations", ())),
    ]


def _finding(sign: str, style: str, finding: Json) -> Text:
    where = f"{finding['patent']} " if finding["patent"] else ""
    line = Text.assemble((f"{sign} {finding['rule']} ", style), where, f"({finding['article']}): ")
    line.append(finding["message"])
    if finding["fact"]:
        line.append(f" [{_fact(finding['fact'])}]", style="dim")
    if finding["cure"]:
        line.append(f" {finding['cure']}", style="italic")
    return line


def _fact(fact: dict[str, Json]) -> str:
    shown = (
        f"{name}: {', '.join(map(str, value)) if isinstance(value, list) else value}"
        for name, value in fact.items()
    )
    return "; ".join(shown)
