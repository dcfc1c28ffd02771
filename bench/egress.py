"""What the egress proxy costs: a request, a tunnel, a megabyte, and the judgement alone.

    python bench/egress.py [--requests 1000] [--megabytes 200]

A small site, the proxy and the client are three processes on loopback. "Added" is the median
through the proxy less the median without it; CPU is that of the proxy's process.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import statistics
import sys
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parents[1]))

from agents.browser.addresses import AddressChecker
from agents.browser.egress import EgressProxy
from agents.browser.egress_policy import SessionEgress
from agents.guard.policy import Policy

PIECE = b"x" * 65536
POLICY = {
    "mode": "strict",
    "allowed_domains": [f"host{n}.test" for n in range(200)] + ["site.test"],
}


async def _site(pipe: Connection) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                size = int(head.split(b" ")[1].rpartition(b"/")[2] or 100)
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size)
                for _ in range(size // len(PIECE)):
                    writer.write(PIECE)
                    await writer.drain()
                writer.write(b"x" * (size % len(PIECE)))
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    pipe.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()


async def _proxy(pipe: Connection, site_port: int) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    checker = AddressChecker([f"site.test:{site_port}"], resolver=resolve)
    proxy = EgressProxy(checker, policy=SessionEgress(Policy.parse(POLICY)))
    pipe.send(await proxy.start())
    await asyncio.Event().wait()


def _run(work: Callable, pipe: Connection, *args: int) -> None:
    asyncio.run(work(pipe, *args))


def started(work: Callable, *args: int) -> tuple[BaseProcess, int]:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=_run, args=(work, theirs, *args), daemon=True
    )
    process.start()
    return process, ours.recv()


async def _get(reader, writer, target: str) -> int:
    writer.write(f"GET {target} HTTP/1.1\r\nHost: site.test\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
    left = length
    while left:
        left -= len(await reader.read(min(left, 1 << 18)))
    return length


async def requests(port: int, target: str, count: int) -> list[float]:
    """ms of each of `count` requests on one kept-alive connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
    took = []
    for _ in range(count):
        began = time.perf_counter()
        await _get(reader, writer, target)
        took.append((time.perf_counter() - began) * 1000)
    writer.close()
    return took


async def tunnels(port: int, site_port: int, count: int, *, direct: bool) -> list[float]:
    """ms until each of `count` new connections can carry the first byte of TLS."""
    took = []
    for _ in range(count):
        began = time.perf_counter()
        reader, writer = await asyncio.open_connection("127.0.0.1", site_port if direct else port)
        if not direct:
            writer.write(f"CONNECT site.test:{site_port} HTTP/1.1\r\n\r\n".encode())
            await reader.readuntil(b"\r\n\r\n")
        took.append((time.perf_counter() - began) * 1000)
        writer.close()
    return took


async def bulk(port: int, site_port: int, size: int, *, direct: bool) -> float:
    """Seconds for one body of `size` bytes through a tunnel."""
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", site_port if direct else port, limit=1 << 20
    )
    if not direct:
        writer.write(f"CONNECT site.test:{site_port} HTTP/1.1\r\n\r\n".encode())
        await reader.readuntil(b"\r\n\r\n")
    began = time.perf_counter()
    await _get(reader, writer, f"/{size}")
    writer.close()
    return time.perf_counter() - began


def cpu_s(process: BaseProcess) -> float:
    times = psutil.Process(process.pid).cpu_times()
    return times.user + times.system


async def measure(count: int, megabytes: int) -> None:
    site, site_port = started(_site)
    proxy, port = started(_proxy, site_port)
    url = f"http://site.test:{site_port}/100"
    await requests(port, url, 50)
    plain = statistics.median(await requests(site_port, "/100", count))
    before = cpu_s(proxy)
    through = statistics.median(await requests(port, url, count))
    cpu_ms = (cpu_s(proxy) - before) * 1000 / count
    print(f"plain request   direct {plain:.2f} ms, proxied {through:.2f} ms, "
          f"added {through - plain:.2f} ms, {cpu_ms:.2f} CPU-ms each")  # fmt: skip
    plain = statistics.median(await tunnels(port, site_port, count, direct=True))
    before = cpu_s(proxy)
    through = statistics.median(await tunnels(port, site_port, count, direct=False))
    cpu_ms = (cpu_s(proxy) - before) * 1000 / count
    print(f"new connection  direct {plain:.2f} ms, tunnel {through:.2f} ms, "
          f"added {through - plain:.2f} ms, {cpu_ms:.2f} CPU-ms each")  # fmt: skip
    size = megabytes * 1024 * 1024
    plain = await bulk(port, site_port, size, direct=True)
    before = cpu_s(proxy)
    through = await bulk(port, site_port, size, direct=False)
    spent_ms = (cpu_s(proxy) - before) * 1000
    print(f"one tunnel      direct {megabytes / plain:.0f} MB/s, tunnel {megabytes / through:.0f} "
          f"MB/s, {spent_ms / megabytes:.2f} CPU-ms a MB")  # fmt: skip
    for process in (proxy, site):
        process.terminate()


async def judge(count: int) -> None:
    """The checks alone, without any network."""
    rules = SessionEgress(Policy.parse(POLICY))
    began = time.perf_counter()
    for _ in range(count):
        rules("www.site.test", 443, "tunnel")
    per_rule = (time.perf_counter() - began) * 1e6 / count
    checker = AddressChecker()
    began = time.perf_counter()
    for number in range(count):
        await checker.check(f"93.184.{number % 200}.14", 443)
    per_address = (time.perf_counter() - began) * 1e6 / count
    print(f"judgement       policy of 201 domains {per_rule:.1f} µs, address {per_address:.1f} µs")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--megabytes", type=int, default=200)
    given = parser.parse_args()
    asyncio.run(measure(given.requests, given.megabytes))
    asyncio.run(judge(20_000))


if __name__ == "__main__":
    main()
