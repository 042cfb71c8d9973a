"""A small web application for tests; its behaviour is chosen by variables.

PORT          where it listens on 127.0.0.1
BODY          what it answers (default: its pid)
STATUS        the status it answers (default 200), HEADERS a JSON object of headers
ONLY          a path: all others answer 404
SLOW          seconds an answer to /slow takes
DELAY         seconds before it listens
DEAF          ignores SIGTERM
CHILD         starts a child process that sleeps; `group` in a group of its own
ENV           answers its environment as JSON under /env
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

SCRIPT = str(Path(__file__).resolve())


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # One write per answer: the kernel would hold back the second for 40 ms.
    wbufsize = 64 * 1024

    def do_GET(self) -> None:
        if self.path.startswith("/slow"):
            time.sleep(float(os.environ.get("SLOW", "1")))
        status, body = (
            int(os.environ.get("STATUS", "200")),
            os.environ.get("BODY", str(os.getpid())),
        )
        only = os.environ.get("ONLY")
        if only and self.path.split("?")[0] != only:
            status = 404
        if self.path == "/env":
            body = json.dumps(dict(os.environ))
        if self.path == "/headers":
            body = json.dumps(dict(self.headers))
        self.send_response(status)
        for name, value in json.loads(os.environ.get("HEADERS", "{}")).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


class Server(ThreadingHTTPServer):
    request_queue_size = 256


def main() -> None:
    print("app starts", flush=True)
    if os.environ.get("DEAF"):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if child := os.environ.get("CHILD"):
        subprocess.Popen(
            [sys.executable, "-S", "-c", "import time; time.sleep(600)"],
            process_group=0 if child == "group" else None,
        )
    time.sleep(float(os.environ.get("DELAY", "0")))
    Server(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()


if __name__ == "__main__":
    main()
