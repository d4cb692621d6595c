"""`patent-ledger check`: is everything that the ledger stands on in order."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Literal

import psycopg
import typer

from ledger import migrating
from ledger.assembly import depository
from ledger.calendars import BadCalendar, calendar_of, known_until
from ledger.commands.frame import (
    DataDir,
    Json,
    migrate_database,
    print_json,
    running_server,
    settings_for,
)
from ledger.database import ROLES, connect
from ledger.delivery import notices
from ledger.domain.periods import WorkingCalendar
from ledger.projections import feed
from ledger.projections.lags import lags
from ledger.projections.runner import FOLLOWERS
from ledger.proofs import tree
from ledger.settings import Settings

Status = Literal["ok", "warn", "fail"]

POSTGRES_MIN = 15

CALENDAR_DAYS_LEFT_MIN = 60
"""The state council announces the next year's holidays in November."""

REGISTER_TIME = timezone(timedelta(hours=8))
"""Asia/Shanghai, which knows no summer time; a bare machine has no table of time zones."""

NAMED_MAX = 5
"""Damaged documents that are named."""

DISK_WARN_BYTES = 5 * 1024**3
DISK_FAIL_BYTES = 512 * 1024**2

TRIGGERS = """
SELECT tgname, tgenabled IN ('O', 'A') AS fires, pg_get_functiondef(tgfoid) AS body
FROM pg_trigger
WHERE tgrelid = to_regclass('stored_events') AND NOT tgisinternal
"""

DURABILITY = """
SELECT name, setting FROM pg_settings
WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes')
"""

STANDING = timedelta(minutes=1)
"""A follower that has not taken an entry for so long stands still; mostly they take it within a
second."""


@dataclass(frozen=True)
class Finding:
    """One thing looked at."""

    check: str
    status: Status
    detail: str


Check = Callable[[Settings, psycopg.Connection[Any]], Finding]


def check(data_dir: DataDir = None, as_json: Json = False) -> None:
    """Tell whether migrations, roles, triggers, settings, calendar and disk are in order."""
    settings = settings_for(data_dir)
    with running_server(settings) as url:
        if settings.database_url is None and not migrating.is_begun(url):
            migrate_database(url)  # a new data directory is made ready, as by any command
        findings = look(settings, url)
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            typer.echo(f"{finding.status:<4}  {finding.check:<10}  {finding.detail}")
    if any(finding.status == "fail" for finding in findings):
        raise typer.Exit(1)


def look(settings: Settings, url: str) -> list[Finding]:
    """Everything looked at, in order; looking changes nothing."""
    today = datetime.now(REGISTER_TIME).date()
    try:
        connection = connect(url, application_name="patent-ledger check")
    except psycopg.OperationalError as error:
        unreachable = Finding("database", "fail", f"cannot be reached: {error}")
        return [unreachable, calendar(settings, today)]
    with connection:
        return [
            version(connection),
            migrations(url),
            roles(url),
            lock_trigger(connection),
            append_only(connection),
            durability(connection),
            following(connection, datetime.now(UTC)),
            configuration(settings),
            calendar(settings, today),
            documents(settings),
            disk(settings.data_dir),
        ]


def version(connection: psycopg.Connection[Any]) -> Finding:
    """PostgreSQL 15 or newer."""
    major, minor = divmod(connection.info.server_version, 10_000)
    status: Status = "ok" if major >= POSTGRES_MIN else "fail"
    return Finding("database", status, f"PostgreSQL {major}.{minor} (at least {POSTGRES_MIN})")


def migrations(url: str) -> Finding:
    """All applied, none changed since."""
    try:
        pending = migrating.pending(url)
    except migrating.MigrationError as error:
        return Finding("migrations", "fail", str(error))
    if pending:
        return Finding("migrations", "fail", f"to apply: {', '.join(pending)}")
    return Finding("migrations", "ok", f"{len(migrating.files())} applied, checksums agree")


def roles(url: str) -> Finding:
    """Each role can be taken by the program's login."""
    missing = []
    for role in ROLES:
        try:
            connect(url, role).close()
        except psycopg.OperationalError:
            missing.append(role)
    if missing:
        return Finding("roles", "fail", f"cannot be taken: {', '.join(missing)}")
    return Finding("roles", "ok", ", ".join(ROLES))


def _triggers(connection: psycopg.Connection[Any]) -> dict[str, str]:
    rows = connection.execute(TRIGGERS).fetchall()
    return {name: body for name, fires, body in rows if fires}


def lock_trigger(connection: psycopg.Connection[Any]) -> Finding:
    """Every append takes the log's lock, whoever makes it (design D6)."""
    body = _triggers(connection).get("stored_events_lock")
    if body is None or "pg_advisory_xact_lock" not in body:
        return Finding("lock", "fail", "no trigger takes the log's lock: order is not safe")
    return Finding("lock", "ok", "the trigger stored_events_lock takes the log's lock")


def append_only(connection: psycopg.Connection[Any]) -> Finding:
    """The database refuses to change or delete what is stored."""
    held = [name for name in _triggers(connection) if name.startswith("stored_events_append_only")]
    if not held:
        return Finding("log", "fail", "no trigger keeps the log append-only")
    return Finding("log", "ok", f"append-only by {', '.join(sorted(held))}")


def durability(connection: psycopg.Connection[Any]) -> Finding:
    """What is acknowledged is on disk."""
    off = [f"{name} is off" for name, value in connection.execute(DURABILITY) if value == "off"]
    if off:
        return Finding("durability", "fail", "; ".join(off))
    return Finding("durability", "ok", "fsync, full_page_writes and synchronous_commit are on")


def following(connection: psycopg.Connection[Any], now: datetime) -> Finding:
    """What follows the log (signed checkpoints, what falls due, statistics) does not stand still;
    it does where no server runs."""
    names = [*(follower.name for follower in FOLLOWERS), feed.NAME, notices.NAME]
    try:
        with connection.transaction():
            found = lags(connection, names, tree.NAME)
    except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedFunction):
        return Finding("followers", "fail", "the database is not migrated")
    except psycopg.DataError as error:
        cure = "patent-ledger verify says which"
        return Finding("followers", "fail", f"an entry cannot be read ({cure}): {error}".strip())
    standing = [
        f"{lag.name} stands at {lag.position:,} of {lag.head:,}"
        for lag in found
        if lag.seconds(now) > STANDING.total_seconds()
    ]
    if standing:
        cure = "patent-ledger serve runs them, and its log says why one has stopped"
        return Finding("followers", "warn", f"{'; '.join(standing)}; {cure}")
    return Finding("followers", "ok", f"{', '.join([tree.NAME, *names])} are where the log is")


def configuration(settings: Settings) -> Finding:
    """The settings go together, and what they name is there and closed to others."""
    secrets = [settings.log_key_path, settings.jwt_key_path]
    if settings.secret is None:
        secrets.append(settings.secret_path)
    for secret in secrets:
        if secret.exists() and secret.stat().st_mode & 0o077:
            return Finding("settings", "fail", f"{secret} can be read by others")
    if settings.host not in ("127.0.0.1", "::1", "localhost"):
        return Finding("settings", "warn", f"listens on {settings.host}, not on loopback alone")
    where = "another server" if settings.database_url else "the embedded server"
    return Finding("settings", "ok", f"{where}, data in {settings.data_dir}")


def calendar(settings: Settings, today: date) -> Finding:
    """The working days are known for the limits that are running; without them dates are
    provisional, and nothing is refused for them."""
    try:
        known = calendar_of(settings)
    except BadCalendar as error:
        return Finding("calendar", "fail", str(error))
    return foreseen(known, today, settings.calendar_path)


def foreseen(known: WorkingCalendar, today: date, table: Path) -> Finding:
    """How long a calendar lasts; `table` is where later years are entered."""
    last = known_until(known, today)
    left = last - today
    detail = f"working days are known until {last}"
    cure = f"update chinesecalendar, or enter {last.year + 1} in {table}"
    if left < timedelta(0):
        provisional = f"last days to act in {today.year} are provisional"
        return Finding("calendar", "warn", f"{detail}: {provisional}; {cure}")
    if left <= timedelta(days=CALENDAR_DAYS_LEFT_MIN):
        return Finding("calendar", "warn", f"{detail}, {left.days} days; {cure}")
    return Finding("calendar", "ok", detail)


def documents(settings: Settings) -> Finding:
    """Every supporting document is what was deposited; all of them are read."""
    kept = depository(settings)
    damaged = list(kept.damaged())
    if damaged:
        named = ", ".join(damaged[:NAMED_MAX])
        more = f" and {len(damaged) - NAMED_MAX} more" if len(damaged) > NAMED_MAX else ""
        return Finding("documents", "fail", f"no longer what was deposited: {named}{more}")
    return Finding("documents", "ok", f"{sum(1 for _ in kept.digests()):,} kept, all whole")


def disk(data_dir: Path) -> Finding:
    """Room for the log to grow."""
    place = next(path for path in (data_dir, *data_dir.parents) if path.exists())
    free = shutil.disk_usage(place).free
    status: Status = (
        "fail" if free < DISK_FAIL_BYTES else "warn" if free < DISK_WARN_BYTES else "ok"
    )
    return Finding("disk", status, f"{free / 1024**3:.1f} GiB free at {place}")
