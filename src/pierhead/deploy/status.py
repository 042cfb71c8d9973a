"""What is there, as it is seen now."""

from __future__ import annotations

from dataclasses import dataclass, replace

import psutil

from pierhead.deploy.adapters import Adapters
from pierhead.deploy.instances import instance_id, process_names
from pierhead.deploy.lookup import no_service
from pierhead.deploy.routing import host_names, route_id
from pierhead.domain.clock import now
from pierhead.domain.deployment import Deployment
from pierhead.domain.release import Release
from pierhead.domain.service import Service, ServiceState
from pierhead.errors import PierheadError
from pierhead.runtimes.instance import UP, InstanceState, InstanceStatus


@dataclass(frozen=True, slots=True)
class InstanceView:
    """One instance as it is seen now; memory in bytes, of its process and all it started."""

    id: str
    status: str
    pid: int | None = None
    uptime_seconds: float | None = None
    memory_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class ServiceView:
    """A service with its active deployment and its instances, as they are seen now.

    Memory is measured for a single service only: it takes a look at every process there is.

    Attributes:
        problem: why its address does not lead to it, and what to do; empty if it does.
        named: its address by name at the edge's common port; empty while a stranger has that.
    """

    service: Service
    deployment: Deployment | None
    release: Release | None
    instances: tuple[InstanceView, ...]
    problem: str = ""
    named: str = ""


async def services(adapters: Adapters, project: str | None = None) -> list[Service]:
    """Every service, its state seen now; `unknown` where nobody can tell."""
    return [view.service for view in await _views(adapters, project)]


async def service(adapters: Adapters, project: str, environment: str) -> ServiceView:
    """One service in detail.

    Raises:
        NotFound: if there is no such service.
    """
    for view in await _views(adapters, project):
        if view.service.environment == environment:
            instances = tuple(replace(one, memory_bytes=_memory(one.pid)) for one in view.instances)
            return replace(view, instances=instances)
    raise no_service(project, environment)


async def _views(adapters: Adapters, project: str | None) -> list[ServiceView]:
    rows = []
    async with adapters.store.snapshot() as tx:
        for entry in await tx.services(project):
            active = await tx.active_deployment(entry.project, entry.environment)
            release = await tx.release(entry.project, active.release_id) if active else None
            rows.append((entry, active, release))
    try:
        states = await adapters.supervisor.states() if rows else {}
    except PierheadError:
        states = None
    return [
        _at_the_edge(adapters, _view(entry, active, release, states))
        for entry, active, release in rows
    ]


def _at_the_edge(adapters: Adapters, view: ServiceView) -> ServiceView:
    """The same view with what the edge knows; a service whose port a stranger has is down."""
    entry, port = view.service, adapters.settings.edge_port
    problems = {problem.route: problem for problem in adapters.edge.problems}
    if None not in problems:
        name = host_names(entry.project, entry.environment)[0]
        view = replace(view, named=f"http://{name}:{port}")
    if problem := problems.get(route_id(entry.project, entry.environment)):
        stopped = entry.desired is ServiceState.STOPPED
        seen = replace(entry, state=entry.state if stopped else ServiceState.DOWN)
        advice = f"end that, then `pierhead restart {entry.project}`"
        return replace(view, service=seen, problem=f"{problem.message}; {advice}")
    return view


def _view(
    entry: Service,
    active: Deployment | None,
    release: Release | None,
    states: dict[str, InstanceState] | None,
) -> ServiceView:
    if states is None or active is None or release is None:
        unknown = replace(entry, state=ServiceState.UNKNOWN)
        return ServiceView(unknown, active, release, ())
    seen = [(name, states.get(instance_id(active, name))) for name in process_names(release)]
    instances = tuple(_instance(instance_id(active, name), state) for name, state in seen)
    state = _state(entry.desired, instances)
    return ServiceView(replace(entry, state=state, observed_at=now()), active, release, instances)


def _instance(name: str, state: InstanceState | None) -> InstanceView:
    if state is None:
        return InstanceView(name, InstanceStatus.ABSENT.value)
    if not state.pid or not state.started_at:
        return InstanceView(name, state.status.value, state.pid)
    up = round((now() - state.started_at).total_seconds(), 1)
    return InstanceView(name, state.status.value, state.pid, up)


def _memory(pid: int | None) -> int | None:
    if pid is None:
        return None
    try:
        process = psutil.Process(pid)
        tree = [process, *process.children(recursive=True)]
        return sum(member.memory_info().rss for member in tree)
    except psutil.Error:
        return None  # it ended while it was looked at


def _state(desired: ServiceState, instances: tuple[InstanceView, ...]) -> ServiceState:
    if desired is ServiceState.STOPPED:
        return desired
    up = [instance.status in UP for instance in instances]
    if all(up):
        return ServiceState.RUNNING
    return ServiceState.DEGRADED if any(up) else ServiceState.DOWN
