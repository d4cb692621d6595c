"""Signatures of what is sent to webhooks, as Standard Webhooks 1.0 says.

Each message is signed by HMAC-SHA256 (`v1`) and by Ed25519 (`v1a`); while a change of secrets
overlaps, by those before too. Secrets are in no table: they follow from the ledger's secret, the
webhook's id and their generation.
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

Digest = Callable[[str, bytes], bytes]
"""A keyed digest for one purpose (`Means.digest`)."""

HMAC_PURPOSE: Final = "webhook hmac"
ED25519_PURPOSE: Final = "webhook ed25519"


@dataclass(frozen=True, slots=True)
class Secrets:
    """One generation of a webhook's secrets."""

    key: bytes
    seed: bytes

    @classmethod
    def of(cls, digest: Digest, webhook: str, generation: int) -> Secrets:
        """The secrets of a webhook's generation, the same on every server of the ledger."""
        named = f"{webhook}.{generation}".encode()
        return cls(digest(HMAC_PURPOSE, named), digest(ED25519_PURPOSE, named))

    @property
    def symmetric(self) -> str:
        """The secret as it is given to the subscriber."""
        return f"whsec_{b64encode(self.key).decode()}"

    @property
    def public_key(self) -> str:
        """The public key as it is given to the subscriber."""
        return f"whpk_{b64encode(self._private().public_key().public_bytes_raw()).decode()}"

    def signatures(self, content: bytes) -> list[str]:
        """The signatures of a message's id, time and body."""
        keyed = b64encode(hmac.digest(self.key, content, "sha256")).decode()
        signed = b64encode(self._private().sign(content)).decode()
        return [f"v1,{keyed}", f"v1a,{signed}"]

    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


def headers(generations: list[Secrets], message: str, moment: int, body: bytes) -> dict[str, str]:
    """The headers of a message that is sent at a moment, in seconds since 1970."""
    content = b"%b.%d.%b" % (message.encode(), moment, body)
    signed = [text for secrets in generations for text in secrets.signatures(content)]
    return {
        "webhook-id": message,
        "webhook-timestamp": str(moment),
        "webhook-signature": " ".join(signed),
    }
