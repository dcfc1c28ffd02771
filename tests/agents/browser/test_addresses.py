"""What the address checker opens and what it refuses."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Sequence

import pytest

from agents.browser.addresses import AddressChecker, address_rule, canonical_host
from agents.errors import BrowserError, PolicyError


def resolver(**names: Sequence[str]):
    async def resolve(host: str, port: int) -> Sequence[str]:
        key = host.replace(".", "_").replace("-", "_")
        if key not in names:
            raise OSError("no such name")
        return names[key]

    return resolve


PUBLIC = "93.184.215.14"
PUBLIC_V6 = "2606:2800:21f:cb07:6820:80da:af6b:8b2c"


@pytest.mark.parametrize(
    "spelling",
    [
        "127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1",
        "0177.1", "017700000001", "127.0.0.1.", "127.0.0.0x1", "１２７.0.0.1", "①②⑦.⓪.⓪.①",
        "0X7F.0.0.1", "127。0。0。1", "[::1]", "::1", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]", "[::ffff:0:127.0.0.1]", "[::127.0.0.1]", "0.0.0.0", "0", "[::]",
        "169.254.169.254", "0xa9fea9fe", "2852039166", "[fd00:ec2::254]", "[fe80::1]",
        "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "100.100.100.200",
        "192.0.0.192", "192.0.2.1", "198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1",
        "240.0.0.1", "255.255.255.255", "192.88.99.1", "168.63.129.16", "[64:ff9b::7f00:1]",
        "[64:ff9b::808:808]", "[64:ff9b:1::1]", "[2002:7f00:1::]", "[2001:0:53aa::1]",
        "[2001:db8::1]", "[3fff::1]", "[fc00::1]", "[fec0::1]", "[ff02::1]", "[100::1]",
        "[5f00::1]", "[4000::1]", "[2001:2::1]", "[::8.8.8.8]",
    ],
)  # fmt: skip
async def test_every_spelling_of_a_special_address_is_refused(spelling: str) -> None:
    with pytest.raises(PolicyError) as refusal:
        await AddressChecker().check(spelling, 80)
    assert refusal.value.rule.startswith("address:")


@pytest.mark.parametrize(
    "host",
    [
        "", ".", "a b", "a\tb", "a\nb", "exa\0mple.com", "user@host", "host/path", "host?x",
        "host#x", "host\\x", "[::1", "::1]", "[127.0.0.1]", "[fe80::1%25eth0]", "fe80::1%eth0",
        "1.2.3.4.5", "256.1.1.1", "0x7g.1", "%31%32%37.0.0.1", "xn--\u0080", "a" * 254, "host:80",
        "<script>",
    ],
)  # fmt: skip
async def test_a_host_that_is_none_is_refused(host: str) -> None:
    with pytest.raises(PolicyError) as refusal:
        await AddressChecker().check(host, 80)
    assert refusal.value.rule == "host:invalid"


@pytest.mark.parametrize("port", [0, -1, 65536])
async def test_a_port_out_of_range_is_refused(port: int) -> None:
    with pytest.raises(PolicyError):
        await AddressChecker(resolver=resolver(site=[PUBLIC])).check("site", port)


async def test_public_addresses_pass_and_are_pinned_in_order() -> None:
    checker = AddressChecker(resolver=resolver(site_example=[PUBLIC_V6, PUBLIC]))
    pinned = await checker.check("SITE.example.", 443)
    assert (pinned.host, pinned.port, pinned.addresses) == (
        "site.example", 443, (PUBLIC_V6, PUBLIC),
    )  # fmt: skip
    assert pinned.address == PUBLIC_V6


async def test_one_private_address_among_public_ones_refuses_the_name() -> None:
    for answer in ([PUBLIC, "10.0.0.8"], ["10.0.0.8", PUBLIC], [PUBLIC, "::ffff:10.0.0.8"]):
        checker = AddressChecker(resolver=resolver(mixed=answer))
        with pytest.raises(PolicyError) as refusal:
            await checker.check("mixed", 80)
        assert refusal.value.rule == "address:private"


async def test_a_mapped_public_address_is_dialled_as_ipv4() -> None:
    assert (await AddressChecker().check(f"[::ffff:{PUBLIC}]", 80)).address == PUBLIC


async def test_each_check_resolves_once() -> None:
    asked: list[str] = []

    async def rebinding(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return [PUBLIC] if len(asked) == 1 else ["127.0.0.1"]

    checker = AddressChecker(resolver=rebinding)
    assert (await checker.check("rebind.example", 80)).address == PUBLIC
    assert asked == ["rebind.example"]
    with pytest.raises(PolicyError):
        await checker.check("rebind.example", 80)


async def test_an_origin_opens_its_host_and_port_only() -> None:
    checker = AddressChecker(["http://127.0.0.1:8001", "https://wiki.corp"], resolver=resolver(
        wiki_corp=["10.2.3.4"], other_corp=["10.2.3.4"]))  # fmt: skip
    assert (await checker.check("0x7f.1", 8001)).address == "127.0.0.1"
    assert (await checker.check("wiki.corp", 443)).address == "10.2.3.4"
    for host, port in (("127.0.0.1", 8000), ("127.0.0.2", 8001), ("wiki.corp", 80),
                       ("other.corp", 443), ("10.2.3.4", 443)):  # fmt: skip
        with pytest.raises(PolicyError):
            await checker.check(host, port)


async def test_a_named_origin_does_not_open_metadata_when_it_is_pointed_there() -> None:
    checker = AddressChecker(
        ["wiki.corp:80", "169.254.10.1:80"], resolver=resolver(wiki_corp=["169.254.169.254"])
    )
    with pytest.raises(PolicyError) as refusal:
        await checker.check("wiki.corp", 80)
    assert refusal.value.rule == "address:metadata"
    assert (await checker.check("169.254.10.1", 80)).address == "169.254.10.1"


async def test_networks_and_single_addresses_open_by_cidr() -> None:
    checker = AddressChecker(["10.1.0.0/16", "::1", "192.168.0.7", "[fd00::5]:9000"])
    assert (await checker.check("10.1.255.1", 22)).address == "10.1.255.1"
    assert (await checker.check("[::1]", 9)).address == "::1"
    assert (await checker.check("192.168.0.7", 1)).address == "192.168.0.7"
    assert (await checker.check("fd00::5", 9000)).address == "fd00::5"
    for host in ("10.2.0.1", "127.0.0.1", "192.168.0.8"):
        with pytest.raises(PolicyError):
            await checker.check(host, 80)


@pytest.mark.parametrize(
    "entry", ["", "wiki", "ftp://host", "http://host/path", "host:0", "host:99999", "10.0.0.0/40",
              "http://", "host:port", "http://a?b", "::1:80x"]
)  # fmt: skip
def test_an_unreadable_entry_is_named(entry: str) -> None:
    with pytest.raises(ValueError, match="list of allowed addresses"):
        AddressChecker([entry])


async def test_this_machines_own_addresses_are_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    checker = AddressChecker(resolver=resolver(me=[PUBLIC]))
    own = frozenset({ipaddress.ip_address(PUBLIC)})
    monkeypatch.setattr(checker, "_own_addresses", lambda: own)
    with pytest.raises(PolicyError) as refusal:
        await checker.check("me", 80)
    assert refusal.value.rule == "address:this_host"


async def test_an_unknown_name_and_a_slow_resolver_are_not_policy() -> None:
    async def never(host: str, port: int) -> Sequence[str]:
        await asyncio.Event().wait()
        return []

    checkers = (
        AddressChecker(resolver=resolver()),
        AddressChecker(resolver=resolver(gone=[])),
        AddressChecker(resolver=never, timeout_s=0.01),
    )
    for checker in checkers:
        with pytest.raises(BrowserError) as error:
            await checker.check("gone", 80)
        assert error.value.code == "name_not_resolved"


@pytest.mark.parametrize("name", ["localhost", "LOCALHOST.", "a.localhost", "ｌｏｃａｌhost"])
@pytest.mark.parametrize("answer", [[PUBLIC], ["127.0.0.1", PUBLIC], ["10.0.0.8"]])
async def test_local_names_are_loopback_whatever_a_name_server_says(
    name: str, answer: list[str]
) -> None:
    async def lying(host: str, port: int) -> Sequence[str]:
        return answer

    checker = AddressChecker(resolver=lying)
    with pytest.raises(PolicyError) as refusal:
        await checker.check(name, 80)
    assert refusal.value.rule == "address:loopback"
    opened = AddressChecker([f"{name}:80"], resolver=lying)
    assert (await opened.check(name, 80)).addresses == ("127.0.0.1",)


async def test_names_below_localhost_are_asked_of_nobody() -> None:
    asked: list[str] = []

    async def listening(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["::1", "127.0.0.1"]

    checker = AddressChecker(["localhost:80", "sesame.localhost:80"], resolver=listening)
    assert (await checker.check("sesame.localhost", 80)).addresses == ("127.0.0.1",)
    assert (await checker.check("localhost", 80)).addresses == ("::1", "127.0.0.1")
    assert asked == ["localhost"]


async def test_whole_addresses_are_read_as_browsers_read_them() -> None:
    checker = AddressChecker(resolver=resolver(evil=[PUBLIC], good=["10.0.0.1"]))
    assert (await checker.check_url("http:\\\\good@evil\\x")).host == "evil"
    assert (await checker.check_url("https://evil/")).port == 443
    for url, rule in (
        ("file:///etc/passwd", "scheme"), ("chrome://version", "scheme"),
        ("javascript:alert(1)", "scheme"), ("view-source:http://evil/", "scheme"),
        ("data:text/html,x", "scheme"), ("nonsense", "host:invalid"),
        ("http://evil@good/", "address:private"),
    ):  # fmt: skip
        with pytest.raises(PolicyError) as refusal:
            await checker.check_url(url)
        assert refusal.value.rule == rule


def test_localhost_is_loopback_by_any_case() -> None:
    assert canonical_host("LOCALHOST.") == "localhost"
    assert canonical_host("BÜCHER.example") == "xn--bcher-kva.example"
    assert address_rule(ipaddress.ip_address(PUBLIC)) is None
