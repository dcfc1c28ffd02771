"""What the task brings back: the answer in words, the structured output, the proof."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from agents.browser.extract import pick
from agents.browser.extract_names import match_column
from agents.model.embedded.doing import unsent
from agents.model.embedded.reading import covered
from agents.model.embedded.reading.measures import amount
from agents.model.embedded.run import Run
from agents.ports import Finish
from agents.schemas import schema_errors

MAX_LINES = 40


def finish(run: Run, *, why: str = "") -> Finish:
    """The honest end of the run: what was done, what was not, what was read."""
    steps, results = run.steps, run.memory["results"]
    unsent.notice(run)
    covered.notice(run)
    failed = [s for s in steps if s.get("state") == "failed"]
    undone = [s for s in steps if s.get("state") in (None, "todo")]
    skipped = [s for s in steps if s.get("state") == "skipped"]
    left_out = bool(skipped) and len(skipped) == len(steps)
    success = not failed and not undone and not why and not left_out
    output = _output(results)
    problems: list[str] = []
    if run.turn.output_schema:
        output, problem = to_schema(output, run.turn.output_schema)
        if problem:
            problems.append(f"The result does not fit the output schema: {problem}.")
            success = False
    parts = [_result_text(r) for r in results]
    if not parts and success:
        title = run.turn.page_title or run.turn.page_url
        parts.append(f"Done. The page now shows “{title}”." if title else "Done.")
    parts += [_not_done(run, s) for s in failed]
    parts += [f"Left out: {s['text']}." for s in skipped]
    if undone and (failed or why):
        parts.append("Not tried after that: " + "; ".join(s["text"] for s in undone) + ".")
    parts += [why] if why else []
    parts += [*run.memory["notes"], *problems]
    evidence = _evidence(run, results)
    known = None if success and run.memory.get("unheard") else success
    return Finish(text=_joined(parts), output=output, success=known, evidence=evidence)


def _joined(parts: list[str]) -> str:
    """Lines below each other; lists and tables as paragraphs, or the next line would be theirs."""
    text = before = ""
    for part in filter(None, parts):
        gap = "\n\n" if "\n" in part + before else "\n"
        text += gap + part if text else part
        before = part
    return text


_REJECTED = re.compile(
    r"A person (?:has already )?rejected this(?:: (?P<reason>.*?))?\. It was: (?P<what>.*?)\."
    r"(?= Do not try)",
    re.S,
)
# What an error tells the one who decides the next step; people need none of it.
_ADVICE = re.compile(
    r"\s*\(at line \d+:.*$|\s*Do not try it again;.*$|\s*Nothing was done; go another way\."
    r"|\s*Nothing was$|\s*Look at the page before going on\.",
    re.S,
)
_KIND = re.compile(r"^(?:[A-Z]\w*(?:Error|Exception)|Refused):\s+")


def _not_done(run: Run, step: dict[str, Any]) -> str:
    """One step that was given up, in words for people."""
    why, text = str(step.get("why") or "it failed"), step["text"].rstrip(".")
    rejected = _REJECTED.search(why) or (
        _REJECTED.search(_last_error(run)) if "A person" in why and "rejected this" in why else None
    )
    if rejected:
        what = rejected.group("what").translate(str.maketrans("“”", "‘’"))
        reason = f": {rejected.group('reason')}" if rejected.group("reason") else ""
        return f"Not done: {text}. A person rejected “{what}”{reason}."
    why = _ADVICE.sub("", why)
    while (shorter := _KIND.sub("", why)) != why:
        why = shorter
    return f"Not done: {text} – {why.strip().rstrip('.') or 'it failed'}."


def _last_error(run: Run) -> str:
    results = [t.result for t in run.turn.turns if t.result is not None and not t.result.ok]
    return (results[-1].error_message or "") if results else ""


def _evidence(run: Run, results: list[dict[str, Any]]) -> list[str]:
    if any(r["kind"] in ("list", "details", "count", "summary") for r in results):
        # Lists and facts are their own proof: each value is compared with what was seen.
        return [
            e
            for e in run.memory["evidence"]
            if any(r["kind"] in ("summary", "count") for r in results)
        ][-3:]
    return [*run.memory["evidence"][-2:], *run.memory.get("held", [])]


def _output(results: list[dict[str, Any]]) -> Any:
    values = [
        r for r in results if r["kind"] in ("list", "details", "count", "summary", "download")
    ]
    if not values:
        return None
    if len(values) == 1:
        return values[0]["value"]
    details = [r["value"] for r in values if r["kind"] == "details"]
    if len(details) == len(values):
        merged: dict[str, Any] = {}
        for value in details:
            merged.update({k: v for k, v in value.items() if k not in merged})
        return merged if sum(len(d) for d in details) == len(merged) else details
    out: dict[str, Any] = {}
    for r in values:
        name = {
            "list": r.get("noun") or "list",
            "details": "details",
            "count": "count",
            "summary": "summary",
            "download": "download",
        }[r["kind"]]
        name = re.sub(r"\W+", "_", str(name)).strip("_").lower() or r["kind"]
        key = (
            name
            if name not in out
            else next(f"{name}_{i}" for i in range(2, 99) if f"{name}_{i}" not in out)
        )
        out[key] = r["value"]
    return out


_UNSAID = frozenset(["image", "rank", "datetime", "url"])


def _result_text(result: dict[str, Any]) -> str:
    kind, value = result["kind"], result["value"]
    if kind == "list":
        if result.get("as") == "table" and value:
            return _table(value)
        said = [_line(row, result.get("fields") or []) for row in value[:MAX_LINES]]
        if len(said) == 1:
            return said[0]
        lines = [f"{i}. {line}" for i, line in enumerate(said, 1)]
        more = f"\n… and {len(value) - MAX_LINES} more" if len(value) > MAX_LINES else ""
        return "\n".join(lines) + more
    if kind == "details":
        return "\n".join(f"{k}: {v if v is not None else 'not shown'}" for k, v in value.items())
    if kind == "count":
        return f"{result['of']}: {value}"
    if kind == "summary":
        return f"{result['title']}\n{value}" if result.get("title") else str(value)
    if kind == "download":
        return f"Downloaded {value.get('name')}."
    return f"The page shows “{result['of']}”."


def _line(row: dict[str, Any], asked: Collection[str]) -> str:
    """A row as people say it; what nobody asked for of its addresses is in the output alone."""
    head = row.get("title") or next((v for v in row.values() if v not in (None, "")), "")
    rest = [
        f"{k}: {v}"
        for k, v in row.items()
        if v not in (None, "", head) and (k in asked or k not in _UNSAID)
    ]
    return f"{head}" + (f" ({', '.join(rest)})" if rest else "")


def _table(rows: list[dict[str, Any]]) -> str:
    columns = list(dict.fromkeys(k for r in rows for k in r if k not in ("image",)))
    cell = lambda v: "" if v is None else str(v).replace("|", "\\|").replace("\n", " ")  # noqa: E731
    lines = ["| " + " | ".join(columns) + " |", "|" + " --- |" * len(columns)]
    lines += ["| " + " | ".join(cell(r.get(c)) for c in columns) + " |" for r in rows[:MAX_LINES]]
    return "\n".join(lines)


# --- output schema ------------------------------------------------------------------------------


def to_schema(output: Any, schema: dict[str, Any]) -> tuple[Any, str]:
    """The output in the shape of a JSON Schema, and what still does not fit (or "")."""
    shaped = _shape(output, schema, schema)
    try:
        error = next(schema_errors(shaped, schema), None)
    except ValueError as broken:
        return shaped, f"the schema itself is broken: it {str(broken)[:120]}"
    return shaped, error.message[:200] if error else ""


def _resolve(schema: dict[str, Any], root: dict[str, Any]) -> dict[str, Any]:
    ref = schema.get("$ref", "")
    if ref.startswith("#/"):
        node: Any = root
        for part in ref[2:].split("/"):
            node = node.get(part, {}) if isinstance(node, dict) else {}
        return node if isinstance(node, dict) else {}
    for key in ("anyOf", "oneOf"):
        options = [s for s in schema.get(key, []) if s.get("type") != "null"]
        if options:
            return _resolve(options[0], root)
    return schema


def _shape(value: Any, schema: dict[str, Any], root: dict[str, Any]) -> Any:
    schema = _resolve(schema, root)
    kind = schema.get("type")
    kind = next((k for k in kind if k != "null"), None) if isinstance(kind, list) else kind
    if kind == "array" or "items" in schema:
        rows = value if isinstance(value, list) else _inner_list(value)
        return [_shape(v, schema.get("items") or {}, root) for v in rows]
    if kind == "object" or "properties" in schema:
        return _object(value, schema, root)
    return _scalar(value, kind)


def _inner_list(value: Any) -> list[Any]:
    if isinstance(value, dict):
        inner = [v for v in value.values() if isinstance(v, list)]
        return inner[0] if inner else [value]
    return [] if value is None else [value]


def _object(value: Any, schema: dict[str, Any], root: dict[str, Any]) -> dict[str, Any]:
    properties: dict[str, Any] = schema.get("properties") or {}
    out: dict[str, Any] = {}
    if isinstance(value, list):
        arrays = [k for k, s in properties.items() if _resolve(s, root).get("type") == "array"]
        if len(arrays) >= 1:
            out[arrays[0]] = _shape(value, properties[arrays[0]], root)
            if "count" in properties:
                out["count"] = len(value)
            return out
        value = value[0] if value else {}
    if not isinstance(value, dict):
        first = next(iter(properties), None)
        return (
            {first: _shape(value, properties[first], root)} if first and value is not None else {}
        )
    if not properties:
        return value
    for name, sub in properties.items():
        column = match_column(name, list(value))
        found = value.get(column) if column else pick(value, [name])[name]
        if found is None and _resolve(sub, root).get("type") == "array":
            found = _inner_list(value)
        if found is None and name not in (schema.get("required") or []):
            continue
        out[name] = _shape(found, sub, root)
    return out


def _scalar(value: Any, kind: str | None) -> Any:
    if isinstance(value, dict) and kind in ("string", "number", "integer", "boolean"):
        filled = [v for v in value.values() if v not in (None, "")]
        value = filled[0] if filled else None
    if kind in ("number", "integer") and value is not None:
        found = amount(value)
        if found is not None:
            return int(found) if kind == "integer" or found == int(found) else found
        return value
    if kind == "string" and value is not None and not isinstance(value, str):
        return str(value)
    if kind == "boolean" and isinstance(value, str):
        return bool(re.match(r"(?i)yes|true|in stock|available|1$", value))
    return value
