"""The peer of the HTTP benchmarks: a FastAPI application that reads or writes one row a request.

Two routes: one prepared SELECT by key that answers stored bytes, one durable INSERT of the body.
It is served by the same web server with the same settings as the ledger's own application.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI, Request
from psycopg_pool import AsyncConnectionPool
from starlette.responses import Response

from ledger.commands.serve import listening, web
from ledger.settings import load_settings

CONNECTIONS = 16
SELECT = "SELECT body FROM bare_extract WHERE key = %s"
INSERT = "INSERT INTO bare_filing (key, body) VALUES (%s, %s)"
TABLES = """
CREATE TABLE IF NOT EXISTS bare_extract (key text PRIMARY KEY, body bytea NOT NULL);
CREATE TABLE IF NOT EXISTS bare_filing (key text PRIMARY KEY, body bytea NOT NULL);
"""


def create_app(url: str) -> FastAPI:
    """The two routes over a pool of connections."""
    pool = AsyncConnectionPool(
        url,
        min_size=CONNECTIONS,
        max_size=CONNECTIONS,
        open=False,
        kwargs={"autocommit": True, "prepare_threshold": 0},
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with pool:
            await pool.wait()
            yield

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None)

    @app.get("/extract/{key:path}")
    async def extract(key: str) -> Response:
        async with pool.connection() as connection:
            row = await (await connection.execute(SELECT, (key,), binary=True)).fetchone()
        assert row is not None, "the benchmark asks for what is there"
        return Response(row[0], media_type="application/json")

    @app.post("/filing")
    async def filing(request: Request) -> Response:
        body = await request.body()
        async with pool.connection() as connection:
            await connection.execute(INSERT, (request.headers["idempotency-key"], body))
        return Response(body, 201, media_type="application/json")

    return app


def main() -> None:
    """Serve on a free port; the first line printed is the address."""
    with listening(load_settings({}, port=0)) as sock:
        print(f"http://127.0.0.1:{sock.getsockname()[1]}", flush=True)
        uvicorn.Server(web(create_app(sys.argv[1]))).run(sockets=[sock])


if __name__ == "__main__":
    main()
