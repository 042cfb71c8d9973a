"""HTTP/1.1 to the server, over its unix socket or TCP, with every failure translated.

Built on http.client: it costs 25 ms to import where httpx costs 300, and the CLI has 150 ms in all.
Each request has a connection of its own (50 µs over a unix socket), so none is ever found stale.
"""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from pierhead.client.address import Address
from pierhead.errors import (
    AccessDenied,
    Document,
    PierheadError,
    ServerUnreachable,
    TimedOut,
    error_from_document,
)

Query = Mapping[str, str | int | Sequence[str] | None]

CONNECT_SECONDS = 5.0  # a server that is there accepts at once, a distant one within a second


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class Connection:
    """Requests to one server."""

    def __init__(self, address: Address, timeout: float = 30.0) -> None:
        """Nothing is opened yet.

        Args:
            address: where the server is.
            timeout: seconds that an answer may take where a call names no other.
        """
        self.address = address
        self._timeout = timeout

    def call(
        self,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        body: Document | None = None,
        timeout: float | None = None,
    ) -> Document:
        """Send a request and return the JSON object that answers it.

        Raises:
            ServerUnreachable: nothing answers there.
            TimedOut: no answer in time.
            PierheadError: the error that the server answered with, of its own class.
        """
        with self._answer(method, path, query, body, timeout or self._timeout) as answer:
            return _object(answer.read(), f"{method} {path}")

    def text(self, path: str, *, query: Query | None = None) -> str:
        """Fetch a text; raises as `call` does."""
        with self._answer("GET", path, query, None, self._timeout) as answer:
            return answer.read().decode("utf-8", "replace")

    def stream(self, path: str, *, query: Query | None = None) -> Iterator[Document]:
        """Yield the JSON objects of a stream, one a line, as they come; empty lines are skipped.

        It may be silent for as long as it likes. A server that dies ends the stream like one that
        is done: the caller knows what the last line has to say. Raises as `call` does.
        """
        with self._answer("GET", path, query, None, None) as answer:
            while line := answer.readline():
                if line.strip():
                    yield _object(line, f"GET {path}")

    @contextmanager
    def _answer(
        self, method: str, path: str, query: Query | None, body: Document | None, wait: float | None
    ) -> Iterator[http.client.HTTPResponse]:
        with _translated(self.address, wait):
            connection = self._open()
            try:
                connection.connect()
                connection.sock.settimeout(wait)
                data = None if body is None else json.dumps(body).encode()
                connection.request(method, _target(path, query), data, self._headers(data))
                answer = connection.getresponse()
                if answer.status >= 400:
                    raise _refusal(answer, f"{method} {path}")
                yield answer
            finally:
                connection.close()

    def _open(self) -> http.client.HTTPConnection:
        at = self.address
        if at.socket is not None:
            return _UnixConnection(str(at.socket), CONNECT_SECONDS)
        if at.secure:
            return http.client.HTTPSConnection(at.host, at.port, timeout=CONNECT_SECONDS)
        return http.client.HTTPConnection(at.host, at.port, timeout=CONNECT_SECONDS)

    def _headers(self, data: bytes | None) -> dict[str, str]:
        headers = {"Accept": "application/json", "Connection": "close"}
        if data is not None:
            headers["Content-Type"] = "application/json"
        if self.address.token:
            headers["Authorization"] = f"Bearer {self.address.token}"
        return headers


def _target(path: str, query: Query | None) -> str:
    given = {key: value for key, value in (query or {}).items() if value is not None}
    if not given:
        return path
    from urllib.parse import urlencode  # noqa: PLC0415 - most calls have no query

    return f"{path}?{urlencode(given, doseq=True)}"


def _object(data: bytes, what: str) -> Document:
    try:
        document = json.loads(data)
    except ValueError:
        document = None
    if isinstance(document, dict):
        return document
    raise PierheadError(
        f"{what}: the answer is not a JSON object",
        hint="is PIERHEAD_URL the address of a Pierhead server?",
    )


def _refusal(answer: http.client.HTTPResponse, what: str) -> PierheadError:
    try:
        document = json.loads(answer.read(1_000_000))
    except ValueError:
        document = None
    if isinstance(document, dict) and "code" in document:
        return error_from_document(document)
    cls = AccessDenied if answer.status in {401, 403} else PierheadError
    return cls(
        f"{what}: the server answered {answer.status} {answer.reason}",
        hint="`pierhead version` shows the versions of both sides",
    )


@contextmanager
def _translated(address: Address, wait: float | None) -> Iterator[None]:
    try:
        yield
    except TimeoutError as error:
        seconds = f" within {wait:.0f} s" if wait else ""
        raise TimedOut(f"{address}: the server did not answer{seconds}") from error
    except PermissionError as error:
        raise AccessDenied(
            f"{address}: this user may not talk to the server",
            hint="run as the user who started it, or set PIERHEAD_HOME to a folder of your own",
        ) from error
    except (OSError, http.client.HTTPException) as error:
        cause = getattr(error, "strerror", None) or type(error).__name__
        raise ServerUnreachable(f"{address}: the server does not answer ({cause})") from error
