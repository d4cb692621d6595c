"""What the office revokes and terminates: recordals and open-licence declarations."""

from __future__ import annotations

from datetime import date, timedelta

from ledger.domain.events import Door, EntryRevoked
from tests.builders import (
    PATENT,
    SECOND,
    TODAY,
    UNIVERSITY,
    declared_open,
    documents,
    entered,
    licensed,
    recorded,
)
from tests.catalogue.cases_revocations import revoke_declaration, revoke_recordal, terminate
from tests.domain.test_licences import RECORDAL, record_licence
from tests.domain.test_open_licences import declare, record_contract, take

OPEN = recorded(entered(), declared_open())


def test_a_revoked_recordal_never_was() -> None:
    scenario = recorded(entered(), licensed(licensors=(UNIVERSITY,), kind="exclusive"))
    command = revoke_recordal("licence-licensor-entitled", documents=documents("finding"))
    (event,) = scenario.when(command).passes().events
    assert isinstance(event, EntryRevoked)
    assert (event.effect, event.original_topic) == ("from_beginning", "licence.recorded")
    assert event.envelope.registration_no == RECORDAL
    assert event.envelope.door is Door.CORRECTED
    assert event.envelope.documents == documents("finding")
    assert event.reason == "Found later."
    after = scenario.when(command).given_that()
    assert after.patents[PATENT].licences == ()
    after.when(record_licence(kind="exclusive")).passes()


def test_a_recordal_over_several_patents_is_revoked_on_each() -> None:
    wrong = [licensed(p, licensors=(UNIVERSITY,)) for p in (PATENT, SECOND)]
    scenario = recorded(entered(), entered(SECOND), *wrong)
    command = revoke_recordal("licence-licensor-entitled", patents=(PATENT, SECOND))
    first, second = scenario.when(command).passes().events
    assert [first.originator_id, second.originator_id] == [PATENT, SECOND]


def test_a_taken_licence_whose_recordal_is_revoked_goes_on_unrecorded() -> None:
    taken = OPEN.when(take()).given_that()
    licence = taken.patents[PATENT].licences[0].licence_id
    known = taken.when(record_contract(licence)).given_that()
    number = known.patents[PATENT].licences[0].registration_no
    after = known.when(revoke_recordal("other", licence_id=number)).given_that()
    (left,) = after.patents[PATENT].licences
    assert (left.registration_no, left.recorded_on) == (None, None)
    assert left.in_term(TODAY)


def test_a_terminated_declaration_ends_on_its_day_and_licences_go_on() -> None:
    taken = OPEN.when(take()).given_that()
    after = taken.when(terminate("not_exploitable")).given_that()
    patent = after.patents[PATENT]
    assert patent.live_declaration(TODAY) is None
    assert patent.live_declaration(TODAY - timedelta(days=1)) is not None
    assert patent.licences[0].in_term(date(2029, 12, 31))
    after.when(declare()).passes()


def test_a_declaration_revoked_for_fraud_never_was() -> None:
    after = OPEN.when(revoke_declaration()).given_that()
    assert after.patents[PATENT].live_declaration(date(2025, 6, 1)) is None
