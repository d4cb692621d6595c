"""The working days of this ledger: those the package knows, and a table of years announced later.

The table is a TOML file; a year stands in place of the package's:

    [2027]
    holidays = [2027-01-01]           # weekdays on which offices are closed
    working_weekends = [2027-02-20]   # weekend days worked in their place
"""

from __future__ import annotations

import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from ledger.domain.periods import AnnouncedYear, ChineseCalendar, WorkingCalendar
from ledger.settings import BadSetting, Settings


class BadCalendar(BadSetting):
    """The table of later years cannot be read, or says what cannot be."""


class _Year(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    holidays: frozenset[date]
    working_weekends: frozenset[date] = frozenset()


_TABLE = TypeAdapter(dict[Annotated[str, Field(pattern=r"^20[0-9]{2}$")], _Year])


def calendar_of(settings: Settings) -> ChineseCalendar:
    """The calendar that the settings name; raises BadCalendar."""
    path = settings.calendar_path
    if settings.calendar_file is None and not path.exists():
        return ChineseCalendar()
    return ChineseCalendar(later_years(path))


def later_years(path: Path) -> dict[int, AnnouncedYear]:
    """The years of a table; raises BadCalendar."""
    try:
        stated: Any = tomllib.loads(path.read_text(encoding="utf-8"))
        # TOML's arrays are lists, and its dates are dates.
        table = _TABLE.validate_python(
            {
                year: {name: frozenset(days) for name, days in notice.items()}
                for year, notice in stated.items()
            }
        )
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ValidationError) as error:
        raise BadCalendar(f"{path}: {error}") from error
    except (AttributeError, TypeError) as error:
        raise BadCalendar(f"{path}: a year has lists of days: {error}") from error
    return {int(year): _announced(int(year), notice, path) for year, notice in table.items()}


def _announced(year: int, notice: _Year, path: Path) -> AnnouncedYear:
    astray = sorted(day for day in notice.holidays | notice.working_weekends if day.year != year)
    if astray:
        raise BadCalendar(f"{path}: {astray[0]} is no day of {year}")
    worked = sorted(day for day in notice.working_weekends if day.weekday() < 5)
    if worked:
        raise BadCalendar(f"{path}: {worked[0]} is a weekday, which is worked anyway")
    return AnnouncedYear(notice.holidays, notice.working_weekends)


def known_until(calendar: WorkingCalendar, today: date) -> date:
    """The last day up to which the working days are known without a gap from today; the day before
    this year where it is not known itself."""
    year = today.year
    while calendar.announced(year):
        year += 1
    return date(year, 1, 1) - timedelta(days=1)
