"""The CLI as a process of its own: signals, pipes, imports, completion."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from pierhead.domain.deployment import Status
from unit.cli.harness import Harness
from unit.client import samples
from unit.client.api_double import ApiDouble, Lines, Request

PIERHEAD = [sys.executable, "-m", "pierhead.cli.main"]
HEAVY = ("httpx", "pydantic", "sqlalchemy", "fastapi", "rich", "dbos", "asyncio", "uvicorn")


def _environment(harness: Harness, **more: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "HOME") if name in os.environ}
    source = str(Path(__file__).parents[3] / "src")
    return {**kept, "PYTHONPATH": source, "PIERHEAD_HOME": str(harness.home), **more}


def _run(harness: Harness, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PIERHEAD, *arguments],
        env=_environment(harness, **environ),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def _status(harness: Harness) -> None:
    page = {"deployments": [], "total": 0, "page": 1, "page_size": 20}
    harness.double.routes |= {
        "GET /services": {"services": [samples.service()]},
        "GET /deployments": page,
    }


def test_status_imports_nothing_heavy(harness: Harness) -> None:
    _status(harness)
    code = (
        "import sys; from pierhead.cli.main import cli\n"
        "try: cli(['status'])\n"
        f"finally: print([m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code],
        env=_environment(harness),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert "shop" in result.stdout
    assert result.stderr.strip() == "[]"


def _slow_deployment(harness: Harness) -> threading.Event:
    asked = threading.Event()
    running = samples.deployment(Status.DEPLOYING, phases=samples.phases()[:2], completed_at=None)

    def watch(request: Request) -> Lines:
        asked.set()
        return Lines(({"type": "deployment", "deployment": running},), hold=20)

    harness.double.routes |= {
        "POST /up": {"plan": samples.plan(), "deployment": running},
        f"GET /deployments/{samples.SECOND}/watch": watch,
    }
    return asked


def test_ctrl_c_ends_the_following_and_not_the_deployment(harness: Harness, tmp_path: Path) -> None:
    asked = _slow_deployment(harness)
    process = subprocess.Popen(
        [*PIERHEAD, "up", str(tmp_path)],
        env=_environment(harness),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        assert asked.wait(20)
        while "✓ Transfer" not in process.stderr.readline():
            pass
        process.send_signal(signal.SIGINT)
        out, talk = process.communicate(timeout=20)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 130
    assert out == ""
    assert f"pierhead deploy watch {samples.SECOND}" in talk
    assert f"pierhead deploy cancel {samples.SECOND}" in talk
    assert "Traceback" not in talk
    assert [r.path for r in harness.double.seen if r.path.endswith("/cancel")] == []


def test_ctrl_c_before_the_answer_says_how_to_look(harness: Harness, tmp_path: Path) -> None:
    asked = threading.Event()
    released = threading.Event()

    def wait(request: Request) -> dict[str, Any]:
        asked.set()
        released.wait(20)
        return {}

    harness.double.routes["POST /up"] = wait
    process = subprocess.Popen(
        [*PIERHEAD, "up", str(tmp_path)],
        env=_environment(harness),
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert asked.wait(20)
        process.send_signal(signal.SIGINT)
        _, talk = process.communicate(timeout=20)
    finally:
        released.set()
        process.kill()
        process.wait()
    assert process.returncode == 130
    assert (
        talk == "interrupted; what the server was asked for goes on: see `pierhead deploy list`\n"
    )


def test_ctrl_c_is_the_quiet_end_of_logs(harness: Harness) -> None:
    line = {"source": "web.0", "deployment": "d-1", "line": "GET /"}
    harness.double.routes["GET /services/shop/logs"] = Lines((line,), hold=20)
    process = subprocess.Popen(
        [*PIERHEAD, "logs", "-f", "shop"],
        env=_environment(harness),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "web.0 | GET /\n"  # at once, though it is a pipe
        process.send_signal(signal.SIGINT)
        _, talk = process.communicate(timeout=20)
    finally:
        process.kill()
        process.wait()
    assert (process.returncode, talk) == (130, "")


def test_a_reader_that_has_seen_enough_is_no_error(harness: Harness) -> None:
    many = tuple({"source": "web.0", "deployment": "d-1", "line": "x" * 100} for _ in range(5000))
    harness.double.routes["GET /services/shop/logs"] = Lines(many)
    process = subprocess.Popen(
        [*PIERHEAD, "logs", "shop"],
        env=_environment(harness),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        assert process.stdout.readline().startswith("web.0 | xxx")
        process.stdout.close()
        talk = process.stderr.read()
        process.wait(20)
    finally:
        process.kill()
        process.wait()
    assert talk == ""


def _on_a_terminal(harness: Harness, *arguments: str, **environ: str) -> str:
    """What the command writes when stdout and stderr are a terminal."""
    ours, theirs = pty.openpty()
    try:
        subprocess.run(
            [*PIERHEAD, *arguments],
            env=_environment(harness, **environ),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            timeout=30,
            check=False,
        )
        return os.read(ours, 100_000).decode()
    finally:
        os.close(ours)
        os.close(theirs)


def _delete_on_a_terminal(harness: Harness, answer: str) -> int:
    harness.double.routes["DELETE /services/shop"] = {"deleted": "shop"}
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*PIERHEAD, "delete", "shop"],
        env=_environment(harness),
        stdin=theirs,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        os.write(ours, f"{answer}\n".encode())
        _, talk = process.communicate(timeout=20)
    finally:
        process.kill()
        process.wait()
        os.close(ours)
        os.close(theirs)
    assert talk.startswith("delete shop in production but keep its data? [y/N]: ")
    return process.returncode


def test_delete_asks_on_a_terminal(harness: Harness) -> None:
    assert _delete_on_a_terminal(harness, "n") == 1
    assert harness.double.seen == []
    assert _delete_on_a_terminal(harness, "y") == 0
    assert harness.double.asked("DELETE", "/services/shop").query["purge"] == "0"


@pytest.mark.parametrize(
    ("environ", "coloured"),
    [
        ({"TERM": "xterm"}, True),
        ({"TERM": "xterm", "NO_COLOR": "1"}, False),
        ({"TERM": "dumb"}, False),
    ],
)
def test_colour_is_for_terminals_that_want_it(
    harness: Harness, environ: dict[str, str], coloured: bool
) -> None:
    _status(harness)
    assert ("\x1b[" in _on_a_terminal(harness, "status", **environ)) is coloured
    assert "\x1b[" not in _run(harness, "status", **environ).stdout


def test_a_terminal_without_utf_8_is_served(harness: Harness) -> None:
    checks = {"checks": [{"name": "uv", "ok": True, "found": "0.9", "advice": ""}]}
    harness.double.routes["GET /doctor"] = checks
    result = _run(harness, "doctor", PYTHONIOENCODING="latin-1")
    assert (result.returncode, result.stdout) == (0, "\\u2713 uv  0.9\n")


def test_an_unusable_setting_is_two_lines(harness: Harness) -> None:
    result = _run(harness, "status", PIERHEAD_URL="nonsense")
    assert result.returncode == 3
    assert result.stderr.startswith("error: PIERHEAD_URL: ")
    assert "Traceback" not in result.stderr


def _complete(harness: Harness, words: str) -> str:
    count = len(words.split(" ")) - 1
    environ = {
        "_PIERHEAD_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(count),
    }
    return _run(harness, **environ).stdout


def test_a_shell_completes_commands_services_and_ids(harness: Harness) -> None:
    _status(harness)
    page = {"deployments": [samples.deployment()], "total": 1, "page": 1, "page_size": 50}
    harness.double.routes["GET /deployments"] = page
    assert _complete(harness, "pierhead roll") == "plain,rollback\n"
    assert _complete(harness, "pierhead logs sh") == "plain,shop\n"
    assert _complete(harness, "pierhead deploy show d-") == f"plain,{samples.SECOND}\n"


def test_completing_starts_no_server(tmp_path: Path) -> None:
    assert _complete(Harness(tmp_path, ApiDouble()), "pierhead logs sh").strip() == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_has_a_script(harness: Harness, shell: str) -> None:
    out = harness.run("completion", shell).stdout
    assert "_PIERHEAD_COMPLETE" in out
    harness.environ["SHELL"] = f"/usr/bin/{shell}"
    assert harness.run("completion").stdout == out
