"""How this office reads the law where it leaves room: the settings of law, from a TOML file.

Each line of the file is one setting of `LawSettings`, say `partial_filings = true`; what it leaves
out has the default that the law's own text suggests.
"""

from __future__ import annotations

import tomllib

from pydantic import ValidationError

from ledger.domain.lawsettings import LawSettings
from ledger.settings import BadSetting, Settings


class BadReadings(BadSetting):
    """The file of the settings of law cannot be read, or says what cannot be."""


def law_of(settings: Settings) -> LawSettings:
    """The settings of law that the settings name; raises BadReadings."""
    path = settings.law_path
    if settings.law_file is None and not path.exists():
        return LawSettings()
    try:
        return LawSettings.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        wrong = "; ".join(f"{fault['loc'][0]}: {fault['msg']}" for fault in error.errors())
        raise BadReadings(f"the settings of law in {path} are wrong: {wrong}") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadReadings(f"the settings of law in {path} cannot be read: {error}") from error
