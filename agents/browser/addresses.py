"""Which network addresses a browser may reach: every name is resolved once and judged whole.

A name is refused when any one of its addresses is special-purpose, so that a mixed answer or a
second look-up (DNS rebinding) cannot slip a private one in: callers connect to the addresses
returned here and never resolve again.

One checker serves the browsers' proxies, webhooks and every fetch of our own. Which ranges are
special-purpose is in `ranges`.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache, partial

import ada_url
import psutil

from agents.browser.ranges import IPAddress, IPNetwork, address_rule, embedded_ipv4
from agents.errors import BrowserError, PolicyError

__all__ = [
    "DEFAULT_PORTS",
    "AddressChecker",
    "IPAddress",
    "IPNetwork",
    "Pinned",
    "address_rule",
    "canonical_host",
    "parse_port",
    "plain_name",
]

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]

DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}

# What an allowed *name* opens. A name that somebody points at a metadata service stays shut.
_OPENED_BY_NAME = frozenset({"private", "loopback", "shared", "site_local", "this_host"})
_FORBIDDEN_IN_HOST = frozenset("/?#@\\:<>^|%[] ")
# RFC 6761: what `localhost` and all below it mean, whatever a name server says.
_LOOPBACK = ipaddress.IPv4Address("127.0.0.1")
# Names of metadata services; they resolve inside a cloud only, and there to link-local addresses.
_METADATA_NAMES = ("metadata.google.internal", "metadata.goog", "instance-data.ec2.internal")


@dataclass(frozen=True)
class Pinned:
    """A host that passed: connect to `addresses`, in this order, and never resolve it again."""

    host: str
    port: int
    addresses: tuple[str, ...]
    opened: str | None = None  # the special range that the configuration opened, if any

    @property
    def address(self) -> str:
        return self.addresses[0]


@lru_cache(maxsize=4096)
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


def plain_name(host: str) -> str | None:
    """The host in its one spelling when it is a name; None for an address or what is none."""
    try:
        name = canonical_host(host)
    except ValueError:
        return None
    return None if is_literal(name) else name


@lru_cache(maxsize=4096)
def is_literal(name: str) -> bool:
    """Whether a canonical host is an address, not a name."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


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

    never: origins of our own doors, which nothing in `allow` opens: as a name, at that name's
    addresses, and at every address of this machine. own_ports: further ports of this machine
    that stay shut (debugging ports, other sessions' proxies).
    """

    def __init__(
        self,
        allow: Sequence[str] = (),
        *,
        never: Sequence[str] = (),
        own_ports: Callable[[], Collection[int]] = tuple,
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
        self._never = {_origin(entry) for entry in never}
        self._never_at: dict[str, tuple[float, frozenset[IPAddress]]] = {}
        self._own_ports = own_ports
        for entry in allow:
            self._open(entry.strip())

    def _open(self, entry: str) -> None:
        try:
            if "://" in entry:
                self._names.add(_origin(entry))
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
        if name in _METADATA_NAMES:
            raise _refused(name, port, "metadata", name)
        addresses = await self._resolve(name, port)
        if await self._is_ours(name, port, addresses):
            raise PolicyError(
                f"{name} port {port} is not open: it is this service itself.",
                rule="address:own_service",
            )
        opened = None
        for address in addresses:
            rule = self._special(address)
            if rule is None:
                continue
            if not self._allowed(name, port, address, rule):
                raise _refused(name, port, rule, str(address))
            opened = rule
        return Pinned(name, port, tuple(str(address) for address in addresses), opened)

    async def check_unseen(self, host: str, port: int) -> Pinned | None:
        """What `check` says of a host, if that is certain without asking any name server for it.

        None: it has to be looked up. Raises: PolicyError, as `check`.
        """
        with contextlib.suppress(ValueError):
            name = canonical_host(host)
            if (name, port) in self._never:
                raise PolicyError(
                    f"{name} port {port} is not open: it is this service itself.",
                    rule="address:own_service",
                )
            local = name == "localhost" or name.endswith(".localhost")
            if not (is_literal(name) or local or name in _METADATA_NAMES):
                return None
        return await self.check(host, port)

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
        if is_literal(name):
            return [unwrap(ipaddress.ip_address(name))]
        if name.endswith(".localhost"):
            return [_LOOPBACK]
        try:
            async with asyncio.timeout(self._timeout_s):
                found = await self._resolver(name, port)
            addresses = [unwrap(ipaddress.ip_address(text)) for text in found]
        except (OSError, UnicodeError, ValueError) as error:  # TimeoutError is an OSError
            if name == "localhost":
                return [_LOOPBACK]
            raise BrowserError(f"{name} has no address.", code="name_not_resolved") from error
        if name == "localhost" and not all(address.is_loopback for address in addresses):
            return [_LOOPBACK]
        if not addresses:
            raise BrowserError(f"{name} has no address.", code="name_not_resolved")
        return addresses

    def _special(self, address: IPAddress) -> str | None:
        rule = address_rule(address)
        if rule is None and address in self._own_addresses():
            return "this_host"  # a public address of ours reaches services meant for loopback
        return rule

    def _allowed(self, name: str, port: int, address: IPAddress, rule: str) -> bool:
        """Whether the configuration opens a special-purpose address."""
        if any(address.version == net.version and address in net for net in self._networks):
            # A translated address leads where the IPv4 address in it leads.
            inner = embedded_ipv4(address)
            inner_rule = self._special(inner) if inner is not None else None
            return inner_rule is None or self._allowed(str(inner), port, inner, inner_rule)  # type: ignore[arg-type]
        return (name, port) in self._names and (rule in _OPENED_BY_NAME or name == str(address))

    async def _is_ours(self, name: str, port: int, addresses: Sequence[IPAddress]) -> bool:
        """Whether this leads to the console, or to a port of this machine that is nobody's."""
        doors = {door for door, at in self._never if at == port}
        if not doors and port not in self._own_ports():
            return False
        if name in doors or any(self._is_here(address) for address in addresses):
            return True
        for door in doors:
            if await self._addresses_of(door, port) & set(addresses):
                return True
        return False

    async def _addresses_of(self, door: str, port: int) -> frozenset[IPAddress]:
        """Where a door of ours is found from outside, looked up again once a minute."""
        read_at, found = self._never_at.get(door, (float("-inf"), frozenset()))
        if time.monotonic() - read_at > 60:
            with contextlib.suppress(BrowserError):
                found = frozenset(await self._resolve(door, port))
            self._never_at[door] = (time.monotonic(), found)
        return found

    def _is_here(self, address: IPAddress) -> bool:
        loopback = address_rule(address) in ("loopback", "unspecified")
        return loopback or address in self._own_addresses()

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


def _origin(entry: str) -> tuple[str, int]:
    """Host and port of an origin. Raises: ValueError."""
    url = ada_url.URL(entry)
    scheme = url.protocol.rstrip(":")
    if scheme not in DEFAULT_PORTS or url.pathname not in ("", "/") or url.search:
        raise ValueError("not an origin")
    return canonical_host(url.hostname), int(url.port or DEFAULT_PORTS[scheme])


def _refused(name: str, port: int, rule: str, address: str) -> PolicyError:
    return PolicyError(
        f"{name} port {port} is not open to browsers: it leads to {address}, "
        f"which is a {rule.replace('_', ' ')} address.",
        rule=f"address:{rule}",
    )


def unwrap(address: IPAddress) -> IPAddress:
    """The IPv4 address inside an IPv4-mapped one: the kernel would dial exactly that."""
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped if mapped is not None else address


def parse_port(text: str) -> int:
    """A decimal port, 1 to 65535. Raises: ValueError."""
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and 0 < int(text) < 65536):
        raise ValueError("a port is 1 to 65535")
    return int(text)
