"""What was wrong with a step's code, in words that help a model to repair it."""

from __future__ import annotations

import ast
import builtins
import re
from dataclasses import dataclass

from pydantic_monty import MontyRuntimeError

from agents.executor.signatures import api

SYNTAX = "The code is not valid Python"

_DIAGNOSTIC = re.compile(r"^[^:\n]*:(\d+):(\d+): (error|warning)\[([\w-]+)\] (.*)$")
# Rules that are right whatever the values turn out to be. Others (an optional that is never None
# in practice, a list that changes its type) would reject programs that work.
_CERTAIN = frozenset(
    {
        "invalid-syntax",
        "unused-awaitable",
        "missing-argument",
        "unknown-argument",
        "too-many-positional-arguments",
        "invalid-await",
        "unresolved-reference",
        "unresolved-import",
        "parameter-already-assigned",
    }
)
_MAX_SHOWN = 5


class StepError(Exception):
    """The step's code could not go on. The message is written for a model."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Problem:
    """One finding of the type check."""

    line: int
    rule: str
    message: str


def blocking(rendered: str, code: str, *, first_line: int = 1) -> list[Problem]:
    """The findings that are certain enough to refuse the code before anything runs.

    first_line: the number that the checker gave to the code's first line.
    """
    problems: list[Problem] = []
    lines = code.splitlines()
    for text in rendered.splitlines():
        if not (match := _DIAGNOSTIC.match(text)):
            continue
        line, rule, message = int(match[1]) - first_line + 1, match[4], match[5]
        source = lines[line - 1] if 0 < line <= len(lines) else ""
        if not _is_certain(rule, message):
            continue
        if not any(known.line == line and known.rule == rule for known in problems):
            problems.append(Problem(line, rule, _worded(rule, message, source)))
    syntax = [problem for problem in problems if problem.rule == "invalid-syntax"]
    return syntax[:1] or problems


def _is_certain(rule: str, message: str) -> bool:
    if rule == "unresolved-reference":
        name = re.search(r"`(\w+)`", message)  # the checker knows fewer builtins than the sandbox
        return name is None or not hasattr(builtins, name[1])
    if rule == "unresolved-attribute":
        return "in union" not in message and "`Unknown`" not in message
    if rule in ("invalid-argument-type", "no-matching-overload"):
        # Only where our own calls are meant, and not for "might be None".
        ours = re.search(r"(bound method `(\w+)\.|function `(\w+)`)", message)
        known = ours and ((ours[2] in api().classes) or (ours[3] in api().functions))
        return bool(known) and "None" not in message.partition("found")[2]
    if rule == "invalid-context-manager":
        return True
    return rule in _CERTAIN


def _worded(rule: str, message: str, source: str) -> str:
    if rule == "unused-awaitable":
        return "this call is not awaited: put `await` before it"
    if rule == "unresolved-import":
        return f"{message}. {_NO_IMPORT}"
    if rule == "invalid-syntax":
        if "`return` statement outside" in message:
            return "`return` outside of a function: end the code with the value as an expression"
        if "async with" in message or "async with" in source:
            return "`async with` is not available: use popup(target) or download(target)"
        return message
    if rule == "unresolved-attribute" and (
        match := re.search(r"Object of type `(\w+)` has no attribute `(\w+)`", message)
    ):
        near = similar(match[1], match[2])
        return message + (f". Did you mean {near}?" if near else "")
    return message


def similar(owner: str, name: str) -> str:
    """Names that a mistaken one may stand for, or an empty string."""
    import difflib

    if name in ("evaluate", "evaluate_handle", "eval_on_selector", "wait_for_function"):
        return "a reading call (page_text, extract_list, inner_text); JavaScript is switched off"
    if name.startswith(("expect_popup", "expect_page")):
        return "popup(target)"
    if name.startswith("expect_download"):
        return "download(target)"
    if name in ("on", "once", "expect_event", "wait_for_event"):
        return "accept_dialog(target, message), popup(target) or download(target)"
    if name in ("query_selector", "query_selector_all"):
        return "locator(selector)"
    known = [*api().classes.get(owner, {}), *api().attributes.get(owner, ())]
    snake = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
    near = [snake] if snake in known else difflib.get_close_matches(name, known, n=3, cutoff=0.6)
    return " or ".join(f"`{item}`" for item in near)


def code_error(problems: list[Problem], code: str) -> StepError:
    """The findings as one error; nothing has run."""
    lines = code.splitlines()
    told = []
    for problem in problems[:_MAX_SHOWN]:
        source = lines[problem.line - 1].strip() if 0 < problem.line <= len(lines) else ""
        told.append(f"Line {problem.line}: `{_short(source)}`\n  {problem.message}")
    if len(problems) > _MAX_SHOWN:
        told.append(f"... and {len(problems) - _MAX_SHOWN} more.")
    syntax = problems[0].rule == "invalid-syntax"
    head = SYNTAX if syntax else "The code was not run"
    return StepError(f"{head}:\n" + "\n".join(told), code="invalid_code")


def returns_as_expression(code: str) -> str:
    """The code with a `return x` that ends it at top level turned into the expression `x`."""
    if "return" not in code:
        return code
    try:
        body = ast.parse(code).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return code
    last = body[-1] if body else None
    if not isinstance(last, ast.Return):
        return code
    lines = code.splitlines(keepends=True)
    at = lines[last.lineno - 1]
    head = at.encode()[: last.col_offset].decode()
    rest = at.encode()[last.col_offset :].decode().removeprefix("return").lstrip(" \t")
    lines[last.lineno - 1] = head + (rest if rest.strip() else f"None{rest}")
    return "".join(lines)


_NO_FILES = "There is no file system: use files.save_text and files.read_text."
_NO_IMPORT = (
    "Nothing has to be imported for the browser: page, ref, files, tabs and variables are there. "
    "Of the standard library re, json, math, datetime, asyncio and the like can be imported."
)


def run_error(error: MontyRuntimeError) -> StepError:
    """An exception of the running code: the line, what happened, what to try."""
    frames = [f for f in error.traceback() if f.filename.startswith("<python-input")]
    frame = frames[-1] if frames else None
    source = (frame.source_line or "").strip() if frame else ""
    text = error.display("type-msg")[:2000]
    message, kind = _explain(text, source)
    if frame is None:
        return StepError(message, code=kind)
    lines = ", then ".join(f"line {line}" for line in dict.fromkeys(f.line for f in frames[-2:]))
    return StepError(f"{message}\n(at {lines}: `{_short(source)}`)", code=kind)


def _explain(text: str, source: str) -> tuple[str, str]:
    """What is told, and the error code."""
    kind, _, message = text.partition(": ")
    if kind == "TimeoutError" and "sleep limit" in message:
        return "The step slept for too long. Wait for what should appear instead.", "sleep_limit"
    if kind == "TimeoutError" and "time limit exceeded" in message:
        return (
            "The code computed for too long without an end in sight (an endless loop?). "
            "Do less in one step.",
            "cpu_limit",
        )
    if kind == "MemoryError":
        if "printed" in message:
            return message, "output_limit"
        return "The code used too much memory. Work on fewer or smaller values.", "memory_limit"
    if kind == "RecursionError":
        return "The code calls itself too deeply. Use a loop.", "recursion_limit"
    if kind == "RuntimeError" and "suspension" in message:
        return "The step made too many calls. Do less in one step.", "call_limit"
    if kind == "NotImplementedError":
        what = message.removeprefix("The monty syntax parser does not yet support ")
        return f"This Python has no {what}. Write it another way.", "unsupported_syntax"
    if kind == "ModuleNotFoundError" or kind == "ImportError":
        return f"{text}. {_NO_IMPORT}", "code_error"
    if kind == "PermissionError" and message.startswith("Permission denied: "):
        return f"{text}. {_NO_FILES}", "code_error"
    if "is not supported in this environment" in message:
        return f"{text}. The environment is closed to step code.", "code_error"
    if kind == "KeyError" and "variables[" in source:
        return f"There is no variable {message}.", "no_such_variable"
    return text, "code_error"


def _short(source: str, limit: int = 160) -> str:
    source = " ".join(source.split())
    return source if len(source) <= limit else source[: limit - 1] + "…"
