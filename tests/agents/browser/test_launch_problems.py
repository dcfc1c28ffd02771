"""A browser that cannot be started is told in a sentence, and leaves nothing behind."""

from __future__ import annotations

import sys

import psutil
import pytest

from agents.browser.process import BrowserOptions, find_browser, launch
from agents.errors import BrowserError

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("missing", "does not exist"),
        ("plain-file", "is not executable"),
        (".", "is a directory"),
    ],
)
async def test_a_missing_executable_is_told_in_one_sentence(tmp_path, name, problem):
    (tmp_path / "plain-file").write_text("no program")
    name = str(tmp_path / name)
    with pytest.raises(BrowserError) as failure:
        await launch(BrowserOptions(executable=name), user_data_dir=tmp_path, proxy_port=None)

    message = str(failure.value)
    assert name in message and problem in message and "executable" in message
    assert message.count(". ") == 0


async def test_the_environment_names_the_browser(monkeypatch):
    monkeypatch.setenv("WEBAGENT_BROWSER_PATH", "/no/such/browser")
    with pytest.raises(BrowserError, match="WEBAGENT_BROWSER_PATH names /no/such/browser"):
        find_browser()
    monkeypatch.setenv("WEBAGENT_BROWSER_PATH", sys.executable)
    assert find_browser() == sys.executable


async def test_a_program_that_is_no_browser_is_told_and_ended(tmp_path):
    fake = tmp_path / "browser"
    fake.write_text("#!/bin/sh\necho sorry >&2\nexit 3\n")
    fake.chmod(0o755)

    with pytest.raises(BrowserError, match="status 3"):
        await launch(
            BrowserOptions(executable=str(fake)), user_data_dir=tmp_path / "p", proxy_port=None
        )


async def test_a_browser_that_never_listens_is_ended(tmp_path):
    fake = tmp_path / "browser"
    fake.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pid\nexec sleep 600\n")
    fake.chmod(0o755)

    with pytest.raises(BrowserError, match="debugging port within"):
        await launch(
            BrowserOptions(executable=str(fake)),
            user_data_dir=tmp_path / "p",
            proxy_port=None,
            timeout_s=1,
        )

    assert not psutil.pid_exists(int((tmp_path / "pid").read_text()))


async def test_a_directory_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(BrowserError, match="directory"):
        await launch(BrowserOptions(), user_data_dir=tmp_path / "file" / "p", proxy_port=None)
