"""The OpenAPI document: made without a ledger, whole, and true to what is answered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from api.app import create_app
from api.callers import OPERATIONS
from tests.api.desk import Desk
from tests.api.document import DOCUMENT, ROUTES, Route

BUILT = {
    "GET /healthz",
    "GET /metrics",
    "GET /problems/{slug}",
    "GET /readyz",
    "GET /v1/certificates/{code}",
    "GET /v1/certificates/{code}/page",
    "GET /v1/events",
    "GET /v1/filings",
    "GET /v1/filings/{id}",
    "GET /v1/filings/{id}/documents",
    "GET /v1/filings/{id}/documents/{digest}",
    "GET /v1/filings/{id}/notice",
    "GET /v1/licences/{id}",
    "GET /v1/log/checkpoint",
    "GET /v1/log/keys",
    "GET /v1/log/proofs/{position}",
    "GET /v1/log/proofs/{position}/disclosure",
    "GET /v1/log/tile/{path}",
    "GET /v1/mailbox",
    "GET /v1/notices",
    "GET /v1/notices/{id}",
    "GET /v1/webhooks",
    "GET /v1/webhooks/{id}",
    "GET /v1/webhooks/{id}/dead-letters",
    "PUT /v1/mailbox",
    "PUT /v1/webhooks/{id}",
    "POST /v1/mailbox/acknowledgement",
    "POST /v1/webhooks/{id}/pause",
    "POST /v1/webhooks/{id}/removal",
    "POST /v1/webhooks/{id}/replay",
    "POST /v1/webhooks/{id}/resumption",
    "POST /v1/webhooks/{id}/secrets",
    "GET /v1/obligations",
    "GET /v1/open-licences",
    "GET /v1/open-licences/{no}",
    "GET /v1/changes",
    "GET /v1/parties/{id}",
    "GET /v1/parties/{id}/changes",
    "GET /v1/patents/{no}/changes",
    "GET /v1/parties/{id}/patents",
    "GET /v1/parties/{id}/pledges",
    "GET /v1/parties/{id}/powers-of-attorney",
    "POST /v1/parties/{id}/powers-of-attorney",
    "POST /v1/parties/{id}/powers-of-attorney/{no}/revocation",
    "GET /v1/patents/{no}",
    "GET /v1/patents/{no}/history",
    "GET /v1/pledges/{no}",
    "GET /v1/reads",
    "GET /v1/rules",
    "GET /v1/rules/{id}",
    "GET /v1/search",
    "GET /v1/statistics/definitions",
    "GET /v1/statistics/licence-rates",
    "GET /v1/statistics/operations",
    "GET /v1/statistics/pledge-financing",
    "GET /v1/statistics/releases",
    "GET /v1/statistics/releases/{family}/{period}",
    "POST /v1/batches",
    "POST /v1/consents",
    "POST /v1/consents/{id}/withdrawal",
    "POST /v1/contests",
    "POST /v1/corrections",
    "POST /v1/documents",
    "POST /v1/filings/{id}/confirmations",
    "POST /v1/filings/{id}/contest",
    "POST /v1/filings/{id}/contest/decision",
    "POST /v1/filings/{id}/refusal",
    "POST /v1/filings/{id}/withdrawal",
    "POST /v1/licences",
    "POST /v1/licences/{id}/cancellation",
    "POST /v1/licences/{id}/changes",
    "POST /v1/licences/{id}/revocation",
    "POST /v1/name-changes",
    "POST /v1/obligations/{id}/fulfilment",
    "POST /v1/open-licences",
    "POST /v1/open-licences/{no}/licences",
    "POST /v1/open-licences/{no}/licences/{id}/recordal",
    "POST /v1/open-licences/{no}/revocation",
    "POST /v1/open-licences/{no}/termination",
    "POST /v1/open-licences/{no}/withdrawal",
    "POST /v1/parties/{id}/evidence",
    "POST /v1/patents",
    "POST /v1/patents/status",
    "POST /v1/patents/{no}/certificates",
    "POST /v1/patents/{no}/facts",
    "POST /v1/pledges",
    "POST /v1/statistics/releases/{family}/{period}",
    "POST /v1/pledges/{no}/changes",
    "POST /v1/pledges/{no}/deregistration",
    "POST /v1/pledges/{no}/revocation",
    "POST /v1/transfers",
}
"""The interface that is held stable: a route that goes or comes is seen here."""


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for member in value.values():
            yield from references(member)
    elif isinstance(value, list):
        for member in value:
            yield from references(member)


def test_the_routes_are_those_that_are_built() -> None:
    assert DOCUMENT["openapi"] == "3.1.0"
    assert {f"{route.method} {route.path}" for route in ROUTES} == BUILT


def test_every_reference_leads_to_a_schema() -> None:
    known = {
        f"#/components/{kind}/{name}"
        for kind in ("schemas", "examples")
        for name in DOCUMENT["components"][kind]
    }
    assert set(references(DOCUMENT)) <= known
    assert "HTTPValidationError" not in DOCUMENT["components"]["schemas"]


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_every_operation_declares_its_problems(route: Route) -> None:
    operation = route.operation
    responses = operation["responses"]
    wrong = {s: r for s, r in responses.items() if s >= "400"}
    assert {"401", "500"} <= set(wrong)
    page = {"text/html"} if route.files else set()
    for status, told in wrong.items():
        pages = page if status == "409" else set()
        assert set(told["content"]) == {"application/problem+json"} | pages
    if route.files:
        assert {"400", "403", "409", "413", "415", "422", "503"} <= set(wrong)
        assert {"Idempotency-Key", "dry_run"} <= {p["name"] for p in operation["parameters"]}
        assert operation["requestBody"]["required"]
    assert route.name in OPERATIONS
    assert operation["summary"]
    assert operation["description"]


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_no_parameter_is_declared_twice(route: Route) -> None:
    declared = [(p["in"], p["name"].lower()) for p in route.operation.get("parameters", ())]
    assert len(declared) == len(set(declared))


def test_what_the_path_states_is_not_asked_for_in_the_body() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    assert "registration_no" not in schemas["DeregisterPledge"]["properties"]
    assert "registration_no" not in schemas["DeregisterPledge"]["required"]
    assert "patents" not in schemas["GrantPatent"]["properties"]
    facts = schemas["Fact"]["discriminator"]["mapping"]
    assert {"pay_annual_fee", "start_preservation", "restore_right", "lapse_for_fee"} <= set(facts)
    for name, reference in facts.items():
        schema = schemas[reference.rsplit("/", 1)[1]]
        assert schema["properties"]["fact"] == {"const": name}
        assert schema["required"][0] == "fact"


def test_the_page_works_without_the_internet(served: Desk) -> None:
    page = served.get("/docs")
    assert page.status_code == 200
    assert "http://" not in page.text
    assert "https://" not in page.text
    for asset in ("swagger-ui-bundle.js", "swagger-ui.css", "favicon.png"):
        assert f"/docs/assets/{asset}" in page.text
        assert served.get(f"/docs/assets/{asset}").status_code == 200
    assert served.get("/openapi.json").json() == DOCUMENT


def test_without_a_ledger_nothing_else_is_answered() -> None:
    assert create_app().state._state == {}
