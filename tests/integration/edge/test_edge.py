from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest

from lab.home import free_port, gone, instance, running_home, until
from lab.load import run_load
from pierhead.edge.caddy import Edge
from pierhead.edge.routes import DEPLOYMENT_HEADER, PROBE_HEADER, UPSTREAM_HEADER, Route
from pierhead.errors import EdgeFailed
from pierhead.runtimes.supervisord import Supervisord

pytestmark = pytest.mark.real


@dataclass
class Stage:
    """A home with an edge, and applications behind it."""

    home: Path
    supervisor: Supervisord
    edge: Edge
    edge_port: int

    async def app(self, name: str, **environment: str) -> str:
        """Start the lab's application; gives `host:port` once it listens."""
        port = free_port()
        environment = {"BODY": name, **environment}
        await self.supervisor.add(
            instance(self.home, f"shop.{name}", PORT=str(port), **environment)  # type: ignore[arg-type]
        )

        async def listens() -> bool:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                return False
            writer.close()
            return True

        await until(listens)
        return f"127.0.0.1:{port}"


@pytest.fixture
def home() -> Iterator[Path]:
    with running_home() as home:
        yield home


@pytest.fixture
async def stage(home: Path) -> AsyncIterator[Stage]:
    supervisor, edge_port = Supervisord(home), free_port()
    edge = Edge(home, supervisor, edge_port=edge_port)
    await edge.start()
    yield Stage(home, supervisor, edge, edge_port)
    await edge.close()
    await supervisor.close()


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False) as client:
        yield client


def route(name: str = "shop", deployment_id: str = "d-1", **rest: object) -> Route:
    hosts = (f"{name}.localhost",)
    return replace(Route(name, "production", free_port(), hosts, deployment_id), **rest)  # type: ignore[arg-type]


def url(route: Route, path: str = "/") -> str:
    return f"http://127.0.0.1:{route.port}{path}"


async def test_a_service_has_its_port_and_its_name(stage: Stage, client: httpx.AsyncClient) -> None:
    shop = route(upstreams=(await stage.app("one"),))
    assert await stage.edge.load([shop]) == ()
    answer = await client.get(url(shop))
    assert (answer.text, answer.headers[DEPLOYMENT_HEADER]) == ("one", "d-1")

    by_name = f"http://127.0.0.1:{stage.edge_port}/"
    assert (await client.get(by_name, headers={"Host": "shop.localhost"})).text == "one"
    unknown = await client.get(by_name, headers={"Host": "other.localhost"})
    assert unknown.status_code == 404
    # On its own port, a service answers whatever name it is called by.
    assert (await client.get(url(shop), headers={"Host": "other.localhost"})).text == "one"


async def test_switching_back_and_forth(stage: Stage) -> None:
    one, two = await stage.app("one"), await stage.app("two")
    shop = route(upstreams=(one,))
    await stage.edge.load([shop])
    seen = await stage.edge.seen(shop)
    assert (seen.deployment_id, seen.upstream, seen.status) == ("d-1", one, 200)

    newer = replace(shop, deployment_id="d-2", upstreams=(two,))
    await stage.edge.switch(newer)
    seen = await stage.edge.seen(newer)
    assert (seen.deployment_id, seen.upstream) == ("d-2", two)

    await stage.edge.switch(shop)
    assert (await stage.edge.seen(shop)).upstream == one


async def test_the_upstream_is_told_to_nobody_else(stage: Stage, client: httpx.AsyncClient) -> None:
    lie = '{"X-Pierhead-Deployment": "d-666", "X-Pierhead-Upstream": "lie"}'
    shop = route(upstreams=(await stage.app("one", HEADERS=lie),))
    await stage.edge.load([shop])
    seen = await stage.edge.seen(shop)
    assert seen.deployment_id == "d-1", "the application cannot claim another version"
    assert seen.upstream == (shop.upstreams or ())[0]

    answer = await client.get(url(shop), headers={PROBE_HEADER: "guess"})
    assert answer.headers[UPSTREAM_HEADER] == "lie"
    token = (stage.home / "edge" / "token").read_text()
    told = await client.get(url(shop, "/headers"), headers={PROBE_HEADER: token})
    assert token not in told.text, "the application must not learn the token"
    assert '"X-Forwarded-Proto": "http"' in told.text


async def test_a_new_service_and_its_end(stage: Stage, client: httpx.AsyncClient) -> None:
    one = await stage.app("one")
    shop, blog = route(upstreams=(one,)), route("blog", upstreams=(one,))
    await stage.edge.load([shop])
    await stage.edge.switch(blog)
    assert (await client.get(url(blog))).text == "one"
    await stage.edge.remove(blog.id)
    await stage.edge.remove(blog.id)
    with pytest.raises(EdgeFailed, match="does not answer"):
        await stage.edge.seen(blog)
    assert (await client.get(url(shop))).text == "one"
    assert not list((stage.home / "edge").glob("blog*"))


async def test_several_instances_share_the_work(stage: Stage, client: httpx.AsyncClient) -> None:
    names = ["a", "b", "c"]
    shop = route(upstreams=tuple([await stage.app(name) for name in names]))
    await stage.edge.load([shop])
    seen = [(await client.get(url(shop))).text for _ in range(60)]
    assert set(seen) == set(names)

    # Fewer and more, without a change of the configuration.
    before = (stage.home / "caddy.json").read_text()
    upstreams = shop.upstreams or ()
    for some in (upstreams[:1], (*upstreams, await stage.app("d"))):
        await stage.edge.switch(replace(shop, upstreams=some))
        seen = [(await client.get(url(shop))).text for _ in range(60)]
        assert set(seen) == set("abcd"[: len(some)])
    assert (stage.home / "caddy.json").read_text() == before

    # One less, without a request lost, even if it ends without a word.
    state = await stage.supervisor.state("shop.a")
    os.kill(state.pid or 0, signal.SIGKILL)
    answers = [await client.get(url(shop)) for _ in range(30)]
    assert {answer.status_code for answer in answers} == {200}


async def test_stopped_says_so(stage: Stage, client: httpx.AsyncClient) -> None:
    shop = route(upstreams=(await stage.app("one"),))
    await stage.edge.load([shop])
    await stage.edge.switch(replace(shop, stopped=True))
    answer = await client.get(url(shop))
    assert (answer.status_code, answer.text) == (503, "shop.production is stopped\n")
    assert answer.headers["Retry-After"]
    await stage.edge.switch(shop)
    assert (await client.get(url(shop))).status_code == 200


async def test_a_strangers_port_is_left_out_and_said(
    stage: Stage, client: httpx.AsyncClient
) -> None:
    one = await stage.app("one")
    shop, blog = route(upstreams=(one,)), route("blog", upstreams=(one,))
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", blog.port))
        stranger.listen()
        [problem] = await stage.edge.load([shop, blog])
        assert (problem.route, problem.port) == (blog.id, blog.port)
        assert "taken" in problem.message
        assert (await client.get(url(shop))).text == "one"
        with pytest.raises(EdgeFailed, match="is taken"):
            await stage.edge.switch(blog)
        assert (await client.get(url(shop))).text == "one"
    assert await stage.edge.load([shop, blog]) == ()
    assert (await client.get(url(blog))).text == "one"


async def test_killed_it_comes_back_with_its_routes(
    stage: Stage, client: httpx.AsyncClient
) -> None:
    one, two = await stage.app("one"), await stage.app("two")
    shop = route(upstreams=(one,))
    await stage.edge.load([shop])
    await stage.edge.switch(replace(shop, deployment_id="d-2", upstreams=(two,)))
    pid = (await stage.supervisor.state("caddy")).pid or 0
    os.kill(pid, signal.SIGKILL)
    await until(lambda: gone(pid))

    async def back() -> bool:
        try:
            return (await client.get(url(shop))).text == "two"
        except httpx.TransportError:
            return False

    await until(back)
    # A server that restarts finds Caddy as it is.
    again = Edge(stage.home, stage.supervisor, edge_port=stage.edge_port)
    await again.start()
    assert await again.load([replace(shop, deployment_id="d-2", upstreams=(two,))]) == ()
    await again.close()
    assert (stage.home / "caddy.sock").stat().st_mode & 0o077 == 0


async def test_without_supervisord_traffic_flows_on(
    stage: Stage, client: httpx.AsyncClient
) -> None:
    shop = route(upstreams=(await stage.app("one"),))
    await stage.edge.load([shop, route("broken", upstreams=("127.0.0.1:1",))])
    boss = int((stage.home / "supervisord.pid").read_text())
    os.kill(boss, signal.SIGKILL)
    await until(lambda: gone(boss))
    await stage.edge.switch(route("other", upstreams=("127.0.0.1:1",)))  # Caddy logs about this
    await asyncio.sleep(0.2)
    assert (await client.get(url(shop))).text == "one"


async def test_draining_waits_for_requests_in_flight(
    stage: Stage, client: httpx.AsyncClient
) -> None:
    one, two = await stage.app("one", SLOW="1.2"), await stage.app("two")
    shop = route(upstreams=(one,))
    await stage.edge.load([shop])
    slow = asyncio.create_task(client.get(url(shop, "/slow"), timeout=10))

    async def begun() -> bool:
        return await stage.edge.in_flight(one) == 1

    await until(begun)
    await stage.edge.switch(replace(shop, deployment_id="d-2", upstreams=(two,)))
    assert await stage.edge.drain(one, 0.2) == 1
    assert await stage.edge.drain(one, 10) == 0
    assert slow.done() or (await slow)
    answer = await slow
    assert (answer.text, answer.headers[DEPLOYMENT_HEADER]) == ("one", "d-1")
    assert await stage.edge.drain("127.0.0.1:1", 1) == 0


async def test_an_app_that_restarts_loses_no_request(
    stage: Stage, client: httpx.AsyncClient
) -> None:
    shop = route(upstreams=(await stage.app("one"),))
    await stage.edge.load([shop])
    await asyncio.sleep(1.1)  # up for a second, so that it is started again at once
    await stage.supervisor.signal("shop.one", signal.SIGKILL)
    answers = await asyncio.gather(*(client.get(url(shop), timeout=10) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}


async def test_no_request_is_lost_while_versions_are_switched(stage: Stage) -> None:
    old = await stage.app("v0", BODY="d-0")
    shop = route(upstreams=(old,), deployment_id="d-0")
    await stage.edge.load([shop])
    done = asyncio.Event()
    load = asyncio.create_task(run_load(url(shop), rate=100, seconds=60, stop=done))
    for number in range(1, 11):
        new = await stage.app(f"v{number}", BODY=f"d-{number}")
        shop = replace(shop, deployment_id=f"d-{number}", upstreams=(new,))
        await stage.edge.switch(shop)
        seen = await stage.edge.seen(shop)
        assert (seen.deployment_id, seen.upstream) == (f"d-{number}", new)
        assert await stage.edge.drain(old, 10) == 0
        if number % 2:
            await stage.supervisor.signal(f"shop.v{number - 1}", signal.SIGKILL)
        await stage.supervisor.remove(f"shop.v{number - 1}")
        old = new
    done.set()
    report = await load
    assert report.failed == []
    assert report.ok == report.sent > 100
    assert report.retried == report.stale == 0, "no connection was closed under a client"
    assert len(report.bodies) == 11
    assert report.versions == report.bodies, "each answer bears the version it came from"


async def test_a_server_that_restarts_disturbs_no_connection(stage: Stage) -> None:
    shop = route(upstreams=(await stage.app("one"),))
    await stage.edge.load([shop])
    reader, writer = await asyncio.open_connection("127.0.0.1", shop.port)
    for _ in range(2):
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        await asyncio.wait_for(reader.readuntil(b"one"), 5)
        again = Edge(stage.home, stage.supervisor, edge_port=stage.edge_port)
        await again.start()
        await again.load([shop])
        await again.close()
    assert not reader.at_eof()
    writer.close()


async def test_web_sockets_pass_and_outlive_a_change_of_other_routes(stage: Stage) -> None:
    port = free_port()
    echo = (
        "import socket, sys; s = socket.create_server(('127.0.0.1', int(sys.argv[1])))\n"
        "while True:\n"
        " c, _ = s.accept(); head = c.recv(65536)\n"
        " c.sendall(b'HTTP/1.1 101 Switching Protocols\\r\\nConnection: Upgrade\\r\\n'\n"
        "  b'Upgrade: websocket\\r\\n\\r\\n')\n"
        " while data := c.recv(100): c.sendall(data)\n"
    )
    argv = (sys.executable, "-S", "-c", echo, str(port))
    await stage.supervisor.add(instance(stage.home, "shop.echo", *argv))
    await asyncio.sleep(0.3)
    shop = route(upstreams=(f"127.0.0.1:{port}",))
    await stage.edge.load([shop])
    reader, writer = await asyncio.open_connection("127.0.0.1", shop.port)
    head = "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    writer.write(f"{head}Sec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n\r\n".encode())
    assert b"101" in await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
    for change in range(3):
        writer.write(b"hello")
        assert await asyncio.wait_for(reader.readexactly(5), 5) == b"hello"
        await stage.edge.switch(route(f"other{change}", upstreams=("127.0.0.1:1",)))
    writer.close()
