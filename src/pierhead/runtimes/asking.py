"""Calls to supervisord from the CLI: plain and synchronous, with the standard library alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pierhead.errors import Unavailable

# Seconds; supervisord answers within milliseconds, unless it waits for a program to stop.
_TIMEOUT = 30.0


class Refused(Unavailable):
    """supervisord refused a call."""


def answers(home: Path) -> bool:
    """Whether the supervisord of this home takes calls and is not about to end."""
    try:
        return bool(call(home, "getState")["statename"] == "RUNNING")
    except Unavailable:
        return False


def program_info(home: Path, program: str) -> dict[str, Any] | None:
    """What supervisord says of a program, or None if it knows none or does not answer."""
    try:
        info: dict[str, Any] = call(home, "getProcessInfo", program)
    except Unavailable:
        return None
    return info


def call(home: Path, method: str, *arguments: Any) -> Any:
    """Call `supervisor.METHOD`.

    Raises:
        Refused: if supervisord said no.
        Unavailable: if it does not answer.
    """
    import socket  # noqa: PLC0415
    import xmlrpc.client  # noqa: PLC0415
    from xml.parsers.expat import ExpatError  # noqa: PLC0415

    body = xmlrpc.client.dumps(arguments, f"supervisor.{method}").encode()
    head = f"POST /RPC2 HTTP/1.0\r\nContent-Type: text/xml\r\nContent-Length: {len(body)}\r\n\r\n"
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(_TIMEOUT)
            client.connect(str(home / "supervisor.sock"))
            client.sendall(head.encode() + body)
            answer = b"".join(iter(lambda: client.recv(65536), b""))
        return xmlrpc.client.loads(answer.split(b"\r\n\r\n", 1)[1])[0][0]
    except xmlrpc.client.Fault as fault:
        raise Refused(f"supervisord refused {method}: {fault.faultString}") from None
    except (OSError, IndexError, ExpatError) as error:
        raise Unavailable(f"supervisord does not answer below {home}: {error}") from error
