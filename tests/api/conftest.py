"""One served ledger a test module."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.desk import Desk, desk


@pytest.fixture(scope="module")
def served(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A ledger served over HTTP on the module's database."""
    folder: Path = tmp_path_factory.mktemp("data")
    with desk(database_url, folder) as serving:
        yield serving
