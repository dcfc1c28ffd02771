"""Playwright's errors, retold for a model: what was wrong with which element, what to try."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import structlog
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import TimeoutError as PlaywrightTimeout

from agents.browser.egress_http import FAILURE_HEADER, RULE_HEADER
from agents.errors import ActionError, AgentError, PolicyError
from agents.plain import clip

log = structlog.get_logger(__name__)

# What calls aim at that are about no element.
WHOLE_PAGE = "page"
_MAX = 1_500
_NETWORK = {
    "ERR_NAME_NOT_RESOLVED": "there is no such host",
    "ERR_CONNECTION_REFUSED": "nothing answers at this address",
    "ERR_CONNECTION_TIMED_OUT": "the host did not answer",
    "ERR_TIMED_OUT": "the host did not answer in time",
    "ERR_CONNECTION_RESET": "the connection was cut",
    "ERR_CONNECTION_CLOSED": "the connection was cut",
    "ERR_EMPTY_RESPONSE": "the server closed the connection without an answer",
    "ERR_TOO_MANY_REDIRECTS": "it redirects in a circle",
    "ERR_TUNNEL_CONNECTION_FAILED": "the host does not answer, or is not open to browsers",
    "ERR_PROXY_CONNECTION_FAILED": "the network proxy does not answer",
    "ERR_INTERNET_DISCONNECTED": "there is no network",
    "ERR_CERT": "its certificate is not valid",
    "ERR_SSL": "the encrypted connection failed",
    "ERR_BLOCKED_BY": "it was blocked",
    "ERR_INVALID_URL": "it is not an address",
    "ERR_UNKNOWN_URL_SCHEME": "it is no web address",
    "ERR_HTTP_RESPONSE_CODE_FAILURE": "the server answered with an error and no page",
    "ERR_INVALID_AUTH_CREDENTIALS": "it asks for a user name and password",
    "ERR_ABORTED": "it was broken off (an empty answer, or another navigation began)",
}


class Problem(Exception):
    """A call that failed, as step code and people are told about it.

    raises: the built-in exception that the sandbox sees.
    """

    def __init__(
        self, message: str, *, code: str, raises: Callable[[str], Exception] = RuntimeError
    ) -> None:
        super().__init__(message[:_MAX])
        self.code = code
        self.raises = raises

    def in_sandbox(self) -> Exception:
        return self.raises(str(self))


def not_open(url: str, why: str) -> str:
    """What is said of an address that is refused."""
    return f"{clip(url, 300)} may not be opened. {why}"


def unreachable(url: str, why: str) -> str:
    """What is said of an address that nobody answers at."""
    return f"{clip(url, 300)} could not be opened. {why}"


def check_is_the_sites(headers: Mapping[str, str], url: str) -> None:
    """Tell an answer of the browser's own proxy from one of the site.

    headers: of the answer, names in lower case. Raises: PolicyError; ActionError.
    """
    failure = headers.get(FAILURE_HEADER.decode().lower())
    if failure is None:
        return
    rule = headers.get(RULE_HEADER.decode().lower())
    if rule is not None:
        raise PolicyError(not_open(url, failure), rule=rule)
    raise ActionError(unreachable(url, failure), code="navigation_failed")


def translate(error: Exception, *, tool: str, target: str, timeout_ms: float) -> Problem:
    """Any failure of a call as a Problem."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, PolicyError):
        return Problem(
            f"Refused: {error} Nothing was done; go another way.",
            code=error.code,
            raises=PermissionError,
        )
    if isinstance(error, AgentError):
        return Problem(str(error), code=error.code)
    if isinstance(error, PlaywrightTimeout):
        return _timeout(str(error), tool, target, timeout_ms)
    if isinstance(error, TimeoutError):
        return _no_answer(tool, target, timeout_ms)
    if isinstance(error, PlaywrightError):
        return _playwright(str(error), tool, target)
    if isinstance(error, TypeError | ValueError | AttributeError | KeyError | IndexError):
        return Problem(f"{tool}: {error}", code="bad_arguments", raises=ValueError)
    if isinstance(error, OSError):
        return Problem(
            f"{tool}: the file could not be stored or read ({error.strerror or error}).",
            code="storage_failed",
        )
    log.error("call_broke", tool=tool, exc_info=error)
    return Problem(f"{tool} failed: {type(error).__name__}.", code="action_failed")


def _no_answer(tool: str, target: str, timeout_ms: float) -> Problem:
    call = tool if target == WHOLE_PAGE else f"{tool} on {target}"
    return Problem(
        f"{call}: the page did not answer within {timeout_ms / 1000:g} s. It may be busy, or never "
        "stay: try page.reload(), or open another address.",
        code="page_timeout",
        raises=TimeoutError,
    )


def _timeout(text: str, tool: str, target: str, timeout_ms: float) -> Problem:
    log = _call_log(text)
    waited = f"within {timeout_ms / 1000:g} s"

    def problem(message: str, code: str) -> Problem:
        return Problem(message, code=code, raises=TimeoutError)

    if tool.startswith("page.go") or tool in ("page.reload", "tabs.new"):
        return problem(
            f"{target} did not load {waited}. It may show a part of it: look at the page, or try "
            'wait_until="commit".',
            "navigation_timeout",
        )
    if target == WHOLE_PAGE:
        return _no_answer(tool, target, timeout_ms)
    if tool.startswith("page.wait_for_url"):
        return problem(
            f"The address did not become {target} {waited}. Look at page.url and at the page.",
            "wait_timeout",
        )
    if match := re.search(
        r"(<[^\n]*?)(?: from (<[^\n]*?) subtree)? intercepts pointer events", log
    ):
        cover = _tag(match[2] or match[1])
        return problem(
            f"{target} is covered by {cover}. Close or accept what covers it first (a dialog, a "
            "banner, a menu), or wait for it to go.",
            "element_covered",
        )
    for sign, words, code in (
        (
            "element is not enabled",
            "is disabled. Something else may have to be done first",
            "element_disabled",
        ),
        ("element is not editable", "cannot be edited (read-only)", "element_readonly"),
        ("element is not stable", "kept moving. Wait for the animation to end", "element_moving"),
        ("did not find some options", "", "no_such_option"),
        ("element is outside of the viewport", "cannot be scrolled into view", "element_outside"),
        (
            "element is not visible",
            "is there but not visible. Open what hides it (a menu, a tab, a fold) first",
            "element_hidden",
        ),
    ):
        if sign in log:
            if code == "no_such_option":
                return _no_option(tool, target, log)
            return problem(f"{target} {words} (waited {timeout_ms / 1000:g} s).", code)
    if "locator resolved to" in log:
        found = re.search(r"locator resolved to [^<\n]*(<[^\n]*)", log)
        shown = f" ({_tag(found[1])})" if found else ""
        return problem(
            f"{tool} on {target}{shown} did not come to its end {waited}.", "action_timeout"
        )
    return problem(
        f"Nothing on the page matched {target} {waited}. Look at the page: it may be named "
        "otherwise, be in a frame, or not be loaded yet.",
        "element_not_found",
    )


def _no_option(tool: str, target: str, log: str) -> Problem:
    return Problem(
        f"{target} has no such option. Read its options first: "
        '`await <it>.locator("option").all_inner_texts()`.',
        code="no_such_option",
        raises=ValueError,
    )


def _playwright(text: str, tool: str, target: str) -> Problem:
    head = text.split("Call log:")[0].strip()
    if "strict mode violation" in text:
        return _ambiguous(text, target)
    if match := re.search(r"net::(ERR_\w+)", text):
        words = next((w for name, w in _NETWORK.items() if match[1].startswith(name)), match[1])
        return Problem(f"{target} could not be opened: {words}.", code=_network_code(match[1]))
    if "interrupted by another navigation" in text:
        return Problem(
            f"On the way to {target} the page went elsewhere. Look where it is now.",
            code="navigation_interrupted",
        )
    if re.search(r"is not an? <(input|select)|is not an <|Element is not a", text):
        return Problem(f"{target}: {_first(head)}. Aim at the field itself.", code="wrong_element")
    if "Malformed value" in text or "Cannot type text into" in text:
        return Problem(f"{target}: {_first(head)}.", code="bad_value", raises=ValueError)
    if "expected one of" in text:
        return Problem(f"{tool}: {_first(head)}.", code="bad_value", raises=ValueError)
    if "Unknown key" in text:
        return Problem(
            f'{_first(head)}. Keys are named like "Enter", "Tab", "ArrowDown", "Control+a".',
            code="bad_value",
            raises=ValueError,
        )
    if re.search(
        r"(is not a valid|Unexpected token|Unknown engine|while parsing|unexpected end of)", text
    ):
        return Problem(
            f"{target} is not a valid selector: {_first(head)}.",
            code="bad_selector",
            raises=ValueError,
        )
    if "crash" in text.lower():
        return Problem("The page crashed. It is reopened: look at it again.", code="page_crashed")
    if "has been closed" in text or "Target closed" in text:
        return Problem(
            "This tab was closed. Use `page`, the active tab, and look at it again.",
            code="tab_closed",
        )
    if re.search(r"detached|not attached|context was destroyed|Frame was detached", text):
        return Problem(
            f"The page changed while {tool} was at work on {target}. Look at it again.",
            code="page_changed",
        )
    return Problem(f"{tool} on {target}: {_first(head)}", code="action_failed")


def _ambiguous(text: str, target: str) -> Problem:
    count = re.search(r"resolved to (\d+) elements", text)
    found = re.findall(r"^\s*\d+\) (<.*?>.*?) aka (.+)$", text, flags=re.M)
    lines = [f"  {i}) {_tag(tag)}  {_ours(aka)}" for i, (tag, aka) in enumerate(found[:5], 1)]
    more = "" if len(found) <= 5 else "\n  ..."
    return Problem(
        f"{target} matches {count[1] if count else 'several'} elements:\n"
        + "\n".join(lines)
        + more
        + "\nAim at one: a name with exact=True, one of the locators above, .filter(has_text=...), "
        ".first or .nth(i).",
        code="several_elements",
    )


def _ours(aka: str) -> str:
    """Playwright's suggestion in Python's spelling."""
    aka = aka.strip()
    return aka if aka.startswith("page.") else f"page.{aka}"


def _call_log(text: str) -> str:
    return text.partition("Call log:")[2] or text


def _tag(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 140 else text[:139] + "…"


def _first(head: str) -> str:
    """The first line, without Playwright's own prefix."""
    line = next((line for line in head.splitlines() if line.strip()), "it failed")
    line = re.sub(
        r"^(?:Locator|Page|Frame|ElementHandle|Keyboard|Mouse|BrowserContext)\.\w+: ", "", line
    )
    line = re.sub(r"^Error: ", "", line.strip())
    return line.strip()[:300].rstrip(".")


def _network_code(name: str) -> str:
    if "TUNNEL" in name or "BLOCKED" in name:
        return "navigation_refused"
    return "navigation_failed"
