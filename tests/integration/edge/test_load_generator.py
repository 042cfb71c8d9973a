"""The load generator proves that nothing is lost, so it must see every kind of loss."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from lab.load import run_load

pytestmark = pytest.mark.real

GOOD = b"HTTP/1.1 200 OK\r\nX-Pierhead-Deployment: d-1\r\nContent-Length: 4\r\n\r\ngood"
Reply = Callable[[int, int], Awaitable[bytes] | bytes]


@asynccontextmanager
async def server(reply: Reply) -> AsyncIterator[str]:
    """Answers what `reply(request, request on this connection)` gives; b"" closes."""
    total = 0

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal total
        here = 0
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                assert head.startswith(b"GET / HTTP/1.1\r\nHost: 127.0.0.1:")
                total, here = total + 1, here + 1
                answer = reply(total, here)
                answer = answer if isinstance(answer, bytes) else await answer
                writer.write(answer)
                await writer.drain()
                if not answer or b"Connection: close" in head:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        writer.close()

    listening = await asyncio.start_server(handle, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/"
    listening.close()


async def test_a_good_server_gets_what_was_promised() -> None:
    connections: Counter[bool] = Counter()

    def reply(_: int, here: int) -> bytes:
        connections[here > 1] += 1
        return GOOD

    async with server(reply) as url:
        report = await run_load(url, rate=200, seconds=1, new_connection_share=0.5)
    assert (report.sent, report.ok, report.failed) == (200, 200, [])
    assert 0.9 < report.seconds < 2
    assert dict(report.versions) == {"d-1": 200}
    assert dict(report.bodies) == {"good": 200}
    assert 50 < connections[True] < 150, "about half reuse a connection"
    assert 0 < report.to_document()["p50_ms"] <= report.to_document()["p99_ms"]


async def test_bad_answers_are_seen() -> None:
    bad = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"
    async with server(lambda number, _: bad if number % 10 == 0 else GOOD) as url:
        report = await run_load(url, rate=200, seconds=0.5)
    assert (report.sent, report.ok, len(report.failed)) == (100, 90, 10)
    assert "status 502" in report.failed[0][1]


async def test_cut_answers_are_seen() -> None:
    async with server(lambda n, _: GOOD if n % 2 else b"HTTP/1.1 200 OK\r\nConte") as url:
        report = await run_load(url, rate=100, seconds=0.2, new_connection_share=1)
    assert len(report.failed) == 10


async def test_a_connection_closed_under_a_request_is_lost_or_retried() -> None:
    async with server(lambda _, here: GOOD if here == 1 else b"") as url:
        lost = await run_load(url, rate=50, seconds=0.4, new_connection_share=0)
        retried = await run_load(
            url, rate=50, seconds=0.4, new_connection_share=0, retry_idempotent=True
        )
    assert len(lost.failed) >= 5
    assert "kept connection" in lost.failed[0][1]
    assert (retried.failed, retried.ok) == ([], retried.sent)
    assert retried.retried >= 5


async def test_nobody_there_and_nobody_answering() -> None:
    report = await run_load("http://127.0.0.1:1/", rate=50, seconds=0.1)
    assert len(report.failed) == report.sent == 5

    async def late(*_: int) -> bytes:
        await asyncio.sleep(1)
        return GOOD

    async with server(late) as url:
        report = await run_load(url, rate=50, seconds=0.1, timeout=0.2)
    assert len(report.failed) == 5
    assert "TimeoutError" in report.failed[0][1]
