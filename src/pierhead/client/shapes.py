"""The JSON objects of the API, as types. Times are ISO 8601 texts in UTC, enums their values."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict


class Health(TypedDict):
    """GET /health."""

    status: str
    version: str


class Actor(TypedDict):
    """Who asked, and from where."""

    name: str
    origin: str


class Step(TypedDict):
    """One thing a plan does."""

    phase: str
    action: str
    summary: str
    arguments: dict[str, Any]


class Plan(TypedDict):
    """What would happen; no steps if there is nothing to do, and `reason` says why."""

    project: str
    environment: str
    release_id: str
    replaces: str | None
    address: str
    steps: list[Step]
    reason: str
    notes: list[str]
    warnings: list[str]


class Phase(TypedDict):
    """What became of one phase; `seconds` is null while it runs."""

    name: str
    label: str
    status: str
    started_at: str | None
    completed_at: str | None
    seconds: float | None
    details: dict[str, Any]
    error: dict[str, Any] | None


class Deployment(TypedDict):
    """A deployment with what the server computes: duration_seconds, address, version.

    `address` is null until it is known.
    """

    id: str
    number: int
    project: str
    environment: str
    kind: str
    release_id: str
    version: str
    status: str
    actor: Actor
    created_at: str
    phases: list[Phase]
    reason: str
    plan: Plan | None
    previous_id: str | None
    target_id: str | None
    superseded_by: str | None
    started_at: str | None
    activated_at: str | None
    completed_at: str | None
    cancel_requested_at: str | None
    duration_seconds: float | None
    address: str | None
    upstreams: list[str]
    note: str
    error: dict[str, Any] | None
    log_tail: list[str]


class Deployments(TypedDict):
    """One page of deployments, newest first."""

    deployments: list[Deployment]
    total: int
    page: int
    page_size: int


class Outcome(TypedDict):
    """Answer to up, rollback and restart; no deployment if there was nothing to do."""

    plan: Plan
    deployment: Deployment | None


class DeploymentSeen(TypedDict):
    """A line of a watch: the deployment changed."""

    type: Literal["deployment"]
    deployment: Deployment


class LogSeen(TypedDict):
    """A line of a watch: the deployment said something. `offset` is where to go on from."""

    type: Literal["log"]
    offset: int
    line: str


Watched = DeploymentSeen | LogSeen


class Service(TypedDict):
    """An entry of the registry."""

    project: str
    environment: str
    endpoint: str
    port: int
    deployment_id: str
    release_id: str
    version: str
    desired: str
    state: str
    registered_at: str
    observed_at: str


class Instance(TypedDict):
    """One process of a service; memory in bytes, with that of all it started."""

    id: str
    status: str
    pid: int | None
    uptime_seconds: float | None
    memory_bytes: NotRequired[int | None]


class ServiceDetail(Service):
    """A service with the deployment it runs and its processes.

    `problem` says why its address does not lead to it, and what to do; `named` is its address by
    name.
    """

    deployment: Deployment | None
    instances: list[Instance]
    problem: NotRequired[str]
    named: NotRequired[str]


class Services(TypedDict):
    """All services, or those of one project."""

    services: list[Service]


class LogLine(TypedDict):
    """A line that a service wrote; `source` is its process, such as `web.0`."""

    source: str
    deployment: str
    line: str


class Event(TypedDict):
    """Something that happened."""

    sequence: int
    type: str
    project: str
    environment: str
    time: str
    actor: Actor
    deployment_id: str | None
    data: dict[str, Any]


class Events(TypedDict):
    """Events, oldest first."""

    events: list[Event]


class AuditEntry(TypedDict):
    """A change somebody asked for."""

    sequence: int
    time: str
    actor: Actor
    action: str
    subject: str
    outcome: str
    details: dict[str, Any]


class AuditTrail(TypedDict):
    """Audit entries, newest first."""

    entries: list[AuditEntry]


class Port(TypedDict):
    """A port that is held for somebody."""

    port: int
    project: str
    environment: str
    purpose: str
    holder: str


class Ports(TypedDict):
    """All ports that are held."""

    ports: list[Port]


class Check(TypedDict):
    """One thing that `doctor` looked at; `ok` is null for what is missing and rarely needed."""

    name: str
    ok: bool | None
    found: str
    advice: str


class Checks(TypedDict):
    """All that `doctor` looked at."""

    checks: list[Check]


class Upload(TypedDict):
    """Body of plan and up; `timeout` in seconds, `as_of` a date."""

    path: str
    name: str | None
    environment: str
    env: dict[str, str]
    reason: str
    as_of: str | None
    force: bool
    timeout: float | None
