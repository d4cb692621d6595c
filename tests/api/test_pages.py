"""Web pages of other origins read what is public where the operator lets them, and nowhere else."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from api.app import create_app
from tests.api.desk import Desk
from tests.api.test_remembered import answer_of, plain_scope

PAGE = "https://www.example.edu"
LETS_IN = "access-control-allow-origin"


def asked(
    served: Desk, *origins: str, origin: str = PAGE, wants: str | None = None, with_: str = ""
) -> tuple[int, dict[str, str]]:
    """Status and headers told to a page that asks for the catalogue, first with OPTIONS where it
    says what it wants."""
    headers = {"origin": origin}
    if wants is not None:
        headers["access-control-request-method"] = wants
    if with_:
        headers["access-control-request-headers"] = with_
    told = [(name.encode(), value.encode()) for name, value in headers.items()]
    method = "GET" if wants is None else "OPTIONS"
    scope = dict(plain_scope(""), path="/v1/open-licences", method=method, headers=told)
    return asyncio.run(answer_of(create_app(replace(served.house, origins=origins)), scope))


def test_no_page_is_let_in_by_itself(served: Desk) -> None:
    status, headers = asked(served)
    assert (status, LETS_IN in headers) == (200, False)
    status, headers = asked(served, wants="GET")
    assert (status, LETS_IN in headers) == (405, False)


@pytest.mark.parametrize(("origins", "told"), [((PAGE,), PAGE), (("*",), "*")])
def test_a_page_that_is_named_reads(served: Desk, origins: tuple[str, ...], told: str) -> None:
    status, headers = asked(served, *origins)
    assert (status, headers[LETS_IN]) == (200, told)
    assert "Ledger-Position" in headers["access-control-expose-headers"]
    status, headers = asked(served, *origins, wants="GET", with_="Ledger-Min-Position")
    assert (status, headers[LETS_IN]) == (200, told)


def test_another_page_does_not(served: Desk) -> None:
    status, headers = asked(served, PAGE, origin="https://elsewhere.example")
    assert (status, LETS_IN in headers) == (200, False)


@pytest.mark.parametrize(("wants", "with_"), [("POST", ""), ("GET", "Authorization")])
def test_a_page_neither_files_nor_shows_a_token(served: Desk, wants: str, with_: str) -> None:
    status, _ = asked(served, PAGE, wants=wants, with_=with_)
    assert status == 400
