"""A load generator that costs little: plain asyncio streams, a fixed rate, every answer checked.

    python tests/lab/load.py http://127.0.0.1:20001/ --rate 200 --seconds 10

prints a JSON document. A request is late rather than left out if the machine cannot keep up.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import threading
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

# Idle connections kept for reuse, as a browser or a proxy would.
_POOL = 16


@dataclass
class LoadReport:
    """What became of the requests.

    `failed` has (seconds since the start, reason) of each; `retried` counts requests on a reused
    connection that the server had closed, sent again because that was allowed; `stale` counts
    reused connections seen closed before anything was sent on them. `versions` counts answers by
    X-Pierhead-Deployment, `bodies` by their first 80 bytes.
    """

    sent: int = 0
    ok: int = 0
    retried: int = 0
    stale: int = 0
    seconds: float = 0.0
    failed: list[tuple[float, str]] = field(default_factory=list)
    versions: Counter[str] = field(default_factory=Counter)
    bodies: Counter[str] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)

    def percentile(self, percent: float) -> float:
        """Latency in milliseconds below which so many percent lie."""
        if not self.latencies:
            return 0.0
        ordered = sorted(self.latencies)
        return 1000 * ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]

    def to_document(self) -> dict[str, Any]:
        """Plain JSON data, with percentiles in place of the single latencies."""
        # `asdict` cannot rebuild a Counter.
        document = {name: value for name, value in vars(self).items() if name != "latencies"}
        return document | {"p50_ms": self.percentile(50), "p99_ms": self.percentile(99)}


class _ClosedEarlyError(Exception):
    """The connection ended before a byte of the answer."""


@dataclass
class _Connection:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def ask(self, request: bytes) -> tuple[int, dict[str, str], bytes]:
        self.writer.write(request)
        try:
            first = await self.reader.readline()
        except ConnectionError as error:
            raise _ClosedEarlyError(type(error).__name__) from error
        if not first:
            raise _ClosedEarlyError("EOF")
        head = await self.reader.readuntil(b"\r\n\r\n")
        headers = {}
        for line in head.decode("latin-1").split("\r\n"):
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        body = await self._body(headers)
        return int(first.split()[1]), headers, body

    async def _body(self, headers: dict[str, str]) -> bytes:
        if "content-length" in headers:
            return await self.reader.readexactly(int(headers["content-length"]))
        if headers.get("transfer-encoding") == "chunked":
            body = b""
            while size := int(await self.reader.readline(), 16):
                body += await self.reader.readexactly(size)
                await self.reader.readline()
            await self.reader.readline()
            return body
        headers["connection"] = "close"
        return await self.reader.read()


class _Load:
    def __init__(self, url: str, timeout: float, retry_idempotent: bool) -> None:
        parts = urlsplit(url)
        self.host, self.port = parts.hostname or "127.0.0.1", parts.port or 80
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._head = f"GET {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nAccept: */*\r\n"
        self._timeout, self._retry = timeout, retry_idempotent
        self._idle: deque[_Connection] = deque()
        self.report, self.begun = LoadReport(), time.monotonic()

    async def one(self, fresh: bool) -> None:
        self.report.sent += 1
        begun = time.monotonic()
        try:
            async with asyncio.timeout(self._timeout):
                status, headers, body = await self._send(fresh)
        except (OSError, TimeoutError, _ClosedEarlyError, asyncio.IncompleteReadError) as error:
            kind = "new" if fresh else "kept"
            self._fail(f"{kind} connection: {type(error).__name__}: {error}")
            return
        self.report.latencies.append(time.monotonic() - begun)
        self.report.versions[headers.get("x-pierhead-deployment", "")] += 1
        self.report.bodies[body[:80].decode(errors="replace")] += 1
        if status == 200:
            self.report.ok += 1
        else:
            self._fail(f"status {status}: {body[:80]!r}")

    async def _send(self, fresh: bool) -> tuple[int, dict[str, str], bytes]:
        connection = None if fresh else self._reuse()
        closing = "Connection: close\r\n" if fresh else ""
        request = f"{self._head}{closing}\r\n".encode()
        if connection is not None:
            try:
                return await self._ask(connection, request, keep=True)
            except _ClosedEarlyError:
                if not self._retry:
                    raise
                self.report.retried += 1
        connection = _Connection(*await asyncio.open_connection(self.host, self.port))
        return await self._ask(connection, request, keep=not fresh)

    async def _ask(
        self, connection: _Connection, request: bytes, keep: bool
    ) -> tuple[int, dict[str, str], bytes]:
        kept = False
        try:
            status, headers, body = await connection.ask(request)
            kept = keep and headers.get("connection") != "close" and len(self._idle) < _POOL
        finally:
            if kept:
                self._idle.append(connection)
            else:
                connection.writer.close()
        return status, headers, body

    def _reuse(self) -> _Connection | None:
        while self._idle:
            connection = self._idle.popleft()
            if not connection.reader.at_eof() and not connection.writer.is_closing():
                return connection
            self.report.stale += 1
            connection.writer.close()
        return None

    def _fail(self, reason: str) -> None:
        self.report.failed.append((round(time.monotonic() - self.begun, 3), reason))

    def close(self) -> None:
        for connection in self._idle:
            connection.writer.close()


async def run_load(
    url: str,
    rate: float = 200.0,
    seconds: float = 10.0,
    *,
    new_connection_share: float = 0.5,
    retry_idempotent: bool = False,
    timeout: float = 10.0,
    stop: asyncio.Event | None = None,
) -> LoadReport:
    """Send GET requests at a fixed rate and check each answer for status 200.

    Args:
        rate: requests per second.
        seconds: how long; `stop` may end it earlier.
        new_connection_share: part of the requests sent on a new connection each; the others
            reuse connections.
        retry_idempotent: whether a request on a reused connection that ended before any byte of
            the answer is sent again (RFC 9110 allows it) instead of counted as failed.
        timeout: seconds for one request.
    """
    load = _Load(url, timeout, retry_idempotent)
    tasks: set[asyncio.Task[None]] = set()
    number = 0
    while number < rate * seconds and not (stop and stop.is_set()):
        wait = load.begun + number / rate - time.monotonic()
        if wait > 0:
            await asyncio.sleep(wait)
        task = asyncio.create_task(load.one(random.random() < new_connection_share))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        number += 1
    await asyncio.gather(*tasks)
    load.close()
    load.report.seconds = round(time.monotonic() - load.begun, 3)
    return load.report


class Load:
    """Requests at a steady rate beside what else is done; the report is there at the end."""

    def __init__(self, url: str, rate: float = 100, longest: float = 60) -> None:
        self.report = LoadReport()
        self._stop = asyncio.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, args=(url, rate, longest))

    def _run(self, url: str, rate: float, longest: float) -> None:
        self.report = self._loop.run_until_complete(
            run_load(url, rate=rate, seconds=longest, stop=self._stop)
        )
        self._loop.close()

    def __enter__(self) -> Load:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Load one URL and print what became of it.")
    parser.add_argument("url")
    parser.add_argument("--rate", type=float, default=200.0, help="requests per second")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--new", type=float, default=0.5, help="share of new connections, 0 to 1")
    parser.add_argument("--retry", action="store_true", help="resend on a connection closed early")
    given = parser.parse_args()
    report = asyncio.run(
        run_load(
            given.url,
            given.rate,
            given.seconds,
            new_connection_share=given.new,
            retry_idempotent=given.retry,
        )
    )
    print(json.dumps(report.to_document(), indent=2))


if __name__ == "__main__":
    main()
