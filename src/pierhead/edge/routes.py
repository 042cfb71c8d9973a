"""Routes as values, and the Caddy configuration made of them. Pure.

A version is switched without touching Caddy's configuration. Every change of that, however small,
makes Caddy close all idle keep-alive connections of all services, and a request that is just being
sent on one is lost. So the configuration holds only what seldom changes, and which version serves
stands in a *slot*: one line in a file, read for each request, replaced by one rename.

```text
d-1m4k9x0a-7qf2z 127.0.0.1:41001 127.0.0.1:41002     these instances
d-1m4k9x0a-7qf2z /home/ada/.pierhead/releases/r-1/dist    this folder
d-1m4k9x0a-7qf2z stopped
```
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pierhead.edge.handlers import proxy, site, stopped, unserved

Json = dict[str, Any]

# The number of instances may change by so many before the configuration must.
ROOM = 4

PROBE_HEADER = "X-Pierhead-Probe"
DEPLOYMENT_HEADER = "X-Pierhead-Deployment"
UPSTREAM_HEADER = "X-Pierhead-Upstream"

# The parts of a slot, as regular expressions. The brackets are those of IPv6.
_ID = r"(\S+)"
_UPSTREAM = r" \[?([^\s\[\]]+)\]?:(\d+)"


@dataclass(frozen=True, slots=True)
class Route:
    """How traffic finds one service.

    Attributes:
        port: the stable port of the service; every Host header is served there.
        hosts: names it has on the edge port that all services share.
        upstreams: `host:port` of each web instance; None for a static site.
        static_root: the folder of a static site.
        fallback: the file of a static site that is answered for paths that do not exist.
        stopped: whether 503 is answered instead.
    """

    name: str
    environment: str
    port: int
    hosts: tuple[str, ...]
    deployment_id: str
    upstreams: tuple[str, ...] | None = None
    static_root: Path | None = None
    fallback: str | None = None
    stopped: bool = False

    @property
    def id(self) -> str:
        """`NAME.ENVIRONMENT`, unique among routes."""
        return f"{self.name}.{self.environment}"

    @property
    def slot(self) -> str:
        """The line that says which version serves."""
        if self.stopped or not (self.upstreams or self.static_root):
            return f"{self.deployment_id} stopped"
        if self.static_root:
            return f"{self.deployment_id} {self.static_root}"
        return " ".join((self.deployment_id, *(self.upstreams or ())))

    @property
    def shape(self) -> str:
        """`proxy4`, `static` ...: what kind of slot the configuration is made for.

        The slot's file is named after it, so that one of another shape is never misread.
        """
        return "static" if self.static_root else f"proxy{self.room}"

    @property
    def room(self) -> int:
        """How many instances the configuration has room for: 4, 8, 12 ..."""
        return max(1, -(-len(self.upstreams or ()) // ROOM)) * ROOM

    def same_config(self, other: Route) -> bool:
        """Whether the two differ by their slot alone."""
        return self._config_key() == other._config_key()

    def _config_key(self) -> tuple[object, ...]:
        return (self.id, self.port, self.hosts, self.shape, self.fallback)


@dataclass(frozen=True, slots=True)
class EdgeConfig:
    """What the routes of one edge share.

    Attributes:
        home: `PIERHEAD_HOME`.
        bind: the address it listens on.
        edge_port: the port that serves all names, or None while a stranger has it.
        token: the probe header's secret.
    """

    home: Path
    bind: str
    edge_port: int | None
    token: str

    def slot_file(self, route: Route) -> Path:
        """Where the slot of a route is kept."""
        return self.home / "edge" / f"{route.id}.{route.shape}"

    def address(self, port: int) -> str:
        """What Caddy listens on for a port."""
        return f"[{self.bind}]:{port}" if ":" in self.bind else f"{self.bind}:{port}"


def caddy_config(edge: EdgeConfig, routes: Iterable[Route]) -> Json:
    """The whole configuration, the same for the same routes in any order."""
    ordered = sorted(routes, key=lambda route: route.id)
    ports = [route.port for route in ordered]
    if edge.edge_port is not None:
        ports.insert(0, edge.edge_port)
    server = {
        "listen": [edge.address(port) for port in ports],
        "automatic_https": {"disable": True},
        "protocols": ["h1", "h2c"],
        "routes": [*(_route(edge, route) for route in ordered), {"handle": unserved()}],
    }
    return {
        "admin": {
            "listen": f"unix/{edge.home / 'caddy.sock'}|0600",
            "config": {"persist": False},
        },
        "logging": {"logs": {"default": {"level": "WARN", "writer": _log(edge)}}},
        "storage": {"module": "file_system", "root": str(edge.home / "caddy")},
        "apps": {"http": {"servers": {"pierhead": server} if ports else {}}},
    }


def _route(edge: EdgeConfig, route: Route) -> Json:
    matches: list[Json] = [{"vars": {"{http.request.local.port}": [str(route.port)]}}]
    if route.hosts and edge.edge_port is not None:
        on_edge = {"{http.request.local.port}": [str(edge.edge_port)]}
        matches.append({"host": list(route.hosts), "vars": on_edge})
    slot_file = edge.slot_file(route)
    inner: list[Json] = [
        {"handle": [{"handler": "vars", "pierhead_slot": f"{{file.{slot_file}}}"}]},
        *_serving(edge, route),
        {"match": [_slot_is(rf"^{_ID} stopped$")], "handle": stopped(route.id)},
        {"handle": unserved()},
    ]
    return {
        "@id": route.id,
        "match": matches,
        "handle": [{"handler": "subroute", "routes": inner}],
        "terminal": True,
    }


def _serving(edge: EdgeConfig, route: Route) -> list[Json]:
    if route.shape == "static":
        handlers = site("{http.regexp.slot.2}", route.fallback)
        return [_serve(rf"^{_ID} (/.*)$", handlers)]
    return [
        _serve(rf"^{_ID}{_UPSTREAM * count}$", [_prove(edge), proxy(_dials(count), PROBE_HEADER)])
        for count in range(1, route.room + 1)
    ]


def _serve(pattern: str, handlers: list[Json]) -> Json:
    return {"match": [_slot_is(pattern)], "handle": [_label(), *handlers], "terminal": True}


def _dials(count: int) -> list[tuple[str, str]]:
    """(host, port) of each instance, as the groups of the pattern; the first is the id."""
    groups = range(2, 2 * count + 2, 2)
    return [(f"{{http.regexp.slot.{n}}}", f"{{http.regexp.slot.{n + 1}}}") for n in groups]


def _log(edge: EdgeConfig) -> Json:
    # A file, not stderr: that breaks when supervisord is killed, and Caddy would die of it.
    path = str(edge.home / "logs" / "edge.log")
    return {"output": "file", "filename": path, "roll_size_mb": 10, "roll_keep": 3}


def _slot_is(pattern: str) -> Json:
    return {"vars_regexp": {"pierhead_slot": {"name": "slot", "pattern": pattern}}}


def _label() -> Json:
    # Deferred, so that nothing an application answers can claim another version.
    return _headers({DEPLOYMENT_HEADER: ["{http.regexp.slot.1}"]})


def _prove(edge: EdgeConfig) -> Json:
    """Names the upstream to who knows the token, and to nobody else."""
    tell = _headers({UPSTREAM_HEADER: ["{http.reverse_proxy.upstream.hostport}"]})
    match = [{"header": {PROBE_HEADER: [edge.token]}}]
    return {"handler": "subroute", "routes": [{"match": match, "handle": [tell]}]}


def _headers(values: dict[str, Sequence[str]]) -> Json:
    return {"handler": "headers", "response": {"set": values, "deferred": True}}
