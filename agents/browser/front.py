"""Which tab of a browser is in front, known to every process of this host.

The headless shell shows all tabs as visible and keeps no order of them, so the one that is active
is noted in the browser's profile: by the run that drives it, and by the live view when a person
picks another tab. Whoever attaches next, after a crash of its worker too, goes on there.
"""

from __future__ import annotations

import contextlib
import re
import secrets
from pathlib import Path

_NOTE = "front-tab"
_TARGET_ID = re.compile(r"[A-Za-z0-9-]{1,64}")


def read_front(user_data_dir: str | Path) -> str | None:
    """Target id of the tab in front; None when nobody noted one."""
    try:
        text = (Path(user_data_dir) / _NOTE).read_text()
    except (OSError, UnicodeDecodeError):
        return None
    return text if _TARGET_ID.fullmatch(text) else None


def write_front(user_data_dir: str | Path, target_id: str) -> None:
    """Note the tab in front. Best effort: a full disk must not stop a run over this."""
    note = Path(user_data_dir) / _NOTE
    draft = note.with_name(f"{_NOTE}.{secrets.token_hex(4)}")
    with contextlib.suppress(OSError):
        try:
            draft.write_text(target_id)
            draft.replace(note)
        finally:
            draft.unlink(missing_ok=True)
