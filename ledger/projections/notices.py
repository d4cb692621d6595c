"""Notices on two clocks: who is concerned by an obligation on record, and which entry met it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ledger.domain.notices import Notice, notices
from ledger.domain.patent import Patent
from ledger.projections.history import Part, Row, View, as_json


def rows(patent: Patent, _: Part) -> Iterator[Row]:
    """A notice while its obligation is open, and another from the day on which it is met."""
    for notice in notices(patent):
        met_on = notice.met_on
        if met_on is None or notice.since < met_on:
            yield _row(patent, notice, notice.since, met_on, met=False)
        if met_on is not None:
            yield _row(patent, notice, max(met_on, notice.since), None, met=True)


def _row(patent: Patent, notice: Notice, since: date, until: date | None, *, met: bool) -> Row:
    shown = {
        "role": notice.role,
        "name": notice.name,
        "entry": notice.entry,
        "since": notice.since,
        "met": {"entry": notice.met_by, "on": notice.met_on} if met else None,
        **{name: getattr(notice.obligation, name) for name in OWED},
    }
    thing = f"{notice.id} {notice.party}"
    columns = (notice.party, notice.id, as_json(shown))
    return Row(thing, patent.id, since, until, columns)


OWED = ("rule", "duty", "by", "to", "about", "last_day", "missing_year")
"""Members of an obligation that a notice tells."""

NOTICES = View(
    table="notice",
    thing="thing",
    columns=(("party", "varchar"), ("obligation", "varchar"), ("details", "jsonb")),
    members=("obliging",),
    parts=lambda patent: ((patent.obliging,),) if patent.obliging else (),
    rows=rows,
)
