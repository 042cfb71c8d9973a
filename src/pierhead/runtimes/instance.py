"""An instance: one supervised process of a service, and what is seen of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from pierhead.domain.service import Limits, Restart


@dataclass(frozen=True, slots=True)
class Instance:
    """What is to run.

    Attributes:
        id: such as `shop.production.d-1m4k9x0a-7qf2z.web.0`; a-z, 0-9, dots and hyphens.
        argv: the program and its arguments; found through PATH of `environment`.
        environment: the entire environment; nothing is inherited.
        stop_timeout: seconds from SIGTERM to SIGKILL.
        log: the file for stdout and stderr; rotated at 10 MB, three old ones kept.
    """

    id: str
    argv: tuple[str, ...]
    cwd: Path
    environment: Mapping[str, str]
    log: Path
    limits: Limits = field(default_factory=Limits)
    restart: Restart = Restart.ALWAYS
    stop_timeout: float = 10.0


class InstanceStatus(StrEnum):
    """What an instance is doing."""

    RUNNING = "running"
    STARTING = "starting"  # not up for a second yet
    BACKOFF = "backoff"  # it ended within a second and is started again, ever more slowly
    EXITED = "exited"  # it ended and its restart policy leaves it so
    FATAL = "fatal"  # given up
    STOPPED = "stopped"  # on request
    ABSENT = "absent"  # not known


UP = frozenset({InstanceStatus.RUNNING, InstanceStatus.STARTING})


@dataclass(frozen=True, slots=True)
class InstanceState:
    """What is seen of an instance.

    Attributes:
        pid: of the process, while there is one.
        exit_code: of its last run, once that has ended; minus the number of the signal that
            ended it; None if that is not known.
        started_at: when its last run began.
        restarts: how often it was started again since it was added or started on request.
    """

    status: InstanceStatus
    pid: int | None = None
    exit_code: int | None = None
    started_at: datetime | None = None
    restarts: int = 0

    @property
    def up(self) -> bool:
        """Whether its process is there."""
        return self.status in UP


def ending(exit_code: int | None) -> str:
    """How a process ended, as part of a sentence: `ended with exit code 3`."""
    if exit_code is None:
        return "ended"
    if exit_code < 0:
        return f"was ended by signal {-exit_code}"
    return f"ended with exit code {exit_code}"
