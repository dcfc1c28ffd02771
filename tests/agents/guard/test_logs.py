"""No line of the log holds a value or a key."""

from __future__ import annotations

import io
import json
import logging

import pytest
import structlog

from agents.guard import logs

VALUE = "tr0ub4dor-and-3"


@pytest.fixture
def log():
    """A logger that writes cleaned JSON lines."""
    logs.protect("task_1", {"pw": VALUE})
    shared = [structlog.processors.format_exc_info]
    inner = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(),
        ],
    )
    handler, stream = logging.StreamHandler(io.StringIO()), None
    handler.setFormatter(logs.CleanFormatter(inner))
    logger = logging.getLogger("tests.guard.logs")
    logger.propagate, logger.handlers = False, [handler]
    stream = handler.stream
    yield logger, stream
    logger.handlers = []
    logs.release("task_1")


def test_values_of_running_tasks_stay_out_of_lines_and_tracebacks(log):
    logger, stream = log
    logger.warning("typed %s into %r", VALUE, {"q": VALUE.upper()})
    try:
        held = VALUE  # noqa: F841
        raise ValueError(f"cannot type {VALUE!r}, hex {VALUE.encode().hex()}")
    except ValueError:
        logger.exception("failed")
    written = stream.getvalue()
    assert VALUE not in written.lower() and VALUE.encode().hex() not in written
    assert written.count("{{pw}}") >= 3
    assert [json.loads(line)["event"] for line in written.splitlines()]


def test_a_task_that_ended_protects_nothing_more():
    logs.protect("task_2", {"pw": VALUE})
    logs.protect("task_3", {"pw": "another-value-9"})
    assert logs.clean(f"{VALUE} another-value-9") == "{{pw}} {{task_3/pw}}"
    logs.release("task_2")
    assert logs.clean(f"{VALUE} another-value-9") == f"{VALUE} {{{{pw}}}}"
    logs.release("task_3")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("key wa_live_AbCd1234" + "x" * 40 + " used", "key wa_live_AbCd1234[removed] used"),
        ("whsec_" + "C2FVsBQIhrscChlQIMV+b5sSYspob7oD=", "whsec_[removed]"),
        ("Incorrect API key provided: sk-proj-abcdefghij0123.", "provided: sk-proj-[removed]."),
        ("x AIzaSyA1234567890abcdef", "x AIza[removed]"),
        ("{'Authorization': 'Bearer abcdef123'}", "{'Authorization': 'Bearer [removed]'}"),
        ('"authorization": "Basic dXNlcjpwdw=="', '"authorization": "Basic [removed]"'),
        ("X-API-Key: abcdef", "X-API-Key: [removed]"),
        ("postgres://me:hunter22@db/x", "postgres://[removed]@db/x"),
        ("https://a.example/?password=hunter2&x=1", "?password=[removed]&x=1"),
        ("eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.abc-_9", "[removed]"),
    ],
)
def test_keys_are_known_by_their_look(line, told):
    assert told in logs.clean(line)


@pytest.mark.parametrize(
    "line",
    ["task claimed task=task_01KAM1 fence=3", "the password was refused", "api_key=None",
     "GET /v1/projects/proj_1/secrets 200", "authorization: {{pw}}", "sk-1 is short"],
)  # fmt: skip
def test_other_lines_stay_as_they_are(line):
    assert logs.clean(line) == line
