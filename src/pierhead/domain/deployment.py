"""A deployment: one run of one release, its phases and its legal moves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from pierhead.domain.actor import Actor
from pierhead.domain.plan import PhaseName, Plan
from pierhead.errors import Conflict


class Status(StrEnum):
    """Where a deployment stands."""

    PENDING = "pending"
    DEPLOYING = "deploying"
    ACTIVE = "active"
    INACTIVE = "inactive"  # it succeeded, and a later one took over
    FAILED = "failed"
    ROLLED_BACK = "rolled_back"  # it succeeded, and was taken back
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"  # a newer request came while it waited


_MOVES: Mapping[Status, frozenset[Status]] = {
    Status.PENDING: frozenset(
        {Status.DEPLOYING, Status.CANCELLED, Status.SUPERSEDED, Status.FAILED}
    ),
    Status.DEPLOYING: frozenset({Status.ACTIVE, Status.FAILED, Status.CANCELLED}),
    Status.ACTIVE: frozenset({Status.INACTIVE, Status.ROLLED_BACK}),
    Status.INACTIVE: frozenset(),
    Status.FAILED: frozenset(),
    Status.ROLLED_BACK: frozenset(),
    Status.CANCELLED: frozenset(),
    Status.SUPERSEDED: frozenset(),
}

UNFINISHED = frozenset({Status.PENDING, Status.DEPLOYING})
SUCCEEDED = frozenset({Status.ACTIVE, Status.INACTIVE, Status.ROLLED_BACK})


def check_move(deployment_id: str, old: Status, new: Status) -> None:
    """Allow only the legal moves.

    Raises:
        Conflict: for any other.
    """
    if new not in _MOVES[old]:
        raise Conflict(f"deployment {deployment_id} is {old} and cannot become {new}")


class Kind(StrEnum):
    """Why a deployment runs."""

    DEPLOY = "deploy"
    ROLLBACK = "rollback"
    RESTART = "restart"


class PhaseStatus(StrEnum):
    """Where a phase stands."""

    PENDING = "pending"
    RUNNING = "running"
    SUCCESS = "success"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class PhaseRecord:
    """What became of one phase. `error` is an error document, `details` plain JSON data."""

    name: PhaseName
    status: PhaseStatus = PhaseStatus.PENDING
    started_at: datetime | None = None
    completed_at: datetime | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    error: Mapping[str, Any] | None = None

    @property
    def seconds(self) -> float | None:
        """How long it took, or None while it has not ended."""
        if self.started_at is None or self.completed_at is None:
            return None
        return (self.completed_at - self.started_at).total_seconds()


@dataclass(frozen=True, slots=True)
class Deployment:
    """One run of one release in one environment.

    Attributes:
        number: counts 1, 2, 3 within the project.
        version: what the project calls the release.
        previous_id: the deployment that was active when this one took over; while a rollback
            waits, the one it goes back from.
        target_id: the deployment a rollback goes back to.
        superseded_by: the newer request that took its place in the queue.
        upstreams: `host:port` of each web instance; empty for a static site.
        note: what was seen of its health, such as the path that answered.
        log_tail: the last 100 lines of a deployment that failed.
        activated_at: when traffic was switched to it and that was seen.
    """

    id: str
    number: int
    project: str
    environment: str
    kind: Kind
    release_id: str
    status: Status
    actor: Actor
    created_at: datetime
    phases: tuple[PhaseRecord, ...] = ()
    version: str = ""
    reason: str = ""
    plan: Plan | None = None
    previous_id: str | None = None
    target_id: str | None = None
    superseded_by: str | None = None
    started_at: datetime | None = None
    activated_at: datetime | None = None
    completed_at: datetime | None = None
    cancel_requested_at: datetime | None = None
    upstreams: tuple[str, ...] = ()
    note: str = ""
    error: Mapping[str, Any] | None = None
    log_tail: tuple[str, ...] = ()

    @property
    def finished(self) -> bool:
        """Whether it has come to an end, good or bad."""
        return self.status not in UNFINISHED
