from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from lab.home import PATH, empty_home, gone, instance, until
from pierhead.errors import HomeUnusable, NotFound, Unavailable
from pierhead.runtimes import boot
from pierhead.runtimes.programs import ProgramFiles
from pierhead.runtimes.supervisord import Supervisord

pytestmark = pytest.mark.real

SERVER = ["sleep", "3600"]
ENV = {"PATH": PATH}


@pytest.fixture
def home() -> Iterator[Path]:
    with empty_home() as home:
        yield home


def supervisor_pid(home: Path) -> int:
    return int((home / "supervisord.pid").read_text())


async def server_pid(home: Path, program: str = "server") -> int:
    def pid() -> int | None:
        process, _ = ProgramFiles(home, program).read_run()
        return process.pid if process else None

    found = await until(pid)
    assert isinstance(found, int)
    return found


async def test_it_starts_once_and_ends(home: Path) -> None:
    assert boot.server_state(home) == "absent"
    boot.ensure_running(home, SERVER, ENV)
    boss, server = supervisor_pid(home), await server_pid(home)
    assert boot.server_state(home) in ("starting", "running")
    boot.ensure_running(home, SERVER, ENV)
    assert (supervisor_pid(home), await server_pid(home)) == (boss, server)

    boot.shutdown(home)
    assert gone(boss)
    assert gone(server)
    assert boot.server_state(home) == "absent"
    boot.shutdown(home)


async def test_what_it_makes_is_private(home: Path) -> None:
    boot.ensure_running(home, SERVER, {**ENV, "PIERHEAD_TOKEN": "canary"})
    await server_pid(home)
    assert home.stat().st_mode & 0o777 == 0o700
    for path in home.rglob("*"):
        assert path.lstat().st_mode & 0o077 == 0, path
    # The token is the server's alone.
    environ = Path(f"/proc/{supervisor_pid(home)}/environ").read_bytes()
    assert b"canary" not in environ


def test_supervisord_is_a_daemon_with_little_of_the_callers_environment(home: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from pierhead.runtimes import boot;"
        "boot.ensure_running(Path(sys.argv[1]), ['sleep', '3600'], {'PATH': '/usr/bin:/bin'})"
    )
    reading, writing = os.pipe()
    subprocess.run(
        [sys.executable, "-c", code, str(home)],
        env={**os.environ, "CANARY": "leak", "PYTHONPATH": os.pathsep.join(sys.path)},
        pass_fds=[writing],
        check=True,
        timeout=60,
    )
    os.close(writing)
    boss = supervisor_pid(home)
    assert os.getsid(boss) != os.getsid(0), "it must not end with the terminal"
    server = asyncio.run(server_pid(home))
    for pid in (boss, server):
        assert b"CANARY" not in Path(f"/proc/{pid}/environ").read_bytes()
    assert os.read(reading, 1) == b"", "it must not keep a pipe of its caller open"
    os.close(reading)
    fds = {Path(f"/proc/{boss}/fd/{fd}").readlink() for fd in (0, 1, 2)}
    assert fds == {Path("/dev/null")}


async def test_many_callers_start_one(home: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        for call in [pool.submit(boot.ensure_running, home, SERVER, ENV) for _ in range(4)]:
            call.result(timeout=60)
    conf = str(home / "supervisord.conf")
    bosses = [p for p in psutil.process_iter(["cmdline"]) if conf in (p.info["cmdline"] or ())]
    assert len(bosses) == 1


async def test_after_kill_9_it_starts_anew_and_nothing_runs_twice(home: Path) -> None:
    boot.ensure_running(home, SERVER, ENV)
    supervisor = Supervisord(home)
    await supervisor.add(instance(home, "shop.web", "sleep", "600"))

    async def web() -> int | None:
        return (await supervisor.state("shop.web")).pid

    old = [supervisor_pid(home), await server_pid(home), await server_pid(home, "shop.web")]
    os.kill(old[0], signal.SIGKILL)
    await until(lambda: gone(old[0]))
    assert (home / "supervisor.sock").exists()
    assert not gone(old[2]), "the app outlives its supervisor"

    boot.ensure_running(home, SERVER, ENV)
    assert all(gone(pid) for pid in old), "the old ones would hold the ports of the new ones"
    assert await until(web) not in old
    await supervisor.close()


async def test_shutdown_ends_what_outlived_its_supervisor(home: Path) -> None:
    boot.ensure_running(home, SERVER, ENV)
    boss, server = supervisor_pid(home), await server_pid(home)
    os.kill(boss, signal.SIGKILL)
    await until(lambda: gone(boss))
    boot.shutdown(home, timeout=3)
    assert gone(server)


async def test_shutdown_kills_those_that_ignore_it(home: Path) -> None:
    boot.ensure_running(home, ["sh", "-c", "trap '' TERM; while :; do sleep 1; done"], ENV)
    server = await server_pid(home)
    await asyncio.sleep(0.2)
    begun = time.monotonic()
    boot.shutdown(home, timeout=1)
    assert time.monotonic() - begun < 6
    assert gone(server)


def test_after_a_reboot_strangers_are_left_alone(home: Path) -> None:
    # The notes of before name processes by number; today those numbers are others'.
    boot.ensure_running(home, SERVER, ENV)
    boot.shutdown(home)
    stranger = subprocess.Popen(["sleep", "600"])
    try:
        (home / "supervisord.pid").write_text(f"{stranger.pid}\n")
        row = {"pid": stranger.pid, "ticks": 5, "boot": "another", "starts": 1}
        (home / "run" / "server.json").write_text(json.dumps(row))
        boot.ensure_running(home, SERVER, ENV)
        boot.shutdown(home)
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


async def test_the_server_is_restarted(home: Path) -> None:
    with pytest.raises(NotFound):
        boot.restart_program(home)
    boot.ensure_running(home, SERVER, ENV)
    first = await server_pid(home)
    boot.restart_program(home)
    assert await server_pid(home) != first
    assert gone(first)


async def test_a_server_that_gave_up_is_started_again(home: Path) -> None:
    boot.ensure_running(home, SERVER, ENV)
    await server_pid(home)
    supervisor = Supervisord(home)
    await supervisor.stop("server")
    await supervisor.close()
    assert boot.server_state(home) == "stopped"
    boot.ensure_running(home, SERVER, ENV)
    assert boot.server_state(home) in ("starting", "running")


def test_a_home_that_cannot_be_used(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(HomeUnusable, match="cannot be written"):
        boot.ensure_running(blocked / "home", SERVER, ENV)
    with pytest.raises(HomeUnusable, match="cannot read"):
        boot.ensure_running(tmp_path / 'a"b', SERVER, ENV)
    if os.geteuid() == 0:
        foreign = tmp_path / "foreign"
        foreign.mkdir()
        os.chown(foreign, 12345, 12345)
        with pytest.raises(HomeUnusable, match="belongs to another user"):
            boot.ensure_running(foreign, SERVER, ENV)


async def test_a_home_with_a_strange_name(home: Path) -> None:
    strange = home / "a b $HOME 'c"
    try:
        boot.ensure_running(strange, SERVER, ENV)
        assert await server_pid(strange)
    finally:
        boot.shutdown(strange)


def test_why_it_does_not_start_is_said(home: Path) -> None:
    home.mkdir()
    (home / "programs").mkdir()
    (home / "programs" / "broken.conf").write_text("[program:broken]\nautostart = perhaps\n")
    with pytest.raises(Unavailable, match=r"supervisord does not start.*broken"):
        boot.ensure_running(home, SERVER, ENV)


def test_it_imports_quickly() -> None:
    code = (
        "import pierhead.errors, sys, time; begun = time.perf_counter();"
        "import pierhead.runtimes.boot; print(time.perf_counter() - begun);"
        "print(*(name for name in ('httpx', 'psutil', 'asyncio') if name in sys.modules))"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.splitlines()
        for _ in range(5)
    ]
    assert runs[0][1] == "", "nothing heavy"
    assert min(float(run[0]) for run in runs) < 0.03
