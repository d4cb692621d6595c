"""Reports as comma-separated values: one line a cell."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from io import StringIO
from typing import Any

import orjson

FIGURES = ("value", "before", "growth", "share")


def as_csv(report: Mapping[str, Any]) -> str:
    """The cells of a report: measure, period, a column a dimension (empty for all together), then
    figure, figure of the year before, growth and share in percent."""
    by = report["query"]["by"]
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["measure", "period", *by, *FIGURES])
    for cell in report["cells"]:
        groups = [cell["group"].get(name, "") for name in by]
        writer.writerow(
            [cell["measure"], cell["period"], *groups, *(_said(cell.get(n)) for n in FIGURES)]
        )
    return text.getvalue()


def _said(figure: Any) -> Any:
    return orjson.dumps(figure).decode() if isinstance(figure, dict) else figure
