"""An instance from its start to "healthy", as a deployment does it."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from lab.home import free_port, instance, running_home
from pierhead.domain.health import HealthCheck, HealthReport
from pierhead.errors import HealthCheckFailed, StartFailed
from pierhead.runtimes.instance import Instance, InstanceState
from pierhead.runtimes.listening import listening
from pierhead.runtimes.probe import wait_healthy
from pierhead.runtimes.supervisord import Supervisord

pytestmark = pytest.mark.real


@pytest.fixture
def home() -> Iterator[Path]:
    with running_home() as home:
        yield home


@pytest.fixture
async def supervisor(home: Path) -> AsyncIterator[Supervisord]:
    supervisor = Supervisord(home)
    yield supervisor
    await supervisor.close()


async def start(
    supervisor: Supervisord, one: Instance, check: HealthCheck, port: int
) -> HealthReport:
    async def state() -> InstanceState:
        return await supervisor.state(one.id)

    async def find_address() -> str | None:
        pid = (await state()).pid
        found = listening(pid) if pid else ()
        return found[0].dial if found else None

    await supervisor.add(one)
    return await wait_healthy(check, find_address, state, host="shop.localhost", port=port)


async def test_it_costs_little_more_than_the_application_itself(
    home: Path, supervisor: Supervisord
) -> None:
    await supervisor.states()
    port = free_port()
    begun = time.monotonic()
    one = instance(home, "shop.web.0", PORT=str(port), DELAY="0.5", ONLY="/up")
    report = await start(supervisor, one, HealthCheck(), port)
    spent = time.monotonic() - begun
    assert (report.healthy, report.check) == (True, "GET /up")
    # 0.5 s of its own, 0.1 s for Python to start; the rest is room for a busy machine.
    assert 0.5 < spent < 1.5


async def test_a_fixed_port_is_found(home: Path, supervisor: Supervisord) -> None:
    given, fixed = free_port(), free_port()
    one = instance(home, "shop.web.0", PORT=str(fixed))
    report = await start(supervisor, one, HealthCheck(path="/"), given)
    assert report.healthy


async def test_a_crash_is_told_at_once(home: Path, supervisor: Supervisord) -> None:
    one = instance(home, "shop.web.0", "sh", "-c", "echo broken; exit 3")
    begun = time.monotonic()
    with pytest.raises(StartFailed, match="exit code 3") as caught:
        await start(supervisor, one, HealthCheck(), 1)
    assert caught.value.details["exit_code"] == 3
    assert time.monotonic() - begun < 2


async def test_a_program_that_only_runs_never_listens(home: Path, supervisor: Supervisord) -> None:
    one = instance(home, "shop.web.0", "sleep", "600")
    with pytest.raises(HealthCheckFailed, match="listens on no TCP port"):
        await start(supervisor, one, HealthCheck(start_timeout=0.5), 4711)
