"""Special-purpose network ranges: where no public web site is.

Sources: IANA IPv4 and IPv6 Special-Purpose Address Registries and Multicast Address Space
(2025), plus metadata endpoints of cloud providers, some of which live on public-looking
addresses. `ipaddress.is_private` and `is_global` are not enough: they miss NAT64, 6to4, multicast
and shared address space.
"""

from __future__ import annotations

import ipaddress
from functools import lru_cache

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

# First match wins, so narrow ranges stand before the wide ones that contain them.
_SPECIAL: tuple[tuple[IPNetwork, str], ...] = tuple(
    (ipaddress.ip_network(network), rule)
    for network, rule in (
        ("169.254.169.254/32", "metadata"),
        ("169.254.170.2/32", "metadata"),  # Amazon ECS
        ("169.254.170.23/32", "metadata"),  # Amazon EKS
        ("169.254.42.42/32", "metadata"),  # Scaleway
        ("169.254.0.23/32", "metadata"),  # Tencent
        ("100.100.100.200/32", "metadata"),  # Alibaba
        ("168.63.129.16/32", "metadata"),  # Azure
        ("192.0.0.192/32", "metadata"),  # Oracle
        ("0.0.0.0/8", "unspecified"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "shared"),
        ("127.0.0.0/8", "loopback"),
        ("169.254.0.0/16", "link_local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "reserved"),
        ("192.0.2.0/24", "documentation"),
        ("192.31.196.0/24", "reserved"),  # AS112
        ("192.52.193.0/24", "reserved"),  # AMT
        ("192.88.99.0/24", "6to4"),
        ("192.168.0.0/16", "private"),
        ("192.175.48.0/24", "reserved"),  # AS112
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("255.255.255.255/32", "broadcast"),
        ("240.0.0.0/4", "reserved"),
        ("fd00:ec2::254/128", "metadata"),
        ("fd00:ec2::23/128", "metadata"),
        ("fd20:ce::254/128", "metadata"),
        ("fd00:42::42/128", "metadata"),
        ("fd00:c1::a9fe:a9fe/128", "metadata"),
        ("fe80::a9fe:a9fe/128", "metadata"),
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("::ffff:0:0/96", "ipv4_mapped"),
        ("::ffff:0:0:0/96", "ipv4_translated"),
        ("::/96", "ipv4_compatible"),
        ("64:ff9b::/96", "nat64"),
        ("64:ff9b:1::/48", "nat64"),
        ("100::/64", "discard"),
        ("100:0:0:1::/64", "reserved"),
        ("2001::/32", "teredo"),
        ("2001:2::/48", "benchmarking"),
        ("2001:db8::/32", "documentation"),
        ("2001::/23", "reserved"),
        ("2002::/16", "6to4"),
        ("2620:4f:8000::/48", "reserved"),  # AS112
        ("3ffe::/16", "reserved"),  # 6bone, given back
        ("3fff::/20", "documentation"),
        ("5f00::/16", "reserved"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link_local"),
        ("fec0::/10", "site_local"),
        ("ff00::/8", "multicast"),
    )
)
_GLOBAL_V6 = ipaddress.ip_network("2000::/3")
_BY_VERSION = {
    version: tuple((net, rule) for net, rule in _SPECIAL if net.version == version)
    for version in (4, 6)
}
_LOW_32 = tuple(
    ipaddress.ip_network(text)
    for text in ("64:ff9b::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "::/96")
)
_6TO4 = ipaddress.ip_network("2002::/16")


@lru_cache(maxsize=8192)
def address_rule(address: IPAddress) -> str | None:
    """Name of the special-purpose range that an address lies in, or None when it is public."""
    for network, rule in _BY_VERSION[address.version]:
        if address in network:
            return rule
    if isinstance(address, ipaddress.IPv6Address):
        if address not in _GLOBAL_V6:
            return "reserved"
        # RFC 5214: an IPv4 address behind `5efe` in the interface's part, whatever the prefix.
        if (int(address) >> 32) & 0xFDFFFFFF == 0x00005EFE:
            return "isatap"
    return None


def embedded_ipv4(address: IPAddress) -> ipaddress.IPv4Address | None:
    """The IPv4 address that a translated or tunnelled IPv6 address leads to, if it shows one."""
    if not isinstance(address, ipaddress.IPv6Address) or int(address) <= 1:
        return None
    if any(address in network for network in _LOW_32):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if address in _6TO4:
        return ipaddress.IPv4Address((int(address) >> 80) & 0xFFFFFFFF)
    return None
