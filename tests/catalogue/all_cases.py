"""Every case of every rule."""

from __future__ import annotations

from tests.catalogue import (
    cases_corrections,
    cases_general,
    cases_joint,
    cases_licences,
    cases_open_licences,
    cases_pledges,
    cases_revocations,
    cases_right,
    cases_transfers,
)
from tests.catalogue.case import Case

CASES: tuple[Case, ...] = (
    *cases_corrections.CASES,
    *cases_general.CASES,
    *cases_joint.CASES,
    *cases_licences.CASES,
    *cases_open_licences.CASES,
    *cases_pledges.CASES,
    *cases_revocations.CASES,
    *cases_right.CASES,
    *cases_transfers.CASES,
)
