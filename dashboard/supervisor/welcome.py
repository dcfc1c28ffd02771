"""What a person reads in the terminal while and after the product starts."""

from __future__ import annotations

import contextlib
import sys
import time
from typing import Any

from dashboard.conf import manage_command
from dashboard.supervisor.plan import Plan

_EXAMPLE = "Get the top 5 stories with title, points and comments"


class Terminal:
    """Progress lines with the seconds since the start. A closed terminal is no reason to fail."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def elapsed_s(self) -> float:
        return time.monotonic() - self._began

    def say(self, text: str) -> None:
        """One progress line."""
        self.write(f"[{self.elapsed_s():5.1f} s] {text}")

    def write(self, text: str) -> None:
        with contextlib.suppress(OSError, ValueError):
            print(text, flush=True)

    def complain(self, sentence: str) -> None:
        """Why it did not start."""
        with contextlib.suppress(OSError, ValueError):
            print(sentence, file=sys.stderr, flush=True)


def command(plan: Plan, words: str) -> str:
    """The same for the instance that starts."""
    return manage_command(words, plan.data_dir)


def block(plan: Plan, found: dict[str, Any]) -> str:
    """The one block at the end of a start: addresses, sign-in link, project, key, a ready curl."""
    console, project = plan.config.address, found["project_id"]
    key = found["api_key"]
    rows = [("Console", f"{console}/"), ("Sign in (once)", f"{console}{found['link']}")]
    if plan.practice:
        rows.append(("Practice site", f"{plan.config.practice_address}/"))
    rows.append(("Project", project))
    if key:
        rows.append(("API key", f"{key}   (shown only now)"))
    else:
        rows.append(("API key", command(plan, "keys create --project default --name NAME")))
    start = f"{plan.config.practice_address}/news/" if plan.practice else "https://example.com/"
    curl = "\n".join(
        [
            f"  curl -X POST {console}/v1/projects/{project}/do_anything/sessions \\",
            f'    -H "Authorization: Bearer {key or "$WEBAGENT_API_KEY"}" \\',
            '    -H "Content-Type: application/json" \\',
            f'    -d \'{{"instructions": "{_EXAMPLE}", "start_url": "{start}"}}\'',
        ]
    )
    width = max(len(name) for name, _ in rows)
    lines = [f"  {name:<{width}}  {value}" for name, value in rows]
    rule = "-" * 78
    ending = f"  Logs are in {plan.logs_dir}. Ctrl-C ends everything."
    return "\n".join(
        ["", rule, *lines, "", "  Give an agent its first task:", curl, "", ending, rule]
    )
