"""The browser's command line and environment."""

from __future__ import annotations

import os
from pathlib import Path

from agents.browser.options import BrowserOptions

# Written by the browser into its profile once it listens: port, then path.
PORT_FILE = "DevToolsActivePort"

# No traffic of the browser's own, no first-run pages, no throttling of tabs in the background
# (an agent's tab is seldom in front), no crash uploads, no prompts that wait for a person.
_ALWAYS = (
    "--remote-debugging-address=127.0.0.1",
    "--remote-debugging-port=0",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-service-autorun",
    "--no-pings",
    "--disable-background-networking",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--disable-back-forward-cache",
    "--disable-breakpad",
    "--disable-crash-reporter",
    "--disable-client-side-phishing-detection",
    "--disable-component-extensions-with-background-pages",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-field-trial-config",
    "--disable-hang-monitor",
    "--disable-infobars",
    "--disable-popup-blocking",
    "--disable-prompt-on-repost",
    "--disable-search-engine-choice-screen",
    "--disable-sync",
    "--allow-pre-commit-input",
    "--force-color-profile=srgb",
    "--hide-scrollbars",
    "--metrics-recording-only",
    "--mute-audio",
    "--password-store=basic",
    "--use-mock-keychain",
    # Errors of its own only. What pages say to their console, which may be a secret and have no
    # end, is of a lower level. Without the second switch the first is not heeded.
    "--log-level=2",
    "--enable-logging=stderr",
    "--disable-features="
    + ",".join(
        (
            "AimEnabled",
            "AutofillServerCommunication",
            "DestroyProfileOnBrowserClose",
            "DialMediaRouteProvider",
            "HttpsFirstBalancedModeAutoEnable",
            "HttpsUpgrades",
            "InterestFeedContentSuggestions",
            "LensOverlay",
            "MediaRouter",
            "NetworkTimeServiceQuerying",
            "OptimizationHints",
            "PaintHolding",
            "PreconnectToSearch",
            # A page nobody opened yet is no tab, which is where documents are judged; nor does what
            # is fetched ahead by speculation rules pass the network hold.
            "Prerender2",
            "Prerender2FallbackPrefetchSpecRules",
            "Translate",
            # Peers below `.local` are asked for by multicast, past the proxy. Local addresses,
            # which such names are to hide, are not told at all (below).
            "WebRtcHideLocalIpsWithMdns",
        )
    ),
    "--enable-features=CDPScreenshotNewSurface,SkipListAccountsWithoutGaiaCookies,"
    # No prefetch of speculation rules ever gets its turn: there is no switch that forbids them.
    "PrefetchMultipleActiveSetSizeLimitForBase:"
    "prefetch_multiple_active_set_size_limit_for_base_value/0",
    # UDP goes round any HTTP proxy: no QUIC, and WebRTC over the proxy or not at all.
    "--disable-quic",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
)

# What a browser may know of our environment. Everything else stays out: keys and passwords of the
# worker must not be readable by a compromised browser.
_PASSED_ON = (
    "PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "LD_LIBRARY_PATH", "FONTCONFIG_PATH",
    "FONTCONFIG_FILE", "XDG_RUNTIME_DIR", "XDG_CACHE_HOME", "XDG_DATA_DIRS",
)  # fmt: skip
_FOR_A_WINDOW = ("DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY")


def command_line(
    executable: str,
    options: BrowserOptions,
    *,
    user_data_dir: Path,
    proxy_port: int | None,
    headless_shell: bool,
) -> list[str]:
    """The argument list; the profile's directory is in it, which is how orphans are recognised."""
    language = options.locale.partition("-")[0]
    argv = [executable, *_ALWAYS]
    if options.headless:
        argv.append("--headless" if headless_shell else "--headless=new")
    if no_sandbox(options):
        argv.append("--no-sandbox")
    if proxy_port is not None:
        argv += [
            f"--proxy-server=http://127.0.0.1:{proxy_port}",
            # Without this Chromium goes straight to loopback and link-local addresses.
            "--proxy-bypass-list=<-loopback>",
            # Names are resolved by the proxy, which checks what they resolve to; never here.
            "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
        ]
    else:
        argv.append("--no-proxy-server")
    argv += [
        f"--user-data-dir={user_data_dir}",
        f"--window-size={options.width},{options.height}",
        f"--lang={options.locale}",
        f"--accept-lang={options.locale},{language}",
        *options.extra_args,
        "about:blank",
    ]
    return argv


def no_sandbox(options: BrowserOptions) -> bool:
    """Whether Chromium's own sandbox is off: when asked for, else only for root."""
    if options.no_sandbox is not None:
        return options.no_sandbox
    return hasattr(os, "geteuid") and os.geteuid() == 0


def browser_environment(options: BrowserOptions) -> dict[str, str]:
    """A small environment: no secrets, no proxy of the worker's, no desktop bus."""
    names = _PASSED_ON if options.headless else _PASSED_ON + _FOR_A_WINDOW
    env = {name: os.environ[name] for name in names if name in os.environ}
    env["LANG"] = f"{options.locale.replace('-', '_')}.UTF-8"
    env["LANGUAGE"] = options.locale.replace("-", "_")
    env["TZ"] = options.timezone or os.environ.get("TZ", "UTC")
    env["DBUS_SESSION_BUS_ADDRESS"] = "disabled:"
    return env
