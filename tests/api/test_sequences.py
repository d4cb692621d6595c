"""Sequences along the links of the OpenAPI document, chosen and checked by Schemathesis on a served
ledger: each link leads on, and nothing is met that the document does not tell of.
"""

from __future__ import annotations

import secrets

import pytest

from tests.api.begun import world
from tests.api.desk import Desk
from tests.api.sequences import STEPS, taken


def test_every_link_leads_on_to_what_the_document_tells(served: Desk) -> None:
    with world(served) as there:
        told = taken(there, steps=STEPS, times=1, seed=0)
    assert told.failures == []
    assert set(told.links) - set(told.led) == set()


@pytest.mark.soak
def test_drawn_sequences_meet_nothing_that_is_not_told(served: Desk) -> None:
    seed = secrets.randbits(64)
    with world(served) as there:
        runs = [taken(there, steps=STEPS, times=10, seed=seed + nth) for nth in range(10)]
    assert [found for told in runs for found in told.failures] == [], f"seed {seed}"
    assert sum(told.requests for told in runs) >= 10 * STEPS, f"seed {seed}"
