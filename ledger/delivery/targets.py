"""Where webhooks may be sent: https alone, and only to addresses that anybody can reach.

A name is resolved at each delivery, every address it has is looked at, and the connection is made
to one of those looked at, under the certificate of the name: what the name says a moment later
cannot lead it elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any, Final
from urllib.parse import urlsplit

URL_LENGTH_MAX: Final = 2_000
PORT: Final = 443

CLOSED: Final = tuple(
    ip_network(text)
    for text in (
        "168.63.129.16/32",  # a cloud's own services, at an address that looks public
        "2001::/23",  # special purposes, Teredo among them, which holds another address
        "2002::/16",  # 6to4, which holds another address
        "64:ff9b::/96",  # NAT64, which holds another address
        "64:ff9b:1::/48",
        "192.88.99.0/24",
    )
)
"""Closed besides what is not global."""


class BadTarget(ValueError):
    """A webhook cannot be sent there."""


@dataclass(frozen=True, slots=True)
class Target:
    """An address of the web, in its parts."""

    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """Host and port as the header `Host` states them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORT else f"{host}:{self.port}"


def parse(url: str) -> Target:
    """The target that a webhook's address names; raises BadTarget."""
    if len(url) > URL_LENGTH_MAX or not url.isascii() or not url.isprintable() or " " in url:
        raise BadTarget(f"an address is at most {URL_LENGTH_MAX} printable ASCII characters")
    try:
        parts = urlsplit(url)
        port = parts.port or PORT
    except ValueError as error:
        raise BadTarget("this is no address of the web") from error
    if parts.scheme != "https":
        raise BadTarget("webhooks are sent by https alone")
    if not parts.hostname or parts.username is not None or parts.password is not None:
        raise BadTarget("an address names a host, and no user")
    if parts.fragment:
        raise BadTarget("an address has no fragment here")
    path = parts.path or "/"
    return Target(parts.hostname, port, f"{path}?{parts.query}" if parts.query else path)


def allowed(address: str, *, loopback: bool = False) -> bool:
    """Whether a webhook may be sent to an address; to loopback only where a setting says so."""
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped is not None:
        return False
    if ip.is_loopback:
        return loopback
    if not ip.is_global or ip.is_multicast or ip.is_reserved or ip.is_unspecified:
        return False
    return not any(_within(ip, network) for network in CLOSED)


def _within(ip: IPv4Address | IPv6Address, network: Any) -> bool:
    return bool(ip.version == network.version and ip in network)


def check(addresses: list[str], *, loopback: bool = False) -> list[str]:
    """The addresses of a name, unless one of them is closed; raises BadTarget."""
    if not addresses:
        raise BadTarget("the name has no address")
    if not all(allowed(address, loopback=loopback) for address in addresses):
        raise BadTarget("the name leads to an address that is not public")
    return addresses
