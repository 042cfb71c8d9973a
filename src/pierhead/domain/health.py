"""When a service counts as healthy."""

from __future__ import annotations

from dataclasses import dataclass

# Tried in this order where nobody names a path; `/` counts as alive with any answer under 500.
USUAL_PATHS = ("/health", "/up", "/healthz", "/")


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """How health is asked for.

    Attributes:
        path: the path that must answer 2xx, or None to try `USUAL_PATHS`, then a TCP connect.
        host: the Host header, or None for the service's own name.
        forwarded_proto: the X-Forwarded-Proto header.
        start_timeout: seconds a new instance may take until it is healthy.
        attempts: tries of a request once the instance listens, before it counts as unhealthy.
        interval: seconds between tries.
        timeout: seconds for one try.
    """

    path: str | None = None
    host: str | None = None
    forwarded_proto: str = "http"
    start_timeout: float = 30.0
    attempts: int = 3
    interval: float = 1.0
    timeout: float = 5.0


@dataclass(frozen=True, slots=True)
class HealthReport:
    """What was seen of an instance.

    Attributes:
        healthy: whether it may receive traffic.
        check: what was asked, such as `GET /health` or `TCP connect`.
        status: the HTTP status, or None without an answer.
        note: what a person should know, such as `redirects to /login, taken as alive`.
        hint: what to change if it is not healthy, or an empty text.
    """

    healthy: bool
    check: str
    status: int | None = None
    note: str = ""
    hint: str = ""
