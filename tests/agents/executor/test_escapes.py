"""Whatever step code tries, it ends in a clear error and the next step runs as if nothing was."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from agents.executor import ExecutorLimits, check_code
from agents.executor.sandbox import _pool

ESCAPES = {
    "read a file": ('open("/etc/passwd").read()', "code_error"),
    "read a file, hidden": ('eval("op" + "en")("/etc/passwd").read()', "code_error"),
    "read a path": ('from pathlib import Path\nPath("/etc/passwd").read_text()', "code_error"),
    "list a folder": ('import os\nos.listdir("/")', "code_error"),
    "environment": ('import os\nos.environ["PATH"]', "code_error"),
    "process": ('import os\nos.system("id")', "invalid_code"),
    "import socket": ("import socket\nsocket.socket()", None),
    "import subprocess": ("import subprocess", None),
    "import playwright": ("from playwright.async_api import async_playwright", None),
    "import us": ("import agents.executor", None),
    "dynamic import": ('__import__("os").system("id")', None),
    "classes of a tuple": ("().__class__.__bases__[0].__subclasses__()", None),
    "globals of a function": ("def f(): pass\nf.__globals__", None),
    "builtins": ('getattr(__builtins__, "open")', None),
    "frames": ("import sys\nsys._getframe()", None),
    "inside of page": ("page._impl_obj", "invalid_code"),
    "inside of page, hidden": ('getattr(page, "".join(["_impl", "_obj"]))', "code_error"),
    "value of a handle": ('getattr(page, "".join(["val", "ue"]))', "code_error"),
    "our side of a handle": ('getattr(page, "".join(["_per", "form"]))', "code_error"),
    "class of a handle": ("type(page)()", None),
    "context of page": ('getattr(page, "".join(["con", "text"]))', "code_error"),
    "dict of a handle": ('getattr(page, "".join(["__di", "ct__"]))', "code_error"),
    "method that is not listed": (
        'await getattr(page, "".join(["eval", "uate"]))("1")',
        "code_error",
    ),
    "javascript": ('await page.evaluate("document.cookie")', "invalid_code"),
    "javascript address": ('await page.goto("javascript:alert(1)")', "policy_denied"),
    "file address": ('await page.goto("file:///etc/passwd")', "policy_denied"),
    "view-source": ('await page.goto("view-source:http://127.0.0.1")', "policy_denied"),
    "chrome address": ('await tabs.new("chrome://settings")', "policy_denied"),
    "data address": ('await page.goto("data:text/html,x")', "policy_denied"),
    "disguised scheme": ('await page.goto(" java\\nscript:alert(1)")', "policy_denied"),
    "path argument": ('await page.screenshot(path="/tmp/x.jpg")', "invalid_code"),
    "path as a name": ('await files.save_text("../../x", "y")', "bad_file_name"),
    "endless loop": ("while True: pass", "cpu_limit"),
    "endless loop, caught": ("while True:\n  try:\n    1/0\n  except Exception: pass", "cpu_limit"),
    "memory by text": ('x = "a" * 10**9', "memory_limit"),
    "memory by list": ("x = [0] * 10**8", "memory_limit"),
    "memory, growing": ("x = []\nwhile True: x.append('a' * 1000000)", "memory_limit"),
    "huge number": ("10**10**10", "memory_limit"),
    "recursion": ("def f(): return f()\nf()", "recursion_limit"),
    "sleep": ("import time\nfor i in range(9): time.sleep(9)", "sleep_limit"),
    "generator": ("def g():\n  while True: yield 1\nlist(g())", "unsupported_syntax"),
    "exit": ("raise SystemExit", "code_error"),
    "keyboard interrupt": ("raise KeyboardInterrupt", "code_error"),
    "nul": ("x = '\x00'", "invalid_code"),
    "surrogate": ("x = '\ud800'", "invalid_code"),
    "not python": ("function () {", "invalid_code"),
    "too much code": ("x = 1\n" * 20_000, "invalid_code"),
    "deeply nested code": ("(" * 5_000 + ")" * 5_000, None),
    "foreign class": ("class A: pass\npage.locator(A())", None),
    "function as argument": ("page.get_by_text(print)", None),
    "variable made by hand": ('type(variables["x"])("pw")', None),
}
ROOT = str(Path(__file__).resolve().parents[3])
FAST = ExecutorLimits(cpu_s=1.0, turn_s=0.5, sleep_s=0.5)


@pytest.mark.parametrize("name", ESCAPES)
async def test_an_escape_ends_in_a_clear_error(quiet_bench, name):
    code, expected = ESCAPES[name]
    quiet_bench.limits = FAST
    result = await quiet_bench.run(code)
    assert not result.ok
    assert result.error_code == expected or (expected is None and result.error_code)
    assert result.error_message and len(result.error_message) < 4_100
    assert "Traceback" not in result.error_message and ROOT not in result.error_message
    assert "passwd:" not in result.error_message and "root:" not in result.error_message
    assert await quiet_bench.value("1 + 1") == 2


async def test_a_flood_of_output_is_cut(quiet_bench):
    result = await quiet_bench.run('for i in range(100000):\n    print("x" * 100)')
    assert len(result.printed) < quiet_bench.limits.printed_chars + 100
    assert "left out" in result.printed


async def test_an_endless_flood_of_output_is_ended(quiet_bench):
    quiet_bench.limits = FAST
    result = await quiet_bench.run('while True:\n    print("x" * 100)')
    assert not result.ok and result.error_code in ("cpu_limit", "output_limit")
    assert len(result.printed) < quiet_bench.limits.printed_chars + 100


async def test_a_huge_or_deep_value_is_cut(quiet_bench):
    value = await quiet_bench.value('"x" * 3_000_000')
    assert len(value) <= quiet_bench.limits.value_chars
    nested = await quiet_bench.value("x = 1\nfor i in range(50_000): x = [x]\nx")
    assert "nested too deeply" in str(nested)
    assert await quiet_bench.value("x = []\nx.append(x)\nlen(x)") == 1
    cyclic = await quiet_bench.run("x = {}\nx['x'] = x\nx")
    assert cyclic.ok
    many = await quiet_bench.value("list(range(200_000))")
    assert "more items left out" in many[-1]


async def test_foreign_values_become_words(quiet_bench):
    value = await quiet_bench.value(
        "[lambda: 1, 1j, float('nan'), {(1, 2): 3}, b'x' * 9, 10 ** 400, print]"
    )
    assert value[2] is None and value[4] == "<9 bytes>" and value[5] == "<a very large number>"


async def test_too_many_calls_end_the_step_even_when_errors_are_caught(quiet_bench):
    quiet_bench.limits = ExecutorLimits(calls=20)
    result = await quiet_bench.run(
        "n = 0\nwhile n < 10_000:\n    n += 1\n    try:\n        await page.title()\n"
        "    except Exception: pass\n"
    )
    assert result.error_code == "call_limit"
    assert len(quiet_bench.reported) == 20


async def test_too_many_crossings_end_the_step(quiet_bench):
    quiet_bench.limits = ExecutorLimits(trips=200)
    result = await quiet_bench.run("for i in range(10_000): page.locator('x')")
    assert result.error_code == "call_limit"
    assert "Traceback" not in result.error_message


async def test_a_step_that_waits_too_long_is_ended_in_time(quiet_bench):
    begun = time.monotonic()
    result = await quiet_bench.run(
        "while True:\n    try:\n        await page.wait_for_timeout(9000)\n"
        "    except Exception: pass",
        timeout_s=1.0,
    )
    assert time.monotonic() - begun < 8  # by itself the call takes nine
    assert result.error_code == "step_timeout"
    assert "page.wait_for_timeout" in result.error_message


async def test_a_sandbox_that_is_killed_is_replaced(quiet_bench):
    await quiet_bench.value("1")
    before = _workers()
    task = asyncio.create_task(quiet_bench.run("await page.title()\nwhile True: pass"))
    while not quiet_bench.reported:  # until it has been checked and runs
        await asyncio.wait({task}, timeout=0.02)
    while not task.done():
        for child in _workers():
            os.kill(child.pid, signal.SIGKILL)
        await asyncio.wait({task}, timeout=0.2)
    result = await task
    assert result.error_code == "sandbox_crashed"
    assert await quiet_bench.value("2 + 2") == 4
    assert {child.pid for child in _workers()}.isdisjoint({child.pid for child in before})


async def test_steps_share_a_process_but_nothing_in_it(quiet_bench):
    await quiet_bench.value("1")
    pids = {child.pid for child in _workers()}
    await quiet_bench.value("kept = 5")
    result = await quiet_bench.run("kept")
    assert result.error_code == "invalid_code"
    assert {child.pid for child in _workers()} == pids
    assert _pool is not None


def test_a_process_that_ends_right_after_a_step_ends_cleanly():
    program = "import asyncio\nfrom agents.executor import warm_up\nasyncio.run(warm_up())"
    for _ in range(3):
        ended = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=60)
        assert ended.returncode == 0, ended.stderr


def test_code_is_checked_without_being_run():
    assert check_code("await page.title()") is None
    assert check_code("while True: pass") is None
    told = check_code('x = 1\npage.locator("a").click()')
    assert told and "Line 2" in told and "await" in told
    told = check_code("page.lokator('x')")
    assert told and "Did you mean `locator`" in told
    assert "not valid Python" in (check_code("1 +") or "")
    assert "not valid Python" in (check_code("\x00") or "")
    assert "not valid Python" in (check_code("'\ud800'") or "")


def _workers() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if "monty" in child.name()]
