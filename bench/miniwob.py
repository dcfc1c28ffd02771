"""MiniWoB++ with any model route: success as the pages report it themselves.

    python bench/miniwob.py                          # the keyless planner, every task, 2 seeds
    python bench/miniwob.py --tasks click-button,login-user --seeds 5
    python bench/miniwob.py --route openai:gpt-5.4-mini --out miniwob.json

Needs `pip install --no-deps miniwob` (the pages; none of its Python is used). Each episode loads
the page, seeds its random numbers, starts it, and gives the route the page's own instruction and
nothing else. An episode is won when the page's raw reward is above 0. Steps run through the real
executor. A question to a person ends an episode: nobody answers here.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.metadata
import json
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from agents.browser.process import BrowserOptions, launch
from agents.browser.session import BrowserSession
from agents.control import RunControl
from agents.executor import Executor, close_sandbox
from agents.model.routes import build_route
from agents.model.settings import ModelSettings
from agents.ports import (
    ActionRecord,
    Ask,
    DecideInput,
    Finish,
    ModelRoute,
    StoredArtifact,
    Turn,
)

EPISODE_MS = 120_000  # the pages' own limit is 10 s, made for learners that act every 100 ms
_START = """([seed, ms]) => {
  core.EPISODE_MAX_TIME = ms;
  Math.seedrandom && Math.seedrandom(seed);
  core.startEpisodeReal();
  const told = core.getUtterance ? core.getUtterance() : null;
  const words = told && (typeof told === 'string' ? told : told.utterance);
  return words || document.getElementById('query').textContent.trim();
}"""
_STATE = "() => [WOB_DONE_GLOBAL, WOB_RAW_REWARD_GLOBAL, String(WOB_REWARD_REASON || '')]"


@dataclass
class Episode:
    """How one episode went. why: what ended it, in the route's or the page's words."""

    task: str
    seed: int
    instruction: str
    won: bool
    steps: int
    seconds: float
    why: str
    code: list[str] = field(default_factory=list)


class _NoFiles:
    """The executor's artifact store: keeps nothing."""

    async def put(
        self, data: bytes, *, name: str, media_type: str, kind: str, step: int | None = None
    ) -> StoredArtifact:
        return StoredArtifact("art_0", name, media_type, len(data), "0" * 64)

    async def put_file(
        self, path: str, *, name: str, media_type: str, kind: str, step: int | None = None
    ) -> StoredArtifact:
        return StoredArtifact("art_0", name, media_type, 0, "0" * 64)

    async def read(self, artifact_id: str) -> bytes:
        raise KeyError(artifact_id)


async def _ignore(record: ActionRecord) -> None:
    """Actions are not recorded here."""


def pages_dir() -> Path:
    """Where the installed `miniwob` package keeps its pages."""
    try:
        package = importlib.metadata.distribution("miniwob")
    except importlib.metadata.PackageNotFoundError:
        raise SystemExit("The pages are missing: pip install --no-deps miniwob") from None
    return Path(str(package.locate_file("miniwob/html")))


async def play(
    session: BrowserSession, route: ModelRoute, url: str, task: str, seed: int, max_steps: int
) -> Episode:
    """Play one episode to its end, the route's end, or the step limit."""
    page, started = session.page, time.monotonic()
    await page.goto(f"{url}/miniwob/{task}.html")
    instruction = await page.evaluate(_START, [f"seed {seed}", EPISODE_MS])
    executor = Executor(
        session, control=RunControl(), on_action=_ignore, variables={}, artifacts=_NoFiles()
    )
    turns: list[Turn] = []
    memory: dict[str, Any] = {}
    codes: list[str] = []
    why = "step limit"
    try:
        for step in range(1, max_steps + 1):
            reply = await route.decide(
                await _input(session, instruction, step, max_steps, turns, memory, route)
            )
            decision = reply.decision
            if isinstance(decision, Finish | Ask):
                text = decision.text if isinstance(decision, Finish) else f"asks: {decision.prompt}"
                why = " ".join(text.split())[:200]
                await page.wait_for_timeout(150)
                break
            codes.append(decision.code)
            result = await executor.run(decision.code, step=step, timeout_s=20)
            turns.append(Turn(step=step, decision=decision, result=result))
            if (await page.evaluate(_STATE))[0]:
                why = "the page ended it"
                break
    finally:
        await executor.aclose()
    done, reward, reason = await page.evaluate(_STATE)
    won = bool(done) and reward > 0
    return Episode(
        task,
        seed,
        instruction,
        won,
        len(codes),
        round(time.monotonic() - started, 1),
        reason or why,
        codes,
    )


async def _input(
    session: BrowserSession,
    instruction: str,
    step: int,
    max_steps: int,
    turns: list[Turn],
    memory: dict[str, Any],
    route: ModelRoute,
) -> DecideInput:
    keyless = route.name.startswith("embedded")
    observation = "" if keyless else (await session.observe()).text
    shot = (await session.screenshot()).data if route.wants_screenshot else None
    return DecideInput(
        instructions=instruction,
        step=step,
        steps_left=max_steps - step + 1,
        turns=tuple(turns),
        observation=observation,
        page_url=session.page.url,
        page_title="",
        messages=(),
        variables={},
        output_schema=None,
        notes=(),
        screenshot_png=shot,
        page=session,
        memory=memory,
        on_delta=lambda text: None,
    )


async def bench(arguments: argparse.Namespace) -> list[Episode]:
    """Play all chosen episodes in one browser."""
    root = pages_dir()
    tasks = (
        arguments.tasks.split(",")
        if arguments.tasks
        else sorted(p.stem for p in (root / "miniwob").glob("*.html"))
    )
    route = build_route(arguments.route, settings=ModelSettings())
    app = web.Application()
    app.router.add_static("/", root)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    episodes: list[Episode] = []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        handle = await launch(
            BrowserOptions(), user_data_dir=Path(folder) / "profile", proxy_port=None
        )
        session = await BrowserSession.open(handle, downloads_dir=Path(folder) / "downloads")
        try:
            for task in tasks:
                for seed in range(arguments.first_seed, arguments.first_seed + arguments.seeds):
                    try:
                        work = play(session, route, url, task, seed, arguments.max_steps)
                        episode = await asyncio.wait_for(work, arguments.episode_s)
                    except Exception as error:  # one broken episode must not end the bench
                        episode = Episode(
                            task, seed, "", False, 0, 0.0, f"{type(error).__name__}: {error}"[:200]
                        )
                    episodes.append(episode)
                    if arguments.verbose:
                        print(
                            (
                                f"{'won ' if episode.won else 'lost'} {task} {seed} "
                                f"{episode.steps} steps {episode.seconds} s | "
                                f"{episode.instruction[:90]} | {episode.why[:110]}"
                            ),
                            flush=True,
                        )
        finally:
            await session.close()
            await close_sandbox()
            await route.aclose()
            await runner.cleanup()
    return episodes


def report(episodes: list[Episode]) -> dict[str, Any]:
    """Success by task and overall (the mean over tasks, as is usual for this set)."""
    played = Counter(e.task for e in episodes)
    won = Counter(e.task for e in episodes if e.won)
    rates = {task: won[task] / played[task] for task in played}
    overall = sum(rates.values()) / len(rates) if rates else 0.0
    return {
        "tasks": len(rates),
        "episodes": len(episodes),
        "success": round(overall, 4),
        "by_task": rates,
    }


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--route", default="embedded")
    parser.add_argument("--tasks", default="", help="comma list; all when empty")
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--max-steps", type=int, default=25)
    parser.add_argument("--episode-s", type=float, default=90.0)
    parser.add_argument("--out", type=Path, help="write every episode as JSON")
    parser.add_argument("--verbose", action="store_true")
    arguments = parser.parse_args()
    started = time.monotonic()
    episodes = asyncio.run(bench(arguments))
    summary = report(episodes)
    for task, rate in sorted(summary["by_task"].items(), key=lambda item: (-item[1], item[0])):
        print(f"{rate:6.0%}  {task}")
    minutes = (time.monotonic() - started) / 60
    print(
        f"{summary['success']:6.1%}  overall: {summary['tasks']} tasks, "
        f"{summary['episodes']} episodes, route {arguments.route}, {minutes:.1f} "
        f"min"
    )
    if arguments.out:
        arguments.out.write_text(
            json.dumps({**summary, "runs": [asdict(e) for e in episodes]}, indent=1)
        )


if __name__ == "__main__":
    main()
