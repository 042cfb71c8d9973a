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
from typing import Any

from pierhead.errors import HomeUnusable, InvalidInput, NotFound, TimedOut, Unavailable
from pierhead.hosts import tree
from pierhead.runtimes.programs import ProgramFiles, check_home, program_spec, write_private

SERVER = "server"
# Seconds a start may take; 0.3 s is usual, a cold disk needs more.
_START_TIMEOUT = 30.0
# Seconds that processes which outlived their supervisor have to end by themselves.
_PATIENCE = 5.0
_GOING = frozenset({"starting", "running", "backoff"})
# What supervisord itself needs of the environment it is started from; instances see none of it.
_KEPT = ("PATH", "HOME", "LANG")


class _Refused(Unavailable):
    """supervisord refused a call."""


_CONF = """\
[unix_http_server]
file = %(here)s/supervisor.sock
chmod = 0700

[supervisord]
logfile = %(here)s/logs/supervisord.log
logfile_maxbytes = 10MB
logfile_backups = 3
loglevel = info
pidfile = %(here)s/supervisord.pid
identifier = pierhead
umask = 077
nocleanup = true
directory = %(here)s

[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface

[include]
files = programs/*.conf
"""


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
        # A server that did not come up yet must not give up before its database is there.
        files.write(
            program_spec(
                argv=server_argv, cwd=home, environment=env, log=home / "logs" / "server.log"
            ),
            wanted=True,
        )
        if _answers(home):
            _start_server(home)
        else:
            _end_leftovers(home)
            _start(home, env)


def server_state(home: Path) -> str:
    """What the server's process is doing: a value of `InstanceStatus`; `absent` without any."""
    info = _info(home, SERVER)
    if info is None:
        return "absent"
    return str(info["statename"]).lower().replace("stopping", "running").replace("unknown", "fatal")


def restart_program(home: Path, program: str = SERVER) -> None:
    """Stop and start one program, such as the server after an upgrade.

    Raises:
        NotFound: if there is no such program.
        Unavailable: if supervisord does not answer.
    """
    if _info(home, program) is None:
        raise NotFound(f"{program} does not run below {home}")
    with contextlib.suppress(_Refused):  # it was not running
        _call(home, "stopProcess", program, True)
    _call(home, "startProcess", program, False)


def shutdown(home: Path, timeout: float = 30.0) -> None:
    """End supervisord and all it runs, and wait until every process is gone.

    Args:
        home: `PIERHEAD_HOME`.
        timeout: seconds they have to end by themselves; then they are killed.

    Raises:
        TimedOut: if something cannot even be killed.
    """
    until = time.monotonic() + timeout
    boss = _supervisor_process(home)
    known = (tree.tree(boss.pid) if boss else []) + _leftovers(home)
    if _answers(home):
        with contextlib.suppress(Unavailable):
            _call(home, "stopAllProcesses", False)  # all at once; `shutdown` goes one by one
            _call(home, "shutdown")
    elif boss:
        tree.send([boss], 15)
    tree.wait_gone([boss] if boss else [], until - time.monotonic())
    left = list({p for p in known + _leftovers(home) if tree.alive(p)})
    if not tree.end(left, min(_PATIENCE, max(0.0, until - time.monotonic()))):
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
        until = time.monotonic() + _START_TIMEOUT + _PATIENCE
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
    write_private(home / "supervisord.conf", _CONF)
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
    while not _answers(home):
        if begun.returncode or time.monotonic() > until:
            raise Unavailable(
                f"supervisord does not start: {_reason(begun.stdout)}",
                hint=f"see {home / 'logs' / 'supervisord.log'}",
            )
        time.sleep(0.01)


def _start_server(home: Path) -> None:
    if _info(home, SERVER) is None:
        _call(home, "reloadConfig")
        _call(home, "addProcessGroup", SERVER)
        return
    with contextlib.suppress(_Refused):  # another call was quicker
        _call(home, "startProcess", SERVER, False)


def _leftovers(home: Path) -> list[tree.Process]:
    """Processes of this home that run, and all that belongs to them, by the notes of `launch`."""
    found: list[tree.Process] = []
    for path in sorted((home / "run").glob("*.json")):
        with contextlib.suppress(InvalidInput):
            process, _ = ProgramFiles(home, path.stem).read_run()
            found += tree.tree(process.pid) if process else []
    return found


def _end_leftovers(home: Path) -> None:
    boss = _supervisor_process(home)
    left = _leftovers(home) + ([boss] if boss else [])
    if not tree.end(left, _PATIENCE):
        raise Unavailable(f"processes of an earlier run below {home} cannot be ended")


def _supervisor_process(home: Path) -> tree.Process | None:
    """The supervisord of this home, if the process that its pid file names really is one."""
    try:
        pid = int((home / "supervisord.pid").read_text())
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (OSError, ValueError):
        return None
    mine = os.fsencode(home / "supervisord.conf") in command.split(b"\0")
    return tree.read_process(pid) if mine else None


def _answers(home: Path) -> bool:
    try:
        return bool(_call(home, "getState")["statename"] == "RUNNING")
    except Unavailable:
        return False


def _info(home: Path, program: str) -> dict[str, Any] | None:
    try:
        info: dict[str, Any] = _call(home, "getProcessInfo", program)
    except Unavailable:
        return None
    return info


def _call(home: Path, method: str, *arguments: Any) -> Any:
    import socket  # noqa: PLC0415
    import xmlrpc.client  # noqa: PLC0415

    body = xmlrpc.client.dumps(arguments, f"supervisor.{method}").encode()
    head = f"POST /RPC2 HTTP/1.0\r\nContent-Type: text/xml\r\nContent-Length: {len(body)}\r\n\r\n"
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(_START_TIMEOUT)
            client.connect(str(home / "supervisor.sock"))
            client.sendall(head.encode() + body)
            answer = b"".join(iter(lambda: client.recv(65536), b""))
        return xmlrpc.client.loads(answer.split(b"\r\n\r\n", 1)[1])[0][0]
    except xmlrpc.client.Fault as fault:
        raise _Refused(f"supervisord refused {method}: {fault.faultString}") from None
    except (OSError, IndexError) as error:
        raise Unavailable(f"supervisord does not answer below {home}: {error}") from error


def _reason(output: bytes) -> str:
    lines = output.decode(errors="replace").strip().splitlines()
    errors = [line for line in lines if line.startswith("Error")]
    return (errors or lines or ["it says nothing"])[-1]
