"""Pages that other people wrote, for the benchmarks: fetched once into `bench/.pages`.

Sources: Debian's documentation packages (apt), demo pages shipped in npm packages, MiniWoB++
(PyPI). A source that cannot be fetched is reported and its pages are left out.

    python -m bench.pages        fetch, and list what there is
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PAGES = Path(__file__).parent / ".pages"
START_MINIWOB = "Math.seedrandom('7'); core.EPISODE_MAX_TIME = 1e7; core.startEpisodeReal();"


@dataclass(frozen=True)
class Source:
    """A package that holds pages. root: the folder of it that they expect to be served from."""

    kind: str  # deb, npm, pypi
    name: str
    package: str
    root: str
    paths: tuple[str, ...]
    prepare: str = ""  # JavaScript to run once the page is loaded


@dataclass(frozen=True)
class BenchPage:
    """One page. path: below `root`, which wants a server of its own."""

    name: str
    root: Path
    path: str
    prepare: str


def _deb(name: str, package: str, root: str, *paths: str) -> Source:
    return Source("deb", name, package, f"usr/share/{root}", paths)


SOURCES = (
    _deb("faq", "debian-faq", "doc/debian/FAQ", "index.en.html", "pkg-basics.en.html"),
    _deb("reference", "debian-reference-en", "debian-reference", "index.en.html", "ch02.en.html"),
    _deb("git", "git-doc", "doc/git-doc", "git-log.html"),
    _deb("node", "nodejs-doc", "doc/nodejs/api", "index.html", "fs.html"),
    _deb("sqlite", "sqlite3-doc", "doc/sqlite3", "index.html", "lang_select.html"),
    _deb("apache", "apache2-doc", "doc/apache2-doc/manual", "en/index.html", "en/mod/core.html"),
    _deb("python", "python3.11-doc", "doc/python3.11/html", "library/functions.html"),
    _deb("django", "python-django-doc", "doc/python-django-doc/html", "topics/forms/index.html"),
    Source(
        "npm",
        "admin-lte",
        "admin-lte@2.4.18",
        "",
        (
            "index2.html",
            "pages/forms/general.html",
            "pages/forms/advanced.html",
            "pages/tables/data.html",
            "pages/mailbox/mailbox.html",
            "pages/mailbox/compose.html",
            "pages/calendar.html",
            "pages/UI/icons.html",
            "pages/UI/timeline.html",
            "pages/examples/register.html",
        ),
    ),
    Source(
        "npm",
        "sb-admin",
        "startbootstrap-sb-admin-2@4.1.4",
        "",
        ("index.html", "tables.html", "buttons.html"),
    ),
    Source(
        "npm",
        "gentelella",
        "gentelella@4.2.0",
        "dist",
        (
            "production/form.html",
            "production/kanban.html",
            "production/inbox.html",
            "production/tables_dynamic.html",
            "production/e_commerce.html",
            "production/settings.html",
        ),
    ),
    Source(
        "pypi",
        "miniwob",
        "miniwob==1.1.0",
        "miniwob/html",
        (
            "miniwob/email-inbox.html",
            "miniwob/book-flight.html",
            "miniwob/click-menu-2.html",
            "miniwob/social-media.html",
            "miniwob/choose-date.html",
            "miniwob/click-shape.html",
            "miniwob/click-checkboxes-large.html",
            "miniwob/order-food.html",
        ),
        START_MINIWOB,
    ),
)


def _run(command: list[str], folder: Path) -> None:
    subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)


def _fetch_deb(source: Source, folder: Path) -> None:
    _run(["apt-get", "download", "-q", source.package], folder)
    for package in folder.glob("*.deb"):
        _run(["dpkg", "-x", package.name, "."], folder)
        package.unlink()


def _fetch_npm(source: Source, folder: Path) -> None:
    _run(["npm", "pack", "--silent", source.package], folder)
    for package in folder.glob("*.tgz"):
        with tarfile.open(package) as archive:
            archive.extractall(folder, filter="data")
        package.unlink()
        for child in (folder / "package").iterdir():
            child.rename(folder / child.name)


def _fetch_pypi(source: Source, folder: Path) -> None:
    command = ["download", "--quiet", "--no-deps", "--only-binary", ":all:", source.package]
    _run([sys.executable, "-m", "pip", *command], folder)
    for package in folder.glob("*.whl"):
        with zipfile.ZipFile(package) as archive:
            archive.extractall(folder)
        package.unlink()


FETCH: dict[str, Callable[[Source, Path], None]] = {
    "deb": _fetch_deb,
    "npm": _fetch_npm,
    "pypi": _fetch_pypi,
}


def fetch() -> tuple[list[BenchPage], list[str]]:
    """The pages that are there, and one sentence for each source that could not be fetched."""
    pages: list[BenchPage] = []
    problems: list[str] = []
    for source in SOURCES:
        folder = PAGES / source.name
        if not (folder / ".complete").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            try:
                FETCH[source.kind](source, folder)
            except (OSError, subprocess.CalledProcessError) as error:
                detail = getattr(error, "stderr", None) or error
                problems.append(f"{source.package}: {str(detail).strip()[-200:]}")
                continue
            (folder / ".complete").touch()
        for path in source.paths:
            file = folder / source.root / path
            if file.exists():
                name = f"{source.name}/{Path(path).stem.removesuffix('.en')}"
                pages.append(BenchPage(name, folder / source.root, path, source.prepare))
            else:
                problems.append(f"{source.package} has no {path}")
    return pages, problems


if __name__ == "__main__":
    found, missing = fetch()
    for page in found:
        print(f"{page.name:34} {page.path}")
    for problem in missing:
        print(f"missing: {problem}", file=sys.stderr)
