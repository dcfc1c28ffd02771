"""A line between a browser and the web process that a test can cut and mend."""

from __future__ import annotations

import selectors
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit


class Line:
    """Passes bytes on from a port of its own to the web process. `origin` is its address."""

    def __init__(self, web: str) -> None:
        target = urlsplit(web)
        self._target = (target.hostname or "127.0.0.1", target.port or 80)
        self._door: socket.socket | None = None
        self._ends: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._port = 0
        self.mend()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def mend(self) -> None:
        """Listen, at the same port as before."""
        door = socket.socket()
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind(("127.0.0.1", self._port))
        door.listen(64)
        self._door, self._port = door, door.getsockname()[1]
        self._run(self._let_in, door)

    def cut(self) -> None:
        """End every connection and refuse new ones."""
        door, self._door = self._door, None
        if door is not None:
            with suppress(OSError):
                door.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits on it
        with self._lock:
            threads, self._threads = self._threads, []
            for end in self._ends:
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join()

    def _run(self, work: Callable[..., None], *given: Any) -> None:
        thread = threading.Thread(target=work, args=given, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _let_in(self, door: socket.socket) -> None:
        with door:
            while True:
                try:
                    near, _ = door.accept()
                except OSError:
                    return
                far = socket.create_connection(self._target)
                with self._lock:
                    self._ends |= {near, far}
                    self._run(self._carry, near, far)

    def _carry(self, near: socket.socket, far: socket.socket) -> None:
        """Both ways, until an end is shut."""
        with near, far, selectors.DefaultSelector() as ready, suppress(OSError):
            ready.register(near, selectors.EVENT_READ, far)
            ready.register(far, selectors.EVENT_READ, near)
            while all(self._pass_on(key.fileobj, key.data) for key, _ in ready.select()):
                pass
        with self._lock:
            self._ends -= {near, far}

    def _pass_on(self, source: Any, sink: socket.socket) -> bool:
        data = source.recv(65536)
        sink.sendall(data)
        return bool(data)
