"""Everything the rules say in the filings listed here."""

from __future__ import annotations

from tests.catalogue.sayings import (
    general,
    licences,
    open_licences,
    pledges,
    right,
    transfers,
)
from tests.catalogue.sayings.saying import Saying

SAYINGS: tuple[Saying, ...] = (
    *general.SAYINGS,
    *licences.SAYINGS,
    *open_licences.SAYINGS,
    *pledges.SAYINGS,
    *right.SAYINGS,
    *transfers.SAYINGS,
)
