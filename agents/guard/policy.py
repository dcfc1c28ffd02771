"""What a task may reach and do: the policy object, and the form of addresses that may be opened.

Where an address leads on the network (private ranges, rebinding) is judged at the browser's proxy;
here its form is judged, as browsers read it (WHATWG URL), before the browser sees it.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, cast

import ada_url

from agents.browser.addresses import IPAddress, IPNetwork
from agents.errors import PolicyError
from agents.guard.domains import MAX_ENTRIES, Domains, parse_domain
from agents.guard.risk_facts import ALWAYS_ASK, RISKS

if TYPE_CHECKING:
    from agents.executor.gate import ProposedAction

ALLOWED_SCHEMES = ("http:", "https:")
MAX_ADDRESS = 8_000
_HOST_LIKE = re.compile(r"^[\w-]+(\.[\w-]+)+(:\d{1,5})?([/?#]|$)")
_LOCAL_LIKE = re.compile(r"^(localhost|\d{1,3}(\.\d{1,3}){3}|[\w.-]+:\d{1,5})([:/?#]|$)", re.I)
_SCHEME_LIKE = re.compile(r"^\s*([a-z][a-z0-9+.-]*):", re.I)

DECISIONS = ("ask", "allow", "deny")
MAX_DOWNLOAD_BYTES = 100 * 1024 * 1024

Mode = Literal["strict", "guided"]
Decision = Literal["allow", "ask", "deny"]
Kind = Literal["connection", "document", "redirect"]


@dataclass(frozen=True)
class Downloads:
    """Whether files may be fetched, and how large one may be."""

    mode: Decision = "allow"
    max_bytes: int = MAX_DOWNLOAD_BYTES


@dataclass(frozen=True)
class Uploads:
    """Whether files may be given to pages."""

    mode: Decision = "allow"


@dataclass(frozen=True)
class PrivateAccess:
    """Which private addresses a task may use, of those that the server opens at all."""

    entries: tuple[str, ...] = ()
    domains: Domains = field(default_factory=Domains)
    networks: tuple[IPNetwork, ...] = ()

    @classmethod
    def of(cls, entries: Iterable[str]) -> PrivateAccess:
        """entries: hosts, origins, addresses, CIDRs. Raises: ValueError."""
        names: list[str] = []
        networks: list[IPNetwork] = []
        shown = parse_private(entries)
        for entry in shown:
            if "/" in entry:
                networks.append(ipaddress.ip_network(entry))
            else:
                names.append(entry)
        return cls(tuple(shown), Domains(names), tuple(networks))

    def covers(self, host: str, port: int, addresses: Sequence[str]) -> bool:
        """addresses: all that the connection may be made to; each has to be covered."""
        if self.domains.covers(host, port):
            return True
        parsed = [ipaddress.ip_address(address) for address in addresses]
        return bool(parsed) and all(self._holds(address) for address in parsed)

    def _holds(self, address: IPAddress) -> bool:
        return any(address.version == net.version and address in net for net in self.networks)


@dataclass(frozen=True)
class Policy:
    """What one task may reach and do. Made by `parse`; `docs/policy.md` has the meaning.

    allowed_domains: None is no limit, empty is nothing. In every list a host covers its
    subdomains, and blocked_domains wins. private_access: None is whatever the server opens.
    approvals: by risk, `ask`, `allow` or `deny`; None is the approval mode's own choice.
    """

    mode: Mode = "guided"
    allowed_domains: Domains | None = None
    blocked_domains: Domains = field(default_factory=Domains)
    auth_domains: Domains = field(default_factory=Domains)
    redirect_domains: Domains = field(default_factory=Domains)
    private_access: PrivateAccess | None = None
    downloads: Downloads = Downloads()
    uploads: Uploads = Uploads()
    approvals: Mapping[str, str] | None = None

    @classmethod
    def parse(cls, data: Mapping[str, Any] | None) -> Policy:
        """A policy from the wire's object; unknown keys are ignored, null is the default.

        Raises: ValueError, its text beginning with the path of what is wrong.
        """
        data = {key: value for key, value in (data or {}).items() if value is not None}
        lists = {
            name: Domains(_list(data[name], name, parse_domain))
            for name in ("allowed_domains", "blocked_domains", "auth_domains", "redirect_domains")
            if name in data
        }
        private = private_entries(data.get("private_access"))
        downloads = transfer(data.get("downloads"), "downloads")
        limit = downloads.get("max_bytes")
        return cls(
            mode=cast(Mode, _one_of(data.get("mode", "guided"), "mode", ("strict", "guided"))),
            **lists,
            private_access=PrivateAccess.of(private) if private is not None else None,
            downloads=Downloads(
                cast(Decision, downloads.get("mode", "allow")),
                MAX_DOWNLOAD_BYTES if limit is None else min(limit, MAX_DOWNLOAD_BYTES),
            ),
            uploads=Uploads(
                cast(Decision, transfer(data.get("uploads"), "uploads").get("mode", "allow"))
            ),
            approvals=reserved(data.get("approvals")),
        )

    def as_dict(self) -> dict[str, Any]:
        """The wire's object, in its one spelling; `parse` of it gives this policy."""
        private = self.private_access
        return {
            "mode": self.mode,
            "allowed_domains": _entries(self.allowed_domains),
            "blocked_domains": _entries(self.blocked_domains),
            "auth_domains": _entries(self.auth_domains),
            "redirect_domains": _entries(self.redirect_domains),
            "private_access": list(private.entries) if private is not None else None,
            "downloads": {"mode": self.downloads.mode, "max_bytes": self.downloads.max_bytes},
            "uploads": {"mode": self.uploads.mode},
            "approvals": dict(self.approvals) if self.approvals is not None else None,
        }

    def starting_at(self, url: str | None) -> Policy:
        """Strict without a list means the site that the task starts on, and nothing without."""
        if self.mode != "strict" or self.allowed_domains is not None:
            return self
        return replace(self, allowed_domains=Domains(_host_of(url)))

    @property
    def closed(self) -> bool:
        """Whether everything must be listed, not only the pages that are opened."""
        listed = self.allowed_domains
        return self.mode == "strict" or (listed is not None and not listed)

    @property
    def limits_documents(self) -> bool:
        """Whether some public page may not be opened although it can be connected to."""
        return self.allowed_domains is not None or self.mode == "strict"

    def refusal(self, host: str, port: int, scheme: str = "", *, kind: Kind) -> str | None:
        """The name of the rule that refuses, or None.

        kind: `document` is a page opened in a tab; `redirect` one that only passes on to the
        next; `connection` anything at all, when no more is known.
        """
        if self.blocked_domains.covers(host, port):
            return "policy:blocked_domains"
        if not self.limits_documents:
            return None
        allowed = self.allowed_domains or Domains()
        if allowed.covers(host, port) or self.auth_domains.covers(host, port):
            return None
        if kind != "document" and self.redirect_domains.covers(host, port):
            return None
        if kind == "connection" and not self.closed:
            return None
        if kind == "document" and self.redirect_domains.covers(host, port):
            return "policy:redirect_domains"
        return "policy:allowed_domains"

    def private_refusal(self, host: str, port: int, addresses: Sequence[str]) -> str | None:
        """The same for a host that only the server's configuration opened."""
        private = self.private_access
        if private is None or private.covers(host, port, addresses):
            return None
        return "policy:private_access"

    def approval_of(self, risk: str) -> str | None:
        """`ask`, `allow` or `deny` when the policy says so, else None. Uploads are a risk, too."""
        said = (self.approvals or {}).get(risk)
        if risk != "file_upload" or self.uploads.mode == "allow" or said == "deny":
            return said
        return self.uploads.mode


def merged(default: Mapping[str, Any] | None, own: Mapping[str, Any] | None) -> dict[str, Any]:
    """A task's policy over its project's: what the task leaves out or null, the project says."""
    given = {key: value for key, value in (own or {}).items() if value is not None}
    return {**{k: v for k, v in (default or {}).items() if v is not None}, **given}


def _entries(domains: Domains | None) -> list[str] | None:
    return list(domains.entries) if domains is not None else None


def _host_of(url: str | None) -> list[str]:
    try:
        host = ada_url.URL(url or "").host
    except ValueError:
        return []
    return [host] if host else []


def _one_of(value: Any, path: str, known: Sequence[str]) -> str:
    if not isinstance(value, str) or value not in known:
        raise ValueError(f"{path}: must be one of {', '.join(known)}, not {str(value)[:40]!r}")
    return value


def _list(value: Any, path: str, read: Any) -> list[str]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise ValueError(f"{path}: must be a list of texts")
    if len(value) > MAX_ENTRIES:
        raise ValueError(f"{path}: must have at most {MAX_ENTRIES} entries")
    found = []
    for index, entry in enumerate(value):
        if not isinstance(entry, str):
            raise ValueError(f"{path}[{index}]: must be text")
        try:
            found.append(read(entry))
        except ValueError as error:
            raise ValueError(f"{path}[{index}]: {error}") from None
    return found


def parse_private(entries: Iterable[str]) -> list[str]:
    """Hosts, origins, addresses and CIDRs in one spelling. Raises: ValueError."""
    return list(dict.fromkeys(_private_entry(entry) for entry in entries))


def _private_entry(entry: str) -> str:
    text = entry.strip()
    if "/" in text and "://" not in text:
        try:
            return str(ipaddress.ip_network(text, strict=False))
        except ValueError:
            raise ValueError(f"{entry[:100]!r} is not a CIDR such as 10.1.0.0/16") from None
    return parse_domain(text)


def private_entries(value: Any) -> list[str] | None:
    """`private_access` as a list: true and null are None (no further limit), false is empty.

    Raises: ValueError.
    """
    if value is None or value is True or value == "allow":
        return None
    if value is False or value == "deny":
        return []
    if isinstance(value, str):
        raise ValueError('private_access: must be true, false, "allow", "deny" or a list')
    return _list(value, "private_access", _private_entry)


def transfer(value: Any, path: str) -> dict[str, Any]:
    """`downloads` or `uploads`: an object, or its mode alone. Raises: ValueError."""
    if value is None:
        return {}
    if isinstance(value, str):
        value = {"mode": value}
    if not isinstance(value, Mapping):
        raise ValueError(f'{path}: must be an object such as {{"mode": "deny"}}')
    found: dict[str, Any] = {}
    if value.get("mode") is not None:
        found["mode"] = _one_of(value["mode"], f"{path}.mode", ("allow", "ask", "deny"))
    limit = value.get("max_bytes")
    if path == "downloads" and limit is not None:
        if isinstance(limit, bool) or not isinstance(limit, int) or limit < 0:
            raise ValueError(f"{path}.max_bytes: must be a whole number of bytes, 0 or more")
        found["max_bytes"] = limit
    return found


def reserved(value: Any) -> dict[str, str] | None:
    """`approvals` by risk; a list means `ask` for each. None stays None.

    Raises: ValueError, also for a risk that a person always decides and this would allow.
    """
    if value is None:
        return None
    if isinstance(value, Mapping):
        pairs = [(risk, mode) for risk, mode in value.items() if mode is not None]
    elif isinstance(value, Sequence) and not isinstance(value, str):
        pairs = [(risk, "ask") for risk in value]
    else:
        raise ValueError("approvals: must be a list of risks, or an object of risk and decision")
    found = {}
    for risk, mode in pairs:
        name = _one_of(risk, "approvals", RISKS)
        found[name] = _one_of(mode, f"approvals.{name}", DECISIONS)
        if name in ALWAYS_ASK and mode == "allow":
            raise ValueError(f"approvals.{name}: a person always decides on it; use ask or deny")
    return found


class DefaultGate:
    """Lets everything pass but addresses that a task has no business with."""

    async def allow(self, action: ProposedAction) -> None:
        """Raises: PolicyError."""
        if action.url is not None:
            check_address(action.url)


def resolve_address(address: str, base: str = "") -> str:
    """An address as it was meant: relative to the page, or without its scheme.

    base: the page's address. What cannot be understood comes back as it is, for
    `check_address` to refuse.
    """
    text = address.strip()
    if _LOCAL_LIKE.match(text):
        text = f"http://{text}"
    elif _HOST_LIKE.match(text):
        text = f"https://{text}"
    elif not _SCHEME_LIKE.match(text) and base.startswith(("http://", "https://")):
        try:
            return ada_url.URL(text, base).href
        except ValueError:
            return text
    try:
        return ada_url.URL(text).href
    except ValueError:
        return text


def check_address(address: str) -> str:
    """The address in the browser's own spelling.

    Raises: PolicyError, rule `scheme` for anything but http and https, `address` for what is no
    address.
    """
    if len(address) > MAX_ADDRESS:
        raise PolicyError(f"The address has more than {MAX_ADDRESS} characters.", rule="address")
    try:
        url = ada_url.URL(address)
    except ValueError:
        raise PolicyError(
            f"{address[:200]!r} is not an address. Give a full one: https://host/path.",
            rule="address",
        ) from None
    if url.protocol not in ALLOWED_SCHEMES:
        raise PolicyError(
            f"Addresses that start with {url.protocol} may not be opened, only http and https.",
            rule="scheme",
        )
    if not url.hostname:
        raise PolicyError(f"{address[:200]!r} names no host.", rule="address")
    return url.href
