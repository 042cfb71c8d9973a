"""Traffic: one Caddy under supervisord, told which version of which service to serve."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import httpx

from pierhead.edge.admin import Admin
from pierhead.edge.program import CADDY, caddy_instance, keep_token
from pierhead.edge.routes import (
    DEPLOYMENT_HEADER,
    PROBE_HEADER,
    UPSTREAM_HEADER,
    EdgeConfig,
    Route,
    caddy_config,
)
from pierhead.errors import EdgeFailed
from pierhead.runtimes.instance import InstanceStatus
from pierhead.runtimes.listening import port_is_free
from pierhead.runtimes.programs import write_private
from pierhead.runtimes.supervisord import Supervisord

_LOOK = 0.02
# A request reads its slot a moment before it is counted; so "none in flight" must be seen again
# after this time before it is believed.
_SETTLED = 0.1


@dataclass(frozen=True, slots=True)
class EdgeProblem:
    """A port that could not be served: whose it would be (None for the shared one), and why."""

    route: str | None
    port: int
    message: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What a real request through the stable port has met.

    Attributes:
        deployment_id: of the version that answered, or None if the edge has none.
        upstream: `host:port` of the instance; None for a static site or without an answer.
    """

    deployment_id: str | None
    upstream: str | None
    status: int


class Edge:
    """The edge of one home."""

    def __init__(
        self, home: Path, supervisor: Supervisord, bind: str = "127.0.0.1", edge_port: int = 7080
    ) -> None:
        self._home, self._bind, self._edge_port = home, bind, edge_port
        self._supervisor = supervisor
        self._admin = Admin(home / "caddy.sock")
        self._routes: dict[str, Route] = {}
        self._problems: tuple[EdgeProblem, ...] = ()
        self._changing = asyncio.Lock()
        self._token = ""

    async def start(self, timeout: float = 15.0) -> None:  # noqa: ASYNC109
        """Run Caddy; one that runs is left alone, with its routes.

        One that does not gets none before `load`: a port that a stranger has taken since, or a
        file that a power cut has spoilt, would keep it from starting at all.

        Raises:
            ToolMissing: if there is no Caddy.
            EdgeFailed: if it does not answer within `timeout` seconds.
        """
        self._token = keep_token(self._home)
        config = self._home / "caddy.json"
        if not config.exists() or not await self._answers():
            write_private(config, json.dumps(caddy_config(self._config(None), ())))
        if (await self._supervisor.state(CADDY)).status is InstanceStatus.BACKOFF:
            await self._supervisor.stop(CADDY)  # it would wait ever longer before the next try
        await self._supervisor.add(caddy_instance(self._home, config))
        until = time.monotonic() + timeout
        while not await self._answers():
            if time.monotonic() > until:
                raise EdgeFailed(
                    f"Caddy does not come up within {timeout:g} s",
                    hint=f"see {self._home / 'logs' / 'caddy.log'}",
                )
            await asyncio.sleep(_LOOK)

    async def load(self, routes: Iterable[Route]) -> tuple[EdgeProblem, ...]:
        """Serve exactly these routes.

        A port that a stranger listens on is left out and reported; all others are served.

        Raises:
            EdgeFailed: if Caddy refuses.
        """
        async with self._changing:
            return await self._apply({route.id: route for route in routes})

    @property
    def problems(self) -> tuple[EdgeProblem, ...]:
        """What could not be served when the routes were last changed."""
        return self._problems

    async def switch(self, route: Route) -> None:
        """Serve this version from now on; a route that is not there yet is added.

        Requests that have begun end where they began.

        Raises:
            EdgeFailed: if it could not be done; what was served before is served still.
        """
        async with self._changing:
            old = self._routes.get(route.id)
            if old is not None and old.same_config(route):
                self._write_slot(route)
                self._routes[route.id] = route
                return
            problems = await self._apply({**self._routes, route.id: route})
            for problem in problems:
                if problem.route == route.id:
                    raise EdgeFailed(problem.message, hint="end what listens there, then try again")

    async def remove(self, route_id: str) -> None:
        """Serve a route no more; one that is not there is no error."""
        async with self._changing:
            if route_id in self._routes:
                await self._apply({k: v for k, v in self._routes.items() if k != route_id})

    async def in_flight(self, upstream: str) -> int:
        """Requests that `host:port` is answering now."""
        rows = await self._admin.upstreams()
        # Caddy may list an address twice, with the same requests.
        return max((row["num_requests"] for row in rows if row["address"] == upstream), default=0)

    async def drain(self, upstream: str, timeout: float) -> int:  # noqa: ASYNC109
        """Wait until nothing is in flight to `host:port`; what still is after `timeout` seconds."""
        begun = time.monotonic()
        idle_since: float | None = None
        while True:
            count, now = await self.in_flight(upstream), time.monotonic()
            idle_since = None if count else idle_since or now
            if idle_since is not None and now - idle_since >= _SETTLED:
                return 0
            if now - begun >= timeout + _SETTLED:
                return count
            await asyncio.sleep(_LOOK)

    async def seen(self, route: Route, path: str = "/") -> Seen:
        """Ask through the stable port which version answers.

        Raises:
            EdgeFailed: if nothing answers there, or a stranger has the port.
        """
        for problem in self._problems:
            if problem.route == route.id:
                raise EdgeFailed(problem.message)
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self._bind, self._bind)  # noqa: S104
        url = f"http://{host}:{route.port}{path}"
        headers = {PROBE_HEADER: self._token, "Host": (route.hosts or ("localhost",))[0]}
        try:
            async with (
                httpx.AsyncClient(verify=False, trust_env=False, timeout=10.0) as client,  # noqa: S501 - no TLS
                client.stream("GET", url, headers=headers) as answer,
            ):
                return Seen(
                    answer.headers.get(DEPLOYMENT_HEADER),
                    answer.headers.get(UPSTREAM_HEADER) or None,
                    answer.status_code,
                )
        except httpx.HTTPError as error:
            raise EdgeFailed(f"{url} does not answer: {error or type(error).__name__}") from error

    async def ping(self) -> None:
        """Ask whether Caddy answers.

        Raises:
            EdgeFailed: if it does not.
        """
        await self._admin.config()

    async def close(self) -> None:
        """Close the connections; Caddy runs on."""
        await self._admin.close()

    async def _apply(self, wanted: dict[str, Route]) -> tuple[EdgeProblem, ...]:
        ours = await self._ports_held()
        problems = []
        edge_port: int | None = self._edge_port
        if self._edge_port not in ours and not port_is_free(self._edge_port, self._bind):
            edge_port = None
            problems.append(_taken(None, self._edge_port))
        served = {}
        for route in wanted.values():
            if route.port in ours or port_is_free(route.port, self._bind):
                served[route.id] = route
            else:
                problems.append(_taken(route.id, route.port))
        for route in served.values():
            self._write_slot(route)
        config = caddy_config(self._config(edge_port), served.values())
        try:
            await self._admin.load(config)
        except EdgeFailed:
            for route in self._routes.values():
                self._write_slot(route)
            raise
        write_private(self._home / "caddy.json", json.dumps(config))
        self._routes, self._problems = served, tuple(problems)
        self._drop_slots(served.values(), edge_port)
        return self._problems

    async def _answers(self) -> bool:
        try:
            await self._admin.config()
        except EdgeFailed:
            return False
        return True

    async def _ports_held(self) -> set[int]:
        servers = (await self._admin.config()).get("apps", {}).get("http", {}).get("servers", {})
        return {
            int(address.rsplit(":", 1)[1])
            for server in servers.values()
            for address in server.get("listen", ())
        }

    def _write_slot(self, route: Route) -> None:
        try:
            write_private(self._config(None).slot_file(route), route.slot + "\n")
        except OSError as error:
            raise EdgeFailed(f"the route of {route.id} cannot be written: {error}") from error

    def _drop_slots(self, routes: Iterable[Route], edge_port: int | None) -> None:
        kept = {self._config(edge_port).slot_file(route).name for route in routes} | {"token"}
        for path in (self._home / "edge").iterdir():
            if path.name not in kept:
                path.unlink(missing_ok=True)

    def _config(self, edge_port: int | None) -> EdgeConfig:
        return EdgeConfig(self._home, self._bind, edge_port, self._token)


def _taken(route_id: str | None, port: int) -> EdgeProblem:
    whose = f"port {port} of {route_id}" if route_id else f"the edge port {port}"
    return EdgeProblem(route_id, port, f"{whose} is taken: another program listens on it")
