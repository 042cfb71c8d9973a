"""Caddy's administration, over its unix socket."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx

from pierhead.errors import EdgeFailed


class Admin:
    """Requests to Caddy's admin endpoint; every failure is an `EdgeFailed`."""

    def __init__(self, socket: Path, timeout: float = 15.0) -> None:
        # One connection per request: Caddy closes idle ones whenever it takes a configuration.
        self._client = httpx.AsyncClient(
            transport=httpx.AsyncHTTPTransport(
                uds=str(socket), verify=False, limits=httpx.Limits(max_keepalive_connections=0)
            ),
            base_url="http://caddy",
            timeout=timeout,
            trust_env=False,
        )

    async def load(self, config: dict[str, Any]) -> None:
        """Replace the whole configuration; one that is the same changes nothing."""
        await self._send("POST", "/load", config)

    async def config(self) -> dict[str, Any]:
        """The configuration as it is in force."""
        found: dict[str, Any] | None = (await self._send("GET", "/config/")).json()
        return found or {}

    async def upstreams(self) -> list[dict[str, Any]]:
        """Every upstream with its requests in flight."""
        rows: list[dict[str, Any]] = (await self._send("GET", "/reverse_proxy/upstreams")).json()
        return rows

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _send(self, method: str, path: str, body: Any = None) -> httpx.Response:
        try:
            answer = await self._client.request(method, path, json=body)
        except httpx.HTTPError as error:
            raise EdgeFailed(
                f"Caddy does not answer: {error or type(error).__name__}",
                hint="`pierhead doctor` says what is wrong; its log is logs/caddy.log",
            ) from error
        if answer.is_error:
            raise EdgeFailed(f"Caddy refused {method} {path}: {answer.text.strip()[:500]}")
        return answer
