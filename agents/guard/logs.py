"""What a process must not write to its log: values of its running tasks, and keys by their look.

`clean` gets each finished line, so it covers our lines, those of libraries, and tracebacks alike.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Mapping

from agents.guard.redactor import Redactor

_lock = threading.Lock()
_protected: dict[str, Mapping[str, str]] = {}
_redactor = Redactor({})

# Keys by their look: ours, those of model providers and of common services, and what comes after
# words that announce one.
_KEYS = re.compile(
    r"\b(?:wa_live_\w{8}|whsec_|sk-(?:ant-|proj-|or-v1-)?|AIza|gh[pousr]_|github_pat_|xox[abprs]-"
    r"|AKIA|hf_|gsk_|glpat-|npm_)(?P<rest>[A-Za-z0-9+/_=-]{10,})"
    r"|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"
)
_HEADERS = re.compile(
    r"(?i)(\b(?:proxy-)?authorization['\"]?\s*[:=,]\s*['\"]?(?:(?:bearer|basic|token|digest)\s+)?"
    r"|\b(?:x-api-key|x-goog-api-key|api[_-]?key|set-cookie|cookie|client_secret|access_token"
    r"|refresh_token|password|passwd)['\"]?\s*[:=]\s*['\"]?"
    r"|\bbearer\s+)(?!\[|\{\{|None\b|null\b)([^\s'\",;&]{4,})"
)
_USER_IN_URL = re.compile(r"(?<=://)[^\s/@:]+:[^\s/@]+(?=@)")
REMOVED = "[removed]"


def protect(owner: str, values: Mapping[str, str]) -> None:
    """From now on these values (name -> value) are taken out of this process's log."""
    with _lock:
        _protected[owner] = {name: value for name, value in values.items() if value}
        _rebuild()


def release(owner: str) -> None:
    """The owner's values need no protection any more."""
    with _lock:
        if _protected.pop(owner, None) is not None:
            _rebuild()


def clean(line: str) -> str:
    """A finished log line, tracebacks included, fit to be written."""
    line = _redactor.text(line)
    line = _KEYS.sub(_short, line)
    line = _HEADERS.sub(lambda match: match[1] + REMOVED, line)
    return _USER_IN_URL.sub(REMOVED, line)


def _short(match: re.Match[str]) -> str:
    """The start of a key may stay: it says which one it was."""
    rest = match["rest"]
    return REMOVED if rest is None else match[0][: -len(rest)] + REMOVED


def _rebuild() -> None:
    global _redactor
    merged: dict[str, str] = {}
    for owner, values in _protected.items():
        merged |= {f"{owner}/{name}" if name in merged else name: v for name, v in values.items()}
    _redactor = Redactor(merged)


class CleanFormatter(logging.Formatter):
    """Formats as another formatter does, then cleans the line."""

    def __init__(self, inner: logging.Formatter) -> None:
        super().__init__()
        self._inner = inner

    def format(self, record: logging.LogRecord) -> str:
        """The line without secrets."""
        return clean(self._inner.format(record))
