"""A thin synchronous client of the API: one method per call, plain dicts in and out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, cast
from urllib.parse import quote

from pierhead.client.connection import Connection, Query

if TYPE_CHECKING:  # building the types takes 3 ms that no user should wait for
    from pierhead.client import shapes

BASE = "/api/v1"

# Reading a large folder and hashing 100,000 files takes minutes on a slow disk.
PLAN_SECONDS = 600.0


class Client:
    """The calls of the API. Each raises the server's own error class, see `Connection.call`."""

    def __init__(self, connection: Connection) -> None:
        self._to = connection

    def health(self, timeout: float | None = None) -> shapes.Health:
        """Whether the server is there, and its version."""
        return cast("shapes.Health", self._to.call("GET", "/health", timeout=timeout))

    def plan(self, upload: shapes.Upload) -> shapes.Plan:
        """What `up` would do."""
        return cast("shapes.Plan", self._post("/plan", upload, PLAN_SECONDS))

    def up(self, upload: shapes.Upload) -> shapes.Outcome:
        """Ask for a deployment; returns when it is planned and queued."""
        return cast("shapes.Outcome", self._post("/up", upload, PLAN_SECONDS))

    def deployments(
        self,
        *,
        project: str | None = None,
        environment: str | None = None,
        status: Sequence[str] = (),
        page: int = 1,
        page_size: int = 20,
    ) -> shapes.Deployments:
        """One page of deployments, newest first; `page_size` up to 100."""
        query: Query = {
            "project": project,
            "environment": environment,
            "status": status,  # repeated in the query, once for each
            "page": page,
            "page_size": page_size,
        }
        return cast("shapes.Deployments", self._get("/deployments", query))

    def deployment(self, deployment_id: str) -> shapes.Deployment:
        """One deployment."""
        return cast("shapes.Deployment", self._get(f"/deployments/{_part(deployment_id)}"))

    def deployment_log(self, deployment_id: str) -> str:
        """All that a deployment wrote."""
        return self._to.text(f"{BASE}/deployments/{_part(deployment_id)}/log")

    def cancel(self, deployment_id: str, reason: str = "") -> shapes.Deployment:
        """Ask for a deployment to end."""
        path = f"/deployments/{_part(deployment_id)}/cancel"
        return cast("shapes.Deployment", self._post(path, {"reason": reason}))

    def watch(self, deployment_id: str, log_offset: int = 0) -> Iterator[shapes.Watched]:
        """Changes and log lines of a deployment until it has ended."""
        path = f"/deployments/{_part(deployment_id)}/watch"
        return cast("Iterator[shapes.Watched]", self._lines(path, {"log_offset": log_offset}))

    def services(self, project: str | None = None) -> shapes.Services:
        """All services, or those of one project."""
        return cast("shapes.Services", self._get("/services", {"project": project}))

    def service(self, name: str, environment: str) -> shapes.ServiceDetail:
        """One service with its deployment and its processes."""
        path = f"/services/{_part(name)}"
        return cast("shapes.ServiceDetail", self._get(path, {"environment": environment}))

    def rollback(
        self, name: str, environment: str, *, to: str | None = None, reason: str = ""
    ) -> shapes.Outcome:
        """Ask for the way back, to the deployment before or the one named."""
        body = {"environment": environment, "to": to, "reason": reason}
        return cast("shapes.Outcome", self._post(f"/services/{_part(name)}/rollback", body))

    def restart(self, name: str, environment: str, reason: str = "") -> shapes.Outcome:
        """Ask for new processes of the same release."""
        body = {"environment": environment, "reason": reason}
        return cast("shapes.Outcome", self._post(f"/services/{_part(name)}/restart", body))

    def stop(self, name: str, environment: str) -> shapes.Service:
        """Stop a service; it stays known. Returns when it has stopped."""
        path = f"/services/{_part(name)}/stop"
        return cast("shapes.Service", self._post(path, {"environment": environment}, 120.0))

    def start(self, name: str, environment: str) -> shapes.Service:
        """Start a stopped service. Returns when it is healthy."""
        path = f"/services/{_part(name)}/start"
        return cast("shapes.Service", self._post(path, {"environment": environment}, 120.0))

    def delete(self, name: str, environment: str, *, purge: bool = False) -> dict[str, object]:
        """Stop a service and forget it; with `purge` its data folder and its logs too."""
        path = f"{BASE}/services/{_part(name)}"
        query: Query = {"environment": environment, "purge": int(purge)}
        return self._to.call("DELETE", path, query=query, timeout=120.0)

    def logs(
        self,
        name: str,
        environment: str,
        *,
        lines: int = 100,
        follow: bool = False,
        process: str | None = None,
    ) -> Iterator[shapes.LogLine]:
        """The last lines of a service, and with `follow` those that come."""
        query: Query = {
            "environment": environment,
            "lines": lines,
            "follow": int(follow),
            "process": process,
        }
        path = f"/services/{_part(name)}/logs"
        return cast("Iterator[shapes.LogLine]", self._lines(path, query))

    def events(
        self, *, after: int | None = None, limit: int | None = None, project: str | None = None
    ) -> shapes.Events:
        """Events after a sequence number."""
        query: Query = {"after": after, "limit": limit, "project": project}
        return cast("shapes.Events", self._get("/events", query))

    def follow_events(
        self, *, after: int | None = None, project: str | None = None
    ) -> Iterator[shapes.Event]:
        """Events as they happen, without end."""
        query: Query = {"after": after, "project": project}
        return cast("Iterator[shapes.Event]", self._lines("/events/stream", query))

    def audit(self, limit: int | None = None) -> shapes.AuditTrail:
        """Who asked for what, newest first."""
        return cast("shapes.AuditTrail", self._get("/audit", {"limit": limit}))

    def ports(self) -> shapes.Ports:
        """The ports that are held."""
        return cast("shapes.Ports", self._get("/ports"))

    def doctor(self) -> shapes.Checks:
        """What the server finds of the things it needs."""
        return cast("shapes.Checks", self._get("/doctor"))

    def _get(self, path: str, query: Query | None = None) -> dict[str, object]:
        return self._to.call("GET", BASE + path, query=query)

    def _post(
        self, path: str, body: Mapping[str, object], timeout: float | None = None
    ) -> dict[str, object]:
        return self._to.call("POST", BASE + path, body=dict(body), timeout=timeout)

    def _lines(self, path: str, query: Query) -> Iterator[dict[str, object]]:
        return self._to.stream(BASE + path, query=query)


def _part(value: str) -> str:
    return quote(value, safe="")
