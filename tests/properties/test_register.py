"""The register under random stories: commands, late facts, corrections, dates and clock steps.

Stories are told to a registry on a real database by Hypothesis; `register_story` says what must
hold. The normal run takes some 2,000 steps, always the same; `make soak` takes as many as
LEDGER_SOAK_STEPS says, from the seed LEDGER_SOAK_SEED.
"""

from __future__ import annotations

import os
from collections import Counter
from contextlib import AbstractContextManager
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, note, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from tests.conftest import NewDatabase
from tests.properties.register_acts import ACTS
from tests.properties.register_story import RegisterStory

PHASES = (Phase.generate, Phase.shrink) if "LEDGER_SHRINK" in os.environ else (Phase.generate,)
STEPS = 300
"""Steps of one story, each on a database of its own."""
STORIES = 7
REBUILT_EVERY = 3
"""Of so many stories one is rebuilt as a whole and compared."""
RARE = 2
"""So many acts may happen never to be registered: what they need is seldom there."""


def machine(new_database: NewDatabase, counted: Counter[str]) -> type[RuleBasedStateMachine]:
    """A machine whose every story has a fresh register."""

    class Register(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.database: AbstractContextManager[str] = new_database()
            self.story = RegisterStory(self.database.__enter__(), counted)
            counted["stories"] += 1

        @rule(number=st.integers(0, 2**64))
        def step(self, number: int) -> None:
            note(self.story.step(number))
            counted["steps"] += 1

        def teardown(self) -> None:
            try:
                self.story.assert_at_the_end(rebuilt=counted["stories"] % REBUILT_EVERY == 0)
            finally:
                self.story.close()
                self.database.__exit__(None, None, None)

    return Register


def campaign(stories: int, **options: Any) -> settings:
    return settings(
        max_examples=stories,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=PHASES,
        **options,
    )


def test_what_must_hold_holds_at_every_step(new_database: NewDatabase) -> None:
    counted: Counter[str] = Counter()
    told = campaign(STORIES, derandomize=True)
    run_state_machine_as_test(machine(new_database, counted), settings=told)
    assert counted["steps"] >= 2_000
    names = {act.__name__ for act in ACTS}
    registered = {name for name in names if counted[f"{name} registered"]}
    assert len(names - registered) <= RARE, f"never registered: {names - registered}"
    assert sum(counted[f"{name} registered"] for name in names) > counted["steps"] // 5


@pytest.mark.soak
def test_what_must_hold_holds_in_long_campaigns(new_database: NewDatabase) -> None:
    steps = int(os.environ.get("LEDGER_SOAK_STEPS", "20000"))
    chosen = int(os.environ.get("LEDGER_SOAK_SEED", "0")) or None
    counted: Counter[str] = Counter()
    stories = machine(new_database, counted)
    if chosen is not None:
        stories = seed(chosen)(stories)
    run_state_machine_as_test(stories, settings=campaign(-(-steps // STEPS)))
    assert counted["steps"] >= steps
