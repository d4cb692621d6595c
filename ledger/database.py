"""Connections to the ledger's database, each under the role of its task."""

from __future__ import annotations

from typing import Any, Literal

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg_pool import ConnectionPool

Role = Literal["ledger_writer", "ledger_auditor", "ledger_public"]
"""A group role of the migrations; no role means the login itself, the owner."""

ROLES: tuple[Role, ...] = ("ledger_writer", "ledger_auditor", "ledger_public")

# A peer that vanished without a word is noticed within a minute.
KEEPALIVES = {
    "keepalives_idle": "20",
    "keepalives_interval": "10",
    "keepalives_count": "4",
    "tcp_user_timeout": "60000",
    "connect_timeout": "10",
}


def conninfo(url: str, role: Role | None = None, application_name: str = "patent-ledger") -> str:
    """The connection string with the role and our defaults; what it says itself stands."""
    given = conninfo_to_dict(url)
    options = given.get("options") or ""
    if role is not None:
        # Taken at connection, and taken again by RESET ROLE: no statement runs as the login.
        options = f"{options} -c role={role}".strip()
    ours: dict[str, Any] = {**KEEPALIVES, "application_name": application_name}
    if role == "ledger_writer" and "," in f"{given.get('host')} {given.get('hostaddr')}":
        ours["target_session_attrs"] = "read-write"  # of several hosts, the one that can be written
    return make_conninfo("", **{**ours, **given, **({"options": options} if options else {})})


def connect(
    url: str,
    role: Role | None = None,
    *,
    application_name: str = "patent-ledger",
    autocommit: bool = True,
    **kwargs: Any,
) -> psycopg.Connection[Any]:
    """A connection under the role."""
    info = conninfo(url, role, application_name)
    return psycopg.connect(info, autocommit=autocommit, **kwargs)


def pool(
    url: str,
    role: Role | None = None,
    *,
    size_min: int = 1,
    size_max: int = 10,
    application_name: str = "patent-ledger",
    **kwargs: Any,
) -> ConnectionPool[psycopg.Connection[Any]]:
    """An opened pool of connections under the role, each looked at before it is lent.

    A restarted server closes what was pooled; a caller meets a working connection or a time-out.
    """
    return ConnectionPool(
        conninfo(url, role, application_name),
        min_size=size_min,
        max_size=size_max,
        open=True,
        check=ConnectionPool.check_connection,
        kwargs={"autocommit": True, **kwargs},
        name=application_name,
    )
