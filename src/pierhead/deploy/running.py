"""One deployment while it runs: its record, its release, its environment and its log."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pierhead.deploy.adapters import Adapters
from pierhead.deploy.instances import (
    build_environment,
    inherited_secrets,
    instance_id,
    make_instance,
    process_names,
    run_environment,
    tree_of,
)
from pierhead.deploy.log import DeploymentLog, last_lines
from pierhead.domain.clock import now
from pierhead.domain.deployment import Deployment, PhaseRecord, PhaseStatus
from pierhead.domain.event import Event, EventType
from pierhead.domain.plan import PhaseName
from pierhead.domain.release import Release
from pierhead.domain.secret import Redactor, Secret
from pierhead.errors import BuildFailed, DeploymentFailed
from pierhead.runtimes.instance import Instance


class Run:
    """What the steps of a deployment work with. `deployment` is the record as last stored."""

    def __init__(
        self,
        adapters: Adapters,
        deployment: Deployment,
        release: Release,
        declared: Mapping[str, Secret],
        secrets: Mapping[str, Secret],
    ) -> None:
        self.adapters = adapters
        self.deployment = deployment
        self.release = release
        self._declared = declared
        self._secrets = secrets
        values = [*declared.values(), *secrets.values()]
        self.redact = Redactor({value.reveal() for value in values} | inherited_secrets())
        path = adapters.layout.deployment_log(
            deployment.project, deployment.environment, deployment.id
        )
        self.log = DeploymentLog(path, self.redact, adapters.changes.tell)

    @classmethod
    async def load(cls, adapters: Adapters, deployment_id: str) -> Run:
        """Read all of it from the store."""
        async with adapters.store.snapshot() as tx:
            deployment = await tx.deployment(deployment_id)
            project, environment = deployment.project, deployment.environment
            release = await tx.release(project, deployment.release_id)
            declared = await tx.release_environment(project, deployment.release_id)
            secrets = await tx.secrets(project, environment)
        return cls(adapters, deployment, release, declared, secrets)

    @property
    def tree(self) -> Path:
        """The files of the release, where its commands run."""
        return tree_of(self.adapters.layout, self.deployment)

    async def save(self, *events: Event, **changes: Any) -> None:
        """Change fields of the record; the record and the events go in one transaction.

        The stored record is read again first: a request to cancel may have been noted on it.
        """
        async with self.adapters.store.transaction() as tx:
            stored = await tx.deployment(self.deployment.id)
            self.deployment = replace(stored, **changes)
            await tx.save_deployment(self.deployment)
            for event in events:
                await tx.add_event(event)
        self.adapters.changes.tell()

    def event(self, kind: EventType, **data: Any) -> Event:
        """An event about this deployment."""
        return deployment_event(self.deployment, kind, release=self.release.id, **data)

    def record(self, phase: PhaseName) -> PhaseRecord:
        """The record of one phase."""
        return next(record for record in self.deployment.phases if record.name is phase)

    def phases_with(self, phase: PhaseName, **changes: Any) -> tuple[PhaseRecord, ...]:
        """The phases, one of them changed."""
        return tuple(
            replace(record, **changes) if record.name is phase else record
            for record in self.deployment.phases
        )

    def phases_done(self, phase: PhaseName, details: Mapping[str, Any]) -> tuple[PhaseRecord, ...]:
        """The phases, one of them ended well."""
        return self.phases_with(
            phase, status=PhaseStatus.SUCCESS, completed_at=now(), details=details, error=None
        )

    async def port(self, process: str) -> int:
        """The port reserved for an instance."""
        deployment = self.deployment
        holder = instance_id(deployment, process)
        async with self.adapters.store.snapshot() as tx:
            leases = {lease.holder: lease.port for lease in await tx.ports()}
        if holder not in leases:
            raise DeploymentFailed(f"no port is reserved for {holder}", hint="deploy again")
        return leases[holder]

    def environment(self, port: int | None) -> dict[str, Secret]:
        """The environment a process of this release runs in."""
        return run_environment(
            self.adapters.layout,
            self.deployment,
            self.release,
            declared=self._declared,
            secrets=self._secrets,
            port=port,
        )

    def instance(self, process: str, port: int | None) -> Instance:
        """One instance of this deployment as the supervisor needs it."""
        return make_instance(
            self.adapters.layout, self.deployment, self.release, process, self.environment(port)
        )

    async def command(
        self,
        phase: PhaseName,
        argv: Sequence[str],
        environment: Mapping[str, str],
        *,
        shown: str,
        failure: Callable[..., DeploymentFailed] = BuildFailed,
    ) -> None:
        """Run a command in the release's folder; what it prints goes to the log.

        Raises:
            DeploymentFailed: of the kind asked for, if its exit code is not 0.
        """
        self.log.write(phase, f"$ {shown}")
        finished = await self.adapters.host.run(
            argv,
            cwd=self.tree,
            env=environment,
            on_line=lambda line: self.log.write(phase, line),
        )
        if finished.code != 0:
            last = next((line for line in reversed(finished.lines) if line.strip()), "no output")
            raise failure(
                self.redact(
                    f"`{shown}` ended with exit code {finished.code}: {last.strip()[:300]}"
                ),
                where=self.release.source,
                hint=f"see `pierhead deploy log {self.deployment.id}`",
            )

    def instances_said(self, count: int) -> list[str]:
        """The last lines each instance printed, its name before them; secrets are replaced."""
        deployment, lines = self.deployment, []
        for process in process_names(self.release):
            path = self.adapters.layout.instance_log(
                deployment.project, deployment.environment, deployment.id, process
            )
            lines += [f"{process} | {self.redact(line)}" for line in last_lines(path, count)]
        return lines

    def build_environment(self) -> dict[str, str]:
        """The environment dependencies are installed in."""
        return build_environment(self.adapters.layout, self.deployment, self.release)


def service_of(deployment: Deployment) -> str:
    """What runs one deployment at a time: a project in an environment."""
    return f"{deployment.project}/{deployment.environment}"


def deployment_event(deployment: Deployment, kind: EventType, **data: Any) -> Event:
    """An event about a deployment."""
    return Event(
        type=kind,
        project=deployment.project,
        environment=deployment.environment,
        time=now(),
        actor=deployment.actor,
        deployment_id=deployment.id,
        data={"number": deployment.number, "kind": deployment.kind} | data,
    )
