"""Who may see what: entries of the log as each reader is shown them."""

from __future__ import annotations

from typing import Any

import orjson

from ledger.domain.events import LedgerEvent
from ledger.eventstore.stored_form import encode, lines
from ledger.means import fresh_salts
from ledger.projections.disclosure import PUBLIC, Viewer, shown_entries
from ledger.projections.registered import publication_items
from tests.builders import (
    BANK,
    INSTRUMENTS,
    INVENTOR,
    LAMPWORKS,
    MILLS,
    documents,
    entered,
    numbered,
    party,
    pledged,
    transferred,
)

PAPERS = documents("application-form", "pledge-contract", "identity", "appraisal-report")


def rows(*facts: LedgerEvent) -> list[dict[str, Any]]:
    """The rows of the log that facts make, as the auditor's role reads them."""
    made = []
    for position, fact in enumerate(numbered(*facts), 1):
        entry, opened = lines(encode(fact, fresh_salts)[0].state)
        made.append(
            {
                "position": position,
                "recorded_at": fact.envelope.recorded_at,
                "stream": fact.originator_id,
                "version": fact.originator_version,
                "topic": fact.TOPIC,
                "entry": entry,
                "open": opened,
            }
        )
    return made


def of_pledge(viewer: Viewer, *facts: LedgerEvent) -> dict[str, Any]:
    (shown,) = (e for e in shown_entries(rows(*facts), viewer) if e["topic"] == "pledge.registered")
    return shown


def with_papers() -> LedgerEvent:
    fact = pledged()
    envelope = fact.envelope.model_copy(update={"documents": PAPERS})
    return fact.model_copy(update={"envelope": envelope})


OWNED = entered(patentees=(LAMPWORKS, INVENTOR))


def test_a_patentee_who_denies_consent_sees_what_the_pledgor_signed() -> None:
    shown = of_pledge(Viewer(party=party(INVENTOR).id), OWNED, with_papers())
    told = [document["kind"] for document in shown["confidential"]["documents"]]
    assert list(shown["confidential"]) == ["documents"]
    assert told == ["application-form", "pledge-contract"]


def test_pledgor_and_pledgee_see_the_whole_file() -> None:
    for side in (LAMPWORKS, BANK):
        shown = of_pledge(Viewer(party=party(side).id), OWNED, with_papers())
        assert len(shown["confidential"]["documents"]) == len(PAPERS)
        assert shown["confidential"]["claim"]["amount"]["amount"] == "5000000.00"


def test_who_owns_no_share_of_the_patent_sees_nothing_of_it() -> None:
    for viewer in (Viewer(party=party(MILLS).id), PUBLIC):
        assert "confidential" not in of_pledge(viewer, OWNED, with_papers())
    sold = transferred(before=(LAMPWORKS, INVENTOR), after=(INSTRUMENTS,))
    gone = of_pledge(Viewer(party=party(INVENTOR).id), OWNED, sold, with_papers())
    assert "confidential" not in gone


def test_a_declaration_is_published_with_its_patents() -> None:
    bibliography = orjson.loads(
        b'{"symbols": ["F21L 19/00", "F21V 1/00"], "invention_title": "Lantern",'
        b' "filed_on": "2018-06-12", "granted_on": "2020-09-01", "kind": "invention"}'
    )
    assert publication_items(bibliography) == {
        "main_class": "F21L 19/00",
        "invention_title": "Lantern",
        "filed_on": "2018-06-12",
        "granted_on": "2020-09-01",
    }
    assert publication_items({})["main_class"] is None
