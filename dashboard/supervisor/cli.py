"""The command line of `up`, shared by `manage.py up` and Django's command of that name."""

from __future__ import annotations

import argparse
import asyncio

from dashboard.supervisor.plan import StartError, make_plan
from dashboard.supervisor.welcome import Terminal

HELP = "Start the whole product and keep it running until Ctrl-C."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `up`. Everything else is set by WEBAGENT_* variables."""
    parser.add_argument("--no-practice", action="store_true", help="leave the practice site out")
    parser.add_argument("--host", help="address to listen on (WEBAGENT_HOST, 127.0.0.1)")
    parser.add_argument("--port", type=int, help="port of the console (WEBAGENT_PORT, 8000)")


def run(*, no_practice: bool = False, host: str | None = None, port: int | None = None) -> int:
    """Start and supervise; the exit status."""
    from dashboard.supervisor.up import Supervisor

    terminal = Terminal()

    async def supervise() -> int:
        return await Supervisor(plan, terminal).run()

    try:
        plan = make_plan(no_practice=no_practice, host=host, port=port)
        return asyncio.run(supervise())
    except StartError as error:
        terminal.complain(str(error))
        return 1


def main(arguments: list[str]) -> int:
    """`manage.py up ...`, without loading Django into the supervisor."""
    parser = argparse.ArgumentParser(prog="manage.py up", description=HELP)
    add_arguments(parser)
    return run(**vars(parser.parse_args(arguments)))
