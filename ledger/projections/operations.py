"""Operations: transfers, recorded licences and pledges of Chinese patents, in times and in patents.

A contract over several patents counts one time for each (stat-times-per-patent).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ledger.domain.events import TransferRegistered
from ledger.domain.holdings import Licence, Pledge
from ledger.domain.patent import Patent
from ledger.projections.history import Part, Row, View
from ledger.projections.statistics.dimensions import OF_EVERY_FAMILY
from ledger.projections.statistics.grouping import GROUPS, chinese, groups, named, placed
from ledger.projections.statistics.measures import Basis, Dimension, Family, Measure

TRANSFER, LICENCE, PLEDGE = "transfer", "licence", "pledge"


def parts(patent: Patent) -> Iterator[Part]:
    """Each act that counts: what was revoked from the beginning never was."""
    if not chinese(patent.id):
        return
    entered = patent.entered
    transfers = [fact for fact in patent.facts if type(fact) is TransferRegistered]
    if transfers:
        for transfer, place in placed(transfers, _transfer_number):
            yield transfer, entered, place
    if patent.licences:
        for licence, place in placed(patent.licences, lambda licence: licence.licence_id):
            if licence.recorded_on is not None:
                yield licence, entered, place
    if patent.pledges:
        for pledge, place in placed(patent.pledges, lambda pledge: pledge.registration_no):
            if not pledge.revoked:
                yield pledge, entered, place


def _transfer_number(transfer: TransferRegistered) -> str:
    return transfer.envelope.registration_no or transfer.filing_id


def rows(patent: Patent, part: Part) -> Iterator[Row]:
    """The one row of an act."""
    act: Any
    act, _, place = part
    match act:
        case TransferRegistered():
            number = _transfer_number(act)
            said: tuple[Any, ...] = (TRANSFER, act.cause, act.effective_on, number)
            giving = act.transferors
        case Licence():
            number = act.licence_id
            cause = act.shapes[0].kind if act.declaration_no is None else "open"
            said = (LICENCE, cause, act.recorded_on, number)
            giving = act.shapes[0].licensors
        case Pledge():
            number = act.registration_no
            said = (PLEDGE, PLEDGE, act.registered_on, number)
            giving = act.shapes[0].pledgors
    thing = named(patent, said[0], number, place)
    yield Row(thing, patent.id, None, None, (*said, *groups(patent, giving)))


OPERATION = View(
    table="operation",
    thing="thing",
    columns=(
        ("act", "varchar"),
        ("cause", "varchar"),
        ("day", "date"),
        ("contract", "varchar"),
        *GROUPS,
    ),
    members=("entered", "patentees", "licences", "pledges"),
    parts=parts,
    rows=rows,
    bitemporal=False,
    generated=("known_from",),
)

# --- the measures -------------------------------------------------------------------------------

ACT = Dimension(
    "act",
    "act",
    "运营方式",
    "acts of the register",
    {TRANSFER: ("transfer", "转让"), LICENCE: ("licence", "许可"), PLEDGE: ("pledge", "质押")},
)
CAUSE = Dimension(
    "cause",
    "cause of a transfer; kind of a licence, open licences apart",
    "原因",
    "causes of Guidelines I-1 §6.7.2.2; Civil Code art. 864 and Licence Recordal Measures",
)

REGISTRATION = "day of registration; of a licence, the day of its recordal"
AS_MADE = (
    "Counted as made: what was revoked from the beginning is not counted, what ended or changed "
    "later still is; a correction counts as it reads."
)
KNOWN = (
    "SELECT o.* FROM operation AS o "
    "WHERE o.known_from <= %(known)s::bigint AND o.recorded @> %(known)s::bigint"
)

TIMES = Basis(
    "times",
    "one Chinese patent transferred, licensed by a recorded contract or pledged, one time: an act "
    "over several patents counts for each",
    REGISTRATION,
    AS_MADE,
    KNOWN,
)
PATENTS = Basis(
    "patents",
    "one Chinese patent that was transferred, licensed or pledged, however often",
    REGISTRATION,
    AS_MADE,
    KNOWN,
    once="patent_id",
)
PLEDGED = Basis(
    "pledged patents",
    "one Chinese patent that was pledged, at its first pledge of the period",
    REGISTRATION,
    AS_MADE,
    f"{KNOWN} AND o.act = 'pledge'",
    once="patent_id",
)

OPERATIONS = Family(
    name="operations",
    en="Operations of patents",
    zh="专利运营",
    definition="1",
    views=(OPERATION,),
    dimensions=(ACT, CAUSE, *OF_EVERY_FAMILY),
    measures=(
        Measure(
            "times",
            TIMES,
            "count(*)",
            "times",
            "Times of operation",
            "运营次数",
            "Transfers, recorded licences and pledges in times.",
            shares=True,
        ),
        Measure(
            "patents",
            PATENTS,
            "count(*)",
            "patents",
            "Patents operated",
            "运营专利件数",
            "Patents with at least one act in the period.",
            shares=True,
        ),
        Measure(
            "pledged_within_a_year_of_grant",
            PLEDGED,
            "count(*) FILTER (WHERE day < granted_on + interval '1 year')",
            "patents",
            "Patents pledged within a year of grant",
            "授权一年内质押的专利件数",
            "Patents pledged in the period less than a year after their grant.",
        ),
    ),
)
