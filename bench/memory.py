"""What hostile and giant pages cost the worker in memory: its peak while a task reads each.

    python -m bench.memory [--only NAME]

The peak is the kernel's own count of resident memory (VmHWM), begun anew for each task; "after" is
what the worker keeps once the task is over.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from stack import Stack, running

from tests.sites.hostile.server import HOST, HostileSite

READ = "text = await page.page_text()\nlen(text)"
TASKS: dict[str, tuple[str, str]] = {  # page, code of the step
    "a plain page": ("plain", READ),
    "50 MB: its title": ("big", "await page.title()"),
    "50 MB: page_text": ("big", READ),
    "50 MB: content": ("big", "len(await page.content())"),
    "50 MB: inner_text": ("big", "len(await page.locator('body').inner_text())"),
    "50 MB: aria_snapshot": ("big", "len(await page.aria_snapshot())"),
    "endless": ("endless", READ),
    "50 windows": ("popups", READ),
    "100 screenshots": ("plain", "for n in range(100):\n    await page.screenshot()"),
}


@contextmanager
def hostile_site() -> Iterator[HostileSite]:
    """The tests' hostile site."""
    with tempfile.TemporaryDirectory() as directory:
        site = HostileSite(Path(directory))
        try:
            yield site
        finally:
            site.close()


def peak_of(pid: int) -> tuple[float, float]:
    """Peak and present resident memory in MB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    found = {line.split(":")[0]: line.split()[1] for line in lines if line.startswith("Vm")}
    return int(found["VmHWM"]) / 1e3, int(found["VmRSS"]) / 1e3


def run(stack: Stack, page: str, code: str) -> dict[str, Any]:
    """One task over this page; what it ended with."""
    session = stack.post(
        stack.sessions,
        {
            "instructions": "Read the page.",
            "start_url": page,
            "max_duration_minutes": 3,
            "model": {
                "route": "scripted",
                "turns": [{"code": code}, {"finish": {"text": "Big page", "success": True}}],
            },
        },
    )
    address = f"{stack.sessions}/{session['id']}"
    while (now := stack.get(address))["status"] in ("pending", "running"):
        time.sleep(0.3)
    stack.post(f"{address}/stop", {})
    return now["tasks"][0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    rows: dict[str, dict[str, Any]] = {}
    with hostile_site() as site, running(egress_allow=f"{HOST}/32", max_runs="1") as stack:
        worker = stack.child("celery").pid
        for name, (path, code) in TASKS.items():
            if options.only not in name:
                continue
            Path(f"/proc/{worker}/clear_refs").write_text("5")
            task = run(stack, f"{site.url}/{path}", code)
            peak, after = peak_of(worker)
            rows[name] = {"peak_mb": round(peak), "after_mb": round(after), "end": task["status"]}
            print(f"{name:24} {rows[name]}", flush=True)
    print(json.dumps(rows))


if __name__ == "__main__":
    main()
