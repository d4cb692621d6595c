"""Runs every benchmark and prints JSON lines: `{benchmark, callers, rate_per_s, limit,
limit_per_s, ratio, …}`."""

from __future__ import annotations

import argparse
import json
import time

from benchmarks import (
    http,
    http_statistics,
    judge_pledge,
    map_filing,
    operations_2021,
    reading,
    rebuild,
    register_pledge,
    statistics_rebuild,
    tiles,
    verify,
)
from benchmarks.ground import console, ground

BENCHMARKS = {
    # Before what makes the log longer, which a server's followers would take in beside them.
    "http-status": http.status,
    "http-filing": http.filing,
    "http-statistics": http_statistics.run,
    "http-batch": http.batch,
    "judge-pledge": judge_pledge.run,
    "register-pledge": register_pledge.run,
    "map-filing": map_filing.run,
    "rebuild": rebuild.run,
    "tiles": tiles.run,
    "verify": verify.run,
    "operations-2021": operations_2021.run,
    "search": reading.search,
    "as-of": reading.as_of,
    "statistics-rebuild": statistics_rebuild.run,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "only", nargs="*", choices=[*BENCHMARKS, []], help="benchmarks to run; all by default"
    )
    parser.add_argument("--filings", type=int, default=3_000, help="filings of the longest run")
    chosen = parser.parse_args()
    with ground() as place:
        for name in chosen.only or BENCHMARKS:
            began = time.monotonic()
            for figures in BENCHMARKS[name](place, chosen.filings):
                print(json.dumps({"benchmark": name} | figures), flush=True)
            console.print(f"{name}: {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
