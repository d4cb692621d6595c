"""Files synthetic years into a ledger; what is filed and how fast, as one line of JSON.

python -m benchmarks.year --half 2022H1 --data-dir DIR
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from benchmarks.year.feeding import Fed, Feeder, clock_on
from benchmarks.year.licensing import Licences
from benchmarks.year.operating import Operations
from benchmarks.year.planning import Plan, together
from benchmarks.year.pledging import Pledges
from ledger import embedded
from ledger.assembly import means_of, registry, settle_collector
from ledger.migrating import migrate
from ledger.settings import Settings, load_settings

STATES_MAX = 50_000

console = Console(stderr=True)


def main() -> None:
    chosen = _arguments()
    scale = Fraction(chosen.scale)
    plans: list[Plan] = [Pledges(scale, chosen.seed) for _ in chosen.half]
    plans += [
        Operations(scale, chosen.seed) if year == 2021 else Licences(year, scale, chosen.seed)
        for year in chosen.year
    ]
    settings = load_settings(data_dir=chosen.data_dir)
    with embedded.server(settings) as url:
        migrate(url)
        settle_collector()
        fed = feed(url, settings, plans, times_max=chosen.times)
    print(json.dumps({"synthetic": True, "scale": str(scale), "seed": chosen.seed} | fed.result()))


def feed(
    url: str,
    settings: Settings,
    plans: Sequence[Plan],
    *,
    times_max: int | None = None,
    quiet: bool = False,
) -> Fed:
    """File plans into a migrated ledger, on the days of the plans, or until so many times."""
    clock = clock_on(url)
    means = replace(means_of(settings), clock=clock)
    with (
        registry(url, settings, means, states_max=STATES_MAX) as door,
        _bars(plans, quiet=quiet) as tell,
        Feeder(url, door, clock, tell) as feeder,
    ):
        return feeder.feed(together(plans), times_max)


def _arguments() -> Any:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.year", description=__doc__)
    parser.add_argument(
        "--half",
        action="append",
        choices=["2022H1"],
        default=[],
        help="pledges of H1 2022, and of H1 2021 before it",
    )
    parser.add_argument(
        "--year",
        action="append",
        type=int,
        choices=[2021, 2022, 2023],
        default=[],
        help="2021: operations; 2022, 2023: licences",
    )
    parser.add_argument("--data-dir", type=Path, help="data directory of the embedded server")
    parser.add_argument("--scale", default="1", help="a fraction such as 0.06 or 1/20")
    parser.add_argument("--times", type=int, help="stop on the day that reaches so many times")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    if not chosen.half and not chosen.year:
        parser.error("name a half or a year")
    return chosen


@contextmanager
def _bars(plans: Sequence[Plan], *, quiet: bool) -> Iterator[Callable[[str, int], None]]:
    """Progress bars on standard error; the plans know about how much they hold."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeRemainingColumn(), console=console, disable=quiet) as bars:
        patents = bars.add_task("entering patents", total=sum(plan.patents for plan in plans))
        filings = bars.add_task("filing", total=sum(plan.filings for plan in plans))

        def tell(what: str, count: int) -> None:
            bars.advance(patents if what == "patents" else filings, count)

        yield tell


if __name__ == "__main__":
    main()
