"""A deployment carried out: phase after phase, each one repeatable, with the way back."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

from pierhead.deploy.adapters import Adapters
from pierhead.deploy.converge import converge, end_instances
from pierhead.deploy.log import KEPT_LINES
from pierhead.deploy.observe import observe
from pierhead.deploy.phases import HANDLERS, Handler
from pierhead.deploy.planning import Wish, make_plan
from pierhead.deploy.prune import remove_unbuilt
from pierhead.deploy.running import Run, service_of
from pierhead.domain.actor import SERVER
from pierhead.domain.clock import now
from pierhead.domain.deployment import Deployment, PhaseRecord, PhaseStatus, Status
from pierhead.domain.event import EventType
from pierhead.domain.plan import PhaseName, Step
from pierhead.errors import Cancelled, DeploymentFailed, PierheadError, TimedOut

_log = logging.getLogger(__name__)
_BEGIN, _UNDO, _END = "begin", "undo", ""
_PHASES = tuple(PhaseName)
_LOOK = 0.5  # seconds between looks for a request to cancel and at the clock
T = TypeVar("T")
# An interruption is over within 10 s: seconds a phase may take to end its processes, and seconds
# instances that never served have to end by themselves.
_LET_GO, _GRACE = 7.0, 2.0


class DeploymentRun:
    """The durable sequence of a deployment: begin, the six phases, and undo where one fails."""

    name = "deploy"
    first = _BEGIN
    exclusive = True

    def __init__(self, adapters: Adapters, handlers: Mapping[str, Handler] = HANDLERS) -> None:
        self._adapters = adapters
        self._handlers = handlers

    async def step(self, subject: str, step: str) -> str:
        """Do one step of the deployment and name the next."""
        run = await Run.load(self._adapters, subject)
        if step == _BEGIN:
            # A stop or delete that is under way ends first; after this it is refused.
            async with self._adapters.locks.of(service_of(run.deployment)):
                return await self._begin(await Run.load(self._adapters, subject))
        if step == _UNDO:
            return await self._undo(run)
        return await self._phase(run, PhaseName(step))

    async def _begin(self, run: Run) -> str:
        deployment = run.deployment
        if deployment.finished:
            return _END
        if deployment.cancel_requested_at is not None:
            await self._close(run, Cancelled("cancelled while it waited").to_document(), ())
            return _END
        seen = await observe(self._adapters, run.release, deployment.environment)
        if _overtaken(deployment, seen.active):
            return await self._overtake(run, seen.active)
        wish = Wish(run.release, deployment.environment, deployment.kind, force=True)
        await run.save(
            run.event(EventType.STARTED),
            status=Status.DEPLOYING,
            started_at=deployment.started_at or now(),
            # Planned anew: what was seen when it was asked for may have changed in the queue.
            plan=make_plan(wish, seen),
            previous_id=seen.active.id if seen.active else None,
            phases=tuple(PhaseRecord(name) for name in _PHASES),
        )
        return _PHASES[0]

    async def _overtake(self, run: Run, by: Deployment | None) -> str:
        newer = by.id if by else None
        await run.save(
            run.event(EventType.SUPERSEDED, by=newer),
            status=Status.SUPERSEDED,
            superseded_by=newer,
            completed_at=now(),
        )
        return _END

    async def _phase(self, run: Run, phase: PhaseName) -> str:
        if run.deployment.finished:
            return await self._settle(run)
        # What is on record happened, also if the server died before the engine heard of it.
        match run.record(phase).status:
            case PhaseStatus.SUCCESS:
                return _after(phase)
            case PhaseStatus.FAILED:
                return _UNDO
            case PhaseStatus.RUNNING if phase is PhaseName.BUILD:
                # The server died in the build: nobody knows what it left in the tree.
                run.log.write(phase, "interrupted; starts again from clean files")
                await run.save(phases=_again(run.deployment.phases))
                return PhaseName.TRANSFER
        return await self._carry_out(run, phase)

    async def _carry_out(self, run: Run, phase: PhaseName) -> str:
        started = run.record(phase).started_at or now()
        await run.save(
            phases=run.phases_with(phase, status=PhaseStatus.RUNNING, started_at=started)
        )
        try:
            details = await self._interruptible(run, self._steps(run, phase))
        except PierheadError as error:
            return await self._failed(run, phase, error)
        except Exception as error:  # noqa: BLE001 - whatever it is, the old version goes on
            _log.exception("deployment %s, phase %s", run.deployment.id, phase)
            return await self._failed(run, phase, _unexpected(error))
        if phase is PhaseName.REGISTER:
            return await self._settle(run)
        done = run.event(EventType.PHASE_COMPLETED, phase=phase)
        await run.save(done, phases=run.phases_done(phase, details))
        return _after(phase)

    async def _steps(self, run: Run, phase: PhaseName) -> dict[str, Any]:
        assert run.deployment.plan is not None, "set when it began"  # noqa: S101
        details: dict[str, Any] = {}
        said: list[str] = []
        for step in run.deployment.plan.of(phase):
            found = dict(await self._handler(step)(run, step))
            said += filter(None, [found.pop("said", "")])
            details |= found
        return details | ({"summary": "; ".join(said)} if said else {})

    def _handler(self, step: Step) -> Callable[[Run, Step], Any]:
        return self._handlers[step.action]

    async def _interruptible(self, run: Run, work: Coroutine[Any, Any, T]) -> T:
        """Do the work until it ends, somebody cancels, or the time is over.

        The server's own end is none of these: it leaves the record as it is, and the phase is
        run again by the next server.
        """
        if reason := _interruption(run.deployment, run.release.spec.timeout):
            work.close()
            raise reason
        task = asyncio.create_task(work)
        try:
            while not task.done():
                await asyncio.wait({task}, timeout=_LOOK)
                if task.done():
                    break
                stored = await self._stored(run)
                if reason := _interruption(stored, run.release.spec.timeout):
                    task.cancel()
                    await asyncio.wait({task}, timeout=_LET_GO)
                    raise reason
        finally:
            task.cancel()
        return task.result()

    async def _stored(self, run: Run) -> Deployment:
        async with self._adapters.store.snapshot() as tx:
            return await tx.deployment(run.deployment.id)

    async def _failed(self, run: Run, phase: PhaseName, error: PierheadError) -> str:
        if (await self._stored(run)).finished:
            return await self._settle(run)  # it was interrupted as it became the active one
        # Before anything is recorded: if it has filled the disk, there is no room for a record.
        await remove_unbuilt(self._adapters, run.deployment)
        document = run.redact.document(error.to_document())
        run.log.write(phase, f"failed: {error}")
        await run.save(
            error=document,
            phases=run.phases_with(
                phase, status=PhaseStatus.FAILED, completed_at=now(), error=document
            ),
        )
        return _UNDO

    async def _undo(self, run: Run) -> str:
        """Make the world what the store says: the old version serves, the new one is gone."""
        if run.deployment.finished:
            return _END
        error = dict(run.deployment.error or {})
        tail = await asyncio.to_thread(_tail, run)
        try:
            await end_instances(self._adapters, run.deployment, _GRACE)
            await converge(self._adapters, run.deployment.project, run.deployment.environment)
        except PierheadError as second:
            _log.exception("undoing deployment %s", run.deployment.id)
            undo = run.redact.document(second.to_document())
            error["details"] = {**error.get("details", {}), "undo": undo}
            run.log.write("undo", f"failed: {second}")
        await self._close(run, error, tail)
        return _END

    async def _close(self, run: Run, error: Mapping[str, Any], tail: tuple[str, ...]) -> None:
        cancelled = error.get("code") == Cancelled.code
        kind = EventType.CANCELLED if cancelled else EventType.FAILED
        await run.save(
            run.event(kind, error=error),
            status=Status.CANCELLED if cancelled else Status.FAILED,
            error=error,
            log_tail=tail,
            completed_at=now(),
        )

    async def _settle(self, run: Run) -> str:
        deployment = run.deployment
        await self._adapters.queue.submit("settle", deployment.id, partition=service_of(deployment))
        return _END


def _overtaken(deployment: Deployment, active: Deployment | None) -> bool:
    """Whether the server wanted to go back from a version that is not the active one any more."""
    taken_back = active.id if active else None
    return deployment.actor == SERVER and deployment.previous_id != taken_back


def _after(phase: PhaseName) -> PhaseName:
    return _PHASES[_PHASES.index(phase) + 1]


def _again(phases: tuple[PhaseRecord, ...]) -> tuple[PhaseRecord, ...]:
    """The phases, those that make the tree still to be done."""
    return tuple(
        replace(record, status=PhaseStatus.PENDING)
        if record.name in {PhaseName.TRANSFER, PhaseName.BUILD}
        else record
        for record in phases
    )


def _interruption(stored: Deployment, limit: float) -> PierheadError | None:
    """Why a deployment may not go on, or None; `limit` is in seconds."""
    if stored.cancel_requested_at is not None:
        return Cancelled(
            f"deployment {stored.id} was cancelled", hint="what served before serves on"
        )
    if stored.started_at and now() - stored.started_at > timedelta(seconds=limit):
        return TimedOut(
            f"deployment {stored.id} took longer than {limit:g} s",
            hint="allow more with [deploy] timeout in pierhead.toml",
        )
    return None


def _unexpected(error: Exception) -> PierheadError:
    return DeploymentFailed(
        f"an unexpected {type(error).__name__}: {error}",
        hint="the server's log has the details: PIERHEAD_HOME/logs/server.log",
    )


def _tail(run: Run) -> tuple[str, ...]:
    """The last lines of what the deployment and its instances said."""
    lines = run.log.tail() + run.instances_said(KEPT_LINES // 2)
    return tuple(lines[-KEPT_LINES:])
