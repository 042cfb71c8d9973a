"""What the server costs at rest, and how quickly it answers."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import datetime

import psutil

from measure import Bench, bare_python, rounds, seconds
from subject import NAME, Subject, subject

REST = 3.0  # seconds without work before memory is looked at
MEGABYTE = 1_000_000


def main() -> None:
    """Memory after some deployments; a command and the queue in rounds."""
    count = rounds(10)
    python, status, version, waits, memory = [], [], [], [], []
    with subject() as notes:
        for number in range(count):
            python.append(bare_python())
            status.append(seconds(lambda: notes.pierhead.run("status")))
            version.append(seconds(_import_cli))
            if number < 5:
                notes.edit()
                notes.up()
        waits = [_waited(one) for one in notes.pierhead.deployments(NAME)]
        for _ in range(3):
            time.sleep(REST)
            memory.append(_memory(notes))
    bench = Bench("The server at rest", "an empty Python program")
    for name in ("server", "supervisord", "caddy"):
        values = [seen[name] / MEGABYTE for seen in memory]
        bench.add(f"memory of {name} (RSS)", values, "MB", below=150 if name == "server" else None)
    milliseconds = [1000 * value for value in python]
    bench.add("an empty Python program", milliseconds, "ms", beside=milliseconds)
    bench.add("imports of the CLI", [1000 * x for x in version], "ms", beside=milliseconds)
    shown = [1000 * value for value in status]
    bench.add("`pierhead status`", shown, "ms", below=150, beside=milliseconds)
    bench.add("requested to started", [1000 * x for x in waits], "ms", beside=milliseconds)
    bench.show()


def _import_cli() -> None:
    subprocess.run([sys.executable, "-c", "import pierhead.cli.main"], check=True)


def _waited(deployment: dict[str, str]) -> float:
    """Seconds a deployment stood in the queue that nothing else was in."""
    asked, started = deployment["created_at"], deployment["started_at"]
    return (datetime.fromisoformat(started) - datetime.fromisoformat(asked)).total_seconds()


def _memory(notes: Subject) -> dict[str, float]:
    """Bytes resident, by process; the instances of the application are not ours."""
    server = psutil.Process(notes.pierhead.server_pid())
    supervisord = server.parent()
    assert supervisord is not None, "the server is a child of supervisord"
    caddy = next(child for child in supervisord.children() if child.name() == "caddy")
    found = {"server": server, "supervisord": supervisord, "caddy": caddy}
    return {name: float(process.memory_info().rss) for name, process in found.items()}


if __name__ == "__main__":
    main()
