"""XML-RPC to supervisord over its unix socket, asynchronous and without threads."""

from __future__ import annotations

import xmlrpc.client  # answers come from our own supervisord, over a socket of ours
from pathlib import Path
from typing import Any, Final
from xml.parsers.expat import ExpatError

import httpx

from pierhead.errors import Unavailable

# Codes of `supervisor.xmlrpc.Faults`.
SHUTDOWN_STATE: Final = 6
BAD_NAME: Final = 10
SPAWN_ERROR: Final = 50
ALREADY_STARTED: Final = 60
NOT_RUNNING: Final = 70
ALREADY_ADDED: Final = 90
STILL_RUNNING: Final = 91


class Fault(Exception):
    """supervisord refused a call; for this room alone, which translates it."""

    def __init__(self, fault: int, text: str) -> None:
        super().__init__(text)
        self.fault = fault


class Rpc:
    """Calls of supervisord's interface."""

    def __init__(self, socket: Path, timeout: float = 10.0) -> None:
        self._socket = socket
        # One connection per call: supervisord may be restarted between two of them.
        self._client = httpx.AsyncClient(
            transport=httpx.AsyncHTTPTransport(
                uds=str(socket), verify=False, limits=httpx.Limits(max_keepalive_connections=0)
            ),
            base_url="http://supervisor",
            timeout=timeout,
            trust_env=False,
        )

    async def call(self, method: str, *arguments: Any) -> Any:
        """Call `supervisor.METHOD`.

        Raises:
            Fault: if it was refused.
            Unavailable: if supervisord does not answer, or is ending.
        """
        body = xmlrpc.client.dumps(arguments, f"supervisor.{method}")
        try:
            answer = await self._client.post(
                "/RPC2", content=body, headers={"Content-Type": "text/xml"}
            )
            answer.raise_for_status()
            values, _ = xmlrpc.client.loads(answer.text)
        except xmlrpc.client.Fault as fault:
            if fault.faultCode == SHUTDOWN_STATE:
                raise Unavailable("supervisord is ending", hint="try again in a moment") from None
            raise Fault(int(fault.faultCode), str(fault.faultString)) from None
        except (httpx.HTTPError, ExpatError, xmlrpc.client.Error) as error:
            raise Unavailable(
                f"supervisord does not answer at {self._socket}: {error or type(error).__name__}",
                hint="try again in a few seconds: the next command starts it again",
            ) from error
        return values[0]

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()
