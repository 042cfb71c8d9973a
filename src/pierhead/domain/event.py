"""What happened, for those who want to know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from pierhead.domain.actor import Actor


class EventType(StrEnum):
    """The kinds of events; the names never change."""

    REQUESTED = "deployment.requested"
    STARTED = "deployment.started"
    PHASE_COMPLETED = "deployment.phase_completed"
    COMPLETED = "deployment.completed"
    FAILED = "deployment.failed"
    CANCELLED = "deployment.cancelled"
    SUPERSEDED = "deployment.superseded"
    ROLLED_BACK = "deployment.rolled_back"
    CRASHED = "service.crashed"
    STOPPED = "service.stopped"
    STARTED_AGAIN = "service.started"
    DELETED = "service.deleted"
    HEALTH_CHANGED = "service.health_changed"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, written in the same transaction as the change itself.

    Attributes:
        sequence: its place in the order of all events; 0 until it is stored.
        data: plain JSON data, never a secret.
    """

    type: EventType
    project: str
    environment: str
    time: datetime
    actor: Actor
    deployment_id: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """A change somebody asked for: who, what, when, from where, and how it was answered.

    Attributes:
        action: the use case, such as `deploy` or `delete`.
        subject: what it was about, such as `shop/production`.
        outcome: `accepted`, or the code of the error it was refused with.
    """

    time: datetime
    actor: Actor
    action: str
    subject: str
    outcome: str
    details: Mapping[str, Any] = field(default_factory=dict)
    sequence: int = 0
