"""Judging a pledge over one patent with the full set of rules, beside 60 microseconds a filing.

Each round judges anew: the context is made, its parties and signers are looked up, every rule of
the command is asked. The database has no part in it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from benchmarks.ground import Ground, console
from ledger.domain.rules import judge, rules_for
from tests import builders

SECONDS_MAX = 60e-6
"""What judging may take on this class of machine."""

ROUNDS = 20_000


def run(place: Ground, filings: int) -> Iterator[dict[str, Any]]:
    """One line of figures."""
    del place, filings
    scenario = builders.recorded(builders.entered())
    patents = {builders.PATENT: scenario.patents[builders.PATENT]}
    command = builders.register_pledge()
    rules = len(rules_for(type(command), builders.TODAY))
    with console.status(f"judge-pledge: {rules} rules"):
        took = []
        for _ in range(ROUNDS):
            began = time.perf_counter()
            judge(patents, command, scenario.context())
            took.append(time.perf_counter() - began)
    took.sort()
    rate = ROUNDS / sum(took)
    yield {
        "callers": 1,
        "rate_per_s": round(rate),
        "limit": f"60 microseconds for {rules} rules on one patent",
        "limit_per_s": round(1 / SECONDS_MAX),
        "ratio": round(rate * SECONDS_MAX, 3),
        "p50_ms": round(took[ROUNDS // 2] * 1e3, 4),
        "p99_ms": round(took[ROUNDS * 99 // 100] * 1e3, 4),
    }
