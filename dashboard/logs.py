"""Logging: structlog to stderr, the same for our lines and for those of libraries."""

from __future__ import annotations

import logging
import sys
from types import TracebackType

import structlog

from agents.guard.logs import CleanFormatter


def configure_logging(level: str, *, as_json: bool) -> None:
    """Set logging up for this process. level: a name of `logging`; as_json: one object a line."""
    shared = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    renderer = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0)
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    )
    handler.setFormatter(CleanFormatter(formatter))
    sys.excepthook = _log_the_end
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for noisy in ("httpx", "httpcore", "asyncio", "daphne", "celery.redirected", "axes"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    logging.getLogger("django.request").addFilter(_is_news)
    logging.getLogger("django.security.DisallowedHost").addFilter(_without_trace)
    # One line for each doorbell and each beat would bury what matters.
    for routine in ("celery.app.trace", "celery.worker.strategy", "celery.beat"):
        logging.getLogger(routine).setLevel(logging.WARNING)


def _is_news(record: logging.LogRecord) -> bool:
    """Whether a failed request is worth a line: who asks /readyz is told in the answer."""
    path = getattr(getattr(record, "request", None), "path", "")
    return not (path == "/readyz" and getattr(record, "status_code", 0) == 503)


def _without_trace(record: logging.LogRecord) -> bool:
    """Anybody may send a wrong Host: that is a line, and no trace of ours."""
    record.exc_info = None
    return True


def _log_the_end(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """What nobody caught is told through the log, which keeps secrets out of it."""
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    logging.getLogger("uncaught").critical("uncaught exception", exc_info=(kind, error, trace))
