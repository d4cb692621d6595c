"""OpenID providers whose tokens are believed: which roles and parties each may name, and its keys.

The operator lists them in a file. A provider's keys are fetched from its JWKS, which is found by
discovery where the file does not name it, and again when a token names a key that is not among
them; not more often than every half minute, so that nobody can make this server ask without end.
"""

from __future__ import annotations

import asyncio
import ssl
import time
import tomllib
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

import httpx2
import jwt
import orjson
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from starlette.concurrency import run_in_threadpool

from api.tokens import (
    ISSUER,
    ROLES,
    BadToken,
    Identity,
    Key,
    Unverified,
    algorithm_of,
    caller_of,
    in_time,
    short,
    verified,
)
from ledger.domain.parties import Pseudonym, party_ref
from ledger.eventstore.acts import Unavailable
from ledger.means import utc_now
from ledger.settings import BadSetting, Settings

DISCOVERY: Final = "/.well-known/openid-configuration"
FETCH_SECONDS_MAX: Final = 5.0
DOCUMENT_BYTES_MAX: Final = 256 * 1024
KEYS_MAX: Final = 100
REFETCH_SECONDS: Final = 30.0
"""The keys of a provider are fetched no more often than this."""
FRESH_SECONDS: Final = 3600.0
"""Keys older than this are fetched again when the next token comes."""
KEPT_SECONDS: Final = 24 * 3600.0
"""How long fetched keys are believed while their provider cannot be reached."""
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


def _closed(url: str) -> str:
    """An address whose answers nobody on the way can change."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise ValueError("an address begins with https://, but for one of this machine")
    return url


Address = Annotated[str, AfterValidator(_closed)]
Role = Literal[
    "registrar", "bank", "agency", "patentee", "licensee", "auditor", "statistician", "operator"
]


class Believed(BaseModel):
    """What an operator says of one OpenID provider."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    issuer: Address
    """Its name, as `iss` of its tokens."""
    audience: Annotated[str, Field(min_length=1)]
    """Under which name it knows this ledger: `aud` of its tokens."""
    jwks_url: Address | None = None
    """Where its keys are; found by discovery where it is not stated."""
    ca_file: Path | None = None
    """Certificates by which its server is known, instead of the public ones."""
    role_claim: Annotated[str, Field(min_length=1)] = "role"
    """The claim with its word for the holder's role; a path of members is written with dots."""
    roles: Annotated[dict[str, Role], Field(min_length=1)]
    """Its word for a role → the role here. No other role can it give."""
    party_claim: Annotated[str, Field(min_length=1)] = "party"
    parties: tuple[str, ...] | Literal["any"] = ()
    """Whom its tokens may name as their party: a list of ids, or any."""
    party: str | None = None
    """The party of all its tokens, which then need not name one."""
    leeway_seconds: Annotated[int, Field(ge=0, le=300)] = 30
    """How far its clock and this one may be apart."""


class ProvidersFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    provider: tuple[Believed, ...] = ()


class Provider:
    """One provider with the keys that it was last seen to have. Used by one event loop."""

    def __init__(
        self,
        believed: Believed,
        pseudonym: Pseudonym,
        clock: Callable[[], datetime] = utc_now,
        passing: Callable[[], float] = time.monotonic,
    ) -> None:
        self.believed = believed
        self.generation = 0
        """Rises when a key is gone, so that what was remembered of it is forgotten."""
        self._pseudonym = pseudonym
        self._clock = clock
        self._passing = passing
        self._keys: tuple[Key, ...] = ()
        self._fetched_at: float | None = None
        self._tried_at: float | None = None
        self._fetching = asyncio.Lock()

    async def identity(self, stated: Unverified) -> Identity:
        """Who holds a token of this provider; raises BadToken, or Unavailable where its keys
        cannot be fetched."""
        believed = self.believed
        keys = await self._keys_for(stated)
        claims = verified(stated, keys, believed.issuer, believed.audience)
        now = self._clock().timestamp()
        expires_at = in_time(claims, now, believed.leeway_seconds)
        role = self._role(claims)
        party = self._party(claims)
        subject = claims["sub"]
        if not short(subject):
            raise BadToken("the token names no subject")
        # Two providers may give one name to two people.
        return Identity(caller_of(role, party, f"{subject}@{believed.issuer}"), expires_at)

    def _role(self, claims: dict[str, Any]) -> str:
        words = _claim(claims, self.believed.role_claim)
        stated = words if isinstance(words, list) else [words]
        roles = {
            self.believed.roles[word]
            for word in stated
            if isinstance(word, str) and word in self.believed.roles
        }
        if len(roles) != 1:
            raise BadToken("the token names no role that its issuer may give, or several")
        return roles.pop()

    def _party(self, claims: dict[str, Any]) -> str | None:
        believed = self.believed
        stated = _claim(claims, believed.party_claim)
        if stated is None:
            return None if believed.party is None else party_ref(believed.party, self._pseudonym)
        if not short(stated):
            raise BadToken("the token names no party")
        # A natural person is known by the pseudonym that the register shows.
        party = party_ref(stated, self._pseudonym)
        allowed = believed.parties if believed.party is None else (believed.party,)
        if allowed != "any" and party not in (party_ref(p, self._pseudonym) for p in allowed):
            raise BadToken("the token names a party that its issuer may not speak for")
        return party

    # -- keys

    async def _keys_for(self, stated: Unverified) -> tuple[Key, ...]:
        """The keys that may have signed a token, fetched where they are not known or are old."""
        found = self._named(stated)
        if not found or self._age() > FRESH_SECONDS:
            await self._refresh()
            found = self._named(stated)
        if self._age() > KEPT_SECONDS:
            raise Unavailable("the keys of the token's issuer cannot be fetched now")
        return found

    def _named(self, stated: Unverified) -> tuple[Key, ...]:
        fit = tuple(key for key in self._keys if key.algorithm == stated.algorithm)
        if stated.key_id is not None:
            return tuple(key for key in fit if key.id == stated.key_id)
        # Without a name the key must be the only one that it can be.
        return fit if len(fit) == 1 else ()

    def _age(self) -> float:
        return float("inf") if self._fetched_at is None else self._passing() - self._fetched_at

    async def _refresh(self) -> None:
        """Fetch the keys, once for all who wait; a failure leaves those that are known."""
        async with self._fetching:
            if self._tried_at is not None and self._passing() - self._tried_at < REFETCH_SECONDS:
                return
            self._tried_at = self._passing()
            try:
                keys = await run_in_threadpool(fetched_keys, self.believed)
            except NotFetched:
                return
            if any(key not in keys for key in self._keys):
                self.generation += 1
            self._keys = keys
            self._fetched_at = self._passing()


def _claim(claims: dict[str, Any], path: str) -> Any:
    """A claim by its name, or by the path to it."""
    if path in claims:
        return claims[path]
    found: Any = claims
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found


# --- fetching -------------------------------------------------------------------------------------


class NotFetched(Exception):
    """A provider does not answer, or not with what it should."""


def fetched_keys(believed: Believed) -> tuple[Key, ...]:
    """The keys of a provider; raises NotFetched."""
    trusted = _trusted(believed.ca_file)
    # Nothing of the environment: settings alone say whom to ask.
    with httpx2.Client(timeout=FETCH_SECONDS_MAX, verify=trusted, trust_env=False) as client:
        url = believed.jwks_url
        if url is None:
            about = _document(client, believed.issuer.rstrip("/") + DISCOVERY)
            if about.get("issuer") != believed.issuer:
                raise NotFetched("the provider gives itself another name")
            url = str(about.get("jwks_uri"))
            try:
                _closed(url)
            except ValueError as error:
                raise NotFetched(str(error)) from error
        keys = _document(client, url).get("keys")
    if not isinstance(keys, list):
        raise NotFetched("there are no keys")
    return tuple(usable_keys(keys[:KEYS_MAX]))


@lru_cache
def _trusted(ca_file: Path | None) -> ssl.SSLContext:
    return (
        httpx2.create_ssl_context()
        if ca_file is None
        else ssl.create_default_context(cafile=ca_file)
    )


def _document(client: httpx2.Client, url: str) -> dict[str, Any]:
    """A JSON object of a provider: of limited size, in limited time, from that address alone."""
    body = b""
    ends = time.monotonic() + FETCH_SECONDS_MAX
    try:
        with client.stream("GET", url, headers={"Accept": "application/json"}) as answer:
            if answer.status_code != httpx2.codes.OK:
                raise NotFetched(f"the provider answers {answer.status_code}")
            for part in answer.iter_bytes():
                body += part
                if len(body) > DOCUMENT_BYTES_MAX or time.monotonic() > ends:
                    raise NotFetched("the provider answers without end")
        found = orjson.loads(body)
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
        raise NotFetched(f"the provider cannot be asked: {error}") from error
    if not isinstance(found, dict):
        raise NotFetched("the provider answers something else")
    return found


def usable_keys(stated: Iterable[Any]) -> Iterable[Key]:
    """The keys of a JWKS that tokens may be signed with; others are passed over."""
    for each in stated:
        # A secret that two share, or a key that its owner should have kept, proves nothing.
        if not isinstance(each, dict) or each.get("kty") == "oct" or "d" in each:
            continue
        if each.get("use", "sig") != "sig":
            continue
        try:
            public: Any = jwt.PyJWK(each).key
            algorithm = algorithm_of(public)
        except (jwt.PyJWTError, ValueError, TypeError):
            continue
        if algorithm is not None and each.get("alg", algorithm) == algorithm:
            key_id = each.get("kid")
            yield Key(key_id if isinstance(key_id, str) else None, algorithm, public)


# --- settings -------------------------------------------------------------------------------------


class BadProviders(BadSetting):
    """The file of the providers cannot be read, or says what cannot be."""


def providers_of(
    settings: Settings, pseudonym: Pseudonym, clock: Callable[[], datetime] = utc_now
) -> tuple[Provider, ...]:
    """The providers that the settings name; raises BadProviders."""
    path = settings.providers_path
    if settings.providers_file is None and not path.exists():
        return ()
    try:
        stated = ProvidersFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()
        )
        raise BadProviders(f"the providers in {path} are wrong: {wrong}") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadProviders(f"the providers in {path} cannot be read: {error}") from error
    names = [each.issuer for each in stated.provider]
    if len({*names, ISSUER}) <= len(names):
        raise BadProviders(f"the providers in {path} are wrong: an issuer stands there twice")
    return tuple(Provider(each, pseudonym, clock) for each in stated.provider)


assert {*Role.__args__, "public"} == set(ROLES), "roles are listed once"  # type: ignore[attr-defined]
