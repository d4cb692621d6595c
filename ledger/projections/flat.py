"""Lines of a portfolio as comma-separated values: one row a line, lists in one cell."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from operator import itemgetter
from typing import Any, Final

Line = Mapping[str, Any]
Columns = Mapping[str, Callable[[Line], Any]]

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would compute; a quotation mark before it makes it text."""


def _names(parties: Iterable[Line] | None) -> str:
    return "; ".join(party["name"] for party in parties or ())


def _of_claim(member: str) -> Callable[[Line], Any]:
    def value(line: Line) -> Any:
        claim = line.get("confidential", {}).get("claim")
        return None if claim is None else claim[member]

    return value


def _amount(member: str) -> Callable[[Line], Any]:
    def value(line: Line) -> Any:
        amount = _of_claim("amount")(line)
        return None if amount is None else amount[member]

    return value


def _listed(name: str, *members: str) -> Callable[[Line], str]:
    def value(line: Line) -> str:
        said = (" ".join(str(one[m]) for m in members if one[m]) for one in line[name])
        return "; ".join(said)

    return value


_RIGHT: Final = ("patent", "printed", "invention_title", "status", "term_last_day", "fees")
_OF_RIGHT: Final[Columns] = {name: itemgetter(name) for name in _RIGHT}
PLEDGES: Final[Columns] = {
    "registration_no": itemgetter("registration_no"),
    **_OF_RIGHT,
    "registered_on": itemgetter("registered_on"),
    "rank": itemgetter("rank"),
    "pledgors": lambda line: _names(line["pledgors"]),
    "pledgees": lambda line: _names(line["pledgees"]),
    "amount": _amount("amount"),
    "currency": _amount("currency"),
    "debt_due_on": _of_claim("debt_due_on"),
    "due": _listed("due", "last_day", "kind", "about"),
    "dangers": _listed("dangers", "day", "reason", "about"),
}
PATENTS: Final[Columns] = {
    **_OF_RIGHT,
    "patentees": lambda line: _names(line["patentees"]),
    "encumbrances": lambda line: "; ".join(
        f"{one['kind']} {one.get('registration_no') or one.get('case_no')}"
        for one in line["encumbrances"]
    ),
    "licences": _listed("licences", "registration_no", "kind"),
    "open_licence": lambda line: (line["open_licence"] or {}).get("declaration_no"),
    "due": _listed("due", "last_day", "kind", "about"),
    "obligations": _listed("obligations", "last_day", "rule", "role"),
}


def flat(lines: Iterable[Line], columns: Columns) -> str:
    """The lines as CSV (RFC 4180) with a head."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(columns)
    for line in lines:
        writer.writerow([_cell(column(line)) for column in columns.values()])
    return written.getvalue()


def _cell(value: Any) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
