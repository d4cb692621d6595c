"""The client itself."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final, Self, cast
from urllib.parse import quote

import httpx2

from patent_ledger_client.answers import Event, Extract, Hit, Outcome, Receipt, Verdict
from patent_ledger_client.problems import problem

Body = Mapping[str, Any]
Token = str | Callable[[], str] | None

PASSING: Final = frozenset({429, 503})
"""Statuses of what passes by itself."""

WAIT_SECONDS_MAX: Final = 5.0


class Ledger:
    """A ledger at an address, as one caller sees it. Use it in a `with` block, from one thread."""

    def __init__(
        self, address: str, token: Token = None, *, timeout: float = 30.0, patience: float = 60.0
    ) -> None:
        self._client = httpx2.Client(base_url=address, timeout=timeout)
        self._token = token
        self._patience = patience
        self.position = 0
        """The last position of what was filed here; what is read knows at least that."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close its connections."""
        self._client.close()

    # -- filing

    def file(
        self, path: str, body: Body, *, key: str | None = None, prepare: bool = False
    ) -> Receipt:
        """File something; raises Refused with every reason, or another Problem.

        The key names the filing for ever. Give one of your own (a loan's number, say) if the
        program may be started again before it has the receipt.
        """
        headers = {"Idempotency-Key": key or str(uuid.uuid4())}
        params = {"prepare": "true"} if prepare else {}
        receipt = self._asked("POST", path, json=body, headers=headers, params=params).json()
        self.position = max(self.position, receipt["position"])
        return cast("Receipt", receipt)

    def judge(self, path: str, body: Body) -> Verdict:
        """What filing would give now; nothing is written. Raises Refused as filing does."""
        answer = self._asked("POST", path, json=body, params={"dry_run": "true"})
        return cast("Verdict", answer.json())

    def batch(self, filings: Iterable[tuple[str, str, Body]]) -> list[Outcome]:
        """File up to 1,000 filings (path, key, body), each by itself; their outcomes in order."""
        lines = [{"route": path, "key": key, "body": body} for path, key, body in filings]
        content = "\n".join(json.dumps(line) for line in lines).encode()
        headers = {"Content-Type": "application/x-ndjson"}
        answer = self._asked("POST", "/v1/batches", content=content, headers=headers)
        outcomes: list[Outcome] = [json.loads(line) for line in answer.text.splitlines()]
        entered = [each["receipt"]["position"] for each in outcomes if "receipt" in each]
        self.position = max([self.position, *entered])
        return outcomes

    # -- reading

    def patent(
        self, no: str, *, effective_on: date | None = None, known_at: int | str | None = None
    ) -> Extract:
        """What the register says of a patent; its number in any printed form."""
        asked = _stated(effective_on=effective_on, known_at=known_at)
        return cast("Extract", self.get(f"/v1/patents/{quote(no)}", **asked))

    def statuses(self, numbers: Sequence[str]) -> list[dict[str, Any]]:
        """The status of up to 1,000 patents, in the order asked for."""
        answer = self._asked("POST", "/v1/patents/status", json={"patents": list(numbers)})
        return cast("list[dict[str, Any]]", answer.json()["patents"])

    def search(self, **criteria: Any) -> Iterator[Hit]:
        """All patents that a search finds, page by page, as of one position."""
        for page in self.pages("/v1/search", **criteria):
            yield from page["hits"]

    def events(self, after: int = 0, **limits: Any) -> Iterator[Event]:
        """The public entries behind a position that there are now, in order."""
        for page in self.pages("/v1/events", after=after, **limits):
            yield from page["events"]

    def get(self, path: str, **params: Any) -> Any:
        """The JSON of any question."""
        return self._asked("GET", path, params=_stated(**params)).json()

    def pages(self, path: str, **params: Any) -> Iterator[Any]:
        """The JSON of a question's pages, one after the other."""
        answer = self._asked("GET", path, params=_stated(**params))
        yield answer.json()
        while (further := answer.links.get("next")) is not None:
            answer = self._asked("GET", further["url"])
            yield answer.json()

    # -- the office's own

    def release(
        self, family: str, period: str, *, known_at: int | None = None, dry_run: bool = False
    ) -> dict[str, Any]:
        """Publish the statistics of a closed period, or look at what would be published."""
        params = _stated(known_at=known_at, dry_run="true" if dry_run else None)
        path = f"/v1/statistics/releases/{quote(family)}/{quote(period)}"
        return cast("dict[str, Any]", self._asked("POST", path, params=params).json())

    # -- the way there and back

    def _asked(self, method: str, path: str, **sent: Any) -> httpx2.Response:
        """The answer; what passes by itself is waited for, as long as there is patience."""
        sent["headers"] = {**self._headers(), **sent.get("headers", {})}
        patience = time.monotonic() + self._patience
        while True:
            try:
                answer = self._client.request(method, path, **sent)
            except httpx2.TransportError:
                if time.monotonic() >= patience:
                    raise
                time.sleep(1.0)
                continue
            if answer.is_success:
                return answer
            if answer.status_code not in PASSING or time.monotonic() >= patience:
                raise problem(_members(answer), answer.headers.get("X-Request-Id"))
            time.sleep(min(float(answer.headers.get("Retry-After", 1)), WAIT_SECONDS_MAX))

    def _headers(self) -> dict[str, str]:
        headers = {"Ledger-Min-Position": str(self.position)} if self.position else {}
        token = self._token() if callable(self._token) else self._token
        return headers | ({"Authorization": f"Bearer {token}"} if token else {})


def _stated(**params: Any) -> dict[str, Any]:
    return {name: value for name, value in params.items() if value is not None}


def _members(answer: httpx2.Response) -> dict[str, Any]:
    """The members of a problem; of an answer that is none, its status alone."""
    try:
        members = answer.json()
    except ValueError:
        members = None
    if isinstance(members, dict):
        return members
    return {"title": answer.reason_phrase, "status": answer.status_code}
