"""Make the SDK's client without `await` from the one with it.

.venv/bin/python scripts/sync_twin.py: writes four files of the SDK. What truly differs
(connections, threads, pauses) is written by hand and stays as it is.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import unasync

SDK = Path(__file__).parent.parent / "sdk/src/web_agent/v1"
MADE = ("client.py", "doanything.py", "products.py", "web.py")
NAMES = {"_async": "_sync", "aclose": "close", "AsyncClient": "Client"}
# Docstrings are no code, so names in them are not changed with the rest.
WORDS = {"`async with`": "`with`", "`aclose()`": "`close()`", "httpx.AsyncClient": "httpx.Client"}


def made(name: str) -> str:
    """The text of a file of `_sync`, from its namesake in `_async`."""
    with tempfile.TemporaryDirectory() as scratch:
        given = Path(scratch, "_async", name)
        given.parent.mkdir()
        given.write_text((SDK / "_async" / name).read_text())
        rule = unasync.Rule("/_async/", "/_sync/", additional_replacements=NAMES)
        unasync.unasync_files([str(given)], [rule])
        text = Path(scratch, "_sync", name).read_text()
    for word, other in WORDS.items():
        text = text.replace(word, other)
    text = f"# Made by scripts/sync_twin.py from _async/{name}.\n{text}"
    for step in (["check", "--fix-only", "--unsafe-fixes", "--select", "I,UP028"], ["format"]):
        words = [sys.executable, "-m", "ruff", *step, "--quiet", "-"]
        words += ["--stdin-filename", str(SDK / "_sync" / name)]
        text = subprocess.run(words, input=text, capture_output=True, text=True, check=True).stdout
    return text


if __name__ == "__main__":
    for name in MADE:
        (SDK / "_sync" / name).write_text(made(name))
