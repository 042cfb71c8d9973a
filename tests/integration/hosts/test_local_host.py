from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path

import pytest

from lab.home import PATH, gone, until
from pierhead.errors import NotFound, TimedOut, ToolMissing
from pierhead.hosts import KEPT_LINES, Host
from pierhead.hosts.local import LocalHost

pytestmark = pytest.mark.real

ENV = {"PATH": PATH}
# A tree that is hard to end: each ignores SIGTERM, the second has left the group, and the pids
# are written down for the test.
STUBBORN = """
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
depth = int(sys.argv[2])
with open(sys.argv[1], "a") as file:
    file.write(f"{os.getpid()}\\n")
if depth:
    subprocess.Popen([sys.executable, "-S", __file__, sys.argv[1], str(depth - 1)], process_group=0)
time.sleep(600)
"""


@pytest.fixture
def host() -> Host:
    return LocalHost()


async def test_output_comes_line_by_line_in_order(host: Host, tmp_path: Path) -> None:
    seen: list[tuple[str, float]] = []
    script = "echo out; echo err >&2; sleep 0.3; printf 'last'; exit 3"
    finished = await host.run(
        ["sh", "-c", script],
        cwd=tmp_path,
        env=ENV,
        on_line=lambda line: seen.append((line, time.monotonic())),
    )
    assert finished.code == 3
    assert finished.lines == ("out", "err", "last")
    assert [line for line, _ in seen] == ["out", "err", "last"]
    assert seen[2][1] - seen[0][1] > 0.2, "the first line must come before the command ends"


async def test_nothing_is_inherited(
    host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CANARY", "leak")
    code = "import json, os, sys; print(json.dumps(dict(os.environ))); print(sys.stdin.read())"
    finished = await host.run(
        [sys.executable, "-S", "-c", code], cwd=tmp_path, env={**ENV, "GIVEN": "yes"}
    )
    env = json.loads(finished.lines[0])
    env.pop("LC_CTYPE", None)  # Python's own, PEP 538
    assert env == {**ENV, "GIVEN": "yes"}
    assert finished.lines[1] == "", "stdin is empty"


async def test_only_the_last_lines_are_kept(host: Host, tmp_path: Path) -> None:
    count = 0

    def add(_: str) -> None:
        nonlocal count
        count += 1

    finished = await host.run(["seq", "20000"], cwd=tmp_path, env=ENV, on_line=add)
    assert count == 20_000
    assert len(finished.lines) == KEPT_LINES
    assert finished.lines[-1] == "20000"


async def test_a_signal_is_a_negative_code(host: Host, tmp_path: Path) -> None:
    finished = await host.run(["sh", "-c", "kill -9 $$"], cwd=tmp_path, env=ENV)
    assert finished.code == -9


async def test_a_missing_program_is_named(host: Host, tmp_path: Path) -> None:
    with pytest.raises(ToolMissing, match="`no-such-tool` is not installed"):
        await host.run(["no-such-tool"], cwd=tmp_path, env=ENV)
    script = tmp_path / "plain.txt"
    script.write_text("not a program")
    with pytest.raises(ToolMissing, match="cannot be executed"):
        await host.run([str(script)], cwd=tmp_path, env=ENV)
    with pytest.raises(NotFound, match="gone is not there"):
        await host.run(["true"], cwd=tmp_path / "gone", env=ENV)


async def stubborn_pids(path: Path) -> list[int]:
    await until(lambda: path.exists() and len(path.read_text().split()) == 3)
    return [int(pid) for pid in path.read_text().split()]


@pytest.fixture
def stubborn(tmp_path: Path) -> list[str]:
    script = tmp_path / "stubborn.py"
    script.write_text(STUBBORN)
    return [sys.executable, "-S", str(script), str(tmp_path / "pids"), "2"]


async def test_too_long_ends_the_whole_tree(
    host: Host, tmp_path: Path, stubborn: list[str]
) -> None:
    with pytest.raises(TimedOut, match="did not end within 1 s"):
        await host.run(stubborn, cwd=tmp_path, env=ENV, timeout=1.0)
    pids = await stubborn_pids(tmp_path / "pids")
    assert all(gone(pid) for pid in pids)


async def test_cancelling_ends_the_whole_tree(
    host: Host, tmp_path: Path, stubborn: list[str]
) -> None:
    task = asyncio.create_task(host.run(stubborn, cwd=tmp_path, env=ENV))
    pids = await stubborn_pids(tmp_path / "pids")
    begun = time.monotonic()
    task.cancel()
    await asyncio.sleep(0.1)
    task.cancel()  # impatience must not leave anything behind
    with pytest.raises(asyncio.CancelledError):
        await task
    assert all(gone(pid) for pid in pids)
    assert time.monotonic() - begun < 8


async def test_a_callback_that_fails_ends_the_command(host: Host, tmp_path: Path) -> None:
    def fail(line: str) -> None:
        raise RuntimeError(line)

    with pytest.raises(RuntimeError, match="hello"):
        await host.run(["sh", "-c", "echo hello; sleep 600"], cwd=tmp_path, env=ENV, on_line=fail)


async def test_what_is_left_in_the_background_is_ended(host: Host, tmp_path: Path) -> None:
    begun = time.monotonic()
    finished = await host.run(["sh", "-c", "sleep 600 & echo $!"], cwd=tmp_path, env=ENV)
    assert finished.code == 0
    assert time.monotonic() - begun < 4
    assert gone(int(finished.lines[0]))
