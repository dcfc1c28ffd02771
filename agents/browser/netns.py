"""Runs a browser in a network namespace of its own, with two doors: its proxy, its debugging port.

A program, started as `python -I -S netns.py PROXY_PORT -- BROWSER ARGUMENTS...`; the standard
library only, so that it starts fast. Inside the namespace there is nothing but loopback, and on it
this program: what connects to PROXY_PORT comes out at PROXY_PORT outside, and what connects to the
debugging port outside comes out at the browser's. Both keep their numbers, so that neither the
browser nor its worker has to know. It ends with the browser, and the browser with it.

One thread enters the namespace and makes the sockets that belong there, as a socket stays where it
was made; all else happens outside. Source: network_namespaces(7), user_namespaces(7).
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import fcntl
import os
import signal
import socket
import struct
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 0x1
_PR_SET_PDEATHSIG = 1
_PIECE = 64 * 1024
_HERE = "127.0.0.1"
_DEBUG_ANY = "--remote-debugging-port=0"
_PORT_FILE = Path("DevToolsActivePort")  # in the profile, where this program is started

_libc = ctypes.CDLL(None, use_errno=True)


def _unshare(flags: int) -> None:
    if _libc.unshare(flags) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def own_users() -> None:
    """Without root, a namespace of users comes first. Before any thread starts."""
    if os.geteuid() == 0:
        return
    uid, gid = os.geteuid(), os.getegid()
    _unshare(_CLONE_NEWUSER)
    for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"),
                       ("gid_map", f"{gid} {gid} 1")):  # fmt: skip
        Path("/proc/self", name).write_text(text, encoding="ascii")


def enter() -> None:
    """Put this thread, and what it starts and opens from now on, into a new network."""
    _unshare(_CLONE_NEWNET)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sH14s", b"lo", 0, b"")
        flags = struct.unpack("16sH14s", fcntl.ioctl(any_socket, _SIOCGIFFLAGS, request))[1]
        request = struct.pack("16sH14s", b"lo", flags | _IFF_UP, b"")
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, request)


def _plain_socket() -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setblocking(False)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


def _listener(port: int) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind((_HERE, port))
    made.listen(256)
    made.setblocking(False)
    return made


def _die_with_parent() -> None:
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


async def _pump(source: socket.socket, target: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    buffer = bytearray(_PIECE)
    view = memoryview(buffer)
    while size := await loop.sock_recv_into(source, buffer):
        await loop.sock_sendall(target, view[:size])
    target.shutdown(socket.SHUT_WR)


async def _join(near: socket.socket, far: socket.socket, port: int) -> None:
    """Carry bytes both ways until both ends are done, or one breaks."""
    with near, far, contextlib.suppress(OSError):
        await asyncio.get_running_loop().sock_connect(far, (_HERE, port))
        ways = [asyncio.ensure_future(_pump(*pair)) for pair in ((near, far), (far, near))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_EXCEPTION)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)


class Doors:
    """The two ways through, and the thread inside."""

    def __init__(self, proxy_port: int) -> None:
        own_users()
        self._inside = ThreadPoolExecutor(1)
        self._inside.submit(enter).result()
        self._proxy_port = proxy_port
        self._outer = _listener(0)
        self._inner = self._inside.submit(_listener, proxy_port).result()
        self.debug_port = int(self._outer.getsockname()[1])
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, argv: list[str]) -> subprocess.Popen[bytes]:
        """Start the browser inside."""
        return self._inside.submit(
            lambda: subprocess.Popen(argv, preexec_fn=_die_with_parent)
        ).result()

    async def _serve(self, listener: socket.socket, port: int, *, inwards: bool) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                near, _ = await loop.sock_accept(listener)
            except OSError:  # out of descriptors, for a moment
                await asyncio.sleep(0.1)
                continue
            near.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if inwards:
                far = await loop.run_in_executor(self._inside, _plain_socket)
            else:
                far = _plain_socket()
            task = loop.create_task(_join(near, far, port))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _tell_port(self) -> None:
        """Note the debugging port as the headless shell does.

        The full Chromium writes this file only when the port was its own choice.
        """
        loop = asyncio.get_running_loop()
        while not _PORT_FILE.exists():
            with await loop.run_in_executor(self._inside, _plain_socket) as probe:
                try:
                    await loop.sock_connect(probe, (_HERE, self.debug_port))
                except OSError:
                    await asyncio.sleep(0.02)
                    continue
            written = _PORT_FILE.with_suffix(".new")
            written.write_text(f"{self.debug_port}\n/devtools/browser\n", encoding="ascii")
            written.replace(_PORT_FILE)

    async def until_end(self, browser: subprocess.Popen[bytes]) -> int:
        """Serve until the browser has ended; its exit status."""
        serving = [
            asyncio.ensure_future(self._serve(self._outer, self.debug_port, inwards=True)),
            asyncio.ensure_future(self._serve(self._inner, self._proxy_port, inwards=False)),
            asyncio.ensure_future(self._tell_port()),
        ]
        status = await asyncio.get_running_loop().run_in_executor(None, browser.wait)
        for task in serving:
            task.cancel()
        return status


def main(arguments: list[str]) -> int:
    """Run the browser; 71 when this system gives no namespace."""
    try:
        doors = Doors(int(arguments[0]))
    except OSError as error:
        print(f"no network namespace: {error.strerror or error}", file=sys.stderr)
        return 71
    if arguments[1] == "--probe":
        return 0
    # The browser is asked to end itself; this goes on until it has.
    signal.signal(signal.SIGTERM, lambda *_: None)
    signal.signal(signal.SIGINT, lambda *_: None)
    wanted = f"--remote-debugging-port={doors.debug_port}"
    browser = doors.start([wanted if word == _DEBUG_ANY else word for word in arguments[2:]])
    status = asyncio.run(doors.until_end(browser))
    os._exit(status if status >= 0 else 128 - status)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
