"""Killing processes of the product, and what tells that no step was lost or done twice."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from tests.e2e.doors import Run, done, session_of
from tests.e2e.stack import Stack, wait_for

GOES_ON_WITHIN_S = 45.0


@contextmanager
def killed(stack: Stack, name: str) -> Iterator[None]:
    """Kill a process of the product, and go on when the product is ready again."""
    before = stack.kill(name)
    yield
    wait_for(lambda: (stack.pids().get(name) or before) != before, 30, f"a new {name}")
    wait_for(stack.is_ready, 60, "it is ready again")


def kill_worker(stack: Stack, run: Run) -> None:
    """`kill -9` of the worker; the task must go on in time."""
    began = time.monotonic()
    with killed(stack, "worker"):
        run.until("task.notice", GOES_ON_WITHIN_S, kind="resumed")
    assert time.monotonic() - began < GOES_ON_WITHIN_S + 15


def steps_once(run: Run) -> list[int]:
    """Numbers of the steps that ended; none of them began or ended twice."""
    began = [data["step"] for data in run.of_type("task.step_started")]
    ended = [data["step"] for data in run.of_type("task.step_completed")]
    assert began == ended == sorted(set(began))
    return ended


def do_something_else(api: httpx.Client, stack: Stack) -> None:
    """What the worker would do with the other task by mistake, it has done by the end of this."""
    with session_of(api, stack, {"delay_s": 2, "code": "1"}, done()) as other:
        assert other.end()["terminal_reason"] == "done"
