"""How a browser is to be started."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class BrowserOptions:
    """Options of one browser process.

    executable: None finds one (see `find_browser`). width, height: viewport in CSS px.
    no_sandbox: None switches Chromium's sandbox off for root only, since Chromium refuses to run
    as root with it; True switches it off for anybody (a system without user namespaces).
    own_network: run it in a network namespace of its own, from which only its proxy is reachable;
    such a browser needs a proxy. extra_args: further command-line switches, after ours.
    timezone: IANA name, e.g. Europe/Berlin.
    """

    executable: str | None = None
    headless: bool = True
    width: int = 1280
    height: int = 800
    no_sandbox: bool | None = None
    extra_args: tuple[str, ...] = ()
    locale: str = "en-US"
    timezone: str | None = None
    own_network: bool = False
