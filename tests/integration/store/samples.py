"""Values for the store's tests, filled to the brim so that nothing can be lost unseen."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from pierhead.domain.actor import Actor
from pierhead.domain.command import Command
from pierhead.domain.deployment import Deployment, Kind, PhaseRecord, PhaseStatus, Status
from pierhead.domain.event import AuditEntry, Event, EventType
from pierhead.domain.health import HealthCheck
from pierhead.domain.manifest import FileEntry, Manifest
from pierhead.domain.names import new_id
from pierhead.domain.plan import PhaseName, Plan, Step
from pierhead.domain.release import Release
from pierhead.domain.service import Limits, Method, Service, ServiceSpec, ServiceState
from pierhead.domain.stack import Dependencies, Evidence, Recipe, Stack, StaticSite

NOW = datetime(2026, 7, 1, 12, 30, 15, 123456, tzinfo=UTC)
EAST = timezone(timedelta(hours=5, minutes=30))
ANNA = Actor("anna", "unix socket, pid 4711")


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def manifest(*texts: str) -> Manifest:
    files = [FileEntry(f"src/{text}.py", 0o644, sha(text), len(text)) for text in texts]
    link = FileEntry("latest", 0o777, sha("src"), 3, "src")
    return Manifest.of([*files, link])


def recipe() -> Recipe:
    return Recipe(
        dependencies=Dependencies(
            "uv", (Command(("uv", "sync")),), ("node_modules",), sha("lock"), "uv.lock"
        ),
        build=(Command.line("make assets"),),
        release=(Command(("python", "manage.py", "migrate")),),
        processes={"web": Command(("gunicorn", "-b", "127.0.0.1:$PORT")), "job": Command(("j",))},
        static=StaticSite("dist", "index.html"),
        port=8080,
        environment={"NODE_ENV": "production"},
        secrets=("SECRET_KEY",),
        shared=("db.sqlite3",),
        notes=("gunicorn supplied",),
    )


def release(project: str = "shop", digest: str | None = None, **changes: Any) -> Release:
    digest = digest or sha(new_id("r"))
    made = Release(
        id=f"r-{digest[:12]}",
        project=project,
        digest=digest,
        version="1.4.2",
        method=Method.PROCESS,
        manifest=manifest("a", "b"),
        stack=Stack(
            "python", "fastapi", 93, (Evidence("pyproject.toml", "fastapi", 7),), recipe(), "0.1"
        ),
        spec=ServiceSpec(recipe(), HealthCheck(path="/up"), 2, limits=Limits(memory=1 << 28)),
        environment=("API_KEY",),
        source="/home/anna/shop",
        created_at=NOW,
    )
    return replace(made, **changes)


def plan(release_id: str) -> Plan:
    step = Step(
        PhaseName.BUILD, "install", "Install 3 packages", {"deep": {"list": [1, "x", None]}}
    )
    return Plan("shop", "production", release_id, None, "http://x", (step,), notes=("a note",))


def deployment(project: str = "shop", **changes: Any) -> Deployment:
    made = Deployment(
        id=new_id("d"),
        number=0,
        project=project,
        environment="production",
        kind=Kind.DEPLOY,
        release_id="r-000000000000",
        status=Status.PENDING,
        actor=ANNA,
        created_at=NOW,
    )
    return replace(made, **changes)


def full_deployment() -> Deployment:
    phase = PhaseRecord(
        PhaseName.BUILD,
        PhaseStatus.FAILED,
        NOW.astimezone(EAST),
        NOW + timedelta(seconds=1.5),
        {"lines": 3},
        {"code": "build-failed", "message": "no"},
    )
    return deployment(
        phases=(phase,),
        reason="because: é",
        plan=plan("r-000000000000"),
        previous_id="d-1",
        target_id="d-2",
        superseded_by="d-3",
        started_at=NOW,
        activated_at=NOW,
        completed_at=NOW,
        cancel_requested_at=NOW,
        upstreams=("127.0.0.1:20001",),
        note="GET /up",
        error={"code": "x"},
        log_tail=("line \x00 with a zero byte", "\x1b[31mred"),
    )


def service(project: str = "shop", environment: str = "production", **changes: Any) -> Service:
    made = Service(
        project=project,
        environment=environment,
        endpoint="http://127.0.0.1:20000",
        port=20000,
        deployment_id="d-1",
        release_id="r-1",
        version="1.4.2",
        desired=ServiceState.RUNNING,
        state=ServiceState.DEGRADED,
        registered_at=NOW,
        observed_at=NOW.astimezone(EAST),
    )
    return replace(made, **changes)


def event(project: str = "shop", **data: Any) -> Event:
    return Event(EventType.STARTED, project, "production", NOW, ANNA, "d-1", data)


def audit_entry(subject: str = "shop/production") -> AuditEntry:
    return AuditEntry(NOW, ANNA, "deploy", subject, "accepted", {"kind": "deploy"})
