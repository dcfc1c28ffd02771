"""One task in one browser, without a database: what a benchmark of a route needs of a host."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from agents.browser.session import BrowserSession
from agents.control import RunControl
from agents.errors import BrowserError, Parked
from agents.events import Payload
from agents.ports import (
    Answer,
    IncomingMessage,
    InputRequestSpec,
    StoredArtifact,
    TaskSpec,
    Usage,
)


class Files:
    """Keeps names of files, and nothing of their bytes."""

    def __init__(self) -> None:
        self.names: list[tuple[str, str]] = []  # kind, name

    async def put(
        self, data: bytes, *, name: str, media_type: str, kind: str, step: int | None = None
    ) -> StoredArtifact:
        self.names.append((kind, name))
        digest = hashlib.sha256(data).hexdigest()
        return StoredArtifact(f"art_{len(self.names)}", name, media_type, len(data), digest)

    async def put_file(
        self, path: str, *, name: str, media_type: str, kind: str, step: int | None = None
    ) -> StoredArtifact:
        data = Path(path).read_bytes()
        return await self.put(data, name=name, media_type=media_type, kind=kind, step=step)

    async def read(self, artifact_id: str) -> bytes:
        raise KeyError(artifact_id)


class BenchContext:
    """A `RunContext`: approves what is risky, and answers no other question.

    events, asked: what the run appended and asked. approved: how many approvals it needed.
    """

    def __init__(self, task: TaskSpec, session: BrowserSession) -> None:
        self.task = task
        self.checkpoint: dict[str, Any] | None = None
        self.usage = Usage()
        self.artifacts = Files()
        self.control = RunControl()
        self.egress = None
        self.events: list[Payload] = []
        self.asked: list[InputRequestSpec] = []
        self.approved = 0
        self._session = session
        self._started = time.monotonic()

    @property
    def elapsed_s(self) -> float:
        return time.monotonic() - self._started

    async def emit(
        self,
        *events: Payload,
        checkpoint: dict[str, Any] | None = None,
        usage: Usage | None = None,
    ) -> None:
        self.events.extend(events)
        if usage is not None:
            self.usage = self.usage + usage

    async def ask(self, request: InputRequestSpec) -> Answer:
        if request.kind == "confirmation":
            self.approved += 1
            return Answer("answered", {"approved": True}, "bench")
        self.asked.append(request)
        raise Parked

    async def follow_origins(self) -> None:
        return None

    async def withdraw(self, keys: Sequence[str] | None = None) -> None:
        return None

    async def standing(self, tool: str, host: str) -> bool:
        return False

    async def messages(self, step: int) -> Sequence[IncomingMessage]:
        return ()

    async def say(self, content: str, *, step: int | None = None) -> None:
        return None

    def tick(self, kind: str, data: dict[str, Any]) -> None:
        return None

    async def browser(self) -> BrowserSession:
        return self._session

    async def replace_browser(self, reason: str) -> Any:
        raise BrowserError(f"The browser is gone: {reason}")
