"""Starts and ends supervisord, which runs the server, the edge and every instance.

The CLI does this before any server exists, so only the standard library is imported, and most of
that late.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pierhead.errors import HomeUnusable, NotFound, TimedOut, Unavailable
from pierhead.hosts import tree
from pierhead.runtimes.asking import Refused, answers, call, program_info
from pierhead.runtimes.leftovers import PATIENCE, end_leftovers, leftovers, supervisor_process
from pierhead.runtimes.programs import (
    SUPERVISORD_CONF,
    ProgramFiles,
    check_home,
    program_spec,
    write_private,
)

SERVER = "server"
# Seconds a start may take; 0.3 s is usual, a cold disk needs more.
_START_TIMEOUT = 30.0
_GOING = frozenset({"starting", "running", "backoff"})
# What supervisord itself needs of the environment it is started from; instances see none of it.
_KEPT = ("PATH", "HOME", "LANG")


def ensure_running(home: Path, server_argv: Sequence[str], env: Mapping[str, str]) -> None:
    """See to it that supervisord runs, and the server under it.

    Many may call it at once: one starts it, the others wait. What a killed supervisor or a power
    cut left behind is cleared away first.

    Args:
        home: `PIERHEAD_HOME`; made if it is not there, for its owner alone.
        server_argv: the command of the server.
        env: the entire environment of the server.

    Raises:
        HomeUnusable: if the home is not ours or cannot be written.
        Unavailable: if supervisord does not start.
    """
    if server_state(home) in _GOING:
        return
    _prepare(home)
    with _only_one(home):
        state = server_state(home)
        if state in _GOING:
            return
        files = ProgramFiles(home, SERVER)
        files.write(
            program_spec(
                argv=server_argv, cwd=home, environment=env, log=home / "logs" / "server.log"
            ),
            wanted=True,
        )
        if answers(home):
            _start_server(home)
        else:
            end_leftovers(home)
            _start(home, env)


def server_state(home: Path) -> str:
    """What the server's process is doing: a value of `InstanceStatus`; `absent` without any."""
    info = program_info(home, SERVER)
    if info is None:
        return "absent"
    return str(info["statename"]).lower().replace("stopping", "running").replace("unknown", "fatal")


def restart_program(home: Path, program: str = SERVER) -> None:
    """Stop and start one program, such as the server after an upgrade.

    Raises:
        NotFound: if there is no such program.
        Unavailable: if supervisord does not answer.
    """
    if program_info(home, program) is None:
        raise NotFound(f"{program} does not run below {home}")
    with contextlib.suppress(Refused):  # it was not running
        call(home, "stopProcess", program, True)
    call(home, "startProcess", program, False)


def shutdown(home: Path, timeout: float = 30.0) -> None:
    """End supervisord and all it runs, and wait until every process is gone.

    Args:
        home: `PIERHEAD_HOME`.
        timeout: seconds they have to end by themselves; then they are killed.

    Raises:
        TimedOut: if something cannot even be killed.
    """
    if not home.is_dir():
        return
    with _only_one(home):
        _end_all(home, time.monotonic() + timeout)


def _end_all(home: Path, until: float) -> None:
    boss = supervisor_process(home)
    known = (tree.tree(boss.pid) if boss else []) + leftovers(home)
    if answers(home):
        with contextlib.suppress(Unavailable):
            call(home, "stopAllProcesses", False)  # all at once; `shutdown` goes one by one
            call(home, "shutdown")
    elif boss:
        tree.send([boss], 15)
    tree.wait_gone([boss] if boss else [], until - time.monotonic())
    left = list({p for p in known + leftovers(home) if tree.alive(p)})
    if not tree.end(left, min(PATIENCE, max(0.0, until - time.monotonic()))):
        pids = ", ".join(str(p.pid) for p in left if tree.alive(p))
        raise TimedOut(f"these processes cannot be ended: {pids}")
    for name in ("supervisor.sock", "supervisord.pid"):
        (home / name).unlink(missing_ok=True)


def _prepare(home: Path) -> None:
    check_home(home)
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        if home.stat().st_uid != os.geteuid():
            raise HomeUnusable(f"{home} belongs to another user", where=str(home))
        home.chmod(0o700)
        for name in ("programs", "run", "logs"):
            (home / name).mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise HomeUnusable(
            f"{home} cannot be written: {error.strerror}", where=str(home)
        ) from error


@contextlib.contextmanager
def _only_one(home: Path) -> Iterator[None]:
    handle = os.open(home / "boot.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        until = time.monotonic() + _START_TIMEOUT + PATIENCE
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > until:
                    raise Unavailable(
                        f"another command has been starting {home} for long"
                    ) from None
                time.sleep(0.02)
        yield
    finally:
        os.close(handle)


def _start(home: Path, env: Mapping[str, str]) -> None:
    import subprocess  # noqa: PLC0415

    for name in ("supervisor.sock", "supervisord.pid"):
        (home / name).unlink(missing_ok=True)
    write_private(home / "supervisord.conf", SUPERVISORD_CONF)
    kept = {k: v for k, v in env.items() if k in _KEPT or k.startswith("PIERHEAD_")}
    kept.pop("PIERHEAD_TOKEN", None)
    kept.setdefault("PATH", os.defpath)
    # It opens its socket, then becomes a daemon; what it says before that is the reason if not.
    # -P keeps the current folder out of its imports.
    begun = subprocess.run(
        [
            sys.executable,
            "-P",
            "-m",
            "supervisor.supervisord",
            "-c",
            str(home / "supervisord.conf"),
        ],
        cwd=home,
        env=kept,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=_START_TIMEOUT,
        start_new_session=True,
        umask=0o077,
        check=False,
    )
    until = time.monotonic() + _START_TIMEOUT
    while not answers(home):
        if begun.returncode or time.monotonic() > until:
            raise Unavailable(
                f"supervisord does not start: {_reason(begun.stdout)}",
                hint=f"see {home / 'logs' / 'supervisord.log'}",
            )
        time.sleep(0.01)


def _start_server(home: Path) -> None:
    if program_info(home, SERVER) is None:
        call(home, "reloadConfig")
        call(home, "addProcessGroup", SERVER)
        return
    with contextlib.suppress(Refused):  # another call was quicker
        call(home, "startProcess", SERVER, False)


def _reason(output: bytes) -> str:
    lines = output.decode(errors="replace").strip().splitlines()
    errors = [line for line in lines if line.startswith("Error")]
    return (errors or lines or ["it says nothing"])[-1]
