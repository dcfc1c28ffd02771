"""Lists of domains as people write them, read the way browsers read hosts.

An entry is a host, which covers its subdomains too, or an address, which covers only itself. A
port narrows it: `shop.example:8443`. `*` covers every host. Spelling does not matter: case, a
final dot, `*.` in front, an origin's scheme, Unicode or punycode, any form of an IPv4 address.
Source: WHATWG URL, host parsing; UTS 46.
"""

from __future__ import annotations

from collections.abc import Iterable

import ada_url

from agents.browser.addresses import canonical_host, parse_port

MAX_ENTRIES = 1_000
EVERYTHING = "*"
_SCHEMES = ("http:", "https:", "ws:", "wss:")


def parse_domain(entry: str) -> str:
    """An entry in its one spelling: `host`, `host:port`, `[v6]:port` or `*`.

    Raises: ValueError saying what is wrong with it.
    """
    text = entry.strip()
    if text == EVERYTHING:
        return text
    host, port = _split(text)
    try:
        name = canonical_host(host)
        number = parse_port(port) if port else None
    except ValueError as error:
        raise ValueError(f"{entry[:100]!r} is not a host: {error}") from None
    if "*" in name:
        raise ValueError(f"{entry[:100]!r}: `*` may only stand alone or in front, as in *.host")
    shown = f"[{name}]" if ":" in name else name
    return shown if number is None else f"{shown}:{number}"


def _split(text: str) -> tuple[str, str]:
    """Host and port (or nothing) of an entry or an origin."""
    _, separator, _ = text.partition("://")
    if separator:
        try:
            url = ada_url.URL(text)
        except ValueError:
            raise ValueError(f"{text[:100]!r} is not an origin such as https://host") from None
        if url.protocol not in _SCHEMES:
            raise ValueError(
                f"{text[:100]!r}: only http and https are known, not {url.protocol[:20]}"
            )
        if url.pathname not in ("", "/") or url.search or url.hash or url.username:
            raise ValueError(f"{text[:100]!r}: give the host alone, without path or user")
        return url.hostname, url.port
    text = text.removesuffix("/")
    if "/" in text:
        raise ValueError(f"{text[:100]!r}: give the host alone, without a path")
    text = text.removeprefix("*").removeprefix(".") if text.startswith(("*.", ".")) else text
    if text.startswith("[") or text.count(":") == 1:
        host, colon, port = text.rpartition(":")
        if colon and not (text.startswith("[") and text.endswith("]")):
            if not port:
                raise ValueError(f"{text[:100]!r} ends in a colon without a port")
            return host, port
    return text, ""


def parse_domains(entries: Iterable[str]) -> list[str]:
    """All entries in their one spelling, each once, in their order. Raises: ValueError."""
    return list(dict.fromkeys(parse_domain(entry) for entry in entries))


class Domains:
    """A list that can be asked: does it cover this host? An empty one covers none."""

    def __init__(self, entries: Iterable[str] = ()) -> None:
        """entries: in any spelling. Raises: ValueError."""
        self.entries: tuple[str, ...] = tuple(parse_domains(entries))
        self._all = EVERYTHING in self.entries
        self._hosts: dict[str, frozenset[int] | None] = {}  # None: every port
        for entry in self.entries:
            host, port = _split(entry)
            name = host.strip("[]")
            if not port or (name in self._hosts and self._hosts[name] is None):
                self._hosts[name] = None
            else:
                self._hosts[name] = (self._hosts.get(name) or frozenset()) | {int(port)}

    def covers(self, host: str, port: int) -> bool:
        """Whether a host or a domain above it is listed. host: any spelling; port: as dialled."""
        if self._all:
            return True
        if not self._hosts:
            return False
        name = _canonical(host)
        while name:
            if name in self._hosts:
                ports = self._hosts[name]
                if ports is None or port in ports:
                    return True
            name = name.partition(".")[2]
        return False

    def __bool__(self) -> bool:
        return bool(self.entries)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Domains) and self.entries == other.entries

    def __hash__(self) -> int:
        return hash(self.entries)

    def __repr__(self) -> str:
        return f"Domains({list(self.entries)!r})"


def _canonical(host: str) -> str:
    """The host's one spelling; empty for what is none, which no list covers."""
    try:
        return canonical_host(host)
    except ValueError:
        return ""
