"""What the registry needs from outside: clock, identifiers, salts, secret, calendar, settings of
law."""

from __future__ import annotations

import hmac
import os
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property, lru_cache

from ledger.domain.events import JudgedUnder
from ledger.domain.lawsettings import LawSettings
from ledger.domain.periods import ChineseCalendar, WorkingCalendar
from ledger.domain.rules import catalogue_version, regime


def utc_now() -> datetime:
    """The clock of the running program."""
    return datetime.now(UTC)


def fresh_salts(count: int) -> list[str]:
    """So many 128-bit salts from the system's generator."""
    text = _DRAWN.digits(32 * count)
    return [text[i : i + 32] for i in range(0, 32 * count, 32)]


def fresh_id() -> str:
    """A new filing id: 128 random bits."""
    return _DRAWN.digits(32)


class _Drawn(threading.local):
    """Hexadecimal digits of the system's generator, drawn ahead by each thread for itself.

    Each call of the generator lets other threads have the interpreter, and the thread that files
    would wait for it again, for milliseconds where they are busy.
    """

    process = 0
    text = ""
    used = 0

    def digits(self, count: int) -> str:
        if self.process != os.getpid() or self.used + count > len(self.text):
            self.process, self.used = os.getpid(), 0
            self.text = secrets.token_hex(max(DRAWN_BYTES, count))
        since = self.used
        self.used += count
        return self.text[since : self.used]


DRAWN_BYTES = 16 * 1024
_DRAWN = _Drawn()


@dataclass(frozen=True)
class Means:
    """What the registry needs from outside: all that is not law, not state and not the filing."""

    secret: bytes
    clock: Callable[[], datetime] = utc_now
    salts: Callable[[int], list[str]] = fresh_salts
    ids: Callable[[], str] = fresh_id
    calendar: WorkingCalendar = field(default_factory=ChineseCalendar)
    law: LawSettings = field(default_factory=LawSettings)
    region: str = "99"

    @cached_property
    def _settings(self) -> str:
        return self.law.digest()

    def judged_under(self, day: date) -> JudgedUnder:
        """The law, the catalogue and the settings in force on a day."""
        return _judged_under(day, self._settings)

    def digest(self, purpose: str, data: bytes) -> bytes:
        """Keyed digest for one purpose; whoever has the data alone cannot compute it."""
        keyed = _keyed(self.secret, purpose).copy()
        # Longer pieces would let other threads have the interpreter, and wait for it again.
        for since in range(0, len(data), PIECE_BYTES):
            keyed.update(data[since : since + PIECE_BYTES])
        return keyed.digest()

    def pseudonym(self, identifier: str) -> str:
        """Stable name of a natural person, from the identity number."""
        return self.digest("person", identifier.encode()).hex()[:32]


PIECE_BYTES = 2047
"""The longest piece that hashlib hashes without letting go of the interpreter."""


@lru_cache
def _keyed(secret: bytes, purpose: str) -> hmac.HMAC:
    subkey = hmac.digest(secret, purpose.encode(), "sha256")
    return hmac.new(subkey, digestmod="sha256")


@lru_cache
def _judged_under(day: date, settings: str) -> JudgedUnder:
    return JudgedUnder(regime=regime(day), catalogue=catalogue_version(), settings=settings)


@lru_cache(maxsize=16)
def recorded_text(moment: datetime) -> str:
    """A moment in UTC as events and receipts show it."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
