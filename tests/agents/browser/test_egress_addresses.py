# ruff: noqa: SIM905 (tables read better as words)
"""The address checker against the registries, cloud metadata, spellings and our own doors.

Rows of the registries: https://www.iana.org/assignments/iana-ipv4-special-registry,
https://www.iana.org/assignments/iana-ipv6-special-registry, RFC 5771 and RFC 4291 for multicast.
"""

from __future__ import annotations

import ipaddress
import random
from collections.abc import Sequence

import pytest

from agents.browser.addresses import AddressChecker, plain_name
from agents.browser.ranges import address_rule, embedded_ipv4
from agents.errors import PolicyError

IPV4_REGISTRY = (
    "0.0.0.0/8 0.0.0.0/32 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 "
    "192.0.0.0/24 192.0.0.0/29 192.0.0.8/32 192.0.0.9/32 192.0.0.10/32 192.0.0.170/32 "
    "192.0.0.171/32 192.0.2.0/24 192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.88.99.2/32 "
    "192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 240.0.0.0/4 "
    "255.255.255.255/32 224.0.0.0/4 224.0.0.0/24 232.0.0.0/8 233.252.0.0/24 239.0.0.0/8"
).split()
IPV6_REGISTRY = (
    "::1/128 ::/128 64:ff9b::/96 64:ff9b:1::/48 100::/64 100:0:0:1::/64 2001::/23 "
    "2001::/32 2001:1::1/128 2001:1::2/128 2001:1::3/128 2001:2::/48 2001:3::/32 2001:4:112::/48 "
    "2001:10::/28 2001:20::/28 2001:30::/28 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20 "
    "5f00::/16 fc00::/7 fd00::/8 fe80::/10 fec0::/10 ff00::/8 ff02::/16 ::/96 ::ffff:0:0:0/96"
).split()
METADATA = (
    "169.254.169.254 169.254.170.2 169.254.170.23 100.100.100.200 168.63.129.16 192.0.0.192 "
    "169.254.42.42 169.254.0.23 fd00:ec2::254 fd00:ec2::23 fd20:ce::254 fd00:42::42"
).split()
PUBLIC = (
    "1.1.1.1 8.8.8.8 9.9.9.9 11.0.0.1 93.184.215.14 100.63.255.255 100.128.0.1 126.255.255.255 "
    "128.0.0.1 169.253.255.255 169.255.0.1 172.15.255.255 172.32.0.1 191.255.255.255 192.0.1.1 "
    "192.0.3.1 192.167.255.255 192.169.0.1 198.17.255.255 198.20.0.1 198.51.99.255 203.0.112.255 "
    "203.0.114.1 223.255.255.255 2606:4700:4700::1111 2001:4860:4860::8888 2001:200::1 "
    "2400:cb00::1 2a00:1450:4001::1 2620:fe::fe 3ffd::1 2003::1"
).split()


def ends_and_middles(network: str) -> list[str]:
    """First, last, and five addresses in between."""
    net = ipaddress.ip_network(network)
    low, high = int(net.network_address), int(net.broadcast_address)
    chance = random.Random(network)
    inside = [chance.randint(low, high) for _ in range(5)]
    return [str(net.network_address.__class__(number)) for number in (low, high, *inside)]


async def rule_of(checker: AddressChecker, host: str, port: int = 80) -> str | None:
    try:
        await checker.check(host, port)
    except PolicyError as refusal:
        return refusal.rule
    return None


@pytest.mark.parametrize("network", IPV4_REGISTRY + IPV6_REGISTRY)
async def test_every_range_of_the_registries_is_refused(network: str) -> None:
    checker = AddressChecker()
    for address in ends_and_middles(network):
        rule = await rule_of(checker, address)
        assert rule is not None and rule.startswith("address:"), address


@pytest.mark.parametrize("address", METADATA)
async def test_metadata_is_refused_by_its_name(address: str) -> None:
    assert await rule_of(AddressChecker(), address) == "address:metadata"
    opened_by_name = AddressChecker(
        ["http://cloud.test"], resolver=lambda host, port: answering([address])
    )
    assert await rule_of(opened_by_name, "cloud.test") == "address:metadata"


async def answering(addresses: Sequence[str]) -> Sequence[str]:
    return addresses


@pytest.mark.parametrize("address", PUBLIC)
async def test_what_lies_beside_the_ranges_stays_open(address: str) -> None:
    assert await rule_of(AddressChecker(), address) is None


def spellings(address: str) -> list[str]:
    """The forms that browsers and resolvers read as this IPv4 address."""
    a, b, c, d = (int(part) for part in address.split("."))
    number = int(ipaddress.IPv4Address(address))
    wide = "".join(chr(0xFF10 + int(char)) if char.isdigit() else char for char in address)
    mapped = f"{number >> 16:x}:{number & 0xFFFF:x}"
    return [
        address, f"{address}.", str(number), hex(number), hex(number).upper().replace("0X", "0x"),
        f"0{number:o}", f"{a:#x}.{b:#x}.{c:#x}.{d:#x}", f"0{a:o}.0{b:o}.0{c:o}.0{d:o}",
        f"{a}.{b}.{(c << 8) + d}", f"{a}.{(b << 16) + (c << 8) + d}", f"{a:#x}.{b}.0{c:o}.{d}",
        f"0x{a:08x}.{b}.{c}.{d}", f"000{a:o}.{b}.{c}.{d}" if a < 8 else f"0{a:o}.{b}.{c}.{d}",
        wide, address.replace(".", "。"), address.replace(".", "．"), address.replace(".", "｡"),
        f"::ffff:{address}", f"[::ffff:{address}]", f"[::ffff:{mapped}]", f"[::{address}]",
        f"[::FFFF:{mapped}]", f"[0:0:0:0:0:ffff:{address}]", f"[::ffff:0:{address}]",
        f"[64:ff9b::{address}]", f"[64:ff9b::{mapped}]", f"[2002:{mapped}::]",
        f"[2002:{mapped}::1]", f"[2606:4700::5efe:{address}]", f"[2606:4700::200:5efe:{address}]",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "192.168.1.1", "172.16.5.4",
                "100.64.0.1", "0.0.0.0", "224.0.0.251", "198.18.0.1"]
)  # fmt: skip
async def test_every_spelling_comes_to_the_same(address: str) -> None:
    checker = AddressChecker()
    for spelling in spellings(address):
        rule = await rule_of(checker, spelling)
        assert rule is not None and rule.startswith("address:"), spelling


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://127.1/", "http://0x7f.1/", "http://017700000001/",
        "http://2130706433/", "http://%31%32%37.0.0.1/", "http://127%2E0%2e0.1/", "http:127.0.0.1",
        "http:\\\\127.0.0.1\\x", "http://\t127.0.0.1", "http://127.0.0.1%20/", "http://[::]/",
        "http://[::1]/", "http://[::ffff:7f00:1]/", "http://example.com@127.0.0.1/",
        "http://example.com:80@127.0.0.1/", "http://example.com%40127.0.0.1/",
        "http://127.0.0.1#@example.com/", "http://127.0.0.1\\@example.com/",
        "http://１２７．０．０．１/", "http://①②⑦.0.0.1/", "http://localhost/", "http://LOCALHOST./",
        "http://a.localhost/", "http://ⓛocalhost/", "http://lo\u00adcalhost/",
        "http://localhost%00.example.com/", "http://[::1%25lo]/", "http://[fe80::1%25eth0]/",
        "http://metadata.google.internal/", "http://METADATA.google.internal./x",
        "https://127.0.0.1.nip.io/", "http://7f000001.nip.io/", "ws://127.0.0.1/", "wss://[::1]/",
        "http://169.254.169.254.sslip.io/", "http://private.example/", "http://v6.example/",
        "http://mixed.example/", "http://mapped.example/", "http://zoned.example/",
        "ftp://example.com/", "file:///etc/passwd", "gopher://127.0.0.1/", "//127.0.0.1/", "",
        "view-source:http://example.com/", "blob:http://127.0.0.1/x", "http://", "http:///",
    ],
)  # fmt: skip
async def test_no_address_in_disguise_passes(url: str) -> None:
    names = {
        "127.0.0.1.nip.io": ["127.0.0.1"], "7f000001.nip.io": ["127.0.0.1"],
        "169.254.169.254.sslip.io": ["169.254.169.254"], "private.example": ["192.168.7.7"],
        "v6.example": ["fd12::1"], "mixed.example": ["93.184.215.14", "::1"],
        "mapped.example": ["::ffff:10.0.0.1"], "zoned.example": ["fe80::1%eth0"],
        "example.com": ["93.184.215.14"],
    }  # fmt: skip

    async def resolve(host: str, port: int) -> Sequence[str]:
        if host not in names:
            raise OSError("no such name")
        return names[host]

    with pytest.raises(PolicyError) as refusal:
        await AddressChecker(resolver=resolve).check_url(url)
    assert refusal.value.rule.startswith(("address:", "host:", "scheme"))


async def test_an_opened_translation_leads_only_where_ipv4_may() -> None:
    checker = AddressChecker(["64:ff9b::/96", "2002::/16"])
    assert await rule_of(checker, "[64:ff9b::808:808]") is None
    assert await rule_of(checker, "[64:ff9b::7f00:1]") == "address:nat64"
    assert await rule_of(checker, "[64:ff9b::a9fe:a9fe]") == "address:nat64"
    assert await rule_of(checker, "[2002:a00:1::]") == "address:6to4"
    both = AddressChecker(["64:ff9b::/96", "10.0.0.0/8"])
    assert await rule_of(both, "[64:ff9b::a00:1]") is None
    assert embedded_ipv4(ipaddress.ip_address("2606:4700::1")) is None


async def test_what_was_opened_says_so() -> None:
    checker = AddressChecker(["10.0.0.0/8"])
    assert (await checker.check("10.1.1.1", 80)).opened == "private"
    assert (await checker.check("1.1.1.1", 80)).opened is None


OPEN = ["127.0.0.0/8", "::1", "0.0.0.0/8", "203.0.113.0/24", "10.0.0.0/8"]


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.2", "127.1", "localhost", "x.localhost", "[::1]", "0.0.0.0", "0",
             "console.example", "CONSOLE.example.", "elsewhere.example", "203.0.113.5",
             "[::ffff:127.0.0.1]", "loop.example"]
)  # fmt: skip
async def test_our_own_doors_are_never_open(host: str) -> None:
    names = {
        "console.example": ["203.0.113.5"], "elsewhere.example": ["203.0.113.5"],
        "loop.example": ["127.0.0.1"], "other.example": ["203.0.113.6"],
    }  # fmt: skip

    async def resolve(name: str, port: int) -> Sequence[str]:
        if name not in names:
            raise OSError("no such name")
        return names[name]

    never = ["http://console.example:8000", "http://127.0.0.1:8000"]
    checker = AddressChecker(OPEN, never=never, own_ports=lambda: [9222], resolver=resolve)
    assert await rule_of(checker, host, 8000) == "address:own_service"
    here = host not in ("console.example", "CONSOLE.example.", "elsewhere.example", "203.0.113.5")
    assert await rule_of(checker, host, 9222) == ("address:own_service" if here else None)
    assert await rule_of(checker, host, 8001) is None
    assert await rule_of(checker, "other.example", 8000) is None
    assert await rule_of(checker, "10.0.0.9", 8000) is None


async def test_our_addresses_on_the_network_are_our_doors_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    checker = AddressChecker(["10.0.0.0/8"], never=["http://127.0.0.1:8000"])
    own = frozenset({ipaddress.ip_address("10.0.0.7")})
    monkeypatch.setattr(checker, "_own_addresses", lambda: own)
    assert await rule_of(checker, "10.0.0.7", 8000) == "address:own_service"
    assert await rule_of(checker, "10.0.0.7", 8001) is None


def test_names_and_addresses_are_told_apart() -> None:
    assert plain_name("Shop.EXAMPLE.") == "shop.example"
    assert plain_name("0x7f.1") is None and plain_name("[::1]") is None
    assert plain_name("not a host") is None
    assert address_rule(ipaddress.ip_address("2606:4700::5efe:808:808")) == "isatap"
