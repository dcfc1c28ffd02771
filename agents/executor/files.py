"""The task's files as step code sees them: by name, never by path."""

from __future__ import annotations

import json
import mimetypes
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import FilePayload

from agents.errors import ActionError
from agents.plain import clip, plain
from agents.ports import JSON, ArtifactStore, StoredArtifact

MAX_TEXT_BYTES = 5 * 1024 * 1024
MAX_UPLOAD_BYTES = 50 * 1024 * 1024
MAX_FILES = 200
MAX_NAME = 120


@dataclass
class Shelf:
    """Files saved and downloaded so far; a later one of the same name hides the earlier."""

    store: ArtifactStore
    known: dict[str, StoredArtifact] = field(default_factory=dict)

    def add(self, files: Iterable[StoredArtifact]) -> None:
        for item in files:
            self.known[item.name] = item

    def listing(self) -> JSON:
        return [describe(item) for item in self.known.values()]

    def get(self, name: str) -> StoredArtifact:
        """Raises: ActionError that names the files there are."""
        found = self.known.get(name)
        if found is None:
            there = ", ".join(repr(known) for known in list(self.known)[-10:]) or "none yet"
            raise ActionError(f"There is no file {name!r}. Files: {there}.", code="no_such_file")
        return found

    async def save(
        self, name: str, data: bytes, media_type: str, *, kind: str = "output", step: int
    ) -> JSON:
        """Store bytes under a name. Raises: ActionError on a bad name, too much or too many."""
        name = checked_name(name)
        if len(data) > MAX_TEXT_BYTES and kind == "output":
            raise ActionError(
                f"{name} would have {len(data)} bytes; at most {MAX_TEXT_BYTES} are allowed.",
                code="file_too_large",
            )
        if len(self.known) >= MAX_FILES:
            raise ActionError(f"There are {MAX_FILES} files already.", code="too_many_files")
        stored = await self.store.put(data, name=name, media_type=media_type, kind=kind, step=step)
        self.add([stored])
        return describe(stored)

    async def read_text(self, name: str, max_chars: int) -> str:
        """A file's text. Raises: ActionError when there is none, or it is no text."""
        item = self.get(name)
        if item.size_bytes > MAX_TEXT_BYTES:
            raise ActionError(
                f"{name} has {item.size_bytes} bytes: too large to read here.",
                code="file_too_large",
            )
        data = await self.store.read(item.id)
        if b"\x00" in data[:4096]:
            raise ActionError(f"{name} is not text ({item.media_type}).", code="not_text")
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("latin-1")
        return clip(text, max_chars)

    async def payloads(self, names: list[str]) -> list[FilePayload]:
        """Files as an upload field takes them. Raises: ActionError."""
        items = [self.get(name) for name in names]
        if sum(item.size_bytes for item in items) > MAX_UPLOAD_BYTES:
            raise ActionError("These files are too large to upload.", code="file_too_large")
        return [
            {
                "name": item.name,
                "mimeType": item.media_type,
                "buffer": await self.store.read(item.id),
            }
            for item in items
        ]


def describe(item: StoredArtifact) -> dict[str, Any]:
    """A file in a few plain values."""
    return {
        "id": item.id,
        "name": item.name,
        "media_type": item.media_type,
        "size_bytes": item.size_bytes,
    }


def checked_name(name: str) -> str:
    """A file name that is nothing but a name. Raises: ActionError."""
    text = unicodedata.normalize("NFC", name).strip()
    bad = any(unicodedata.category(c)[0] == "C" for c in text)
    if not text or bad or re.search(r'[/\\<>:"|?*]', text) or text.startswith("."):
        raise ActionError(
            f"{name[:80]!r} is not a file name: use one like report.json, without folders.",
            code="bad_file_name",
        )
    if len(text) > MAX_NAME:
        raise ActionError(f"A file name may have {MAX_NAME} characters.", code="bad_file_name")
    return text


def media_type_of(name: str, given: str | None) -> str:
    """The type that was given, or the one that the name tells."""
    if given and re.fullmatch(r"[\w.+-]+/[\w.+-]+(;.*)?", given):
        return given
    return mimetypes.guess_type(name)[0] or "text/plain"


def as_json_bytes(value: Any) -> bytes:
    """A value as an indented JSON document."""
    return json.dumps(plain(value), ensure_ascii=False, indent=2).encode()
