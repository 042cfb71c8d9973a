from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from pierhead.domain.health import HealthCheck
from pierhead.errors import HealthCheckFailed, StartFailed
from pierhead.runtimes.instance import InstanceState, InstanceStatus
from pierhead.runtimes.probe import check_health, wait_healthy

pytestmark = pytest.mark.real

Reply = Callable[[str, dict[str, str]], bytes]
Serve = Callable[[Reply], Awaitable[str]]


def http(status: int = 200, body: str = "", **headers: str) -> bytes:
    """An answer; `_` in the name of a header stands for `-`."""
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    servers = []

    async def start(reply: Reply) -> str:
        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            except asyncio.IncompleteReadError:
                return
            headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in head[1:])}
            writer.write(reply(head[0].split()[1], headers))
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(handle, "127.0.0.1", 0)
        servers.append(server)
        return f"127.0.0.1:{server.sockets[0].getsockname()[1]}"

    yield start
    for server in servers:
        server.close()


async def test_a_configured_path_must_answer_2xx(serve: Serve) -> None:
    address = await serve(lambda path, _: http(204 if path == "/ready?deep=1" else 200))
    report = await check_health(HealthCheck(path="/ready?deep=1"), address, host="shop.localhost")
    assert (report.healthy, report.status, report.check) == (True, 204, "GET /ready?deep=1")


async def test_what_is_sent(serve: Serve) -> None:
    seen: list[dict[str, str]] = []

    def reply(path: str, headers: dict[str, str]) -> bytes:
        seen.append(headers)
        return http()

    address = await serve(reply)
    await check_health(HealthCheck(path="/"), address, host="shop.localhost")
    await check_health(
        HealthCheck(path="/", host="shop.example", forwarded_proto="https"), address, host="x"
    )
    assert [(h["host"], h["x-forwarded-proto"]) for h in seen] == [
        ("shop.localhost", "http"),
        ("shop.example", "https"),
    ]
    assert seen[0]["x-forwarded-for"] == "127.0.0.1"


@pytest.mark.parametrize(
    ("answer", "status", "note", "hint"),
    [
        (
            http(301, Location="https://shop.localhost/health"),
            301,
            "location: https://shop.localhost/health",
            'forwarded_proto = "https"',
        ),
        (http(302, Location="/login"), 302, "location: /login", "name a path"),
        (http(400, "Bad Request (400)"), 400, "body: Bad Request (400)", "ALLOWED_HOSTS"),
        (http(403, "no"), 403, "body: no", "'shop.localhost'"),
        (http(401), 401, "401", "login"),
        (http(404), 404, "404", "there is no /health"),
        (http(500, "x" * 5000), 500, "body: " + "x" * 200, "its log"),
        (http(503, "a\x1b[31m\nb\x00"), 503, "body: a [31m b", "its log"),
    ],
)
async def test_an_answer_that_is_not_healthy(
    serve: Serve, answer: bytes, status: int, note: str, hint: str
) -> None:
    address = await serve(lambda *_: answer)
    report = await check_health(HealthCheck(path="/health"), address, host="shop.localhost")
    assert not report.healthy
    assert report.status == status
    assert note in report.note
    assert len(report.note) < 400
    assert hint in report.hint


async def test_the_first_usual_path_that_answers_wins(serve: Serve) -> None:
    asked: list[str] = []

    def reply(path: str, _: dict[str, str]) -> bytes:
        asked.append(path)
        return http(200 if path == "/healthz" else 404)

    report = await check_health(HealthCheck(), await serve(reply), host="x")
    assert (report.healthy, report.check) == (True, "GET /healthz")
    assert "/healthz answered 200" in report.note
    assert asked == ["/health", "/up", "/healthz"]


@pytest.mark.parametrize(
    ("answer", "healthy", "note"),
    [
        (http(302, Location="/login"), True, "redirects to /login (302), taken as alive"),
        (http(404), True, "answered 404, taken as alive"),
        (http(401), True, "answered 401, taken as alive"),
        (http(400, "bad host"), False, "body: bad host"),
        (http(500), False, "500"),
    ],
)
async def test_the_root_is_taken_as_alive(
    serve: Serve, answer: bytes, healthy: bool, note: str
) -> None:
    report = await check_health(HealthCheck(), await serve(lambda *_: answer), host="x")
    assert (report.healthy, report.check) == (healthy, "GET /")
    assert note in report.note
    assert bool(report.hint) is not healthy


async def test_what_speaks_no_http_is_healthy_if_it_takes_connections(serve: Serve) -> None:
    address = await serve(lambda *_: b"220 mail.example ESMTP\r\n")
    report = await check_health(HealthCheck(), address, host="x")
    assert (report.healthy, report.check) == (True, "TCP connect")
    assert "no HTTP" in report.note
    named = await check_health(HealthCheck(path="/health"), address, host="x")
    assert not named.healthy


async def test_slow_deaf_and_endless_answers(serve: Serve) -> None:
    begun = time.monotonic()
    endless = await serve(lambda *_: b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 10_000)
    assert (await check_health(HealthCheck(path="/"), endless, host="x")).healthy

    async def never(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    server = await asyncio.start_server(never, "127.0.0.1", 0)
    address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    report = await check_health(HealthCheck(timeout=0.2), address, host="x")
    assert (report.healthy, report.status) == (False, None)
    assert "no answer" in report.note
    server.close()
    assert time.monotonic() - begun < 2
    report = await check_health(HealthCheck(), "127.0.0.1:1", host="x")
    assert not report.healthy
    assert "refused" in report.note


def always(
    status: InstanceStatus, code: int | None = None
) -> Callable[[], Awaitable[InstanceState]]:
    async def state() -> InstanceState:
        return InstanceState(status, exit_code=code)

    return state


def at(address: str | None) -> Callable[[], Awaitable[str | None]]:
    async def find() -> str | None:
        return address

    return find


RUNNING = always(InstanceStatus.RUNNING)


async def test_waiting_ends_as_soon_as_it_is_healthy(serve: Serve) -> None:
    address, begun = await serve(lambda *_: http()), time.monotonic()

    async def find() -> str | None:
        return address if time.monotonic() - begun > 0.3 else None

    report = await wait_healthy(HealthCheck(), find, RUNNING, host="x")
    assert report.healthy
    assert 0.3 <= time.monotonic() - begun < 0.6


async def test_waiting_gives_several_tries(serve: Serve) -> None:
    answers = [http(503), http(503), http(200)]
    address = await serve(lambda *_: answers.pop(0))
    check = HealthCheck(path="/", interval=0.05)
    assert (await wait_healthy(check, at(address), RUNNING, host="x")).healthy
    assert not answers


async def test_waiting_tells_the_last_answer(serve: Serve) -> None:
    asked = 0

    def reply(*_: object) -> bytes:
        nonlocal asked
        asked += 1
        return http(400, "Invalid HTTP_HOST header")

    check = HealthCheck(path="/", interval=0.05)
    with pytest.raises(HealthCheckFailed, match=r"3 of 3 tries: 400 X; .*HTTP_HOST") as caught:
        await wait_healthy(check, at(await serve(reply)), RUNNING, host="x")
    assert asked == 3
    assert "ALLOWED_HOSTS" in caught.value.hint
    assert caught.value.details["status"] == 400


async def test_one_that_never_listens_is_told_its_port() -> None:
    check = HealthCheck(start_timeout=0.3)
    with pytest.raises(HealthCheckFailed, match=r"after 0\.3 s; it was given PORT=4711") as caught:
        await wait_healthy(check, at(None), RUNNING, host="x", port=4711)
    assert "variable PORT" in caught.value.hint


@pytest.mark.parametrize(
    ("status", "code", "text"),
    [
        (InstanceStatus.EXITED, 3, "exit code 3"),
        (InstanceStatus.BACKOFF, 1, "exit code 1"),
        (InstanceStatus.FATAL, 127, "exit code 127"),
        (InstanceStatus.EXITED, -9, "signal 9"),
        (InstanceStatus.STOPPED, None, "stopped"),
    ],
)
async def test_one_that_ends_is_not_waited_for(
    status: InstanceStatus, code: int | None, text: str
) -> None:
    begun = time.monotonic()
    with pytest.raises(StartFailed, match=text):
        await wait_healthy(HealthCheck(), at(None), always(status, code), host="x")
    assert time.monotonic() - begun < 1


async def test_one_that_ends_between_tries_is_noticed(serve: Serve) -> None:
    address, states = await serve(lambda *_: http(503)), [InstanceStatus.RUNNING]

    async def state() -> InstanceState:
        return InstanceState(states[0], exit_code=5)

    async def crash() -> None:
        await asyncio.sleep(0.2)
        states[0] = InstanceStatus.BACKOFF

    begun = time.monotonic()
    task = asyncio.create_task(crash())
    with pytest.raises(StartFailed, match="exit code 5"):
        await wait_healthy(HealthCheck(interval=5), at(address), state, host="x")
    await task
    assert time.monotonic() - begun < 2
