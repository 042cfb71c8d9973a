from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import psutil
import pytest

from lab.home import PATH, free_port, gone, instance, running_home, until
from pierhead.domain.service import Limits, Restart
from pierhead.errors import InvalidInput, NotFound, Unavailable
from pierhead.runtimes import boot
from pierhead.runtimes.instance import InstanceState, InstanceStatus
from pierhead.runtimes.supervisord import Supervisord

pytestmark = pytest.mark.real

WEB = "shop.production.d-1m4k9x0a-7qf2z.web.0"


@pytest.fixture
def home() -> Iterator[Path]:
    with running_home() as home:
        yield home


@pytest.fixture
async def supervisor(home: Path) -> AsyncIterator[Supervisord]:
    supervisor = Supervisord(home)
    yield supervisor
    await supervisor.close()


async def running_pid(supervisor: Supervisord, name: str) -> int:
    async def pid() -> int | None:
        state = await supervisor.state(name)
        return state.pid if state.up else None

    found = await until(pid)
    assert isinstance(found, int)
    return found


async def becomes(supervisor: Supervisord, name: str, status: InstanceStatus) -> InstanceState:
    async def reached() -> InstanceState | None:
        state = await supervisor.state(name)
        return state if state.status is status else None

    found = await until(reached)
    assert isinstance(found, InstanceState)
    return found


async def answer(port: int, path: str = "/") -> str:
    async def ask() -> str | None:
        async with httpx.AsyncClient(trust_env=False) as client:
            try:
                return (await client.get(f"http://127.0.0.1:{port}{path}")).text
            except httpx.TransportError:
                return None

    return str(await until(ask))


async def test_the_life_of_an_instance(home: Path, supervisor: Supervisord) -> None:
    port = free_port()
    web = instance(home, WEB, PORT=str(port), BODY="one")
    assert (await supervisor.state(WEB)).status is InstanceStatus.ABSENT

    await supervisor.add(web)
    assert await answer(port) == "one"
    pid = await running_pid(supervisor, WEB)
    assert (await supervisor.states())[WEB].pid == pid

    await supervisor.add(web)
    assert await running_pid(supervisor, WEB) == pid, "the same again changes nothing"

    await supervisor.add(replace(web, environment={**web.environment, "BODY": "two"}))
    assert await answer(port) == "two"
    assert gone(pid)

    await supervisor.stop(WEB)
    await supervisor.stop(WEB)
    stopped = await supervisor.state(WEB)
    assert (stopped.status, stopped.pid) == (InstanceStatus.STOPPED, None)

    await supervisor.start(WEB)
    await supervisor.start(WEB)
    assert await answer(port) == "two"

    pid = await running_pid(supervisor, WEB)
    await supervisor.remove(WEB)
    await supervisor.remove(WEB)
    assert gone(pid)
    assert (await supervisor.state(WEB)).status is InstanceStatus.ABSENT
    assert not list((home / "programs").glob(f"{WEB}*"))
    assert (home / "logs" / f"{WEB}.log").read_text().startswith("app starts")
    with pytest.raises(NotFound):
        await supervisor.start(WEB)


async def test_its_environment_is_what_was_given(
    home: Path, supervisor: Supervisord, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    given = {"PORT": str(port), "QUOTES": "a\"b'c %s $HOME ;x #y\nz", "EMPTY": ""}
    monkeypatch.setenv("CANARY", "leak")
    await supervisor.add(replace(instance(home, WEB), environment={"PATH": PATH, **given}))
    env = json.loads(await answer(port, "/env"))
    env.pop("LC_CTYPE", None)  # Python's own, PEP 538
    assert env == {"PATH": PATH, **given}
    for path in (home / "programs").iterdir():
        assert path.stat().st_mode & 0o777 == 0o600, path


async def test_many_at_once(home: Path, supervisor: Supervisord) -> None:
    names = [f"shop.production.w{n}" for n in range(12)]
    await asyncio.gather(*(supervisor.add(instance(home, n, "sleep", "600")) for n in names))
    pids = [await running_pid(supervisor, name) for name in names]
    assert len(set(pids)) == 12
    await asyncio.gather(*(supervisor.remove(name) for name in names))
    assert set(await supervisor.states()) == {"server"}
    assert all(gone(pid) for pid in pids)


async def test_one_that_ignores_sigterm_is_killed(home: Path, supervisor: Supervisord) -> None:
    port = free_port()
    deaf = instance(home, WEB, PORT=str(port), DEAF="1", stop_timeout=0.5)
    await supervisor.add(deaf)
    await answer(port)
    pid = await running_pid(supervisor, WEB)
    begun = asyncio.get_running_loop().time()
    await supervisor.stop(WEB)
    assert 0.4 < asyncio.get_running_loop().time() - begun < 2.5
    assert gone(pid)


@pytest.mark.parametrize("child", ["same", "group"])
async def test_children_end_with_it(home: Path, supervisor: Supervisord, child: str) -> None:
    port = free_port()
    await supervisor.add(instance(home, WEB, PORT=str(port), CHILD=child))
    await answer(port)
    pid = await running_pid(supervisor, WEB)
    children = psutil.Process(pid).children(recursive=True)
    assert len(children) == 1
    await supervisor.remove(WEB)
    await until(lambda: gone(children[0].pid), 2)


async def test_a_crash_loop_is_seen(home: Path, supervisor: Supervisord) -> None:
    await supervisor.add(instance(home, WEB, "sh", "-c", "echo no config >&2; exit 7"))
    state = await becomes(supervisor, WEB, InstanceStatus.BACKOFF)
    assert (state.exit_code, state.pid) == (7, None)

    async def tried_again() -> bool:
        return (await supervisor.state(WEB)).restarts >= 1

    await until(tried_again)
    assert "no config" in (home / "logs" / f"{WEB}.log").read_text()
    await supervisor.remove(WEB)


async def test_a_missing_program_says_so(home: Path, supervisor: Supervisord) -> None:
    await supervisor.add(instance(home, WEB, "no-such-program", restart=Restart.NEVER))
    state = await becomes(supervisor, WEB, InstanceStatus.FATAL)
    assert state.exit_code == 127
    log = (home / "logs" / f"{WEB}.log").read_text()
    assert log == f"pierhead: cannot start 'no-such-program': no such program in '{PATH}'\n"


@pytest.mark.parametrize(
    ("restart", "code", "again"),
    [
        (Restart.ALWAYS, 0, True),
        (Restart.ALWAYS, 3, True),
        (Restart.ON_FAILURE, 3, True),
        (Restart.ON_FAILURE, 0, False),
        (Restart.NEVER, 3, False),
    ],
)
async def test_the_restart_policy(
    home: Path, supervisor: Supervisord, restart: Restart, code: int, again: bool
) -> None:
    script = f"echo run; sleep 1.3; exit {code}"
    await supervisor.add(instance(home, WEB, "sh", "-c", script, restart=restart))
    log = home / "logs" / f"{WEB}.log"
    if again:
        await until(lambda: log.exists() and log.read_text().count("run") == 2)
        assert (await supervisor.state(WEB)).restarts == 1
    else:
        state = await becomes(supervisor, WEB, InstanceStatus.EXITED)
        assert (state.exit_code, state.restarts) == (code, 0)
        await asyncio.sleep(1.2)
        assert log.read_text().count("run") == 1
    await supervisor.remove(WEB)


async def test_killed_it_comes_back(home: Path, supervisor: Supervisord) -> None:
    port = free_port()
    await supervisor.add(instance(home, WEB, PORT=str(port)))
    first = await answer(port)
    await becomes(supervisor, WEB, InstanceStatus.RUNNING)
    await supervisor.signal(WEB, signal.SIGKILL)

    async def another() -> bool:
        return await answer(port) != first

    await until(another)
    assert (await supervisor.state(WEB)).restarts == 1


async def test_limits_are_in_force(home: Path, supervisor: Supervisord) -> None:
    limits = Limits(memory=200 << 20, open_files=77, processes=500, nice=5)
    script = (
        "import os, resource as r; print(os.nice(0), r.getrlimit(r.RLIMIT_NOFILE),"
        " r.getrlimit(r.RLIMIT_NPROC), r.getrlimit(r.RLIMIT_CORE), oct(os.umask(0)), flush=True)\n"
        "try: bytearray(300 << 20); print('too much', flush=True)\n"
        "except MemoryError: print('no memory', flush=True)"
    )
    argv = (sys.executable, "-S", "-c", script)
    await supervisor.add(instance(home, WEB, *argv, limits=limits, restart=Restart.NEVER))
    log = home / "logs" / f"{WEB}.log"
    await until(lambda: log.exists() and log.read_text().count("\n") == 2)
    assert log.read_text().splitlines() == [
        "5 (77, 77) (500, 500) (0, 0) 0o22",
        "no memory",
    ]


async def test_many_forks_end_with_it(home: Path, supervisor: Supervisord) -> None:
    script = "for i in 1 2 3 4 5 6; do (sleep 600 & sleep 600) & done; wait"
    await supervisor.add(instance(home, WEB, "sh", "-c", script))
    pid = await running_pid(supervisor, WEB)
    await until(lambda: len(psutil.Process(pid).children(recursive=True)) >= 12)
    pids = [child.pid for child in psutil.Process(pid).children(recursive=True)]
    await supervisor.remove(WEB)
    await until(lambda: all(gone(pid) for pid in pids), 3)


async def test_the_log_is_rotated(home: Path, supervisor: Supervisord) -> None:
    script = "yes 0123456789012345678901234567890123456789 | head -c 25000000; sleep 600"
    await supervisor.add(instance(home, WEB, "sh", "-c", script))
    logs = home / "logs"
    await until((logs / f"{WEB}.log.2").exists, 20)
    sizes = [path.stat().st_size for path in logs.glob(f"{WEB}.log*")]
    assert len(sizes) == 3
    assert max(sizes) < 11_000_000
    await supervisor.remove(WEB)


async def test_stopped_and_running_survive_a_restart_of_supervisord(
    home: Path, supervisor: Supervisord
) -> None:
    await supervisor.add(instance(home, "shop.up", "sleep", "600"))
    await supervisor.add(instance(home, "shop.down", "sleep", "600"))
    await supervisor.stop("shop.down")
    boot.shutdown(home)
    with pytest.raises(Unavailable):
        await supervisor.states()
    boot.ensure_running(home, ["sleep", "3600"], {"PATH": PATH})
    await running_pid(supervisor, "shop.up")
    assert (await supervisor.state("shop.down")).status is InstanceStatus.STOPPED
    await supervisor.add(instance(home, "shop.down", "sleep", "600"))
    await running_pid(supervisor, "shop.down")


async def test_an_id_that_is_a_path_is_refused(home: Path, supervisor: Supervisord) -> None:
    for bad in ("../x", "a/b", "", "-x", "A", "x\n[program:y]", "x:y"):
        with pytest.raises(InvalidInput):
            await supervisor.add(instance(home, bad, "sleep", "1"))
    with pytest.raises(InvalidInput, match="no command"):
        await supervisor.add(replace(instance(home, WEB, "x"), argv=()))
    assert set(await supervisor.states()) == {"server"}
    assert {path.stem for path in (home / "programs").iterdir()} == {"server"}
