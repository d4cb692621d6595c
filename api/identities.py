"""Who holds a token: read and verified once, then remembered for as long as it holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from hashlib import sha256
from typing import Final, NamedTuple

from api.providers import Provider
from api.tokens import ISSUER, BadToken, Issuer, unverified
from ledger.domain.filing import Caller
from ledger.means import utc_now

REMEMBERED_MAX: Final = 16_384
REMEMBERED_SECONDS: Final = 3600
"""How long a token's signature is not looked at again: a key that its issuer has given up counts
no longer than this."""


class _Known(NamedTuple):
    caller: Caller
    expires_at: float
    verify_at: float
    provider: Provider | None
    generation: int


class Identities:
    """The holders of tokens of the local issuer and of the providers that are believed.

    Tokens are remembered by their digest, so that no memory shows one. Used by one event loop.
    """

    def __init__(
        self,
        issuer: Issuer,
        providers: Iterable[Provider] = (),
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._issuer = issuer
        self._providers = {provider.believed.issuer: provider for provider in providers}
        self._clock = clock
        self._known: dict[bytes, _Known] = {}

    def remembered(self, token: str) -> Caller | None:
        """Who holds a token that was verified lately; raises BadToken where it has expired."""
        digest = _digest(token)
        known = self._known.get(digest)
        if known is None:
            return None
        now = self._clock().timestamp()
        if now >= known.expires_at:
            del self._known[digest]
            raise BadToken("the token has expired")
        if now >= known.verify_at or (
            known.provider is not None and known.provider.generation != known.generation
        ):
            del self._known[digest]
            return None
        return known.caller

    async def caller(self, token: str) -> Caller:
        """Who holds a token; raises BadToken, or Unavailable where the keys of its issuer cannot
        be had."""
        known = self.remembered(token)
        if known is not None:
            return known
        stated = unverified(token)
        provider = None
        if stated.issuer == ISSUER:
            found = self._issuer.identity(stated)
        else:
            provider = self._providers.get(stated.issuer)
            if provider is None:
                raise BadToken("the token is of an issuer that is not believed here")
            found = await provider.identity(stated)
        if len(self._known) >= REMEMBERED_MAX:
            del self._known[next(iter(self._known))]
        self._known[_digest(token)] = _Known(
            found.caller,
            found.expires_at,
            self._clock().timestamp() + REMEMBERED_SECONDS,
            provider,
            provider.generation if provider else 0,
        )
        return found.caller


def _digest(token: str) -> bytes:
    return sha256(token.encode("utf-8", "surrogatepass")).digest()
