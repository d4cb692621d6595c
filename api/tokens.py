"""Tokens: JSON Web Tokens signed with RS256, ES256 or EdDSA, read strictly; the local issuer."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from ledger.domain.filing import Caller
from ledger.means import utc_now
from ledger.settings import BadSetting, read_or_make

ISSUER: Final = "patent-ledger"
TOKEN_LENGTH_MAX: Final = 8192
SUBJECT_LENGTH_MAX: Final = 100
RSA_BITS_MIN: Final = 2048
LATEST: Final = 2.0**40
"""Seconds since 1970 that no token names."""

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

PublicKey = RSAPublicKey | EllipticCurvePublicKey | Ed25519PublicKey
PrivateKey = RSAPrivateKey | EllipticCurvePrivateKey | Ed25519PrivateKey


class BadToken(Exception):
    """The token does not tell who calls; says why in words that are safe to show."""

    @property
    def headers(self) -> dict[str, str]:
        """How a caller can say who it is (RFC 6750)."""
        return {"WWW-Authenticate": f'Bearer error="invalid_token", error_description="{self}"'}


@dataclass(frozen=True, slots=True)
class Identity:
    """Who holds a token, and until when it says so: seconds since 1970."""

    caller: Caller
    expires_at: float


@dataclass(frozen=True, slots=True)
class Key:
    """A key that tokens may be signed with, and the one algorithm that it is for: what the token
    says of its algorithm chooses nothing."""

    id: str | None
    algorithm: str
    public: PublicKey


def algorithm_of(key: PublicKey) -> str | None:
    """The algorithm that a key is for, None where it is for none that is believed."""
    match key:
        case Ed25519PublicKey():
            return "EdDSA"
        case EllipticCurvePublicKey():
            return "ES256" if isinstance(key.curve, SECP256R1) else None
        case RSAPublicKey():
            return "RS256" if key.key_size >= RSA_BITS_MIN else None


# --- reading --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Unverified:
    """What a token says before anybody has looked at its signature."""

    token: str
    key_id: str | None
    algorithm: str
    issuer: str


def unverified(token: str) -> Unverified:
    """What a token says of who signed it; raises BadToken."""
    if len(token) > TOKEN_LENGTH_MAX:
        raise BadToken("the token is too long")
    try:
        # Only to find the key: nothing that is read here is believed.
        parts = jwt.decode_complete(token, options={"verify_signature": False})
    except (jwt.InvalidTokenError, ValueError, RecursionError) as error:
        raise BadToken("the token cannot be read") from error
    header, claims = parts["header"], parts["payload"]
    if "crit" in header:
        raise BadToken("the token asks for what is not understood here")
    key_id, algorithm, issuer = header.get("kid"), header.get("alg"), claims.get("iss")
    if not isinstance(algorithm, str) or not isinstance(issuer, str):
        raise BadToken("the token cannot be read")
    return Unverified(token, key_id if isinstance(key_id, str) else None, algorithm, issuer)


def verified(
    stated: Unverified, keys: Iterable[Key], issuer: str, audience: str | None = None
) -> dict[str, Any]:
    """The claims of a token that one of the keys has signed; raises BadToken. Times are left to
    `in_time`, which goes by the ledger's clock."""
    for key in keys:
        if key.algorithm != stated.algorithm:
            continue
        try:
            claims: dict[str, Any] = jwt.decode(
                stated.token,
                key.public,
                algorithms=[key.algorithm],
                issuer=issuer,
                audience=audience,
                options={
                    "require": ["iss", "sub", "iat", "exp"],
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                },
            )
        except jwt.InvalidSignatureError:
            continue
        except jwt.InvalidAudienceError as error:
            raise BadToken("the token is meant for somebody else") from error
        except (jwt.InvalidTokenError, ValueError, RecursionError) as error:
            raise BadToken("the token cannot be believed") from error
        return claims
    raise BadToken("no key of the token's issuer has signed it")


def in_time(claims: dict[str, Any], now: float, leeway: float = 0) -> float:
    """When a token's claims end, if they count now; raises BadToken."""
    stated = {name: _moment(claims[name]) for name in ("exp", "nbf", "iat") if name in claims}
    if now >= stated["exp"] + leeway:
        raise BadToken("the token has expired")
    if max(stated.get("nbf", 0), stated["iat"]) > now + leeway:
        raise BadToken("the token does not hold yet")
    return stated["exp"] + leeway


def _moment(claim: object) -> float:
    if isinstance(claim, bool) or not isinstance(claim, int | float) or not abs(claim) < LATEST:
        raise BadToken("the times of the token cannot be read")
    return float(claim)


def short(text: object) -> bool:
    """Whether a claim can name a party or a subject."""
    return (
        isinstance(text, str) and text.isprintable() and 0 < len(text.strip()) <= SUBJECT_LENGTH_MAX
    )


def caller_of(role: str, party: str | None, subject: str) -> Caller:
    """The caller as events and receipts name it."""
    return Caller(f"{role}:{party or subject}", role, party)


# --- the local issuer -----------------------------------------------------------------------------


class Issuer:
    """Makes tokens and reads them, by its own keys: the first signs, all are believed."""

    def __init__(
        self,
        key: PrivateKey,
        clock: Callable[[], datetime] = utc_now,
        *,
        former: Iterable[PrivateKey] = (),
    ) -> None:
        self._key = key
        self._clock = clock
        self.keys = tuple(own_key(each) for each in (key, *former))

    @classmethod
    def of(cls, path: Path, clock: Callable[[], datetime] = utc_now) -> Issuer:
        """The issuer whose keys lie in the file, which is made on first use, closed to others;
        raises BadSetting."""
        pem = read_or_make(path, _new_key)
        try:
            keys = [_loaded(block) for block in BLOCK.findall(pem)]
            if not keys:
                raise ValueError("there is no key in it")
            return cls(keys[0], clock, former=keys[1:])
        except ValueError as error:
            raise BadSetting(f"the keys of tokens in {path} cannot be used: {error}") from error

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
        signing = self.keys[0]
        return jwt.encode(
            claims, self._key, algorithm=signing.algorithm, headers={"kid": signing.id}
        )

    def identity(self, stated: Unverified) -> Identity:
        """Who holds a token of this issuer; raises BadToken."""
        named = [key for key in self.keys if stated.key_id in (None, key.id)]
        claims = verified(stated, named, ISSUER)
        expires_at = in_time(claims, self._clock().timestamp())
        role, party, subject = (claims.get(name) for name in ("role", "party", "sub"))
        if role not in ROLES:
            raise BadToken("the token names no role of this ledger")
        if not short(subject) or not (party is None or short(party)):
            raise BadToken("the token names no party or subject")
        return Identity(caller_of(role, party, str(subject)), expires_at)


BLOCK: Final = re.compile(rb"-----BEGIN [A-Z ]+-----.+?-----END [A-Z ]+-----\n?", re.DOTALL)


def own_key(key: PrivateKey) -> Key:
    """A key of the local issuer, named by its thumbprint; raises ValueError where it is of no kind
    that is used."""
    public = key.public_key()
    algorithm = algorithm_of(public)
    if algorithm is None:
        raise ValueError("a key is Ed25519, of the curve P-256, or RSA of 2,048 bits at least")
    shown = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    name = base64.urlsafe_b64encode(hashlib.sha256(shown).digest()).decode().rstrip("=")
    return Key(name, algorithm, public)


def _loaded(block: bytes) -> PrivateKey:
    key = load_pem_private_key(block, password=None)
    if not isinstance(key, RSAPrivateKey | EllipticCurvePrivateKey | Ed25519PrivateKey):
        raise ValueError("a key is of another kind")
    return key


def _new_key() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
