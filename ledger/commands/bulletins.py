"""The bulletin that `patent-ledger stats --bulletin` writes: reports of one position as a page."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from psycopg import Connection

from ledger.commands.frame import UserError
from ledger.database import connect
from ledger.domain.periods import add_months, civil_date
from ledger.printing.bulletin import edition
from ledger.printing.bulletin_page import page
from ledger.printing.told import Reports
from ledger.projections.statistics.bulletin import released, reports
from ledger.projections.statistics.dictionary import dictionary
from ledger.ratetable import RateTable
from ledger.wording import Language, wording

LANGUAGES: Final[tuple[Language, ...]] = ("zh", "en")
"""In the order of the page."""

SELECT_RECORDED = """
SELECT recorded_at FROM event_log WHERE %(known)s::bigint IS NULL OR position <= %(known)s
ORDER BY position DESC LIMIT 1
"""


def write(
    url: str,
    file: Path,
    days: tuple[date, date] | None,
    known_at: int | None,
    table: RateTable,
    note: str | None,
) -> int:
    """Write the bulletin of some days, by default of the half-year of the last entry, and return
    the position that it is of. Raises UserError where there is nothing to tell of."""
    with connect(url, "ledger_auditor", application_name="patent-ledger stats") as connection:
        first, last = days or _half_year(connection, known_at)
        found = reports(connection, first, last, known_at, table.rates, table.source)
    _print(file, found, note, public=False)
    position: int = found["pledges"]["position"]
    return position


def write_released(url: str, file: Path, period: str, note: str | None) -> None:
    """Write the bulletin that the public may have: of the newest releases of a period. Raises
    UserError where there is none."""
    with connect(url, "ledger_public", application_name="patent-ledger stats") as connection:
        found = released(connection, period)
    if not found:
        raise UserError(f"nothing of {period} is released")
    _print(file, found, note, public=True)


def _print(file: Path, found: Reports, note: str | None, *, public: bool) -> None:
    editions = [
        edition(wording(each), found, dictionary(), released=public, note=note)
        for each in LANGUAGES
    ]
    try:
        file.write_text(page(editions), encoding="utf-8")
    except OSError as error:
        raise UserError(f"{file} cannot be written: {error}") from error


def _half_year(connection: Connection[Any], known_at: int | None) -> tuple[date, date]:
    """The half-year in which the last entry was recorded."""
    row = connection.execute(SELECT_RECORDED, {"known": known_at}).fetchone()
    if row is None:
        raise UserError("the log is empty: there is nothing to tell of")
    day = civil_date(row[0])
    first = date(day.year, 1 if day.month < 7 else 7, 1)
    return first, add_months(first, 6) - timedelta(days=1)
