"""HEAD at every address that has GET, and headers alone for an answer."""

from __future__ import annotations

import pytest

from tests.api.desk import Desk
from tests.api.document import ROUTES, Route
from tests.wait import until

READS = [route for route in ROUTES if route.method == "GET"]
OWN = {"date", "x-request-id", "ratelimit", "ledger-checkpoint", "ledger-position"}
"""What two answers to the same question need not share."""
TELL_OF_READS = {"metrics", "list_reads"}
"""Reads that tell of the read before them."""


@pytest.mark.parametrize("route", READS, ids=lambda route: route.name)
def test_it_is_answered_as_get_is_without_the_body(served: Desk, route: Route) -> None:
    headers = served.headers("auditor")
    got = served.client.get(route.filled, headers=headers)
    asked = served.client.head(route.filled, headers=headers)
    assert (asked.status_code, asked.content) == (got.status_code, b"")
    assert asked.headers.keys() == got.headers.keys()
    told = {name: value for name, value in got.headers.items() if name not in OWN}
    if route.name not in TELL_OF_READS:
        assert told.items() <= asked.headers.items()


def test_an_endless_stream_ends_with_its_headers(served: Desk) -> None:
    before = served.house.readers
    asked = served.client.head("/v1/events", headers={"Accept": "text/event-stream"})
    assert asked.headers["content-type"].startswith("text/event-stream")
    until(lambda: served.house.readers == before)


def test_where_nothing_is_read_it_is_not_allowed(served: Desk) -> None:
    for path in ("/v1/pledges", "/v1/patents/status", "/v1/patents/ZL202219900100.1/facts"):
        refused = served.client.head(path)
        assert (refused.status_code, refused.headers["allow"]) == (405, "POST")
    refused = served.client.delete("/v1/patents/ZL202219900100.1")
    assert refused.headers["allow"] == "GET, HEAD"
