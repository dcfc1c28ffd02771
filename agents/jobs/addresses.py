"""The one checker of network addresses, as configured: for browsers, webhooks and fetches."""

from __future__ import annotations

from collections.abc import Callable, Collection

from agents.browser.addresses import AddressChecker
from dashboard.conf import Config


def checker_of(config: Config, own_ports: Callable[[], Collection[int]] = tuple) -> AddressChecker:
    """Opens what `WEBAGENT_EGRESS_ALLOW` names, and never our own doors.

    own_ports: further ports of this machine that stay shut.
    """
    return AddressChecker(config.egress_allow_list, never=config.own_origins, own_ports=own_ports)
