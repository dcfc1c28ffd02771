"""Which pages may get a caller's value: its domains, and the field that takes it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import ada_url

from agents.ports import Variable

_ADDRESS = re.compile(r"https?://[^\s<>\"'`\])}]+", re.IGNORECASE)


def covers(domain: str, host: str, port: str = "") -> bool:
    """Whether an entry of `allowed_domains` means this host, or one below it.

    An entry with a port means that port only; port is the page's, the scheme's own one filled in.
    Addresses (numbers) have nothing below them.
    """
    found = _parsed(domain)
    if found is None or not host:
        return False
    name, wanted_port, has_port = found
    if has_port and wanted_port != port:
        return False
    is_address = name.startswith("[") or re.fullmatch(r"[\d.]+", name)
    return host == name or (not is_address and host.endswith("." + name))


def within(domain: str, allowed: Iterable[str]) -> bool:
    """Whether all that a domain covers is covered by these already."""
    found = _parsed(domain)
    return found is not None and any(covers(old, found[0], found[1]) for old in allowed)


def domain_problem(domain: str) -> str | None:
    """What is wrong with an entry of `allowed_domains`; None when nothing is."""
    found = _parsed(domain)
    if found is None or not re.search(r"[a-z0-9\]]", found[0]):
        return "is not a host name"
    name = found[0]
    if "*" in name:
        return "may have a star only in front, as *.example.com"
    if "." not in name and name != "localhost" and not name.startswith("["):
        return "is a whole top-level domain"
    return None


def bind(
    variables: Mapping[str, Variable],
    *,
    start_url: str | None,
    policy: Mapping[str, Any] | None = None,
    instructions: str = "",
) -> dict[str, Variable]:
    """The variables, each sensitive one with domains.

    A sensitive value whose caller named none belongs to the host of the start address and to the
    policy's allowed and sign-in domains; without these, to the addresses that the instructions
    name. When there are none at all it may be typed nowhere.
    """
    homes: tuple[str, ...] | None = None
    bound = dict(variables)
    for name, variable in variables.items():
        if variable.sensitive and variable.allowed_domains is None:
            if homes is None:
                homes = _homes(start_url, policy or {}, instructions)
            bound[name] = replace(variable, allowed_domains=homes)
    return bound


def _homes(start_url: str | None, policy: Mapping[str, Any], instructions: str) -> tuple[str, ...]:
    named = [*(policy.get("allowed_domains") or ()), *(policy.get("auth_domains") or ())]
    found = [*_hosts([start_url] if start_url else []), *map(str, named)]
    return tuple(dict.fromkeys(found or _hosts(_ADDRESS.findall(instructions))))


def _hosts(addresses: Iterable[str]) -> list[str]:
    """Hosts with their ports; `www.` in front is dropped, so that a sign-in beside it is meant."""
    hosts = []
    for address in addresses:
        try:
            url = ada_url.URL(address)
        except ValueError:
            continue
        if url.hostname:
            hosts.append(url.host.removeprefix("www."))
    return hosts


def _parsed(domain: str) -> tuple[str, str, bool] | None:
    """(host, port, whether a port was named), or None for what is no host."""
    wanted = domain.strip().lower()
    wanted = wanted.partition("://")[2] or wanted
    wanted = wanted.partition("/")[0].removeprefix("*.").rstrip(".")
    try:
        url = ada_url.URL(f"http://{wanted}")
    except ValueError:
        return None
    name = url.hostname.rstrip(".")
    if not name:
        return None
    has_port = ":" in wanted.rpartition("]")[2]
    return name, url.port or ("80" if has_port else ""), has_port
