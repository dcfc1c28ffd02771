"""Which network addresses a browser may reach: every name is resolved once and judged whole.

A name is refused when any one of its addresses is special-purpose, so that a mixed answer or a
second look-up (DNS rebinding) cannot slip a private one in: callers connect to the addresses
returned here and never resolve again.

Ranges: IANA IPv4 and IPv6 Special-Purpose Address Registries, plus the well-known metadata
endpoints of cloud providers that live on public-looking addresses. `ipaddress.is_private` and
`is_global` are not enough: they miss NAT64, 6to4, multicast and shared address space.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import ada_url
import psutil

from agents.errors import BrowserError, PolicyError

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolver = Callable[[str, int], Awaitable[Sequence[str]]]

DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}

# First match wins, so narrow ranges stand before the wide ones that contain them.
_SPECIAL: tuple[tuple[IPNetwork, str], ...] = tuple(
    (ipaddress.ip_network(network), rule)
    for network, rule in (
        ("169.254.169.254/32", "metadata"),
        ("169.254.170.2/32", "metadata"),
        ("100.100.100.200/32", "metadata"),
        ("168.63.129.16/32", "metadata"),
        ("192.0.0.192/32", "metadata"),
        ("0.0.0.0/8", "unspecified"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "shared"),
        ("127.0.0.0/8", "loopback"),
        ("169.254.0.0/16", "link_local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "reserved"),
        ("192.0.2.0/24", "documentation"),
        ("192.88.99.0/24", "6to4"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("255.255.255.255/32", "broadcast"),
        ("240.0.0.0/4", "reserved"),
        ("fd00:ec2::254/128", "metadata"),
        ("fd20:ce::254/128", "metadata"),
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("::ffff:0:0/96", "ipv4_mapped"),
        ("::ffff:0:0:0/96", "ipv4_translated"),
        ("::/96", "ipv4_compatible"),
        ("64:ff9b::/96", "nat64"),
        ("64:ff9b:1::/48", "nat64"),
        ("100::/64", "discard"),
        ("2001::/32", "teredo"),
        ("2001:2::/48", "benchmarking"),
        ("2001::/23", "reserved"),
        ("2001:db8::/32", "documentation"),
        ("2002::/16", "6to4"),
        ("3fff::/20", "documentation"),
        ("5f00::/16", "reserved"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link_local"),
        ("fec0::/10", "site_local"),
        ("ff00::/8", "multicast"),
    )
)
_GLOBAL_V6 = ipaddress.ip_network("2000::/3")
# What an allowed *name* opens. A name that somebody points at a metadata service stays shut.
_OPENED_BY_NAME = frozenset({"private", "loopback", "shared", "site_local", "this_host"})
_FORBIDDEN_IN_HOST = frozenset("/?#@\\:<>^|%[] ")


@dataclass(frozen=True)
class Pinned:
    """A host that passed: connect to `addresses`, in this order, and never resolve it again."""

    host: str
    port: int
    addresses: tuple[str, ...]

    @property
    def address(self) -> str:
        return self.addresses[0]


def canonical_host(host: str) -> str:
    """The WHATWG spelling of a host: lower case, punycode, dotted IPv4, compressed IPv6 (bare).

    Every spelling of an IPv4 literal (`0x7f.1`, `2130706433`, full-width digits) comes out as
    one. A final dot is dropped. Raises: ValueError.
    """
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
        if ":" not in host:
            raise ValueError("not an IPv6 address in brackets")
    if ":" in host:
        address = ipaddress.IPv6Address(host)
        if address.scope_id is not None:
            raise ValueError("an address with a zone cannot be used")
        return address.compressed
    if not host or len(host) > 253:
        raise ValueError("a host has 1 to 253 characters")
    if any(char <= " " or char == "\x7f" or char in _FORBIDDEN_IN_HOST for char in host):
        raise ValueError("a character that cannot stand in a host name")
    name = ada_url.URL(f"http://{host}/").hostname
    name = name[:-1] if name.endswith(".") else name
    if not name:
        raise ValueError("an empty host")
    return name


def address_rule(address: IPAddress) -> str | None:
    """Name of the special-purpose range that an address lies in, or None when it is public."""
    for network, rule in _SPECIAL:
        if address.version == network.version and address in network:
            return rule
    if isinstance(address, ipaddress.IPv6Address) and address not in _GLOBAL_V6:
        return "reserved"
    return None


# A name server that does not answer holds its thread for long: it must be nobody else's.
_lookups = ThreadPoolExecutor(max_workers=32, thread_name_prefix="dns")


async def system_resolver(host: str, port: int) -> Sequence[str]:
    """All addresses of a host by the system's resolver, in the order it prefers."""
    infos = await asyncio.get_running_loop().run_in_executor(
        _lookups, partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    )
    return list(dict.fromkeys(str(info[4][0]) for info in infos))


class AddressChecker:
    """Judges hosts before anything connects to them.

    allow: what is opened on purpose, each an origin (`http://127.0.0.1:8001`), a `host:port`, or
    a CIDR or single address. The scheme of an origin only supplies its default port: a tunnel
    does not show what is spoken inside. A named entry opens private, shared and loopback
    addresses of that name; link-local and metadata addresses open by CIDR or literal only.
    """

    def __init__(
        self,
        allow: Sequence[str] = (),
        *,
        resolver: Resolver = system_resolver,
        timeout_s: float = 10.0,
    ) -> None:
        """Raises: ValueError naming the entry that is none of the three forms."""
        self._names: set[tuple[str, int]] = set()
        self._networks: list[IPNetwork] = []
        self._resolver = resolver
        self._timeout_s = timeout_s
        self._own: frozenset[IPAddress] = frozenset()
        self._own_read_at = float("-inf")
        for entry in allow:
            self._open(entry.strip())

    def _open(self, entry: str) -> None:
        try:
            if "://" in entry:
                url = ada_url.URL(entry)
                scheme = url.protocol.rstrip(":")
                if scheme not in DEFAULT_PORTS or url.pathname not in ("", "/") or url.search:
                    raise ValueError("not an origin")
                host = canonical_host(url.hostname)
                self._names.add((host, int(url.port or DEFAULT_PORTS[scheme])))
                return
            try:
                self._networks.append(ipaddress.ip_network(entry, strict=False))
                return
            except ValueError:
                host, separator, port = entry.rpartition(":")
                if not separator:
                    raise
                self._names.add((canonical_host(host), parse_port(port)))
        except ValueError as error:
            raise ValueError(
                f"Cannot read {entry!r} in the list of allowed addresses: write an origin "
                "(http://host:port), host:port, or a CIDR such as 10.1.0.0/16."
            ) from error

    async def check(self, host: str, port: int) -> Pinned:
        """Resolve a host once and judge every address of it.

        Raises: PolicyError (`rule` is `address:<range>` or `host:invalid`); BrowserError with
        code `name_not_resolved` when there is no such name.
        """
        try:
            name = canonical_host(host)
            if not 0 < port < 65536:
                raise ValueError("a port is 1 to 65535")
        except ValueError as error:
            raise PolicyError(
                f"{host[:80]!r} port {port} is not a valid host: {error}.", rule="host:invalid"
            ) from error
        addresses = await self._resolve(name, port)
        for address in addresses:
            rule = self._refusal(name, port, address)
            if rule is not None:
                raise PolicyError(
                    f"{name} port {port} is not open to browsers: it leads to {address}, "
                    f"which is a {rule.replace('_', ' ')} address.",
                    rule=f"address:{rule}",
                )
        return Pinned(name, port, tuple(str(address) for address in addresses))

    async def check_url(self, url: str) -> Pinned:
        """The same for an absolute http or https address.

        Raises: as `check`, and PolicyError with rule `scheme` or `host:invalid`.
        """
        try:
            parsed = ada_url.URL(url)
        except ValueError as error:
            raise PolicyError("That is not a complete web address.", rule="host:invalid") from error
        scheme = parsed.protocol.rstrip(":")
        if scheme not in DEFAULT_PORTS:
            raise PolicyError(f"Addresses with {scheme[:20]}: are not open.", rule="scheme")
        return await self.check(parsed.hostname, int(parsed.port or DEFAULT_PORTS[scheme]))

    async def _resolve(self, name: str, port: int) -> list[IPAddress]:
        try:
            return [unwrap(ipaddress.ip_address(name))]
        except ValueError:
            pass
        try:
            async with asyncio.timeout(self._timeout_s):
                found = await self._resolver(name, port)
            addresses = [unwrap(ipaddress.ip_address(text)) for text in found]
        except (OSError, UnicodeError, ValueError) as error:  # TimeoutError is an OSError
            raise BrowserError(f"{name} has no address.", code="name_not_resolved") from error
        if not addresses:
            raise BrowserError(f"{name} has no address.", code="name_not_resolved")
        return addresses

    def _refusal(self, name: str, port: int, address: IPAddress) -> str | None:
        rule = address_rule(address)
        if rule is None and address in self._own_addresses():
            rule = "this_host"  # a public address of ours reaches services meant for loopback
        if rule is None:
            return None
        if any(address.version == net.version and address in net for net in self._networks):
            return None
        if (name, port) in self._names and (rule in _OPENED_BY_NAME or name == str(address)):
            return None
        return rule

    def _own_addresses(self) -> frozenset[IPAddress]:
        """Addresses of this machine's interfaces, read again once a minute."""
        if time.monotonic() - self._own_read_at > 60:
            own = set()
            for entries in psutil.net_if_addrs().values():
                for entry in entries:
                    if entry.family in (socket.AF_INET, socket.AF_INET6):
                        own.add(ipaddress.ip_address(entry.address.partition("%")[0]))
            self._own, self._own_read_at = frozenset(own), time.monotonic()
        return self._own


def unwrap(address: IPAddress) -> IPAddress:
    """The IPv4 address inside an IPv4-mapped one: the kernel would dial exactly that."""
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped if mapped is not None else address


def parse_port(text: str) -> int:
    """A decimal port, 1 to 65535. Raises: ValueError."""
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and 0 < int(text) < 65536):
        raise ValueError("a port is 1 to 65535")
    return int(text)
