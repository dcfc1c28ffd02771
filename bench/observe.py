"""How well, how short and how fast the observation is, next to browser-use, on others' pages.

    python -m bench.observe                 the table
    python -m bench.observe --json FILE     and the figures
    python -m bench.observe --only admin    pages whose name contains this
    python -m bench.observe --show          and what was missed

Both look at the same tab of the same browser, 1280x800, in one run. Truth is what a person could
click in the view (`observe_truth.js`). Tokens: o200k with the `bpe-openai` package, else chars/4
for both. browser-use lives in an environment of its own, made on the first run.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web
from playwright.async_api import CDPSession, Error, Page, async_playwright

from agents.browser.observe import Element, install, observe, resolve_ref
from bench.pages import BenchPage, fetch

HERE = Path(__file__).parent
VENV = HERE / ".venv-browser-use"
PYTHON = VENV / "bin" / "python"
PACKAGES = ("browser-use==0.13.14", "bpe-openai==0.1.4")
TRUTH = (HERE / "observe_truth.js").read_text(encoding="utf-8")
RUNS = 5
GOALS = {"recall_of_browser_use": 0.98, "recall": 0.95, "tokens": 0.6, "time": 0.2}


@dataclass
class Score:
    """One page: counts of targets. of_theirs: those of browser-use's that we list too.

    wrappers: elements that only listen for what happens in them, apart from the targets.
    no_target: what browser-use lists in view, we do not, and a click does nothing on.
    """

    name: str
    truth: int = 0
    wrappers: int = 0
    our_wrappers: int = 0
    their_wrappers: int = 0
    ours: int = 0
    theirs: int = 0
    of_theirs: int = 0
    our_tokens: int = 0
    their_tokens: int = 0
    our_ms: float = 0.0
    their_ms: float = 0.0
    missed: list[str] = field(default_factory=list)
    missed_of_theirs: list[str] = field(default_factory=list)
    no_target: list[str] = field(default_factory=list)
    error: str = ""


def make_environment() -> None:
    """The environment with browser-use in it, once."""
    if (VENV / ".complete").exists():
        return
    print("installing browser-use into its own environment …", file=sys.stderr)
    subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
    command = [PYTHON, "-m", "pip", "install", "--quiet", "--only-binary", ":all:", *PACKAGES]
    subprocess.run(command, check=True)
    (VENV / ".complete").touch()


def token_counter() -> tuple[str, Callable[[list[str]], list[int]]]:
    """(its name, texts -> tokens), the same for both sides."""
    script = (
        "import sys, json, bpe_openai as b; e = b.get_encoding('o200k_base'); "
        "print(json.dumps([len(e.encode(t)) for t in json.load(sys.stdin)]))"
    )

    def count(texts: list[str]) -> list[int]:
        done = subprocess.run(
            [PYTHON, "-c", script], input=json.dumps(texts), capture_output=True, text=True
        )
        if done.returncode:
            return [len(text) // 4 for text in texts]
        counts: list[int] = json.loads(done.stdout)
        return counts

    return ("o200k" if count(["hello there my friend"]) == [4] else "chars/4"), count


class BrowserUse:
    """browser-use in its own process, attached to our browser."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    @classmethod
    async def start(cls, cdp_url: str) -> BrowserUse:
        """Raises RuntimeError when it does not come up."""
        process = await asyncio.create_subprocess_exec(
            PYTHON,
            HERE / "browser_use_worker.py",
            cdp_url,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            limit=64_000_000,
        )
        worker = cls(process)
        if not (await worker._read()).get("ready"):
            raise RuntimeError("browser-use did not start")
        return worker

    async def _read(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = await asyncio.wait_for(self.process.stdout.readline(), 180)
        answer: dict[str, Any] = json.loads(line or b"{}")
        return answer

    async def look(self, target: str) -> dict[str, Any]:
        """What it sees of a tab."""
        assert self.process.stdin is not None
        request = json.dumps({"target": target, "runs": RUNS}) + "\n"
        self.process.stdin.write(request.encode())
        await self.process.stdin.drain()
        return await self._read()

    async def stop(self) -> None:
        """End its process."""
        self.process.terminate()
        await self.process.wait()


async def serve(stack: AsyncExitStack, roots: set[Path]) -> dict[Path, str]:
    """One loopback origin for each root."""
    origins = {}
    for root in roots:
        app = web.Application()
        app.router.add_static("/", root, follow_symlinks=True)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        origins[root] = f"http://127.0.0.1:{runner.addresses[0][1]}"
    return origins


SAY = "(e) => (e && e.outerHTML || '').replace(/\\s+/g, ' ').slice(0, 160)"


async def score_page(page: Page, cdp: CDPSession, theirs: BrowserUse, score: Score) -> list[str]:
    """Fills the score; answers with both texts, for counting."""
    for _ in range(RUNS):
        seen = await observe(page)
        score.missed.append(str(seen.elapsed_ms))
    score.our_ms = statistics.median(map(float, score.missed))
    score.missed = []
    target = (await cdp.send("Target.getTargetInfo"))["targetInfo"]["targetId"]
    answer = await theirs.look(target)
    if "error" in answer:
        score.error = answer["error"]
        return [seen.text, ""]
    score.their_ms = statistics.median(answer["ms"])
    result = await cdp.send(
        "Runtime.evaluate",
        {"expression": TRUTH, "includeCommandLineAPI": True, "returnByValue": True},
    )
    if "exceptionDetails" in result:
        score.error = str(result["exceptionDetails"].get("exception", {}).get("description"))[:200]
        return [seen.text, answer["text"]]
    wrapper: list[bool] = result["result"]["value"]
    await compare(page, cdp, seen.elements, answer["nodes"], score, wrapper)
    return [seen.text, answer["text"]]


LOOK = """function () {
  if (!(this instanceof Element) || this.ownerDocument !== document) return null;
  const met = __ours.some((e) => e === this || e.contains(this) || this.contains(e));
  const html = this.outerHTML.replace(/\\s+/g, ' ').slice(0, 160);
  return [__truth.owner(this), __truth.inView(this) && !met, html];
}"""


async def compare(
    page: Page,
    cdp: CDPSession,
    ours: Sequence[Element],
    nodes: list[int],
    score: Score,
    wrapper: list[bool],
) -> None:
    """Which targets each side lists, and which of what they list we do."""
    found = await find_ours(page, ours)
    theirs: dict[int, str] = {}
    for node in nodes:
        try:
            remote = await cdp.send("DOM.resolveNode", {"backendNodeId": node})
        except Error:  # the node is in another frame or gone: not in our truth either
            continue
        arguments = {"objectId": remote["object"]["objectId"], "returnByValue": True}
        told = await cdp.send("Runtime.callFunctionOn", {**arguments, "functionDeclaration": LOOK})
        owner, unmet, html = told["result"].get("value") or (-1, False, "")
        if owner >= 0:
            theirs[owner] = html
        elif unmet:
            score.no_target.append(html)
    real = {index for index, wraps in enumerate(wrapper) if not wraps}
    score.truth, score.wrappers = len(real), len(wrapper) - len(real)
    score.ours, score.our_wrappers = len(found & real), len(found - real)
    score.theirs, score.their_wrappers = len(theirs.keys() & real), len(theirs.keys() - real)
    score.of_theirs = len(theirs.keys() & found & real)
    score.missed_of_theirs = [theirs[index] for index in sorted((theirs.keys() & real) - found)]
    for index in sorted(real - found):
        score.missed.append(await page.evaluate(f"({SAY})(__truth.targets[{index}])"))


async def find_ours(page: Page, ours: Sequence[Element]) -> set[int]:
    """The targets that our listing stands for."""
    await page.evaluate("() => { window.__ours = []; }")
    found = set()
    for element in ours:
        if not element.ref.startswith("f"):  # the truth is that of the main frame
            handle = await resolve_ref(page, element.ref)
            found.add(await handle.evaluate("e => { __ours.push(e); return __truth.owner(e); }"))
    return found - {-1}


async def run(pages: list[BenchPage]) -> list[Score]:
    """Scores in the order of the pages."""
    scores: list[Score] = []
    texts: list[str] = []
    async with AsyncExitStack() as stack:
        origins = await serve(stack, {page.root for page in pages})
        playwright = await stack.enter_async_context(async_playwright())
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        context, cdp_url = await open_browser(stack, playwright, folder)
        theirs = await BrowserUse.start(cdp_url)
        stack.push_async_callback(theirs.stop)
        for each in pages:
            score = Score(each.name)
            tab = await context.new_page()
            await tab.set_viewport_size({"width": 1280, "height": 800})
            cdp = await context.new_cdp_session(tab)
            await tab.goto(f"{origins[each.root]}/{each.path}", wait_until="load")
            if each.prepare:
                await tab.evaluate(each.prepare)
            await tab.wait_for_timeout(300)  # scripts that build the page after `load`
            texts += await score_page(tab, cdp, theirs, score)
            scores.append(score)
            print(f"{len(scores):3}/{len(pages)} {each.name} {score.error}", file=sys.stderr)
            await tab.close()
    _name, count = token_counter()
    counts = count(texts)
    for i, score in enumerate(scores):
        score.our_tokens, score.their_tokens = counts[2 * i], counts[2 * i + 1]
    return scores


async def open_browser(stack: AsyncExitStack, playwright: Any, folder: str) -> tuple[Any, str]:
    """A browser driven the way the product drives it: over its debugging port."""
    executable = "/usr/lib/chromium/chromium-headless-shell"
    if not Path(executable).exists():
        executable = playwright.chromium.executable_path
    process = await asyncio.create_subprocess_exec(
        executable,
        "--remote-debugging-port=0",
        f"--user-data-dir={folder}",
        "--no-sandbox",
        "--headless",
        "--window-size=1280,800",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        "about:blank",
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )

    async def end() -> None:
        process.terminate()
        await process.wait()

    stack.push_async_callback(end)
    assert process.stderr is not None
    while line := (await process.stderr.readline()).decode():
        if "DevTools listening on " in line:
            break
    port = line.split("127.0.0.1:")[1].split("/")[0]
    drain = asyncio.ensure_future(process.stderr.read())
    stack.callback(drain.cancel)
    browser = await playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{port}")
    context = browser.contexts[0]
    await install(context)
    return context, f"http://127.0.0.1:{port}"


def summary(scores: list[Score]) -> dict[str, float]:
    """The figures that have goals, over all pages that both could read."""
    good = [score for score in scores if not score.error]

    def total(name: str) -> float:
        return float(sum(getattr(score, name) for score in good))

    ours_ms = statistics.median(score.our_ms for score in good)
    theirs_ms = statistics.median(score.their_ms for score in good)
    wrapped = total("truth") + total("wrappers")
    return {
        "pages": len(good),
        "recall_with_wrappers": (total("ours") + total("our_wrappers")) / max(1, wrapped),
        "browser_use_recall_with_wrappers": (total("theirs") + total("their_wrappers"))
        / max(1, wrapped),
        "recall": total("ours") / max(1, total("truth")),
        "browser_use_recall": total("theirs") / max(1, total("truth")),
        "recall_of_browser_use": total("of_theirs") / max(1, total("theirs")),
        "our_tokens": total("our_tokens"),
        "their_tokens": total("their_tokens"),
        "tokens": total("our_tokens") / max(1, total("their_tokens")),
        "our_ms": ours_ms,
        "their_ms": theirs_ms,
        "time": ours_ms / theirs_ms,
    }


def table(scores: list[Score], figures: dict[str, float], tokenizer: str) -> str:
    """What the command prints."""
    head = f"{'page':30}{'truth':>6}{'ours':>6}{'b-use':>6}{'of b-u':>9}"
    lines = [head + f"{'tokens':>8}{'b-use':>8}{'ms':>8}{'b-use':>8}"]
    for s in scores:
        if s.error:
            lines.append(f"{s.name:30} {s.error[:80]}")
            continue
        lines.append(
            f"{s.name:30}{s.truth:6}{s.ours:6}{s.theirs:6}"
            f"{s.of_theirs:9}"
            f"{s.our_tokens:8}{s.their_tokens:8}{s.our_ms:8.1f}{s.their_ms:8.1f}"
        )
    lines += [
        "",
        f"recall of the truth           {figures['recall']:.3f}  (browser-use "
        f"{figures['browser_use_recall']:.3f}; goal {GOALS['recall']})",
        f"  with listening wrappers       {figures['recall_with_wrappers']:.3f}  (browser-use "
        f"{figures['browser_use_recall_with_wrappers']:.3f})",
        f"recall of what browser-use finds {figures['recall_of_browser_use']:.3f}  "
        f"(goal {GOALS['recall_of_browser_use']})",
        f"tokens ({tokenizer})  {figures['our_tokens']:.0f} against {figures['their_tokens']:.0f}: "
        f"{figures['tokens']:.2f} (goal {GOALS['tokens']})",
        f"median ms  {figures['our_ms']:.1f} against {figures['their_ms']:.1f}: "
        f"{figures['time']:.3f} (goal {GOALS['time']})",
    ]
    return "\n".join(lines)


def main() -> None:
    """Run the bench from the command line."""
    parser = argparse.ArgumentParser(description="Score the observation against browser-use.")
    parser.add_argument("--json", type=Path, help="write the figures here")
    parser.add_argument("--only", default="", help="pages whose name contains this")
    parser.add_argument("--show", action="store_true", help="print what was missed")
    options = parser.parse_args()
    make_environment()
    pages, problems = fetch()
    for problem in problems:
        print(f"missing: {problem}", file=sys.stderr)
    scores = asyncio.run(run([page for page in pages if options.only in page.name]))
    figures = summary(scores)
    print(table(scores, figures, token_counter()[0]))
    if options.show:
        for score in scores:
            for kind, missed in (
                ("missed", score.missed),
                ("theirs", score.missed_of_theirs),
                ("none", score.no_target),
            ):
                for html in missed:
                    print(f"{kind:7}{score.name}: {html}")
    if options.json:
        told = {"summary": figures, "goals": GOALS, "pages": [asdict(score) for score in scores]}
        options.json.write_text(json.dumps(told, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
