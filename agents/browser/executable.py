"""Finding a browser on this machine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from agents.errors import BrowserError

PATH_VARIABLE = "WEBAGENT_BROWSER_PATH"

# The real binaries come before the names on PATH: distributions put shell scripts there, which
# stay alive as the browser's parent and pass no signal on.
_SHELLS = (
    "/usr/lib/chromium/chromium-headless-shell",
    "/usr/lib64/chromium-browser/headless_shell",
    "chromium-headless-shell",
    "chrome-headless-shell",
    "headless_shell",
)
_CHROMIUMS = (
    "/usr/lib/chromium/chromium",
    "/usr/lib64/chromium-browser/chromium-browser",
    "/usr/lib/chromium-browser/chromium-browser",
    "chromium",
    "chromium-browser",
)
_CHROMES = (
    "/opt/google/chrome/chrome",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)


def find_browser(explicit: str | None = None, *, headless: bool = True) -> str:
    """Path of the browser to start.

    Order: `explicit`, WEBAGENT_BROWSER_PATH, headless shell (half of Chromium's memory), Chromium,
    Chrome, Playwright's own. A browser that was named is used or refused, never replaced.

    Raises: BrowserError with one sentence that says what to do.
    """
    named = explicit or os.environ.get(PATH_VARIABLE)
    if named:
        return _named(named, PATH_VARIABLE if not explicit else "the browser setting")
    names = (*_SHELLS, *_CHROMIUMS, *_CHROMES) if headless else (*_CHROMIUMS, *_CHROMES)
    for name in names:
        if found := shutil.which(name):
            return found
    for path in _playwrights_own(headless):
        if os.access(path, os.X_OK):
            return str(path)
    raise BrowserError(
        "No browser was found: install Chromium (`apt install chromium-headless-shell`, or "
        f"`playwright install --with-deps chromium`), or set {PATH_VARIABLE} to one.",
        code="browser_not_found",
    )


def is_headless_shell(executable: str) -> bool:
    """Whether this is the small build without a window, which needs no --headless."""
    return "headless" in Path(executable).name


def _named(name: str, source: str) -> str:
    found = shutil.which(str(Path(name).expanduser()))
    if found:
        return str(Path(found).absolute())  # the browser is started in another directory
    path = Path(name).expanduser()
    if path.is_dir():
        problem = "is a directory, not a program"
    elif path.exists():
        problem = "is not executable"
    else:
        problem = "does not exist"
    raise BrowserError(
        f"{source} names {name}, which {problem}: point it at a Chromium or Chrome executable, "
        "or leave it out to have one found.",
        code="browser_not_found",
    )


def _playwrights_own(headless: bool) -> Iterator[Path]:
    """Browsers that `playwright install` put into its cache, newest first."""
    custom = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    roots = (
        [Path(custom)]
        if custom and custom != "0"
        else [Path.home() / ".cache/ms-playwright", Path.home() / "Library/Caches/ms-playwright"]
    )
    shells = ("chromium_headless_shell-*/*/*headless*shell",)
    full = (
        "chromium-*/chrome-linux*/chrome",
        "chromium-*/chrome-mac*/*.app/Contents/MacOS/*",
    )
    for pattern in (*shells, *full) if headless else full:
        for root in roots:
            yield from sorted(root.glob(pattern), key=_revision, reverse=True)


def _revision(path: Path) -> int:
    numbers = [part.rpartition("-")[2] for part in path.parts if part.startswith("chromium")]
    return int(numbers[0]) if numbers and numbers[0].isdigit() else 0
