"""`manage.py export_events`: write docs/events.md from the payload classes."""

from __future__ import annotations

import inspect
from functools import reduce
from operator import or_
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from django.core.management.base import BaseCommand

from agents.events import PAYLOADS, Payload
from dashboard.conf import BASE_DIR

PATH = BASE_DIR / "docs" / "events.md"

_HEAD = """# Events

<!-- Written by `python manage.py export_events` from agents/events.py; edit that file. -->

Every fact about a task is an event in its session's ledger. The stream
`GET /v1/projects/{project_id}/do_anything/sessions/{sid}/tasks/{tid}/events` sends each as

```
id: 17
data: {"id": "17", "type": "task.message", "task_id": "task_…", "session_id": "sess_…", …}
```

where the JSON is `{id, type, task_id, session_id, project_id, occurred_at, data}` on one line, and
`data` has the fields below. `id` is the cursor: reconnect with `Last-Event-ID: 17` (or
`?last_event_id=17`) and the stream goes on with exactly what follows. A stream ends after
`task.completed`. While nothing happens, a `stream.heartbeat` without `id` comes every 15 seconds.
Ignore types that you do not know.
"""


def document() -> str:
    """The page as it is committed."""
    parts = [_HEAD]
    for name, payload in PAYLOADS.items():
        parts.append(f"\n## `{name}`\n\n{inspect.getdoc(payload)}\n\n{_table(payload)}")
    return "".join(parts)


def _table(payload: type[Payload]) -> str:
    rows = ["| field | type | meaning |", "|---|---|---|"]
    for name, field in payload.model_fields.items():
        kind = str(_plain(field.annotation)).replace("typing.", "")
        if isinstance(field.annotation, type):
            kind = field.annotation.__name__
        need = "" if field.is_required() else " (optional)"
        rows.append(f"| `{name}` | `{kind.replace('|', 'or')}`{need} | {field.description or ''} |")
    return "\n".join(rows) + "\n"


def _plain(annotation: Any) -> Any:
    """The type without what is checked of it."""
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _plain(parts[0])
    if origin in (Union, UnionType):
        return reduce(or_, [_plain(part) for part in parts])
    if origin in (list, dict):
        return origin[tuple(_plain(part) for part in parts)]
    return annotation


class Command(BaseCommand):
    """Writes docs/events.md; a test keeps it fresh."""

    help = "Write docs/events.md from the event payload classes."

    def handle(self, *args: Any, **options: Any) -> None:
        PATH.write_text(document())
        self.stdout.write(f"Wrote {PATH}")
