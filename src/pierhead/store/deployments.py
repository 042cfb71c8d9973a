"""Deployments: their numbers, their legal moves, and which one is active."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, func, select, update

from pierhead.domain.deployment import UNFINISHED, Deployment, Status, check_move
from pierhead.store.codec import DEPLOYMENT
from pierhead.store.rows import Rows
from pierhead.store.tables import deployments


class Deployments(Rows):
    """The deployments' part of a transaction."""

    async def add_deployment(self, deployment: Deployment) -> Deployment:
        """Record a new deployment; returned with its number, the next one of its project.

        Raises:
            Conflict: if its id is taken, or it is active and another one is.
        """
        number = await self._next(f"deployment/{deployment.project}")
        numbered = replace(deployment, number=number)
        insert = deployments.insert().values(
            id=numbered.id,
            project=numbered.project,
            environment=numbered.environment,
            number=number,
            created_at=numbered.created_at,
            **_changing(numbered),
        )
        await self._guarded(
            insert,
            f"deployment {deployment.id} is recorded already, or would be a second active one of "
            f"{deployment.project}/{deployment.environment}",
        )
        return numbered

    async def save_deployment(self, deployment: Deployment) -> None:
        """Record what became of a deployment.

        Where one takes over from another, save the one that ends first: the database allows one
        active deployment per project and environment at every moment.

        Raises:
            NotFound: if it was never added.
            Conflict: if its status may not follow the recorded one, or another one is active.
        """
        query = select(deployments.c.id, deployments.c.status).with_for_update()
        row = await self._one_by_id(query, deployments.c.id, deployment.id, "deployment")
        if row.status != deployment.status:
            check_move(deployment.id, Status(row.status), deployment.status)
        await self._guarded(
            update(deployments)
            .where(deployments.c.id == deployment.id)
            .values(**_changing(deployment)),
            f"another deployment of {deployment.project}/{deployment.environment} is active",
        )

    async def deployment(self, id: str) -> Deployment:  # noqa: A002 - its name
        """The deployment with this id, or the only one whose id begins so.

        Raises:
            NotFound: if there is none, or more than one.
        """
        query = select(deployments.c.document)
        row = await self._one_by_id(query, deployments.c.id, id, "deployment")
        return DEPLOYMENT.load(row.document)

    async def deployments(
        self,
        *,
        project: str | None = None,
        environment: str | None = None,
        status: Collection[Status] | None = None,
        page: int = 1,
        page_size: int = 20,
    ) -> tuple[list[Deployment], int]:
        """One page of the deployments, newest first, and how many there are in all."""
        wanted: list[ColumnElement[bool]] = []
        if project is not None:
            wanted.append(deployments.c.project == project)
        if environment is not None:
            wanted.append(deployments.c.environment == environment)
        if status is not None:
            wanted.append(deployments.c.status.in_(status))
        count = select(func.count()).select_from(deployments).where(*wanted)
        total = (await self._execute(count)).scalar_one()
        # The rows to be skipped are counted in an index; only those shown are read.
        shown = (
            select(deployments.c.sequence)
            .where(*wanted)
            .order_by(deployments.c.sequence.desc())
            .offset((page - 1) * page_size)
            .limit(page_size)
        )
        return await self._found(deployments.c.sequence.in_(shown)), total

    async def active_deployment(self, project: str, environment: str) -> Deployment | None:
        """The one that serves, if there is one."""
        found = await self._found(
            deployments.c.project == project,
            deployments.c.environment == environment,
            deployments.c.status == Status.ACTIVE,
        )
        return found[0] if found else None

    async def last_good(
        self, project: str, environment: str, before: Deployment | None
    ) -> Deployment | None:
        """The newest deployment to go back to: one that succeeded and was not taken back.

        Args:
            project: its project.
            environment: its environment.
            before: the one to go back from; what comes after it, and what ran the same release,
                does not count.
        """
        wanted = [
            deployments.c.project == project,
            deployments.c.environment == environment,
            deployments.c.status.in_([Status.ACTIVE, Status.INACTIVE]),
        ]
        if before is not None:
            wanted += [
                deployments.c.number < before.number,
                deployments.c.release_id != before.release_id,
            ]
        found = await self._found(*wanted, limit=1)
        return found[0] if found else None

    async def unfinished_deployments(self) -> list[Deployment]:
        """Those that wait or run, newest first."""
        return await self._found(deployments.c.status.in_(UNFINISHED))

    async def _found(
        self, *wanted: ColumnElement[bool], limit: int | None = None
    ) -> list[Deployment]:
        query = select(deployments.c.document).where(*wanted)
        newest = query.order_by(deployments.c.sequence.desc()).limit(limit)
        rows = await self._execute(newest)
        return [DEPLOYMENT.load(document) for (document,) in rows]


def _changing(deployment: Deployment) -> dict[str, Any]:
    return {
        "status": deployment.status.value,
        "release_id": deployment.release_id,
        "document": DEPLOYMENT.dump(deployment),
    }
