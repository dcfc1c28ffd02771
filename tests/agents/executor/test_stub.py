"""What models are shown is short, true, and checked by the same signatures that run."""

from __future__ import annotations

import ast

import pytest

from agents.errors import PolicyError
from agents.executor import STUB, check_code
from agents.executor.convert import pattern
from agents.executor.signatures import api, parse
from agents.guard.policy import check_address, resolve_address

MAX_CHARS = 5_700  # about 1,400 tokens: it is in every prompt


def test_the_stub_is_short_python_with_a_docstring():
    assert len(STUB) < MAX_CHARS
    assert ast.get_docstring(ast.parse(STUB))


def test_everything_in_the_stub_exists_with_these_arguments():
    shown, real = parse(STUB), api()
    assert shown.classes.keys() <= real.classes.keys()
    for owner, methods in shown.classes.items():
        assert shown.attributes[owner] <= real.attributes[owner]
        for name, shown_one in methods.items():
            there = real.classes[owner][name]
            assert shown_one.positional == there.positional, (owner, name)
            assert shown_one.required == there.required, (owner, name)
            assert set(shown_one.keywords) <= set(there.keywords), (owner, name)
            assert shown_one.is_async == there.is_async, (owner, name)
    for name, shown_one in shown.functions.items():
        assert shown_one.positional == real.functions[name].positional
        assert shown_one.is_async == real.functions[name].is_async


def test_every_playwright_call_of_the_api_exists_in_playwright():
    from playwright.async_api import FrameLocator, Keyboard, Locator, Mouse, Page

    ours = {
        "observe", "page_text", "extract_list", "extract_tables", "extract_details", "json_ld",
    }  # fmt: skip
    kinds = {
        "Page": Page, "Locator": Locator, "FrameLocator": FrameLocator,
        "Keyboard": Keyboard, "Mouse": Mouse,
    }  # fmt: skip
    for owner, kind in kinds.items():
        for name in api().classes[owner].keys() - ours:
            assert hasattr(kind, name), (owner, name)


def test_no_call_takes_a_path_or_javascript():
    for methods in [*api().classes.values(), api().functions]:
        for name, signature in methods.items():
            assert not {"path", "expression", "script", "handler"} & {
                *signature.positional,
                *signature.keywords,
            }
            assert "evaluate" not in name and "route" not in name


def test_arguments_are_bound_by_name():
    signature = api().classes["Locator"]["fill"]
    assert signature.bind(("x",), {"timeout": 5}) == {"value": "x", "timeout": 5}
    for args, kwargs, words in (
        ((), {}, "needs value"),
        (("x", 5), {}, "takes 1 positional"),
        (("x",), {"timeot": 1}, "no argument 'timeot'"),
        (("x",), {"value": 1}, "twice"),
    ):
        with pytest.raises(TypeError, match=words):
            signature.bind(args, kwargs)


def test_checking_leaves_nothing_behind():
    assert check_code("kept = 1") is None
    assert "kept" in (check_code("kept") or "")


def test_patterns_cross_as_their_text():
    found = pattern("re.compile('a b', re.IGNORECASE|re.DOTALL)")
    assert found.match("A B") and found.pattern == "a b"
    for bad in ("re.compile(print)", "re.compile('(')", "re.compile()", "re.compile('x' * 9)"):
        with pytest.raises(TypeError):
            pattern(bad)
    with pytest.raises(TypeError):
        pattern(f"re.compile({'x' * 600!r})")


@pytest.mark.parametrize(
    ("given", "base", "meant"),
    [
        ("https://shop.example/a", "", "https://shop.example/a"),
        ("shop.example", "", "https://shop.example/"),
        ("shop.example:8080/x?y#z", "", "http://shop.example:8080/x?y#z"),
        ("localhost:8000/x", "", "http://localhost:8000/x"),
        ("127.0.0.1:9/x", "https://a.example/", "http://127.0.0.1:9/x"),
        ("/cart", "https://shop.example/a/b", "https://shop.example/cart"),
        ("next?p=2", "https://shop.example/a/b", "https://shop.example/a/next?p=2"),
        ("//other.example/x", "https://shop.example/", "https://other.example/x"),
        ("HTTPS:\\\\Shop.Example", "", "https://shop.example/"),
    ],
)
def test_addresses_are_understood_as_meant(given, base, meant):
    assert resolve_address(given, base) == meant
    assert check_address(resolve_address(given, base)) == meant


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ("javascript:alert(1)", "scheme"),
        (" java\nscript:alert(1)", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("FILE:/etc/passwd", "scheme"),
        ("chrome://version", "scheme"),
        ("view-source:https://a.example", "scheme"),
        ("data:text/html,x", "scheme"),
        ("blob:https://a.example/1", "scheme"),
        ("about:blank", "scheme"),
        ("ftp://a.example", "scheme"),
        ("ws://a.example", "scheme"),
        ("devtools://devtools/x", "scheme"),
        ("http://", "address"),
        ("http://a b/", "address"),
        ("", "address"),
        ("not an address", "address"),
        ("https://a.example/" + "x" * 9_000, "address"),
    ],
)
def test_other_addresses_are_refused(given, rule):
    with pytest.raises(PolicyError) as caught:
        check_address(resolve_address(given, "about:blank"))
    assert caught.value.rule == rule
