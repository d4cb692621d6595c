"""The HTTP interface: routes over the registry and the register views. No rules and no SQL live
here.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from importlib.resources import files as files_of
from typing import Any, Final

from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from fastapi.staticfiles import StaticFiles
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import HTMLResponse, RedirectResponse

from api import (
    batches,
    certificates,
    changes,
    contests,
    corrections,
    documents,
    events,
    filings,
    health,
    licences,
    log,
    mailboxes,
    obligations,
    open_licences,
    patents,
    pledges,
    portfolios,
    powers,
    problems,
    reads,
    rules,
    search,
    statistics,
    told,
    transfers,
    webhooks,
)
from api.access import Access
from api.answers import POSITION
from api.callers import SCHEMES, security
from api.covering import CHECKPOINT
from api.direct import Straight, made_direct
from api.examples import add_examples
from api.gate import Gate
from api.head import Head
from api.house import House
from api.links import add_links
from api.reading import POSITION_MIN
from api.remembered import Remembered
from api.schemas import schemas

THREADS: Final = 300
"""Requests answered at once; more than the writer takes into one group, so that it is never short
of filings.
"""

DOCS: Final = "/docs"
ASSETS: Final = "/docs/assets"

ROUTERS: Final = (
    pledges.router,
    changes.router,
    patents.router,
    search.router,
    certificates.router,
    transfers.router,
    licences.router,
    open_licences.router,
    portfolios.router,
    corrections.router,
    filings.router,
    powers.router,
    reads.router,
    contests.router,
    batches.router,
    documents.router,
    obligations.router,
    statistics.router,
    rules.router,
    events.router,
    mailboxes.router,
    webhooks.router,
    told.router,
    log.router,
    health.router,
)

PAGES: Final[dict[str, Any]] = {
    "allow_methods": ("GET", "HEAD"),
    "allow_headers": (POSITION_MIN, "Last-Event-ID"),
    "expose_headers": (POSITION, CHECKPOINT, "Link", "RateLimit", "Retry-After"),
    "max_age": 3600,
}
"""What pages of other origins may do: read what is public. A page is refused a token: what is
confidential is for programs of the parties."""

GATE: Final = problems.documented("too-many-requests", "invalid")

DESCRIPTION: Final = """
An authoritative register of dealings in patents. Every filing is judged by all statutory rules, and
is
registered as a whole or refused with every reason. What is registered is searchable at once: send
the
`Ledger-Position` of a receipt as `Ledger-Min-Position` of a question. Every question can be asked
as effective on a day (`effective_on`) and as known at a position or a time (`known_at`). What is
answered to GET is answered to HEAD, without its body.
"""


def create_app(house: House | None = None) -> FastAPI:
    """The application over a running ledger; without one it tells its OpenAPI document alone."""
    app = FastAPI(
        title="patent-ledger",
        version=version("patent-ledger"),
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
        # A path is one address: no redirect from one with a slash at its end.
        redirect_slashes=False,
        # Metrics are `ledger.measures`; looking for telemetry costs every request.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    problems.install(app)
    for router in ROUTERS:
        # Not included as routers, which would be searched one after the other, twice (ADR 0049).
        app.router.routes.extend(router.routes)
    for route in app.router.routes:
        if isinstance(route, APIRoute):
            made_direct(route)
    app.add_middleware(Straight, routes=app.router.routes)
    if house is not None:
        app.state.house = house
        app.add_middleware(Remembered, house=house)
        app.add_middleware(Gate, house=house)
        app.add_middleware(Head)
        if house.origins:
            app.add_middleware(CORSMiddleware, allow_origins=house.origins, **PAGES)
        app.add_middleware(Access, house=house)
    _add_docs(app)
    _describe(app)
    return app


@asynccontextmanager
async def _lifespan(_: FastAPI) -> AsyncIterator[None]:
    current_default_thread_limiter().total_tokens = THREADS
    yield


def _add_docs(app: FastAPI) -> None:
    """The interactive page, from assets of an installed package: it works without the internet."""
    assets = str(files_of("fastapi_offline") / "static")
    app.mount(ASSETS, StaticFiles(directory=assets), name="docs-assets")

    @app.get("/", include_in_schema=False)
    async def root() -> RedirectResponse:
        return RedirectResponse(DOCS)

    @app.get(DOCS, include_in_schema=False)
    async def docs() -> HTMLResponse:
        return get_swagger_ui_html(
            openapi_url=app.openapi_url or "",
            title=f"{app.title} API",
            swagger_js_url=f"{ASSETS}/swagger-ui-bundle.js",
            swagger_css_url=f"{ASSETS}/swagger-ui.css",
            swagger_favicon_url=f"{ASSETS}/favicon.png",
            oauth2_redirect_url=None,
        )


def _describe(app: FastAPI) -> None:
    """The OpenAPI document, made once, with our schemas in it."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = get_openapi(
                title=app.title,
                version=app.version,
                openapi_version="3.1.0",
                description=app.description,
                routes=app.routes,
            )
            components = document.setdefault("components", {})
            components["schemas"] = dict(sorted(schemas().items()))
            components["securitySchemes"] = SCHEMES
            for item in document["paths"].values():
                for operation in item.values():
                    operation["security"] = security(operation["operationId"])
                    # The framework's own shape of a validation error, which is never answered here.
                    answers = operation["responses"]
                    if "HTTPValidationError" in str(answers.get("422")):
                        del answers["422"]
                    # What every operation may answer, whatever it is.
                    for answered, told in GATE.items():
                        answers.setdefault(str(answered), told)
                    operation["responses"] = dict(sorted(answers.items()))
            add_examples(document)
            add_links(document)
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
