"""Schemas from outside: nothing is fetched, nothing runs away, nothing crashes."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from agents.schemas import check_schema, schema_errors
from agents.verify import schema_error


@pytest.fixture
def asked() -> Iterator[tuple[str, list[str]]]:
    """A server's origin, and the paths it was asked for."""
    paths: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"type": "string"}')

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", paths
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("keyword", ["$ref", "$dynamicRef"])
def test_a_reference_to_another_place_is_not_fetched(asked, keyword: str) -> None:
    origin, paths = asked
    with pytest.raises(ValueError, match="names a part that is not in it"):
        schema_error(3, {keyword: f"{origin}/metadata"})
    assert paths == []


def test_a_pattern_takes_linear_time() -> None:
    schema = {
        "properties": {"word": {"pattern": "^(a+)+$"}},
        "patternProperties": {"^(b+)+$": True},
        "additionalProperties": False,
    }
    began = time.monotonic()
    found = [error.validator for error in schema_errors({"word": "a" * 64 + "!"}, schema)]
    found += [error.validator for error in schema_errors({"b" * 64 + "!": 1}, schema)]
    assert found == ["pattern", "additionalProperties"]
    assert time.monotonic() - began < 20  # backtracking would take years


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "strng"},
        {"pattern": "("},
        {"items": [1]},
        {"$ref": "#"},
        {"$ref": "#/$defs/nowhere"},
        {"properties": {"a": {"pattern": "(?=a)b"}}},
    ],
)
def test_a_schema_that_is_no_use_is_a_value_error(schema) -> None:
    with pytest.raises(ValueError):
        list(schema_errors({"a": "b"}, schema))


def test_references_inside_and_the_standard_itself_work() -> None:
    schema = {
        "$defs": {"n": {"type": "integer"}},
        "properties": {"a": {"$ref": "#/$defs/n"}, "pattern": {"type": "string"}},
        "patternProperties": {"^x-": {"type": "integer"}},
        "additionalProperties": {"type": "boolean"},
    }
    check_schema(schema)
    assert not list(schema_errors({"a": 1, "x-a": 2, "other": True, "pattern": "("}, schema))
    assert len(list(schema_errors({"a": "1", "x-a": "2", "other": 3}, schema))) == 3
    meta = {"$ref": "https://json-schema.org/draft/2020-12/schema"}
    assert not list(schema_errors({"type": "string"}, meta))
    assert list(schema_errors({"type": 1}, meta))


REMOTE = "https://schemas.example.org/price.json"


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"$ref": REMOTE}, "nothing is fetched"),
        ({"properties": {"a": {"items": {"$dynamicRef": REMOTE}}}}, "nothing is fetched"),
        ({"$defs": {"a": {"$ref": "b.json"}}}, "nothing is fetched"),
        ({"$ref": "#/$defs/nowhere"}, "#/$defs/nowhere"),
        ({"properties": {"a": {"$ref": "#nowhere"}}}, "#nowhere"),
        ({"$ref": "#"}, "without end"),
        ({"$defs": {"a": {"allOf": [{"$ref": "#/$defs/a"}]}}}, "without end"),
        (
            {
                "properties": {"a": {"$ref": "#/$defs/b"}},
                "$defs": {"b": {"anyOf": [True, {"$ref": "#/$defs/c"}]},
                          "c": {"dependentSchemas": {"x": {"$ref": "#/$defs/b"}}}},
            },
            "without end",
        ),
        ({"$ref": "#/parts/a", "parts": {"a": {"type": "strng"}}}, "not a valid JSON Schema"),
        ({"$ref": "#/parts/a", "parts": {"a": {"pattern": "(?=a)"}}}, "pattern"),
        ({"$ref": "#/parts/a", "parts": {"a": {"items": {"$ref": REMOTE}}}}, "nothing is fetched"),
        ({"$ref": "#/parts", "parts": [1]}, "not a valid JSON Schema"),
    ],
)  # fmt: skip
def test_a_reference_that_leads_nowhere_is_found_before_any_value(schema, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        check_schema(schema)


@pytest.mark.parametrize(
    "schema",
    [
        # A tree: each turn goes one level deeper into the value.
        {"$defs": {"n": {"properties": {"in": {"items": {"$ref": "#/$defs/n"}}}}},
         "$ref": "#/$defs/n"},
        {"properties": {"next": {"anyOf": [{"type": "null"}, {"$ref": "#"}]}}},
        # The same part twice is no circle.
        {"allOf": [{"$ref": "#/$defs/n"}, {"$ref": "#/$defs/n"}], "$defs": {"n": {}}},
        {"$id": "https://example.org/a", "$ref": "b", "$defs": {"b": {"$id": "b"}}},
        {"$ref": "#n", "$defs": {"n": {"$anchor": "n", "type": "integer"}}},
        {"$ref": "#/components/schemas/n", "components": {"schemas": {"n": {"type": "integer"}}}},
        {"$ref": "https://json-schema.org/draft/2020-12/schema"},
        # Names and values that only look like keywords.
        {"properties": {"$ref": {"type": "string"}, "pattern": {"const": "(?=a)"}}},
        {"const": {"$ref": REMOTE, "pattern": "(?=a)"}, "examples": [{"$ref": "#/nowhere"}]},
    ],
)  # fmt: skip
def test_a_reference_that_leads_somewhere_is_fine(schema) -> None:
    check_schema(schema)


def test_schemas_that_a_check_would_lose_itself_in_are_refused() -> None:
    chain = {f"n{i}": {"$ref": f"#/$defs/n{i + 1}"} for i in range(400)} | {"n400": {}}
    with pytest.raises(ValueError, match="too deep"):
        check_schema({"$defs": chain})
    doubled = {
        f"n{i}": {"allOf": [{"$ref": f"#/$defs/n{i + 1}"}, {"$ref": f"#/$defs/n{i + 1}"}]}
        for i in range(20)
    } | {"n20": {}}
    with pytest.raises(ValueError, match="too deep"):
        check_schema({"$defs": doubled})


@pytest.mark.parametrize(
    "schema",
    [
        {"$id": "http://[", "$ref": "#/a", "a": {}},
        {"$ref": "http://["},
        {"$schema": "https://nobody.example/", "properties": {"a": {"$schema": "x:"}}, "$ref": "#"},
        {"$ref": "#/a", "a": 7},
        {"$ref": "#/a", "a": {"$id": 3}},
        {"$ref": "#/$defs/%", "$defs": {"%": {"$ref": "#/\x00"}}},
        {"$ref": "#/allOf/x", "allOf": [{}]},
        {"$ref": "#/required/0/0", "required": ["a"]},
    ],
)
def test_odd_references_are_value_errors(schema) -> None:
    with pytest.raises(ValueError):
        check_schema(schema)
