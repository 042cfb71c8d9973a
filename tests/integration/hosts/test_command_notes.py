"""Commands that a killed server leaves behind are ended by the next one."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lab.pierhead import eventually
from pierhead.hosts import tree
from pierhead.hosts.local import LocalHost
from pierhead.hosts.notes import Notes

pytestmark = pytest.mark.real
ENV = {"PATH": os.environ["PATH"]}
SERVER = """
import asyncio, os, sys
from pathlib import Path
from pierhead.hosts.local import LocalHost
from pierhead.hosts.notes import Notes
argv = ["/bin/sh", "-c", "trap : TERM; sleep 298 & echo $! > child; while :; do wait; done"]
host = LocalHost(Notes(Path("notes")))
asyncio.run(host.run(argv, cwd=Path.cwd(), env={"PATH": os.environ["PATH"]}))
"""


def test_what_a_killed_server_ran_is_ended(tmp_path: Path) -> None:
    server = subprocess.Popen([sys.executable, "-c", SERVER], cwd=tmp_path)
    child = tmp_path / "child"
    eventually(lambda: child.exists() and child.read_text().strip())
    server.send_signal(signal.SIGKILL)
    server.wait()
    sleep = tree.read_process(int(child.read_text()))
    assert sleep is not None, "it goes on without its server"
    notes = Notes(tmp_path / "notes")
    (pid,) = notes.end_all()
    assert not tree.alive(sleep)
    assert tree.read_process(pid) is None
    assert list((tmp_path / "notes").iterdir()) == []


async def test_what_has_ended_leaves_no_note(tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    host = LocalHost(Notes(folder))
    seen = asyncio.create_task(host.run(["sleep", "0.3"], cwd=tmp_path, env=ENV))
    await asyncio.sleep(0.15)
    assert len(list(folder.iterdir())) == 1
    await seen
    assert list(folder.iterdir()) == []
    assert Notes(folder).end_all() == []


def test_a_stranger_with_the_same_number_is_left_alone(tmp_path: Path) -> None:
    stranger = subprocess.Popen(["sleep", "297"], start_new_session=True)
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        note = tmp_path / f"{stranger.pid}.json"
        note.write_text(f'{{"started": 1, "boot": "{boot}"}}')
        assert Notes(tmp_path).end_all() == []
        assert stranger.poll() is None
        assert not note.exists()
    finally:
        stranger.kill()
        stranger.wait()


async def test_a_note_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    host = LocalHost(Notes(tmp_path / "file" / "notes"))
    finished = await host.run(["echo", "done"], cwd=tmp_path, env=ENV)
    assert finished.lines == ("done",)
