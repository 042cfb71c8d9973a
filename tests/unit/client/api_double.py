"""A small real HTTP server that answers as the API does, on a unix socket or TCP."""

from __future__ import annotations

import json
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from pierhead import __version__

Document = dict[str, Any]


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: dict[str, str]
    body: Any
    lists: dict[str, list[str]]
    headers: dict[str, str]


@dataclass(frozen=True)
class Lines:
    """A stream: each line after its pause in seconds; a text is sent as it is."""

    lines: tuple[Document | str, ...]
    pause: float = 0.0
    hold: float = 0.0  # seconds the stream stays open after the last line
    abort: bool = False  # close the connection in the middle of the stream


@dataclass(frozen=True)
class Refused:
    status: int
    document: Document | str


Answer = Document | str | Lines | Refused
Route = Answer | Callable[[Request], Answer]


@dataclass
class ApiDouble:
    """Answers by `METHOD /path` (without /api/v1), and remembers what it was asked."""

    routes: dict[str, Route] = field(default_factory=dict)
    seen: list[Request] = field(default_factory=list)
    version: str = __version__

    def asked(self, method: str, path: str) -> Request:
        (found,) = [r for r in self.seen if (r.method, r.path) == (method, path)]
        return found

    def answer(self, request: Request) -> Answer:
        if request.path == "/health":
            return {"status": "healthy", "version": self.version}
        self.seen.append(request)
        route = self.routes.get(f"{request.method} {request.path}")
        if route is None:
            return Refused(404, {"code": "not-found", "detail": f"no {request.path}"})
        return route(request) if callable(route) else route

    @contextmanager
    def on(self, address: Path | tuple[str, int]) -> Iterator[Any]:
        """Serve on a unix socket or a TCP address; yields the bound address."""
        handler = _handler(self)
        with (
            _Unix(str(address), handler) if isinstance(address, Path) else _Tcp(address, handler)
        ) as server:
            thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
            thread.start()
            try:
                yield server.server_address
            finally:
                server.shutdown()
                thread.join()
                if isinstance(address, Path):
                    address.unlink(missing_ok=True)


class _Unix(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    block_on_close = False


class _Tcp(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True


def _handler(double: ApiDouble) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            path = parts.path.removeprefix("/api/v1")
            query = dict(parse_qsl(parts.query))
            request = Request(
                self.command, path, query, body, parse_qs(parts.query), dict(self.headers)
            )
            try:
                self._send(double.answer(request))
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        do_GET = do_POST = do_DELETE = _serve  # noqa: N815 - its names there

        def _send(self, answer: Answer) -> None:
            if isinstance(answer, Lines):
                self._stream(answer)
                return
            status = answer.status if isinstance(answer, Refused) else 200
            content = answer.document if isinstance(answer, Refused) else answer
            text = content if isinstance(content, str) else json.dumps(content)
            self.send_response(status)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        def _stream(self, answer: Lines) -> None:
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for line in answer.lines:
                time.sleep(answer.pause)
                data = (line if isinstance(line, str) else json.dumps(line) + "\n").encode()
                self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
                self.wfile.flush()
            time.sleep(answer.hold)
            self.close_connection = True
            if not answer.abort:
                self.wfile.write(b"0\r\n\r\n")

        def address_string(self) -> str:
            return "client"

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name there
            pass

    return Handler
