"""Pierhead as its users have it: the real CLI in a process, a home of its own, a real server."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lab.home import free_port

ROOT = Path(__file__).resolve().parents[2]

# A web application that needs nothing installed; VERSION is what an edit changes.
SERVER = """
import http.server, os, sys, time
VERSION = "one"
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        body = VERSION.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args):
        print(self.command, self.path, flush=True)
class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 128
print("starting", VERSION, flush=True)
Server(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"""


@dataclass(frozen=True)
class Answer:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The output as JSON."""
        return json.loads(self.out)


@dataclass
class Pierhead:
    """One installation and its command line.

    Attributes:
        before: words put before every command, such as `setpriv ...`.
    """

    home: Path
    variables: dict[str, str] = field(default_factory=dict)
    command: tuple[str, ...] = (sys.executable, "-m", "pierhead.cli.main")  # as `pierhead` itself
    before: tuple[str, ...] = ()

    def argv(self, *words: str) -> list[str]:
        """A command of the CLI, run as `pierhead` itself would be."""
        return [*self.before, *self.command, *words]

    @property
    def environment(self) -> dict[str, str]:
        """What the commands run with."""
        return dict(os.environ) | {"PIERHEAD_HOME": str(self.home)} | self.variables

    def run(self, *argv: str, code: int | None = 0, timeout: float = 120) -> Answer:
        """Run a command; its exit code must be `code`, unless that is None."""
        done = subprocess.run(
            self.argv(*argv),
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        answer = Answer(done.returncode, done.stdout, done.stderr)
        said = f"{done.stdout}\n{done.stderr}\n{self.server_log()}"
        assert code is None or done.returncode == code, f"{argv}: {done.returncode}\n{said}"
        return answer

    def begin(self, *argv: str) -> subprocess.Popen[str]:
        """Start a command and go on; end it with `communicate`."""
        return subprocess.Popen(
            self.argv(*argv),
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            stdin=subprocess.DEVNULL,
        )

    def json(self, *argv: str, code: int | None = 0) -> Any:
        """Run a command with --json and read its output."""
        return self.run(*argv, "--json", code=code).document

    def up(self, folder: Path, *argv: str, code: int | None = 0) -> Any:
        """Deploy a folder; the deployment's document, as it ended."""
        return self.json("up", str(folder), *argv, code=code)["deployment"]

    def deployments(self, name: str) -> list[Any]:
        """The deployments of a project, newest first."""
        found: list[Any] = self.json("deploy", "list", name)["deployments"]
        return found

    def address(self, name: str) -> str:
        """Where a service is reached."""
        return self.run("address", name).out.strip()

    def get(self, name: str, path: str = "/") -> tuple[int, str]:
        """Status and body of a request to a service."""
        return get(self.address(name) + path)

    def server_pid(self) -> int:
        """The process of the server."""
        # Its command line names the home only by its environment, so ask who holds the socket.
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                argv = (entry / "cmdline").read_bytes().split(b"\0")
                environ = (entry / "environ").read_bytes().split(b"\0")
            except OSError:
                continue
            if b"serve" in argv and f"PIERHEAD_HOME={self.home}".encode() in environ:
                return int(entry.name)
        raise AssertionError(f"no server of {self.home} runs")

    def kill_server(self) -> None:
        """kill -9; supervisord starts it again."""
        os.kill(self.server_pid(), signal.SIGKILL)

    def instances(self) -> list[str]:
        """The deployments that have processes, from the processes' own environment."""
        found = set()
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                environ = dict(
                    pair.split("=", 1)
                    for pair in (entry / "environ").read_text(errors="replace").split("\0")
                    if "=" in pair
                )
            except OSError:
                continue
            data = environ.get("DATA_DIR", "")
            if data.startswith(f"{self.home}/"):
                found.add(environ.get("PIERHEAD_DEPLOYMENT", "?"))
        return sorted(found)

    def server_log(self) -> str:
        """The end of the server's log."""
        path = self.home / "logs" / "server.log"
        return path.read_text(errors="replace")[-4000:] if path.exists() else "(no server log)"


@contextmanager
def installation(**variables: str) -> Iterator[Pierhead]:
    """An installation of its own, ended and removed afterwards."""
    root = Path(tempfile.mkdtemp(dir="/tmp", prefix="ph-"))
    own = {"PIERHEAD_EDGE_PORT": str(free_port()), "PYTHONPATH": str(ROOT / "src")}
    pierhead = Pierhead(root / "home", own | variables)
    try:
        yield pierhead
    finally:
        if pierhead.home.exists():
            pierhead.run("down", code=None)
        shutil.rmtree(root, ignore_errors=True)


def write(folder: Path, files: Mapping[str, str]) -> Path:
    """Write a project; returns its folder."""
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder


def web_app(folder: Path, version: str = "one", server: str = SERVER, **files: str) -> Path:
    """A project whose server answers with its version."""
    text = server.replace('"one"', repr(version))
    return write(folder, {"server.py": text, "Procfile": "web: python3 server.py\n"} | files)


def get(url: str, timeout: float = 10, host: str = "") -> tuple[int, str]:
    """Status and body; status 0 if nothing answers."""
    asked = urllib.request.Request(url, headers={"Host": host} if host else {})  # noqa: S310
    try:
        with urllib.request.urlopen(asked, timeout=timeout) as answer:  # noqa: S310
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(errors="replace")
    except OSError as error:
        return 0, str(error)


def eventually(check: Callable[[], Any], seconds: float = 15.0) -> Any:
    """Wait for a check to be true, and return what it gives."""
    end = time.monotonic() + seconds
    while True:
        if found := check():
            return found
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.1)
