"""Sites whose pages are others': they come in an npm package, fetched once and never changed."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

from bench.pages import FETCH, PAGES, Source


def pages_of(site: Path) -> Path:
    """The folder with a site's pages: its own, or that in the package which its tasks name.

    Raises: SystemExit when the package cannot be fetched.
    """
    told = json.loads((site / "tasks.json").read_text())
    package = told.get("package")
    if package is None:
        return site
    folder = PAGES / re.sub(r"\W+", "-", package).strip("-")
    if not (folder / ".complete").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        try:
            FETCH["npm"](Source("npm", folder.name, package, "", ()), folder)
        except (OSError, subprocess.CalledProcessError) as error:
            detail = str(getattr(error, "stderr", None) or error).strip()[-200:]
            raise SystemExit(f"{package} cannot be fetched with `npm pack`: {detail}") from error
        (folder / ".complete").touch()
    return folder / told.get("root", "")
