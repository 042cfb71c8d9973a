"""What is deployed in the benches: the FastAPI example, and the same program started bare."""

from __future__ import annotations

import http.client
import itertools
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from lab.home import free_port
from lab.pierhead import Pierhead, installation
from measure import ROOT

NAME = "notes"


@dataclass
class Subject:
    """The example in a folder of its own, deployed by an installation of its own."""

    pierhead: Pierhead
    folder: Path
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def edit(self) -> str:
        """Change the line with the version; returns the version."""
        version = f"2.0.{next(self._numbers)}"
        file = self.folder / "main.py"
        lines = file.read_text().splitlines(keepends=True)
        changed = [f'VERSION = "{version}"\n' if x.startswith("VERSION = ") else x for x in lines]
        file.write_text("".join(changed))
        return version

    def up(self) -> None:
        self.pierhead.run("up", str(self.folder))

    def process(self) -> int:
        """The process of the version that runs."""
        active = self.pierhead.deployments(NAME)[0]["id"]
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                environ = (entry / "environ").read_bytes()
            except OSError:
                continue
            if f"PIERHEAD_DEPLOYMENT={active}".encode() in environ.split(b"\0"):
                return int(entry.name)
        raise LookupError(f"{active} has no process")


@contextmanager
def subject() -> Iterator[Subject]:
    """Deployed once, so that what later rounds share is there."""
    with installation() as pierhead, tempfile.TemporaryDirectory(prefix="ph-bench-") as root:
        folder = Path(root) / NAME
        ignored = shutil.ignore_patterns("__pycache__", ".venv")
        shutil.copytree(ROOT / "examples" / "fastapi-notes", folder, ignore=ignored)
        made = Subject(pierhead, folder)
        made.up()
        yield made


@dataclass(frozen=True)
class Program:
    """A program as it runs: the same words, folder and variables, at another port."""

    argv: tuple[str, ...]
    folder: Path
    environment: dict[str, str]
    port: int

    @staticmethod
    def of(process: int) -> Program:
        """What a process of this machine was started as."""
        entry = Path(f"/proc/{process}")
        argv = (entry / "cmdline").read_text().rstrip("\0").split("\0")
        pairs = (entry / "environ").read_text().rstrip("\0").split("\0")
        environment = dict(pair.split("=", 1) for pair in pairs)
        folder = (entry / "cwd").readlink()
        return Program(tuple(argv), folder, environment, int(environment["PORT"]))

    def moved(self, folder: Path | None = None) -> Program:
        """The same at a free port, and in another folder."""
        port = free_port()
        argv = tuple(str(port) if word == str(self.port) else word for word in self.argv)
        environment = self.environment | {"PORT": str(port)}
        environment.pop("PIERHEAD_DEPLOYMENT", None)
        return Program(argv, folder or self.folder, environment, port)

    def start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self.argv,
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def wait_healthy(self) -> None:
        """Ask every 10 ms until /health answers 200."""
        end = time.monotonic() + 30
        while not self._healthy():
            if time.monotonic() > end:
                raise TimeoutError(f"{self.argv[0]} did not become healthy")
            time.sleep(0.01)

    def _healthy(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/health")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def bare_start(subject: Subject) -> float:
    """Seconds from the start of the program to its first healthy answer, without Pierhead."""
    program = Program.of(subject.process()).moved()
    begun = time.perf_counter()
    process = program.start()
    try:
        program.wait_healthy()
        return time.perf_counter() - begun
    finally:
        process.terminate()
        process.wait(10)
