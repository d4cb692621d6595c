"""Where webhooks may be sent."""

from __future__ import annotations

import pytest

from ledger.delivery.targets import BadTarget, allowed, check, parse


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.9.1", "::1", "0.0.0.0", "::", "10.0.0.1", "172.16.5.4", "192.168.1.1",
        "169.254.169.254", "169.254.1.1", "100.100.100.200", "168.63.129.16", "224.0.0.1",
        "255.255.255.255", "240.0.0.1", "198.18.0.1", "192.0.2.1", "fe80::1", "fe80::1%eth0",
        "fc00::1", "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8",
        "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:db8::1",
        "::127.0.0.1",
    ],
)  # fmt: skip
def test_what_is_not_public_is_closed(address: str) -> None:
    assert not allowed(address)
    with pytest.raises(BadTarget):
        check(["8.8.8.8", address])


def test_what_is_public_is_open() -> None:
    for address in ("8.8.8.8", "203.119.25.1", "2606:4700:4700::1111", "2400:3200::1"):
        assert allowed(address)
    assert check(["8.8.8.8"]) == ["8.8.8.8"]
    with pytest.raises(BadTarget):
        check([])


def test_loopback_is_open_where_a_setting_says_so_and_nothing_else_is() -> None:
    assert allowed("127.0.0.1", loopback=True)
    assert allowed("::1", loopback=True)
    for address in ("10.0.0.1", "169.254.169.254", "::ffff:127.0.0.1", "0.0.0.0", "fd00::1"):
        assert not allowed(address, loopback=True)


@pytest.mark.parametrize(
    "url",
    [
        "http://bank.example/",
        "ftp://bank.example/",
        "https://",
        "https:///path",
        "https://user@bank.example/",
        "https://user:word@bank.example/",
        "https://bank.example/#part",
        "https://bank.example:99999/",
        "https://[::1/",
        "https://bank.example/ x",
        "https://b\u00e4nk.example/",
        "https://bank.example/\r\nHost: x",
        "https://bank.example/" + "x" * 2000,
        "bank.example",
        "",
    ],
)
def test_an_address_is_of_https_and_names_a_host_alone(url: str) -> None:
    with pytest.raises(BadTarget):
        parse(url)


def test_its_parts_are_those_of_the_request() -> None:
    target = parse("https://Bank.example:8443/a/b?c=d")
    assert (target.host, target.port, target.path) == ("bank.example", 8443, "/a/b?c=d")
    assert target.authority == "bank.example:8443"
    assert parse("https://bank.example").authority == "bank.example"
    assert parse("https://bank.example").path == "/"
