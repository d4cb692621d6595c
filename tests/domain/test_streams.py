"""Streams about no patent."""

from __future__ import annotations

from ledger.domain.events import Concealed
from ledger.domain.streams import Stream, evolve_stream


def test_an_entry_that_is_withheld_has_its_place_and_says_nothing() -> None:
    withheld = Concealed(originator_id="trademark:CN:1", originator_version=1)
    assert evolve_stream(Stream(), withheld) == Stream(version=1)
