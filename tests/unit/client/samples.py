"""Documents as the API sends them, made from the domain's own classes so that none can drift."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any

from pierhead.domain.actor import Actor
from pierhead.domain.deployment import Deployment, Kind, PhaseRecord, PhaseStatus, Status
from pierhead.domain.event import AuditEntry, Event, EventType
from pierhead.domain.plan import PhaseName, Plan, Step
from pierhead.domain.service import Service, ServiceState

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
BEGAN = NOW - timedelta(minutes=3)
ASKER = Actor("deployer", "unix socket, pid 4711")
ADDRESS = "http://127.0.0.1:20001"
FIRST, SECOND = "d-1m4k9x0a-7qf2z", "d-1m4kb200-00abc"

PLAN = Plan(
    project="shop",
    environment="production",
    release_id="r-0123456789ab",
    replaces=FIRST,
    address=ADDRESS,
    steps=(
        Step(PhaseName.VALIDATION, "check", "check that the port and the disk are free"),
        Step(PhaseName.TRANSFER, "place", "place 12 files, 1 of them changed"),
        Step(PhaseName.BUILD, "install", "requirements.txt with uv", {"digest": "ab" * 32}),
        Step(PhaseName.START, "start", "uvicorn main:app on a free port"),
        Step(PhaseName.VERIFY, "health", "GET /health, up to 30 s"),
        Step(PhaseName.VERIFY, "switch", "switch the edge, drain the old version for 30 s"),
        Step(PhaseName.REGISTER, "register", "register shop at http://127.0.0.1:20001"),
    ),
    notes=("no production server is declared: uvicorn is added",),
    warnings=("requirements.txt pins no versions: --as-of DATE makes builds repeatable",),
)

_SECONDS = (0.1, 0.3, 3.2, 0.8, 1.1, 0.02)


def phases(*, failed_at: int | None = None) -> tuple[PhaseRecord, ...]:
    records = []
    begin = BEGAN
    for place, (name, seconds) in enumerate(zip(PhaseName, _SECONDS, strict=True)):
        if failed_at is not None and place > failed_at:
            records.append(PhaseRecord(name))
            continue
        end = begin + timedelta(seconds=seconds)
        status = PhaseStatus.FAILED if place == failed_at else PhaseStatus.SUCCESS
        records.append(PhaseRecord(name, status, begin, end))
        begin = end
    return tuple(records)


def deployment(status: Status = Status.ACTIVE, **changes: Any) -> dict[str, Any]:
    """A deployment as the API sends it."""
    record = Deployment(
        id=SECOND,
        number=2,
        project="shop",
        environment="production",
        kind=Kind.DEPLOY,
        release_id="r-0123456789ab",
        status=status,
        actor=ASKER,
        created_at=BEGAN,
        phases=phases(),
        reason="new prices",
        plan=PLAN,
        previous_id=FIRST,
        started_at=BEGAN,
        activated_at=BEGAN + timedelta(seconds=5.5),
        completed_at=BEGAN + timedelta(seconds=5.52),
        upstreams=("127.0.0.1:30001",),
        note="GET /health answered 200",
    )
    return deployment_document(dataclasses.replace(record, **changes))


def failed_deployment() -> dict[str, Any]:
    """A deployment whose build failed."""
    return deployment(
        Status.FAILED,
        phases=phases(failed_at=2),
        activated_at=None,
        completed_at=BEGAN + timedelta(seconds=3.6),
        upstreams=(),
        note="",
        error={
            "code": "build-failed",
            "title": "The build failed",
            "message": "no version of fastapy fits",
            "hint": "correct the name, then run `pierhead up` again",
            "where": "requirements.txt:3",
        },
        log_tail=(
            "2026-03-01T11:57:00.300Z transfer   | laid out 12 files",
            "2026-03-01T11:57:00.412Z build      | Resolving",
            "2026-03-01T11:57:03.501Z build      |   x No solution found: fastapy was not found",
        ),
    )


def deployment_document(record: Deployment) -> dict[str, Any]:
    document: dict[str, Any] = as_document(record)
    for phase, shown in zip(record.phases, document["phases"], strict=True):
        shown |= {"seconds": phase.seconds, "label": phase.name.label}
    ended, began = record.completed_at, record.started_at
    document["duration_seconds"] = (ended - began).total_seconds() if ended and began else None
    document["address"] = ADDRESS
    document["version"] = "1.4.2"
    return document


def plan(**changes: Any) -> dict[str, Any]:
    return dict(as_document(dataclasses.replace(PLAN, **changes)))


def service(**changes: Any) -> dict[str, Any]:
    record = Service(
        project="shop",
        environment="production",
        endpoint=ADDRESS,
        port=20001,
        deployment_id=SECOND,
        release_id="r-0123456789ab",
        version="1.4.2",
        desired=ServiceState.RUNNING,
        state=ServiceState.RUNNING,
        registered_at=BEGAN,
        observed_at=NOW - timedelta(seconds=4),
    )
    return dict(as_document(dataclasses.replace(record, **changes)))


def service_detail() -> dict[str, Any]:
    web = {
        "id": f"shop.production.{SECOND}.web.0",
        "status": "running",
        "pid": 4242,
        "uptime_seconds": 174.5,
    }
    return service() | {
        "deployment": deployment(),
        "instances": [
            web | {"memory_bytes": 48_000_000},
            {
                "id": f"shop.production.{SECOND}.worker.0",
                "status": "running",
                "pid": 4243,
                "uptime_seconds": 174.1,
            },
        ],
    }


def event(sequence: int = 7, kind: EventType = EventType.COMPLETED) -> dict[str, Any]:
    data = {"version": "1.4.2", "seconds": 5.52}
    record = Event(kind, "shop", "production", NOW, ASKER, SECOND, data, sequence)
    return dict(as_document(record))


def audit_entry() -> dict[str, Any]:
    return dict(as_document(AuditEntry(BEGAN, ASKER, "deploy", "shop/production", "accepted")))


def as_document(value: Any) -> Any:
    """Plain JSON data of a frozen dataclass: enums as values, times in ISO 8601 with Z."""
    if dataclasses.is_dataclass(value):
        fields = dataclasses.fields(value)
        return {field.name: as_document(getattr(value, field.name)) for field in fields}
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dict):
        return {key: as_document(part) for key, part in value.items()}
    if isinstance(value, tuple | list):
        return [as_document(part) for part in value]
    return value
