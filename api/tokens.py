"""The local issuer of tokens: JWT signed with EdDSA, by a key of its own that only it can read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from ledger.domain.filing import Caller
from ledger.means import utc_now
from ledger.settings import read_or_make

ISSUER: Final = "patent-ledger"
ALGORITHM: Final = "EdDSA"
TOKEN_LENGTH_MAX: Final = 4096
SUBJECT_LENGTH_MAX: Final = 100
REMEMBERED_MAX: Final = 4096
"""Tokens whose signature need not be checked again; their time is checked each time."""

ROLES: Final = (
    "registrar",
    "bank",
    "agency",
    "patentee",
    "licensee",
    "auditor",
    "statistician",
    "operator",
    "public",
)
"""Who a caller can be; the public needs no token."""


class BadToken(Exception):
    """The token does not tell who calls; says why in words that are safe to show."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token that holds says."""

    role: str
    party: str | None
    subject: str
    expires_at: float

    def caller(self) -> Caller:
        """The caller as events and receipts name it."""
        return Caller(f"{self.role}:{self.party or self.subject}", self.role, self.party)


class Issuer:
    """Makes tokens and reads them; trusts no other issuer, no other algorithm, no other key."""

    def __init__(self, key: Ed25519PrivateKey, clock: Callable[[], datetime] = utc_now) -> None:
        self._key = key
        self._clock = clock
        self._read = lru_cache(REMEMBERED_MAX)(self._claims)

    @classmethod
    def of(cls, path: Path, clock: Callable[[], datetime] = utc_now) -> Issuer:
        """The issuer whose key lies in the file, which is made on first use, closed to others."""
        key = load_pem_private_key(read_or_make(path, _new_key), password=None)
        assert isinstance(key, Ed25519PrivateKey), f"{path} holds an Ed25519 key"
        return cls(key, clock)

    def token(
        self,
        role: str,
        *,
        party: str | None = None,
        subject: str | None = None,
        lasts: timedelta = timedelta(hours=8),
    ) -> str:
        """A token for a role, perhaps of a party; the subject is who holds it."""
        assert role in ROLES, f"the roles are {', '.join(ROLES)}"
        now = self._clock()
        claims = {
            "iss": ISSUER,
            "sub": subject or party or role,
            "role": role,
            "iat": int(now.timestamp()),
            "exp": int((now + lasts).timestamp()),
        }
        if party is not None:
            claims["party"] = party
        return jwt.encode(claims, self._key, algorithm=ALGORITHM)

    def caller(self, token: str) -> Caller:
        """Who calls; raises BadToken."""
        if len(token) > TOKEN_LENGTH_MAX:
            raise BadToken("the token is too long")
        claims = self._read(token)
        if self._clock().timestamp() >= claims.expires_at:
            raise BadToken("the token has expired")
        return claims.caller()

    def _claims(self, token: str) -> Claims:
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                self._key.public_key(),
                algorithms=[ALGORITHM],
                issuer=ISSUER,
                # The time is checked against the ledger's clock at each call.
                options={
                    "require": ["iss", "sub", "iat", "exp", "role"],
                    "verify_exp": False,
                    "verify_iat": False,
                },
            )
        except jwt.InvalidTokenError as error:
            raise BadToken("the token is not one of this ledger's issuer") from error
        role, party, subject, expires_at = (
            claims.get(name) for name in ("role", "party", "sub", "exp")
        )
        if role not in ROLES or not isinstance(expires_at, int | float):
            raise BadToken("the token names no role of this ledger")
        if not _short(subject) or not (party is None or _short(party)):
            raise BadToken("the token names no party or subject")
        return Claims(role, party, str(subject), expires_at)


def _short(text: object) -> bool:
    return (
        isinstance(text, str) and text.isprintable() and 0 < len(text.strip()) <= SUBJECT_LENGTH_MAX
    )


def _new_key() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
