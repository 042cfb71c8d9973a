"""Requests that fail while versions change: Pierhead, and beside it copy, kill and start."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from lab.load import Load, LoadReport
from measure import Bench, rounds, seconds
from subject import NAME, Program, Subject, subject

RATE = 200.0  # requests per second, half of them on new connections
LONGEST = 600.0  # seconds of load
PAUSE = 1.0  # seconds a version serves before the next one comes


def main() -> None:
    """20 redeployments under load, and as many restarts of the same program."""
    count = rounds(20)
    with subject() as notes:
        switched, switches = redeploy(notes, count)
        restarted, restarts = restart(notes, count)
    bench = Bench(
        f"{count} new versions at {RATE:g} requests/s, half on new connections",
        "copy, kill, start",
    )
    ours, theirs = [len(switched.failed)], [len(restarted.failed)]
    bench.add("failed requests", ours, "", below=1, beside=theirs)
    bench.add("failed requests, copy, kill, start", theirs, "", beside=theirs)
    bench.add("  of requests sent", [switched.sent], "")
    bench.add("  of requests sent, copy, kill, start", [restarted.sent], "")
    for percent in (50, 99):
        there = [restarted.percentile(percent)]
        bench.add(f"latency, {percent} % within", [switched.percentile(percent)], "ms")
        bench.add(f"latency, {percent} % within, copy, kill, start", there, "ms")
    bench.add("one new version", switches, "s", beside=restarts)
    bench.add("one new version, copy, kill, start", restarts, "s", beside=restarts)
    bench.show()
    for second, reason in switched.failed[:10]:
        print(f"  failed after {second} s: {reason}")


def redeploy(notes: Subject, count: int) -> tuple[LoadReport, list[float]]:
    """Edit and `pierhead up`, again and again."""
    took = []
    with Load(notes.pierhead.address(NAME) + "/", RATE, LONGEST) as load:
        for _ in range(count):
            notes.edit()
            took.append(seconds(notes.up))
            time.sleep(PAUSE)
    return load.report, took


def restart(notes: Subject, count: int) -> tuple[LoadReport, list[float]]:
    """What a script over SSH does: copy the files, end the old process, start the new one."""
    took = []
    with tempfile.TemporaryDirectory(prefix="ph-bench-") as root:
        script = Script(notes, Path(root) / NAME)
        try:
            script.bring()
            with Load(f"http://127.0.0.1:{script.program.port}/", RATE, LONGEST) as load:
                for _ in range(count):
                    notes.edit()
                    took.append(seconds(script.bring))
                    time.sleep(PAUSE)
        finally:
            script.end()
    return load.report, took


class Script:
    """Copy, kill and start, at a port of its own and without anything in front."""

    def __init__(self, notes: Subject, live: Path) -> None:
        self._source, self._live = notes.folder, live
        self.program = Program.of(notes.process()).moved(live)
        self._process: subprocess.Popen[bytes] | None = None

    def bring(self) -> None:
        """Bring the next version and wait until it is healthy."""
        shutil.copytree(self._source, self._live, dirs_exist_ok=True)
        self.end()
        self._process = self.program.start()
        self.program.wait_healthy()

    def end(self) -> None:
        """As `systemctl restart` ends it: asked, then forced after 10 s."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


if __name__ == "__main__":
    main()
