"""What the API takes and gives: the domain's values as JSON documents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from pierhead.deploy.doctor import Check
from pierhead.deploy.status import InstanceView, ServiceView
from pierhead.domain.actor import Actor
from pierhead.domain.deployment import Deployment, Kind, PhaseRecord, PhaseStatus, Status
from pierhead.domain.event import AuditEntry, Event
from pierhead.domain.plan import PhaseName, Plan
from pierhead.domain.service import Service, ServiceState

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$")]
Variable = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=255)]
# Neither an environment nor a PostgreSQL text can hold a NUL.
_NO_NUL = r"^[^\x00]*$"
Text = Annotated[str, StringConstraints(pattern=_NO_NUL, max_length=2000)]
Value = Annotated[str, StringConstraints(pattern=_NO_NUL, max_length=131072)]


class Strict(BaseModel):
    """A request body: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class UpBody(Strict):
    """A folder on the server's machine to deploy.

    `env` wins over `[env]` of pierhead.toml; its values are kept encrypted and never shown.
    """

    path: Annotated[str, StringConstraints(pattern=_NO_NUL, min_length=1, max_length=4096)]
    name: Name | None = None
    environment: Name = "production"
    env: dict[Variable, Value] = Field(default_factory=dict)
    reason: Text = ""
    as_of: date | None = None
    force: bool = False
    timeout: Annotated[float, Field(gt=0, le=86400)] | None = None


class ReasonBody(Strict):
    """Why something is asked for."""

    reason: Text = ""


class ServiceBody(ReasonBody):
    """Which environment of the service is meant."""

    environment: Name = "production"


class RollbackBody(ServiceBody):
    """Where to go back to: a deployment's id, or the newest other one that was good."""

    to: Annotated[str, StringConstraints(min_length=1, max_length=64)] | None = None


class PhaseDocument(BaseModel):
    """One phase of a deployment."""

    name: PhaseName
    label: str
    status: PhaseStatus
    started_at: datetime | None
    completed_at: datetime | None
    seconds: float | None
    details: Mapping[str, Any]
    error: Mapping[str, Any] | None

    @classmethod
    def of(cls, record: PhaseRecord) -> PhaseDocument:
        """The document of a record."""
        return cls(**_values(record), label=record.name.label, seconds=record.seconds)


class DeploymentDocument(BaseModel):
    """A deployment, its phases and its plan."""

    id: str
    number: int
    project: str
    environment: str
    kind: Kind
    release_id: str
    version: str
    status: Status
    actor: Actor
    reason: str
    created_at: datetime
    started_at: datetime | None
    activated_at: datetime | None
    completed_at: datetime | None
    cancel_requested_at: datetime | None
    duration_seconds: float | None
    previous_id: str | None
    target_id: str | None
    superseded_by: str | None
    address: str | None
    upstreams: tuple[str, ...]
    note: str
    phases: list[PhaseDocument]
    plan: Plan | None
    error: Mapping[str, Any] | None
    log_tail: tuple[str, ...]

    @classmethod
    def of(cls, deployment: Deployment) -> DeploymentDocument:
        """The document of a deployment."""
        values = _values(deployment)
        values["phases"] = [PhaseDocument.of(record) for record in deployment.phases]
        started, ended = deployment.started_at, deployment.completed_at
        return cls(
            **values,
            duration_seconds=(ended - started).total_seconds() if started and ended else None,
            address=_address(deployment),
        )


def _address(deployment: Deployment) -> str | None:
    for record in deployment.phases:
        if record.name is PhaseName.VALIDATION:
            return record.details.get("address")
    return None


def _values(value: Any) -> dict[str, Any]:
    return {field.name: getattr(value, field.name) for field in fields(value)}


class UpDocument(BaseModel):
    """The plan, and the deployment that carries it out; none if there is nothing to do."""

    plan: Plan
    deployment: DeploymentDocument | None


class DeploymentList(BaseModel):
    """One page of deployments, newest first."""

    deployments: list[DeploymentDocument]
    total: int
    page: int
    page_size: int


class ServiceList(BaseModel):
    """The services of this installation."""

    services: list[Service]


class ServiceDocument(BaseModel):
    """A service in detail: its entry in the registry, what is deployed, what runs."""

    project: str
    environment: str
    endpoint: str
    port: int
    deployment_id: str
    release_id: str
    version: str
    desired: ServiceState
    state: ServiceState
    registered_at: datetime
    observed_at: datetime
    deployment: DeploymentDocument | None
    instances: tuple[InstanceView, ...]
    problem: str
    named: str

    @classmethod
    def of(cls, view: ServiceView) -> ServiceDocument:
        """The document of what was seen."""
        deployment = DeploymentDocument.of(view.deployment) if view.deployment else None
        return cls(
            **_values(view.service),
            deployment=deployment,
            instances=view.instances,
            problem=view.problem,
            named=view.named,
        )


class EventList(BaseModel):
    """Events in their order."""

    events: list[Event]


class AuditList(BaseModel):
    """Audit entries, newest first."""

    entries: list[AuditEntry]


class PortDocument(BaseModel):
    """A reserved port."""

    port: int
    project: str
    environment: str
    purpose: str
    holder: str


class PortList(BaseModel):
    """The ports that are reserved."""

    ports: list[PortDocument]


class DoctorDocument(BaseModel):
    """What was found, and what to do about it."""

    checks: list[Check]


class Health(BaseModel):
    """The server is there."""

    status: str
    version: str


class Problem(BaseModel):
    """An error, as RFC 9457 has it, with our code and the next step."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    hint: str = ""
    where: str | None = None
    details: dict[str, Any] = Field(default_factory=dict)
