"""Runs step code: short Playwright programs in a sandbox, against a guarded page."""

from agents.executor.executor import Executor
from agents.executor.gate import ActionGate, ProposedAction
from agents.executor.sandbox import ExecutorLimits, close_sandbox, warm_up
from agents.executor.stub import STUB, check_code

__all__ = [
    "STUB",
    "ActionGate",
    "Executor",
    "ExecutorLimits",
    "ProposedAction",
    "check_code",
    "close_sandbox",
    "warm_up",
]
