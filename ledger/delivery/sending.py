"""One message to one target over https: no redirect, no proxy, bounded in time and size."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx2

from ledger.delivery import targets
from ledger.delivery.targets import BadTarget, Target

SECONDS_MAX: Final = 15.0
"""How long a delivery may take, from the name's resolution to the answer's end."""
ANSWER_BYTES_MAX: Final = 64 * 1024
"""How much of an answer is read before its connection is closed."""
CLIENTS_MAX: Final = 64
"""Hosts to which connections are kept."""
RETRY_AFTER_SECONDS_MAX: Final = 24 * 3600


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a delivery."""

    status: int | None = None
    error: str | None = None
    retry_after: int | None = None
    """After how many seconds the receiver wants to be asked again."""

    @property
    def delivered(self) -> bool:
        """Whether the receiver has taken it."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def gone(self) -> bool:
        """Whether the receiver wants nothing any more."""
        return self.status == 410


class Sender:
    """Sends messages; used by one event loop."""

    def __init__(
        self,
        *,
        loopback: bool = False,
        ca_file: Path | None = None,
        seconds_max: float = SECONDS_MAX,
    ) -> None:
        self._loopback = loopback
        self._seconds_max = seconds_max
        self._tls = httpx2.create_ssl_context(trust_env=False)
        if ca_file is not None:
            self._tls.load_verify_locations(cafile=ca_file)
        # A connection is kept for the name it was made for, never shared by names of one address.
        self._clients: OrderedDict[str, httpx2.AsyncClient] = OrderedDict()

    async def close(self) -> None:
        """Close all connections."""
        for client in self._clients.values():
            await client.aclose()
        self._clients.clear()

    async def send(self, url: str, body: bytes, headers: dict[str, str]) -> Outcome:
        """Send one message; whatever goes wrong is an outcome."""
        try:
            async with asyncio.timeout(self._seconds_max):
                return await self._send(targets.parse(url), body, headers)
        except TimeoutError:
            return Outcome(error=f"no answer within {self._seconds_max:g} seconds")
        except BadTarget as error:
            return Outcome(error=str(error))
        except (httpx2.HTTPError, httpx2.InvalidURL, ssl.SSLError, OSError) as error:
            return Outcome(error=type(error).__name__)

    async def _send(self, target: Target, body: bytes, headers: dict[str, str]) -> Outcome:
        failed: Exception = BadTarget("the name has no address")
        for address in await self._addresses(target):
            try:
                return await self._send_to(address, target, body, headers)
            except httpx2.ConnectError as error:
                failed = error
        raise failed

    async def _addresses(self, target: Target) -> list[str]:
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))
        return targets.check(addresses, loopback=self._loopback)

    async def _send_to(
        self, address: str, target: Target, body: bytes, headers: dict[str, str]
    ) -> Outcome:
        client = await self._client(target.host)
        host = f"[{address}]" if ":" in address else address
        request = client.build_request(
            "POST",
            f"https://{host}:{target.port}{target.path}",
            content=body,
            headers={"Host": target.authority, "User-Agent": "patent-ledger", **headers},
            extensions={"sni_hostname": target.host},
        )
        answer = await client.send(request, stream=True)
        try:
            size = 0
            async for part in answer.aiter_raw():
                size += len(part)
                if size > ANSWER_BYTES_MAX:
                    break
        finally:
            await answer.aclose()
        return Outcome(answer.status_code, retry_after=_seconds(answer.headers.get("retry-after")))

    async def _client(self, host: str) -> httpx2.AsyncClient:
        client = self._clients.pop(host, None)
        if client is None:
            client = httpx2.AsyncClient(
                verify=self._tls,
                trust_env=False,
                follow_redirects=False,
                timeout=self._seconds_max,
                limits=httpx2.Limits(max_connections=16, max_keepalive_connections=4),
            )
        self._clients[host] = client
        if len(self._clients) > CLIENTS_MAX:
            _, oldest = self._clients.popitem(last=False)
            await oldest.aclose()
        return client


def _seconds(stated: str | None) -> int | None:
    """What `Retry-After` says in seconds; a date is passed over."""
    if stated is None or not (stated.isascii() and stated.isdecimal()) or len(stated) > 9:
        return None
    return min(int(stated), RETRY_AFTER_SECONDS_MAX)
