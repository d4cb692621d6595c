"""The follower that tells notices, while what it reads from is away."""

from __future__ import annotations

import pytest

from ledger.calendars import ChineseCalendar
from ledger.delivery.notices import NoticeTeller
from ledger.projections.reader import Reader
from tests.conftest import NewDatabase
from tests.eventstore.proxy import ProxiedServer
from tests.scenario import NOW
from tests.wait import until


def test_an_outage_of_what_it_reads_from_does_not_end_it(
    new_database: NewDatabase, caplog: pytest.LogCaptureFixture
) -> None:
    with new_database() as url:
        with ProxiedServer(url) as proxy:
            reader = Reader(proxy.url)
        teller = NoticeTeller(url, reader, ChineseCalendar(), lambda: NOW)
        teller.start()
        try:
            until(lambda: "lost its connection" in caplog.text)
            assert teller.error is None
        finally:
            teller.stop()
            reader.close()
