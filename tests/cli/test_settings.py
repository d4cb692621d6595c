"""Settings come from the environment and a command's options, and nowhere else."""

from __future__ import annotations

import ast
import threading
from pathlib import Path

import pytest
from pydantic import ValidationError

from ledger.settings import VARIABLES, Settings, load_settings

ROOT = Path(__file__).parents[2]


def test_an_option_stands_before_the_environment() -> None:
    environ = {"LEDGER_DATA_DIR": "/from/environ", "LEDGER_PORT": "9000"}
    settings = load_settings(environ, data_dir=Path("/from/option"), port=None)
    assert (settings.data_dir, settings.port) == (Path("/from/option"), 9000)


def test_the_default_data_directory_follows_the_xdg_rules() -> None:
    assert load_settings({"HOME": "/h"}).data_dir == Path("/h/.local/share/patent-ledger")
    assert load_settings({"XDG_DATA_HOME": "/x"}).data_dir == Path("/x/patent-ledger")
    relative = {"XDG_DATA_HOME": "x", "HOME": "/h"}
    assert load_settings(relative).data_dir == Path("/h/.local/share/patent-ledger")


def test_it_listens_on_loopback_unless_told_otherwise() -> None:
    assert load_settings({}).host == "127.0.0.1"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("LEDGER_PORT", "70000"),
        ("LEDGER_OFFICE_REGION", "1"),
        ("LEDGER_QUEUE_MAX", "0"),
        ("LEDGER_CORS_ORIGINS", "https://www.example.edu/"),
    ],
)
def test_a_value_out_of_bounds_is_refused(variable: str, value: str) -> None:
    with pytest.raises(ValidationError, match=VARIABLES[variable]):
        load_settings({variable: value})


def test_origins_of_pages_have_commas_between() -> None:
    named = "https://www.example.edu, http://127.0.0.1:8080"
    told = load_settings({"LEDGER_CORS_ORIGINS": named}).origins
    assert told == ("https://www.example.edu", "http://127.0.0.1:8080")
    assert load_settings({}).origins == ()


def test_secrets_are_not_printed() -> None:
    environ = {"LEDGER_SECRET": "hush", "LEDGER_DATABASE_URL": "postgresql://me:hush@there/db"}
    assert "hush" not in repr(load_settings(environ))


def test_many_that_make_the_secret_at_once_have_the_same_closed_one(tmp_path: Path) -> None:
    settings = load_settings({}, data_dir=tmp_path / "data")
    keys: list[bytes] = []
    makers = [threading.Thread(target=lambda: keys.append(settings.secret_key())) for _ in range(8)]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join()
    assert len(set(keys)) == 1
    assert len(keys[0]) == 32
    assert settings.secret_path.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in settings.data_dir.iterdir()] == ["secret"]


def test_every_setting_is_documented_with_its_variable() -> None:
    source = (ROOT / "ledger" / "settings.py").read_text(encoding="utf-8")
    assert set(VARIABLES.values()) == set(Settings.model_fields)
    assert [name for name in VARIABLES if f"`{name}`" not in source] == []


def test_nothing_else_reads_the_environment() -> None:
    readers = set()
    for path in [*(ROOT / "ledger").rglob("*.py"), *(ROOT / "api").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv", "environb"):
                readers.add(path.relative_to(ROOT).as_posix())
    assert readers == {"ledger/settings.py"}
