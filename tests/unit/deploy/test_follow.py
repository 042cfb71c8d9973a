"""Following logs: little work while nothing changes, and an end."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pierhead.deploy import lifecycle
from pierhead.deploy.follow import LogLine, service_log, watch_deployment, whole_log
from pierhead.deploy.running import Run
from unit.deploy.made import ACTOR, deployment, release, service
from unit.deploy.quiet import Quiet, quiet


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Quiet]:
    async with quiet(tmp_path) as made:
        async with made.adapters.store.transaction() as tx:
            await tx.put_release(release(), {})
            await tx.add_deployment(deployment())
            await tx.put_service(service())
        yield made


async def next_line(lines: AsyncIterator[LogLine]) -> str:
    found = await anext(lines, None)
    return found.line if found else "the end"


async def test_a_release_is_read_once_however_long_it_is_followed(
    machine: Quiet, monkeypatch: pytest.MonkeyPatch
) -> None:
    loads = []
    load = Run.load

    async def counted(adapters: object, deployment_id: str) -> Run:
        loads.append(deployment_id)
        return await load(machine.adapters, deployment_id)

    monkeypatch.setattr(Run, "load", counted)
    path = machine.adapters.layout.instance_log("shop", "production", deployment().id, "web.0")
    path.parent.mkdir(parents=True)
    path.write_text("one\n")
    lines = await service_log(
        machine.adapters, "shop", "production", lines=10, follow=True, process=None
    )
    assert await next_line(lines) == "one"
    following = asyncio.create_task(next_line(lines))
    await asyncio.sleep(0.7)
    with path.open("a") as file:
        file.write("two\n")
    assert await following == "two"
    assert len(loads) == 1


async def test_following_ends_with_the_service(machine: Quiet) -> None:
    lines = await service_log(
        machine.adapters, "shop", "production", lines=10, follow=True, process=None
    )
    following = asyncio.create_task(next_line(lines))
    await asyncio.sleep(0.1)
    await lifecycle.delete(machine.adapters, "shop", "production", ACTOR)
    assert await asyncio.wait_for(following, 2) == "the end"


def test_a_log_is_read_in_pieces(tmp_path: Path) -> None:
    path = tmp_path / "d-1.log"
    path.write_bytes(b"line\n" * 400_000)
    pieces = list(whole_log(path))
    assert b"".join(pieces) == path.read_bytes()
    assert max(map(len, pieces)) < 10**6
    assert list(whole_log(tmp_path / "none.log")) == []


async def test_the_end_of_a_long_log_is_seen(machine: Quiet) -> None:
    path = machine.adapters.layout.deployment_log("shop", "production", deployment().id)
    path.parent.mkdir(parents=True)
    path.write_text("".join(f"line {number}\n" for number in range(100_000)))
    seen = [
        what
        async for kind, what in watch_deployment(machine.adapters, deployment().id)
        if kind == "log"
    ]
    assert [line for _, line in seen[-2:]] == ["line 99998", "line 99999"]
    assert len(seen) == 100_000
    # Whoever lost the connection after any line goes on with the next one.
    offset, line = seen[41]
    assert line == "line 41"
    again = watch_deployment(machine.adapters, deployment().id, offset)
    assert (await anext(again))[1][1] == "line 42"
