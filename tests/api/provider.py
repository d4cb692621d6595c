"""An OpenID provider on this machine, over real HTTP, whose keys and answers a test changes."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

PrivateKey = Any


def jwk(key: PrivateKey, kid: str | None, **members: Any) -> dict[str, Any]:
    """The public part of a key as a provider shows it."""
    algorithm = jwt.algorithms.get_default_algorithms()[algorithm_of(key)]
    shown: dict[str, Any] = json.loads(algorithm.to_jwk(key.public_key()))
    shown.pop("key_ops", None)
    return shown | ({} if kid is None else {"kid": kid}) | members


def algorithm_of(key: PrivateKey) -> str:
    kinds = {ed25519.Ed25519PrivateKey: "EdDSA", ec.EllipticCurvePrivateKey: "ES256"}
    return next((name for kind, name in kinds.items() if isinstance(key, kind)), "RS256")


def new_key(algorithm: str) -> PrivateKey:
    if algorithm == "RS256":
        return rsa.generate_private_key(65537, 2048)
    if algorithm == "ES256":
        return ec.generate_private_key(ec.SECP256R1())
    return ed25519.Ed25519PrivateKey.generate()


@dataclass
class OpenId:
    """What the provider answers, and how often it was asked."""

    issuer: str = ""
    keys: list[dict[str, Any]] = field(default_factory=list)
    claims_to_be: str | None = None
    status: int = 200
    raw: bytes | None = None
    """Answered in place of the keys."""
    asked: list[str] = field(default_factory=list)

    def answer(self, path: str) -> tuple[int, bytes]:
        self.asked.append(path)
        if path.endswith("/.well-known/openid-configuration"):
            about = {"issuer": self.claims_to_be or self.issuer, "jwks_uri": f"{self.issuer}/keys"}
            return 200, json.dumps(about).encode()
        if self.raw is not None:
            return self.status, self.raw
        return self.status, json.dumps({"keys": self.keys}).encode()


@contextlib.contextmanager
def openid_provider() -> Iterator[OpenId]:
    """A provider that answers while in the block."""
    provider = OpenId()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = provider.answer(self.path)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.issuer = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
