"""The keys that values are sealed with: the newest seals, all of them open.

They come from WEBAGENT_FIELD_ENCRYPTION_KEYS, or from a file in the data directory that every
process looks at again when it has changed, so that a rotation needs no restart.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from dashboard.conf import config

KEY_ID_BYTES = 8
_FILE = "field_encryption_keys.json"
_FIRST = "field_encryption_key"  # the one key of an installation that never rotated


@dataclass(frozen=True)
class FieldKey:
    """One key. `id` is derived from it and tells nothing about it."""

    text: str = field(repr=False)
    made_at: float = 0.0  # seconds since the epoch; 0: not known

    @property
    def id(self) -> str:
        """Hex of 8 bytes, stored beside what the key sealed."""
        return hashlib.sha256(b"field key id\0" + self.text.encode()).hexdigest()[
            : 2 * KEY_ID_BYTES
        ]

    @property
    def bytes(self) -> bytes:
        """The AES-256 key."""
        return hashlib.sha256(self.text.encode()).digest()


_cached: tuple[object, tuple[FieldKey, ...]] | None = None


def all_keys() -> tuple[FieldKey, ...]:
    """All keys of this installation, the newest first; never empty."""
    global _cached
    listed = config().field_encryption_keys
    mark: object = listed or _mark(_path())
    if _cached is None or mark is None or _cached[0] != mark:
        _cached = (mark, _from_list(listed) if listed else _from_file())
    return _cached[1]


def are_listed() -> bool:
    """Whether the keys are given by the environment, where this program cannot change them."""
    return bool(config().field_encryption_keys)


def add() -> FieldKey:
    """A new key, which seals from now on. The older ones go on opening."""
    made = FieldKey(secrets.token_urlsafe(48), time.time())
    _write((made, *all_keys()))
    return made


def forget_older() -> int:
    """Drop all keys but the newest; how many went. What they sealed cannot be opened any more."""
    newest, *older = all_keys()
    _write((newest,))
    (_path().parent / _FIRST).unlink(missing_ok=True)
    return len(older)


@contextmanager
def rotation() -> Iterator[None]:
    """One rotation at a time on this data directory. Raises: BlockingIOError when one runs."""
    path = _path().with_name(".rotation")
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


def _path() -> Path:
    return config().data_dir / "secrets" / _FILE


def _mark(path: Path) -> object:
    """What changes when the file does; a constant while there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return (str(path), "none")
    return (str(path), found.st_mtime_ns, found.st_ino, found.st_size)


def _from_list(listed: str) -> tuple[FieldKey, ...]:
    found = tuple(FieldKey(part.strip()) for part in listed.split(",") if part.strip())
    if not found:
        raise ValueError("WEBAGENT_FIELD_ENCRYPTION_KEYS names no key")
    return found


def _from_file() -> tuple[FieldKey, ...]:
    try:
        stored = json.loads(_path().read_text())
    except FileNotFoundError:
        return (FieldKey(config().secret(_FIRST)),)
    return tuple(FieldKey(item["key"], item["made_at"]) for item in stored["keys"])


def _write(wanted: tuple[FieldKey, ...]) -> None:
    path = _path()
    draft = path.with_name(f"{_FILE}.{secrets.token_hex(4)}")
    items = [{"key": key.text, "made_at": key.made_at} for key in wanted]
    fd = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(fd, "w") as file:
        json.dump({"keys": items}, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
