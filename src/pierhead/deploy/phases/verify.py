"""Verify Health: healthy first, then the switch, then seen through the edge."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Any

from pierhead.deploy.routing import host_names, route_of
from pierhead.deploy.running import Run
from pierhead.domain.health import HealthReport
from pierhead.domain.plan import PhaseName, Step
from pierhead.edge.routes import Route
from pierhead.errors import HealthCheckFailed, PierheadError, StartFailed
from pierhead.runtimes.instance import InstanceState
from pierhead.runtimes.listening import listening
from pierhead.runtimes.probe import wait_healthy

_SEEN_WITHIN = 5.0  # seconds from the switch until the edge must show the new version
_PATIENCE = 1.0  # seconds a process may take to open the port it was given after another one


async def await_healthy(run: Run, step: Step) -> Mapping[str, Any]:
    """Wait until an instance is healthy, at the port it really listens on."""
    process = step.arguments["process"]
    port = await run.port(process)
    instance = run.instance(process, port)
    finder = _AddressFinder(run, instance.id, port)
    deployment = run.deployment
    where = f"{process} of {deployment.project}"
    try:
        report = await wait_healthy(
            run.release.spec.health,
            finder.address,
            finder.state,
            host=host_names(deployment.project, deployment.environment)[0],
            port=port,
        )
    except (StartFailed, HealthCheckFailed) as error:
        error.where = where
        raise
    address = await finder.address()
    if address is None:
        raise HealthCheckFailed("it stopped listening just after it was healthy", where=where)
    upstreams = (*(u for u in run.deployment.upstreams if u != address), address)
    note = run.redact(_note(report, address, port))
    run.log.write(PhaseName.VERIFY, f"{process} is healthy: {note}")
    await run.save(upstreams=upstreams, note=note)
    seen = {"address": address, "check": report.check, "status": report.status}
    return {process: seen, "said": note}


def _note(report: HealthReport, address: str, port: int) -> str:
    parts = [report.note or f"{report.check} answered {report.status}"]
    if not address.endswith(f":{port}"):
        parts.append(f"it listens on {address} although PORT was {port}")
    return "; ".join(parts)


class _AddressFinder:
    """Finds where an instance listens: the port it was given, or failing that its own."""

    def __init__(self, run: Run, instance_id: str, port: int) -> None:
        self._supervisor = run.adapters.supervisor
        self._id = instance_id
        self._port = port
        self._since: float | None = None

    async def state(self) -> InstanceState:
        return await self._supervisor.state(self._id)

    async def address(self) -> str | None:
        state = await self.state()
        if state.pid is None:
            return None
        # In a thread: it reads the whole process table, many times a second.
        listeners = await asyncio.to_thread(listening, state.pid)
        found = {listener.port: listener.dial for listener in listeners}
        if self._port in found:
            return found[self._port]
        if not found:
            return None
        self._since = self._since or time.monotonic()
        if time.monotonic() - self._since < _PATIENCE:
            return None
        return found[min(found)]


async def _route(run: Run) -> Route:
    deployment = run.deployment
    holder = f"{deployment.project}/{deployment.environment}"
    async with run.adapters.store.snapshot() as tx:
        port = next(lease.port for lease in await tx.ports() if lease.holder == holder)
    return route_of(run.adapters.layout, deployment, run.release, port=port)


async def switch(run: Run, step: Step) -> Mapping[str, Any]:  # noqa: ARG001
    """Send the traffic to the new version; doing it twice changes nothing."""
    route = await _route(run)
    await run.adapters.edge.switch(route)
    run.log.write(PhaseName.VERIFY, f"traffic switched at port {route.port}")
    return {"port": route.port}


async def confirm(run: Run, step: Step) -> Mapping[str, Any]:  # noqa: ARG001
    """See the new version answer where users ask, or say what was seen instead."""
    route = await _route(run)
    deadline = time.monotonic() + _SEEN_WITHIN
    seen = "no answer"
    while time.monotonic() < deadline:
        try:
            answer = await run.adapters.edge.seen(route)
        except PierheadError as error:
            seen = str(error)
        else:
            seen = f"status {answer.status} from {answer.deployment_id or 'an unknown version'}"
            right = answer.deployment_id == run.deployment.id
            if right and _answers(route, answer.upstream, answer.status):
                run.log.write(PhaseName.VERIFY, f"seen through the edge: {seen}")
                return {"seen": seen, "said": "seen at its address"}
        await asyncio.sleep(0.05)
    raise HealthCheckFailed(
        f"the new version was not seen at port {route.port} within {_SEEN_WITHIN:g} s: {seen}",
        hint=f"see `pierhead deploy log {run.deployment.id}`",
    )


def _answers(route: Route, upstream: str | None, status: int) -> bool:
    if route.upstreams is None:
        return status < 400
    return upstream in route.upstreams
