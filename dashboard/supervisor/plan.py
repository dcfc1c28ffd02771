"""What `up` was asked to start, resolved once: addresses, directories, environment, commands."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from dashboard.conf import BASE_DIR, Config, config, misfit


class StartError(Exception):
    """Why it cannot start, in one sentence that says what to do."""


@dataclass(frozen=True)
class Plan:
    """A start, as it was asked for."""

    config: Config
    data_dir: Path
    environment: dict[str, str] = field(repr=False)  # of every child; holds the Redis password

    @property
    def practice(self) -> bool:
        """Whether the practice site is part of it."""
        return self.config.practice

    @property
    def practice_port(self) -> int:
        return self.config.practice_port or self.config.port + 1

    @property
    def practice_host(self) -> str:
        """Where the practice site listens: on loopback, unless one address was named."""
        host = self.config.host
        return "127.0.0.1" if host in ("0.0.0.0", "::") else host

    @property
    def logs_dir(self) -> Path:
        return self.data_dir / "logs"

    @property
    def run_dir(self) -> Path:
        """What belongs to the running instance: its lock, its processes, its schema stamp."""
        return self.data_dir / "run"

    def commands(self) -> dict[str, list[str]]:
        """Name -> command line of every child but Valkey."""
        python, c = [sys.executable, "-m"], self.config
        web = [
            *python,
            "dashboard.web",
            "--bind",
            c.host,
            "--port",
            str(c.port),
            "--verbosity",
            "0",
        ]
        queues = f"tasks,host.{c.host_name},ticks,deliveries,sweep"
        # Without gossip and mingle: they only slow a worker's start down by a second.
        worker = [
            *python, "celery", "--app", "agents.jobs", "--quiet", "worker",
            "--include", "dashboard.supervisor.embedded_beat",
            # Jobs only ring the worker's event loop, which runs the tasks; few threads suffice.
            "--pool", "threads", "--concurrency", "8",
            "--queues", queues, "--hostname", f"worker@{c.host_name}", "--beat",
            "--loglevel", c.log_level, "--without-gossip", "--without-mingle",
        ]  # fmt: skip
        found = {"web": [*web, "dashboard.asgi:application"], "worker": worker}
        if self.practice:
            found["practice"] = [
                *python, "practice",
                "--host", self.practice_host, "--port", str(self.practice_port),
                "--keep", str(self.data_dir / "practice.json"),
            ]  # fmt: skip
        return found


def make_plan(
    *, no_practice: bool = False, host: str | None = None, port: int | None = None
) -> Plan:
    """Read the configuration; what the command line names wins over the environment.

    Raises: StartError for a setting that is no use.
    """
    if no_practice:
        os.environ["WEBAGENT_PRACTICE"] = "0"
    if host is not None:
        os.environ["WEBAGENT_HOST"] = host
    if port is not None:
        os.environ["WEBAGENT_PORT"] = str(port)
    try:
        found = config()
    except ValidationError as error:
        raise StartError(misfit(error)) from None
    if found.practice and (found.practice_port or found.port + 1) > 65535:
        raise StartError(
            f"Port {found.port} leaves none for the practice site: set WEBAGENT_PRACTICE_PORT, "
            "or start with --no-practice."
        )
    if found.practice and found.practice_port == found.port:
        raise StartError(
            f"Port {found.port} is the web server's: choose another one for the practice site with "
            "WEBAGENT_PRACTICE_PORT."
        )
    data_dir = found.data_dir.expanduser().absolute()
    environment = os.environ | {
        "PYTHONUNBUFFERED": "1",
        # Django's checks are for developers; a worker would load all pages and the API for them.
        "CELERY_SKIP_CHECKS": "1",
        "DJANGO_SETTINGS_MODULE": "dashboard.settings",
        "WEBAGENT_DATA_DIR": str(data_dir),
        "WEBAGENT_HOST": found.host,
        "WEBAGENT_PORT": str(found.port),
        "PYTHONPATH": os.pathsep.join(
            [str(BASE_DIR), *filter(None, [os.environ.get("PYTHONPATH")])]
        ),
    }
    return Plan(config=found, data_dir=data_dir, environment=environment)
