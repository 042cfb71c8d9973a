"""Health checks, really run against a server."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from pierhead.generate import probes
from pierhead.generate.probes import Probe

PROGRAMS = {
    "python": probes.python,
    "node": probes.node,
    "bun": probes.bun,
    "deno": probes.deno,
    "ruby": probes.ruby,
    "php": probes.php,
    "bash": probes.bash,
}
HERE = {n: p for n, p in PROGRAMS.items() if n == "python" or shutil.which(n)}


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        answers = {"/": 404, "/ok": 200, "/moved": 302, "/gone": 404, "/broken": 500}
        self.send_response(answers.get(self.path.partition("?")[0], 418))
        self.send_header("Location", "http://127.0.0.1:1/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()
    thread.join(5)


def _run(probe: Probe, path: str | None, port: int) -> int:
    argv = list(probe(path))
    if argv[0] == "python":
        argv[0] = sys.executable
    found = subprocess.run(
        argv, env={**os.environ, "PORT": str(port)}, capture_output=True, timeout=20, check=False
    )
    return found.returncode


@pytest.mark.parametrize("name", HERE)
@pytest.mark.parametrize(
    ("path", "healthy"),
    [
        (None, True),  # any answer under 500: here a 404
        ("/ok", True),
        ("/ok?a=1&b=%20", True),
        ("/gone", False),
        ("/broken", False),
    ],
)
def test_status_decides(name: str, path: str | None, healthy: bool, port: int) -> None:
    assert (_run(HERE[name], path, port) == 0) is healthy


@pytest.mark.parametrize("name", ["python", "bash"])
def test_redirect_is_an_answer_and_is_not_followed(name: str, port: int) -> None:
    assert _run(PROGRAMS[name], "/moved", port) == 0


@pytest.mark.parametrize("name", HERE)
def test_nobody_there_is_not_healthy(name: str) -> None:
    assert _run(HERE[name], None, 1) != 0  # nothing listens on port 1


@pytest.mark.parametrize("path", ["/it's", '/a"b', "/a%20b", "/$(id)", "/`id`", "/a;b"])
@pytest.mark.parametrize("name", HERE)
def test_no_path_is_read_as_code(name: str, path: str, port: int) -> None:
    assert _run(HERE[name], path, port) == 1  # asked, and answered with 418
