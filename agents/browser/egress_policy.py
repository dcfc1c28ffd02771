"""What one session may reach: its task's policy, and what typed secrets have closed since.

After a sensitive value was typed into a page, that page's scripts hold it. From then on the whole
browser reaches only the value's own domains, hosts that the policy names for signing in, and
origins that a person approved (`agents.browser.approved_origins`). This outlives the task, the
worker and the browser's process.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

import ada_url

from agents.browser.addresses import AddressChecker, Pinned
from agents.browser.approved_origins import ApprovedOrigins, place_of
from agents.errors import PolicyError
from agents.guard.domains import Domains, parse_domain
from agents.guard.policy import Kind, Policy

TAINTED = "egress:tainted"
_WORDS = {
    "policy:blocked_domains": "{where} is on the task's list of blocked domains.",
    "policy:allowed_domains": "{where} is not among the domains that the task allows.",
    "policy:redirect_domains": (
        "{where} may only pass on to another page, and this page of it does not."
    ),
    "policy:private_access": "{where} is a private address that the task's policy does not open.",
    TAINTED: (
        "A sensitive value was typed, so this browser may reach only {domains}; {where} is closed. "
        "Where the task may ask, page.goto with the page's address asks a person to open it."
    ),
    "policy:downloads": "The task's policy does not let files be downloaded.",
    "policy:downloads.max_bytes": "The file is larger than the task's policy lets files be.",
}


class SessionEgress:
    """The rules of one session's browser, as they are at this moment.

    Callable as the proxy's policy. Rules change while the browser runs: `on_change` tells. A
    change is kept once `settle` has returned; call it before a value is typed, not after.
    """

    def __init__(
        self,
        policy: Policy | None = None,
        *,
        save: Callable[[dict[str, Any]], Awaitable[None]] | None = None,
    ) -> None:
        """save: keeps `as_json` where another worker finds it."""
        self.policy = policy or Policy()
        self._taints: list[dict[str, Any]] = []
        self._open_when_tainted = Domains()
        self._approved = ApprovedOrigins()
        self.addresses: AddressChecker | None = None  # the proxy's, to judge before asking people
        self._save = save
        self._dirty = True
        self._listeners: list[Callable[[], None]] = []

    # --- what may be reached ----------------------------------------------------------------
    def __call__(self, host: str, port: int, scheme: str) -> str | None:
        """The rule that refuses a connection, or None. scheme: `http` or `tunnel`."""
        return self.refusal(host, port, scheme)

    def refusal(
        self, host: str, port: int, scheme: str = "", *, kind: Kind = "connection"
    ) -> str | None:
        """The rule that refuses, or None. kind: as in `Policy.refusal`."""
        rule = self.policy.refusal(host, port, scheme, kind=kind)
        if rule is not None:
            return rule
        if not self._taints or self._open_when_tainted.covers(host, port):
            return None
        if self._approved.covers(host, port, scheme):
            return None
        policy = self.policy
        for_signing_in = policy.auth_domains.covers(host, port)
        return None if for_signing_in or policy.redirect_domains.covers(host, port) else TAINTED

    def private_refusal(self, pinned: Pinned) -> str | None:
        """The rule that refuses a host which only the server's configuration opened, or None."""
        return self.policy.private_refusal(pinned.host, pinned.port, pinned.addresses)

    def explain(self, rule: str, host: str = "", port: int = 0) -> str:
        """A rule in a sentence for people and models."""
        where = f"{host} port {port}" if port else host or "It"
        domains = ", ".join(self._open_when_tainted.entries) or "nothing else"
        text = _WORDS.get(rule, "{where} is closed by policy.")
        return text.format(where=where, domains=domains)

    def check_url(self, url: str) -> None:
        """Whether a tab may be sent to an address. Its network address is judged at the proxy.

        Raises: PolicyError. What may only redirect passes here; the browser's guard sees more.
        """
        scheme, host, port = place_of(url)
        if not host:
            return
        rule = self.refusal(host, port, _carrier(scheme), kind="document")
        if rule == "policy:redirect_domains":
            rule = self.refusal(host, port, _carrier(scheme), kind="redirect")
        if rule is not None:
            raise PolicyError(self.explain(rule, host, port), rule=rule)

    async def judge(self, url: str) -> None:
        """Judge an address as its proxy does. What the proxy says of a tunnel, no browser shows.

        Raises: PolicyError when it is not open; BrowserError when the name cannot be found.
        """
        self.check_url(url)
        _, host, port = place_of(url)
        if not host or self.addresses is None:
            return
        pinned = await self.addresses.check(host, port)
        rule = self.private_refusal(pinned) if pinned.opened else None
        if rule is not None:
            raise PolicyError(self.explain(rule, host, port), rule=rule)

    async def closed_by_taint(self, url: str) -> bool:
        """Whether an address is shut for nothing but what was typed, so that a person may open it.

        A name is not looked up for this: the look-up alone would carry it out. Raises: PolicyError
        when it is plain without one that the network address stays shut whoever approves.
        """
        scheme, host, port = place_of(url)
        rule = self.refusal(host, port, _carrier(scheme), kind="document") if host else None
        if rule != TAINTED:
            return False
        pinned = await self.addresses.check_unseen(host, port) if self.addresses else None
        rule = self.private_refusal(pinned) if pinned is not None and pinned.opened else None
        if rule is not None:
            raise PolicyError(self.explain(rule, host, port), rule=rule)
        return True

    # --- what changes -----------------------------------------------------------------------
    @property
    def tainted(self) -> bool:
        """Whether a sensitive value was typed in this session."""
        return bool(self._taints)

    @property
    def taints(self) -> list[str]:
        """Names of the values that were typed, oldest first."""
        return list(dict.fromkeys(taint["why"] for taint in self._taints))

    def taint(self, domains: Iterable[str], why: str, *, at: str = "") -> None:
        """A sensitive value is about to be typed: only its domains stay open from now on.

        why: the value's name. at: address of the document that gets it. Hosts without
        subdomains (addresses, localhost) are then open on that document's port alone: on another
        port of theirs is somebody else. What is no domain opens nothing.
        """
        entry = {"domains": _at_port(domains, at), "why": why}
        if entry in self._taints:
            return
        self._taints.append(entry)
        self._changed()

    def approve(self, origin: str) -> None:
        """A person lets the session reach this origin, also when tainted; policy stays above it.

        origin: `https://host[:port]`. Raises: ValueError.
        """
        self._follow(self._approved.opened(origin))

    def follow(self, stored: Mapping[str, Any] | None) -> None:
        """Take over what people approved and took back, as the session's row has it (`as_json`).

        What is older than what is known here is passed over. What cannot be read approves nothing.
        """
        try:
            newer = ApprovedOrigins.from_json(stored or {})
        except ValueError:
            newer = ApprovedOrigins(version=self._approved.version + 1)
        if newer.version > self._approved.version:
            self._follow(newer)

    def _follow(self, approved: ApprovedOrigins) -> None:
        if approved != self._approved:
            self._approved = approved
            self._changed()

    def on_change(self, listener: Callable[[], None] | None) -> None:
        """Tell this listener, and no other, of every change at once."""
        self._listeners = [listener] if listener is not None else []

    def _changed(self) -> None:
        self._dirty = True
        self._open_when_tainted = Domains(
            domain for taint in self._taints for domain in taint["domains"]
        )
        for listener in self._listeners:
            listener()

    # --- keeping it -------------------------------------------------------------------------
    async def settle(self) -> None:
        """Return once every change is kept. What `save` raises comes through."""
        while self._dirty and self._save is not None:
            self._dirty = False
            try:
                await self._save(self.as_json())
            except BaseException:  # cancelled too: what is not kept has to be kept later
                self._dirty = True
                raise

    def as_json(self) -> dict[str, Any]:
        """All of it, for the session's row."""
        return {
            "policy": self.policy.as_dict(),
            "taints": [dict(taint) for taint in self._taints],
            **self._approved.as_json(),
        }

    @classmethod
    def from_json(
        cls,
        data: Mapping[str, Any] | None,
        policy: Policy | None = None,
        *,
        save: Callable[[dict[str, Any]], Awaitable[None]] | None = None,
    ) -> SessionEgress:
        """What `as_json` wrote, under this policy or the one that was written.

        What cannot be read closes everything: nobody knows what was typed.
        """
        data = data or {}
        try:
            egress = cls(policy or Policy.parse(data.get("policy")), save=save)
            for taint in data.get("taints", ()):
                domains = [parse_domain(domain) for domain in taint["domains"]]
                egress._taints.append({"domains": domains, "why": str(taint["why"])})
            egress._approved = ApprovedOrigins.from_json(data)
        except (ValueError, KeyError, TypeError, AttributeError):
            egress = cls(Policy(allowed_domains=Domains()), save=save)
            egress._taints = [{"domains": [], "why": "unreadable rules"}]
        egress._changed()
        egress._dirty = egress.as_json() != dict(data)
        return egress


def _carrier(scheme: str) -> str:
    """What the proxy calls the way that an address of this scheme is fetched."""
    return "http" if scheme == "http" else "tunnel"


def _at_port(domains: Iterable[str], at: str) -> list[str]:
    """Entries in one spelling; those that name one host only, with the document's port."""
    _, host, port = place_of(at)
    found = []
    for domain in domains:
        entry = _readable(domain)
        if entry and entry.strip("[]") == host and _stands_alone(host):
            entry = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        found.append(entry)
    return list(dict.fromkeys(entry for entry in found if entry))


def _readable(domain: str) -> str:
    """An entry in its one spelling, its host if it is an address; empty, so nowhere, if neither."""
    try:
        return parse_domain(domain)
    except ValueError:
        pass
    try:
        return parse_domain(ada_url.URL(domain if "://" in domain else f"http://{domain}").host)
    except ValueError:
        return ""


def _stands_alone(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
