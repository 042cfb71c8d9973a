"""A service: how it is to run, and what is known of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from pierhead.domain.health import HealthCheck
from pierhead.domain.stack import Recipe


class Restart(StrEnum):
    """When an instance that ended is started again."""

    ALWAYS = "always"
    ON_FAILURE = "on-failure"
    NEVER = "never"


class Strategy(StrEnum):
    """How one version follows another."""

    BLUE_GREEN = "blue-green"  # new beside old, then the switch
    RECREATE = "recreate"  # old stopped first: a gap, for what cannot run twice


class Method(StrEnum):
    """How a release runs."""

    PROCESS = "process"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one instance may use; None is no limit of ours.

    Attributes:
        memory: bytes of private memory (RLIMIT_DATA).
        open_files: file descriptors (RLIMIT_NOFILE).
        processes: processes of the user running it (RLIMIT_NPROC; not effective for root).
        nice: 0 (normal) to 19 (last).
    """

    memory: int | None = None
    open_files: int | None = None
    processes: int | None = None
    nice: int = 0


@dataclass(frozen=True, slots=True)
class ServiceSpec:
    """Everything that decides how a release is built, started and watched.

    Attributes:
        recipe: how it is built and run.
        health: when it is healthy.
        instances: how many of the `web` process.
        stop_timeout: seconds from SIGTERM to SIGKILL.
        drain_timeout: seconds that requests in flight may take after the switch.
        observe: seconds the new version is watched after the switch.
        timeout: seconds the whole deployment may take.
    """

    recipe: Recipe
    health: HealthCheck = field(default_factory=HealthCheck)
    instances: int = 1
    restart: Restart = Restart.ALWAYS
    strategy: Strategy = Strategy.BLUE_GREEN
    limits: Limits = field(default_factory=Limits)
    stop_timeout: float = 10.0
    drain_timeout: float = 30.0
    observe: float = 10.0
    timeout: float = 600.0


class ServiceState(StrEnum):
    """What a service is doing."""

    RUNNING = "running"
    STOPPED = "stopped"
    DEGRADED = "degraded"  # some instance is not up
    DOWN = "down"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Service:
    """One entry of the registry: a project in an environment, as traffic finds it.

    Attributes:
        port: the stable port of the edge.
        desired: running or stopped, as last asked for.
        state: as last observed, at `observed_at`.
    """

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
