"""Instances under supervisord: added, started, stopped and looked at while it runs."""

from __future__ import annotations

import asyncio
import re
import signal
import time
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pierhead.errors import NotFound, TimedOut, Unavailable
from pierhead.hosts import tree
from pierhead.runtimes import rpc
from pierhead.runtimes.instance import Instance, InstanceState, InstanceStatus
from pierhead.runtimes.programs import ProgramFiles, program_spec

# supervisord's names of states; STOPPING still has its process.
_STATUS: Mapping[str, InstanceStatus] = {
    "STOPPED": InstanceStatus.STOPPED,
    "STARTING": InstanceStatus.STARTING,
    "RUNNING": InstanceStatus.RUNNING,
    "BACKOFF": InstanceStatus.BACKOFF,
    "STOPPING": InstanceStatus.RUNNING,
    "EXITED": InstanceStatus.EXITED,
    "FATAL": InstanceStatus.FATAL,
}
_GOING = frozenset({"STARTING", "RUNNING", "BACKOFF"})
# How supervisord's log tells of an end; the names of programs hold no spaces.
_EXITED = re.compile(r"exited: (\S+) \((?:exit status (\d+)|terminated by (SIG[A-Z0-9]+))")
_LOG_TAIL = 32 * 1024
_ENDED = frozenset({InstanceStatus.BACKOFF, InstanceStatus.EXITED, InstanceStatus.FATAL})
# Each question also makes supervisord look after its children, so asking often is how to be quick.
_LOOK = 0.02
# Seconds a killed process may take to vanish.
_GRACE = 5.0


class Supervisord:
    """The supervisord of one home. Every verb may be repeated without harm."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._rpc = rpc.Rpc(home / "supervisor.sock")
        # reloadConfig and the call that uses what it read belong together.
        self._adding = asyncio.Lock()

    async def add(self, instance: Instance) -> None:
        """Run an instance, now and whenever supervisord starts.

        One that already runs exactly so is left alone; one that differs is replaced. A program
        that cannot be started is no error here: its state says so.

        Raises:
            InvalidInput: if its id or command cannot be used.
            Unavailable: if supervisord does not answer.
        """
        files = ProgramFiles(self._home, instance.id)
        spec = _spec(instance)
        if files.read_spec() == spec and await self._info(instance.id):
            await self.start(instance.id)
            return
        await self.remove(instance.id)
        instance.log.parent.mkdir(parents=True, exist_ok=True)
        files.write(spec, wanted=True)
        async with self._adding:
            await self._ask("reloadConfig")
            await self._ignoring({rpc.ALREADY_ADDED}, "addProcessGroup", instance.id)
        await self._wait_begun(instance.id)

    async def start(self, instance_id: str) -> None:
        """Start an instance that was added, unless it runs.

        Raises:
            NotFound: if it was not added.
        """
        files = ProgramFiles(self._home, instance_id)
        spec, info = files.read_spec(), await self._info(instance_id)
        if spec is None or info is None:
            raise NotFound(f"there is no instance {instance_id}")
        if info["statename"] == "STOPPING":
            await self._wait_stopped(instance_id, spec["stop_timeout"])
        elif info["statename"] in _GOING:
            return
        files.run.unlink(missing_ok=True)
        files.write(spec, wanted=True)
        await self._ignoring(
            {rpc.ALREADY_STARTED, rpc.SPAWN_ERROR}, "startProcess", instance_id, False
        )

    async def stop(self, instance_id: str, at_most: float | None = None) -> None:
        """End an instance and all it started; it stays known, and stopped.

        SIGTERM to its whole group, SIGKILL after its `stop_timeout`. One that is unknown or
        stopped is left as it is.

        Args:
            instance_id: as it was added.
            at_most: seconds until SIGKILL, if its own time is longer.

        Raises:
            TimedOut: if it could not even be killed.
        """
        files = ProgramFiles(self._home, instance_id)
        spec, info = files.read_spec(), await self._info(instance_id)
        if spec is not None:
            files.write(spec, wanted=False)
        if info is None:
            return
        members = tree.tree(info["pid"]) if info["pid"] else []
        await self._ignoring({rpc.NOT_RUNNING}, "stopProcess", instance_id, False)
        patience = spec["stop_timeout"] if spec else _GRACE
        if at_most is not None:
            patience = min(patience, at_most)
        await self._wait_stopped(instance_id, patience)
        tree.send(members, signal.SIGKILL)

    async def remove(self, instance_id: str, at_most: float | None = None) -> None:
        """Stop an instance, as `stop` does, and forget it; its log stays."""
        await self.stop(instance_id, at_most)
        await self._ignoring({rpc.BAD_NAME}, "removeProcessGroup", instance_id)
        ProgramFiles(self._home, instance_id).delete()

    async def signal(self, instance_id: str, number: int) -> None:
        """Send a signal to its process.

        Raises:
            NotFound: if it has none.
        """
        try:
            await self._rpc.call("signalProcess", instance_id, str(number))
        except rpc.Fault as fault:
            raise NotFound(f"{instance_id} does not run") from fault

    async def state(self, instance_id: str) -> InstanceState:
        """What an instance is doing; `absent` if it was not added."""
        info = await self._info(instance_id)
        if info is None:
            return InstanceState(InstanceStatus.ABSENT)
        state = self._state(info)
        if state.status in _ENDED:
            return replace(state, exit_code=await self.exit_code(instance_id))
        return state

    async def exit_code(self, instance_id: str) -> int | None:
        """How its last run that ended did, even if it was started again since.

        Minus the number of the signal that ended it; None if that is not known.
        """
        # supervisord forgets the code of a program that ends within its first second, and the
        # signal of any; its log has both.
        tail = await self._ask("readLog", -_LOG_TAIL, 0)
        found = _EXITED.findall(tail)
        codes = [(code, name) for program, code, name in found if program == instance_id]
        if not codes:
            return None
        code, name = codes[-1]
        return int(code) if code else -signal.Signals[name].value

    async def states(self) -> dict[str, InstanceState]:
        """Every program by its id, the edge and the server among them; without exit codes."""
        rows = await self._ask("getAllProcessInfo")
        return {row["name"]: self._state(row) for row in rows}

    async def close(self) -> None:
        """Close the connection; what runs, runs on."""
        await self._rpc.close()

    def _state(self, info: Mapping[str, Any]) -> InstanceState:
        status = _STATUS.get(info["statename"], InstanceStatus.FATAL)
        _, starts = ProgramFiles(self._home, info["name"]).read_run()
        return InstanceState(
            status=status,
            pid=info["pid"] or None,
            started_at=datetime.fromtimestamp(info["start"], UTC) if info["start"] else None,
            restarts=max(0, starts - 1),
        )

    async def _info(self, instance_id: str) -> dict[str, Any] | None:
        try:
            info: dict[str, Any] = await self._rpc.call("getProcessInfo", instance_id)
        except rpc.Fault as fault:
            if fault.fault == rpc.BAD_NAME:
                return None
            raise _refused("getProcessInfo", fault) from fault
        return info

    async def _ask(self, method: str, *arguments: Any) -> Any:
        try:
            return await self._rpc.call(method, *arguments)
        except rpc.Fault as fault:
            raise _refused(method, fault) from fault

    async def _ignoring(self, codes: set[int], method: str, *arguments: Any) -> None:
        try:
            await self._rpc.call(method, *arguments)
        except rpc.Fault as fault:
            if fault.fault not in codes:
                raise _refused(method, fault) from fault

    async def _wait_begun(self, instance_id: str) -> None:
        # A new program counts as stopped until supervisord next looks at it, and who asks for its
        # state meanwhile must not take it for one that somebody stopped.
        until = time.monotonic() + _GRACE
        while (info := await self._info(instance_id)) and info["statename"] == "STOPPED":
            if time.monotonic() > until:
                return
            await asyncio.sleep(_LOOK)

    async def _wait_stopped(self, instance_id: str, stop_timeout: float) -> None:
        begun, killed = time.monotonic(), False
        while info := await self._info(instance_id):
            if info["statename"] not in {*_GOING, "STOPPING"}:
                return
            waited = time.monotonic() - begun
            if waited >= stop_timeout and not killed:
                # supervisord counts in whole seconds; this keeps the time that was asked for.
                tree.send(tree.tree(info["pid"]) if info["pid"] else [], signal.SIGKILL)
                killed = True
            if waited >= stop_timeout + _GRACE:
                raise TimedOut(f"{instance_id} (pid {info['pid']}) cannot be ended")
            await asyncio.sleep(_LOOK)


def _refused(method: str, fault: rpc.Fault) -> Unavailable:
    return Unavailable(
        f"supervisord refused {method}: {fault}", hint="see PIERHEAD_HOME/logs/supervisord.log"
    )


def _spec(instance: Instance) -> dict[str, Any]:
    return program_spec(
        argv=instance.argv,
        cwd=instance.cwd,
        environment=instance.environment,
        log=instance.log,
        limits=asdict(instance.limits),
        restart=instance.restart.value,
        stop_timeout=instance.stop_timeout,
    )
