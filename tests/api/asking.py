"""Every question that every reading route can be asked about a served register.

Made from the OpenAPI document and from what is in the register, so that a new route is asked when
it is made; of a parameter in a new place of a path has to be told here what can stand there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

from tests.api.desk import Desk
from tests.api.document import ROUTES, Route

PLACE = re.compile(r"([^/]+)/\{(\w+)\}")


@dataclass(frozen=True)
class Question:
    """A request that changes nothing."""

    method: str
    path: str
    operation: str
    json: Any = None

    def ask(self, served: Desk, headers: dict[str, str]) -> str:
        """All that is answered: headers and body."""
        answer = served.client.request(self.method, self.path, headers=headers, json=self.json)
        assert answer.status_code < 500, (self, answer.text)
        return f"{answer.status_code} {dict(answer.headers)} {answer.text}"


def questions(served: Desk) -> list[Question]:
    """Every route that reads, about everything there is."""
    there = _there(served)
    found = []
    for route in ROUTES:
        reads = route.method == "GET" or route.name == "get_statuses"
        if reads and route.name not in ("get_tile", "get_release"):
            body = {"patents": there["patents"]} if route.name == "get_statuses" else None
            found += [Question(route.method, p, route.name, body) for p in _filled(route, there)]
    found += [Question("GET", f"/v1/log/tile/{t}", "get_tile") for t in there["tile"]]
    found.append(Question("GET", "/v1/statistics/releases/pledge-financing/2026", "get_release"))
    found += [Question("GET", f"/v1/search?{asked}", "search") for asked in there["search"]]
    return found


def _filled(route: Route, there: dict[str, list[str]]) -> Iterator[str]:
    """The paths of a route, with everything that can stand in the place of its parameters."""
    places = PLACE.findall(route.path)
    unknown = [room for room, _ in places if room not in there]
    assert not unknown, f"tests/api/asking.py is to be told what can stand behind {unknown}"
    for values in product(*(there[room] for room, _ in places)):
        path = route.path
        for (room, name), value in zip(places, values, strict=True):
            path = path.replace(f"{room}/{{{name}}}", f"{room}/{value}", 1)
        yield path + _required(route)


REQUIRED = {"from": "0", "name": "claim"}
"""Parameters of a query without which there is no answer, and something to ask for."""


def _required(route: Route) -> str:
    stated = [
        f"{parameter['name']}={REQUIRED[parameter['name']]}"
        for parameter in route.operation.get("parameters", ())
        if parameter["in"] == "query" and parameter.get("required")
    ]
    return f"?{'&'.join(stated)}" if stated else ""


def _there(served: Desk) -> dict[str, list[str]]:
    """What is in the register, by the part of a path behind which it stands."""

    def column(query: str) -> list[str]:
        return [str(row[0]) for row in served.owner.execute(query).fetchall()]

    def registered(kind: str) -> list[str]:
        return column(f"SELECT registration_no FROM registration WHERE kind = '{kind}'")

    filings = column("SELECT filing_id FROM idempotency ORDER BY last_position")
    head = served.head()
    parties = column(
        "SELECT DISTINCT p ->> 'id' FROM title, jsonb_array_elements(patentees) AS p "
        "UNION SELECT DISTINCT party FROM involvement ORDER BY 1"
    )
    names = column("SELECT DISTINCT name FROM involvement ORDER BY 1")
    return {
        "patents": column("SELECT DISTINCT patent_id FROM patent ORDER BY 1"),
        "pledges": registered("pledge"),
        "licences": [*registered("licence"), *registered("take")],
        "open-licences": registered("declaration"),
        "parties": parties,
        "filings": filings,
        "powers-of-attorney": filings[-2:],
        "consents": filings[-2:],
        "obligations": [f"{filing}-1" for filing in filings[-2:]],
        "documents": ["0" * 64],
        "webhooks": ["nothing"],
        "notices": ["nothing"],
        "certificates": column("SELECT code FROM certificate"),
        "rules": ["pledge-documents"],
        "problems": ["refused"],
        "proofs": [str(position) for position in range(1, head + 1)],
        "tile": [f"entries/000.p/{head}", f"0/000.p/{head}"],
        "search": [f"party={name[:3]}" for name in names] + [f"party_id={p}" for p in parties],
    }
