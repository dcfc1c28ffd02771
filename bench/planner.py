"""Tasks in plain words on made-up sites, with any model route: how many end right, and how.

    python -m bench.planner                       # the keyless planner, every lot
    python -m bench.planner --lots bench/planner_set/shops --only cheapest -v
    python -m bench.planner --route openai:gpt-5.4-mini --out planner.json

A lot is a folder of sites, a site a folder of files with a `tasks.json` (the format is in
`bench/planner_set/README.md`). Each task runs through the real loop, gate and executor, on an
origin of its own. Approvals are given; a question of any other kind ends the task.

right: what was wanted came out. asked, gave up: it did not, and the route said so. wrong: it did
not, and the route finished as if it had; `verified` of them are those that also counted as proved.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from agents.browser.playwright_driver import close_driver
from agents.browser.process import BrowserOptions, launch, terminate
from agents.browser.session import BrowserSession
from agents.errors import Parked
from agents.events import TaskStepStarted
from agents.executor import close_sandbox
from agents.model.routes import build_route
from agents.model.settings import ModelSettings
from agents.outcome import Outcome
from agents.ports import ModelRoute, TaskSpec, Variable
from agents.products import do_anything
from bench.planner_context import BenchContext
from bench.planner_packages import pages_of
from bench.planner_sites import PracticeSite, Site
from bench.planner_wants import unmet, unmet_question

SET = Path(__file__).parent / "planner_set"


@dataclass
class Result:
    """How one task ended. verdict: right, asked, gave up, wrong, or verified (wrong and proved)."""

    lot: str
    site: str
    task: str
    kind: str
    instruction: str
    verdict: str
    why: str
    told: str
    seconds: float
    did: list[str]
    approvals: int
    sent: list[dict[str, Any]] = field(default_factory=list)


async def play(
    session: BrowserSession, route: ModelRoute, folder: Path, task: dict[str, Any], limit_s: float
) -> Result:
    """Run one task to its end and judge it."""
    practice = json.loads((folder / "tasks.json").read_text()).get("practice")
    site = PracticeSite(folder) if practice else Site(pages_of(folder))
    await site.start()
    await session.page.context.clear_cookies()
    variables = {name: Variable(value) for name, value in (task.get("variables") or {}).items()}
    spec = TaskSpec(
        id="task_1",
        session_id="sess_1",
        project_id="proj_1",
        product="do_anything",
        instructions=task["instruction"],
        start_url=f"{site.url}/{task.get('start', '')}",
        variables=variables,
        max_steps=40,
        max_duration_s=limit_s,
    )
    context = BenchContext(spec, session)
    started, outcome, why = time.monotonic(), None, ""
    try:
        outcome = await asyncio.wait_for(do_anything.run(context, route=route), limit_s)
    except Parked:
        pass
    except Exception as error:  # one broken task must not end the bench
        why = f"{type(error).__name__}: {error}"
    seconds = round(time.monotonic() - started, 1)
    verdict, reason = await _verdict(session, context, site, task, outcome, why)
    did = [e.reasoning for e in context.events if isinstance(e, TaskStepStarted)]
    await site.stop()
    await _close_tabs(session)
    return Result(
        folder.parent.name,
        folder.name,
        task["id"],
        task["kind"],
        task["instruction"],
        verdict,
        reason,
        _told(context, outcome),
        seconds,
        did,
        context.approved,
        [asdict(sent) for sent in site.sent],
    )


async def _verdict(
    session: BrowserSession,
    context: BenchContext,
    site: Site,
    task: dict[str, Any],
    outcome: Outcome | None,
    why: str,
) -> tuple[str, str]:
    want = task["want"]
    if context.asked and "asks" in want:
        reason = unmet_question(want, context.asked[-1], site)
        return ("right", "") if not reason else ("asked", reason)
    if context.asked:
        return "asked", ""
    if outcome is None or outcome.terminal_reason != "done":
        return "gave up", why or (outcome.terminal_reason if outcome else "")
    if outcome.is_task_successful is False:
        return "gave up", ""
    reason = await unmet(want, outcome.output, session.page, context, site)
    if not reason:
        return "right", ""
    return ("verified" if outcome.is_task_successful else "wrong"), reason


def _told(context: BenchContext, outcome: Outcome | None) -> str:
    if context.asked:
        asked = context.asked[-1]
        labels = [str(choice.get("label", "")) for choice in asked.choices or []]
        return f"ASKS {asked.kind}: {asked.prompt} {labels or ''}"
    if outcome is None:
        return ""
    return f"{outcome.text} | {json.dumps(outcome.output, ensure_ascii=False)}"


async def _close_tabs(session: BrowserSession) -> None:
    """Back to one empty tab."""
    pages = session.page.context.pages
    for page in pages[1:]:
        await page.close()
    await pages[0].goto("about:blank")


def chosen(lots: list[Path], only: str) -> list[tuple[Path, dict[str, Any]]]:
    """Tasks whose `site/task` holds a part of `only`, a comma list."""
    found = []
    for lot in lots:
        for file in sorted(lot.glob("*/tasks.json")):
            for task in json.loads(file.read_text())["tasks"]:
                if any(part in f"{file.parent.name}/{task['id']}" for part in only.split(",")):
                    found.append((file.parent, task))
    return found


async def bench(arguments: argparse.Namespace) -> list[Result]:
    """Play all chosen tasks, in one browser."""
    route = build_route(arguments.route, settings=ModelSettings())
    results = []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        handle = await launch(
            BrowserOptions(), user_data_dir=Path(folder) / "profile", proxy_port=None
        )
        try:
            for where, task in chosen(arguments.lots, arguments.only):
                session = await BrowserSession.open(handle, downloads_dir=Path(folder) / "files")
                try:
                    result = await play(session, route, where, task, arguments.task_s)
                finally:
                    await session.detach()
                results.append(result)
                _show(result, arguments.verbose)
        finally:
            await route.aclose()
            await close_sandbox()
            await terminate(handle)
            await close_driver()
    return results


def _show(result: Result, verbose: bool) -> None:
    print(f"{result.verdict:9} {result.site}/{result.task} {result.seconds} s", flush=True)
    if verbose and result.verdict != "right":
        print(f"    {result.instruction!r}\n    {result.why}\n    {result.told[:600]}", flush=True)
        print("".join(f"    - {line}\n" for line in result.did), end="", flush=True)
        if result.sent:
            print(f"    sent {result.sent}", flush=True)


def report(results: list[Result]) -> None:
    """Counts by lot and kind."""
    print()
    for lot in sorted({result.lot for result in results}):
        for kind in ("read", "deed", "ask"):
            mine = [r for r in results if r.lot == lot and r.kind == kind]
            if not mine:
                continue
            counts = Counter(r.verdict for r in mine)
            told = ", ".join(
                f"{counts[v]} {v}"
                for v in ("right", "asked", "gave up", "wrong", "verified")
                if counts[v]
            )
            print(f"{lot} {kind}: {counts['right']} of {len(mine)} ({told})")
    right = sum(result.verdict == "right" for result in results)
    print(f"overall: {right} of {len(results)}")


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--route", default="embedded")
    parser.add_argument("--lots", nargs="*", type=Path, default=None, help="folders of sites")
    parser.add_argument("--only", default="", help="parts of site/task names, a comma list")
    parser.add_argument("--task-s", type=float, default=90.0, help="limit of a task, seconds")
    parser.add_argument("--out", type=Path, help="write every result as JSON")
    parser.add_argument("-v", "--verbose", action="store_true")
    arguments = parser.parse_args()
    if arguments.lots is None:
        arguments.lots = sorted(path for path in SET.iterdir() if path.is_dir())
    results = asyncio.run(bench(arguments))
    report(results)
    if arguments.out:
        arguments.out.write_text(json.dumps([asdict(r) for r in results], indent=1))


if __name__ == "__main__":
    main()
