"""Runs every benchmark and prints JSON lines: `{benchmark, callers, rate_per_s, limit,
limit_per_s, ratio, …}`."""

from __future__ import annotations

import argparse
import json
import sys

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
from benchmarks.ground import ground

BENCHMARKS = {
    "judge-pledge": judge_pledge.run,
    "register-pledge": register_pledge.run,
    "map-filing": map_filing.run,
    "rebuild": rebuild.run,
    "statistics-rebuild": statistics_rebuild.run,
    "tiles": tiles.run,
    "verify": verify.run,
    "operations-2021": operations_2021.run,
    "http-status": http.status,
    "http-filing": http.filing,
    "http-statistics": http_statistics.run,
    "search": reading.search,
    "as-of": reading.as_of,
    "http-batch": http.batch,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "only", nargs="*", choices=[*BENCHMARKS, []], help="benchmarks to run; all by default"
    )
    parser.add_argument("--filings", type=int, default=4_000, help="filings of the longest run")
    chosen = parser.parse_args()
    with ground() as place:
        for name in chosen.only or BENCHMARKS:
            for figures in BENCHMARKS[name](place, chosen.filings):
                print(json.dumps({"benchmark": name} | figures), flush=True)
                sys.stdout.flush()


if __name__ == "__main__":
    main()
