"""Values of entries as a reader of a language writes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from babel.dates import format_date, format_time

from ledger.domain.numbers import printed
from ledger.domain.periods import SHANGHAI
from ledger.domain.rules import RULES
from ledger.printing import labels
from ledger.printing.lines import (
    CLAIM,
    CODES,
    INSTALMENT,
    LINES,
    RATE,
    ROYALTY,
    TRADEMARK,
    Form,
    Line,
)
from ledger.wording import Wording

LOCALES: Final = {"en": "en_GB", "zh": "zh_Hans_CN"}

Rows = tuple[tuple[str, tuple[str, ...]], ...]
"""Labels with what is written beside them, each of one line or more."""


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes values in a language; `names` are those of the parties, by their ids."""

    words: Wording
    names: Mapping[str, str]

    def rows(self, lines: Mapping[str, Line], values: Mapping[str, Any]) -> Rows:
        """The lines of a table for which there is a value, in its order."""
        found = (
            (line.label, self.lines(line, values[name]))
            for name, line in lines.items()
            if values.get(name) not in (None, "", [], {})
        )
        return tuple((self.words.text(label), written) for label, written in found)

    def lines(self, line: Line, value: Any) -> tuple[str, ...]:
        """A member's value, on as many lines as it needs."""
        match line.form:
            case Form.CLAIM:
                return self._inner(CLAIM, value)
            case Form.ROYALTY:
                return self._inner(ROYALTY, value) + tuple(self._royalty(value))
            case Form.CHANGES:
                return tuple(self._change(change) for change in value)
            case Form.SHARES:
                return tuple(f"{self.names.get(who, who)}: {of} %" for who, of in value.items())
        many = value if isinstance(value, list) else [value]
        return tuple(self._one(line.form, each) for each in many)

    def _one(self, form: Form, value: Any) -> str:
        match form:
            case Form.CODE:
                return self.code(value)
            case Form.KIND:
                return self.words.text(labels.KINDS.get(value, value))
            case Form.DAY:
                return self.day(value)
            case Form.UNTIL:
                return self.day(date.fromisoformat(value) - timedelta(days=1))
            case Form.MONEY:
                return f"{value['currency']} {Decimal(value['amount']):,}"
            case Form.PERCENT:
                return f"{value} %"
            case Form.YES:
                return self.words.text(labels.YES if value else labels.NO)
            case Form.PARTY:
                return self.party(value)
            case Form.PATENTS:
                return printed(value)
            case Form.TRADEMARKS:
                return "; ".join(self._inner(TRADEMARK, value))
            case _:
                return str(value)

    def code(self, value: str) -> str:
        """A code in words, a rule by its title; words of somebody's own as they are."""
        if value in RULES:
            return f"{self.words.text(RULES[value].title)} ({value})"
        return self.words.text(CODES[value]) if value in CODES else value

    def day(self, value: str | date) -> str:
        day = date.fromisoformat(value) if isinstance(value, str) else value
        return format_date(day, "long", LOCALES[self.words.language])

    def moment(self, value: str | datetime) -> str:
        """A moment as the clocks of the office show it."""
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        there = moment.astimezone(SHANGHAI)
        clock = format_time(there, "HH:mm:ss", locale=LOCALES[self.words.language])
        return f"{self.day(there.date())}, {clock} ({self.words.text(labels.BEIJING)})"

    def party(self, party: Mapping[str, Any] | str) -> str:
        """A party by its name, its credit code where it has one, its address where it is told; of
        one whom an entry states by its id alone, the id, with the name where another tells it."""
        if isinstance(party, str):
            if party not in self.names:
                return party
            party = {"id": party, "name": self.names[party]}
        code = f" ({party['id']})" if ":" not in party["id"] else ""
        address = f", {party['address']}" if party.get("address") else ""
        return f"{party['name']}{code}{address}"

    def _inner(self, lines: Mapping[str, Line], value: Mapping[str, Any]) -> tuple[str, ...]:
        return tuple(self._pair(label, "; ".join(told)) for label, told in self.rows(lines, value))

    def _pair(self, label: str, value: str) -> str:
        return f"{label}：{value}" if self.words.language == "zh" else f"{label}: {value}"

    def _royalty(self, royalty: Mapping[str, Any]) -> Iterator[str]:
        rate, text = royalty.get("rate"), self.words.text
        if rate is not None:
            if rate["pattern"] == "per_unit":
                told = [self._one(Form.MONEY, rate["amount"])]
            else:
                percents = rate.get("percents") or [rate["percent"]]
                told = [f"{percent} %" for percent in percents]
            yield self._pair(text(RATE.label), ", ".join(told))
        for part in royalty.get("instalments") or ():
            amount, day = self._one(Form.MONEY, part["amount"]), self.day(part["due_on"])
            yield self._pair(text(INSTALMENT.label), f"{amount}, {day}")

    def _change(self, change: Mapping[str, Any]) -> str:
        """A member before and after a correction."""
        line = LINES.get(change["member"], Line(change["member"]))
        before, after = (
            "—" if value in (None, "", []) else "; ".join(self.lines(line, value))
            for value in (change["before"], change["after"])
        )
        return self._pair(self.words.text(line.label), f"{before} → {after}")


def named(value: Any) -> Iterator[tuple[str, str]]:
    """The parties that a JSON value names, however deep: their ids and names."""
    if isinstance(value, Mapping):
        if "residence" in value and "id" in value:
            yield value["id"], value["name"]
        for member in value.values():
            yield from named(member)
    elif isinstance(value, list):
        for member in value:
            yield from named(member)
