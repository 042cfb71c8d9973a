"""Remove what nothing needs any more, and nothing else."""

from __future__ import annotations

import asyncio
import shutil

from pierhead.deploy.adapters import Adapters
from pierhead.domain.deployment import SUCCEEDED, UNFINISHED, Deployment, Status

KEPT_RELEASES = 5  # as Kamal and Capistrano keep


async def remove_unbuilt(adapters: Adapters, deployment: Deployment) -> None:
    """Remove what a build that came to no end has left of a release; nothing can run from it."""
    names = deployment.project, deployment.environment, deployment.release_id
    if not adapters.layout.built(*names).exists():
        tree = adapters.layout.tree(*names)
        await asyncio.to_thread(shutil.rmtree, tree, ignore_errors=True)


async def prune_service(adapters: Adapters, project: str, environment: str) -> list[str]:
    """Remove the laid-out trees of releases that are neither live nor among the last good ones.

    Their records and blobs stay, so they can still be rolled back to; that builds them again.

    Returns:
        The ids of the releases whose trees were removed.
    """
    async with adapters.store.transaction() as tx:
        recent, _ = await tx.deployments(
            project=project,
            environment=environment,
            status=SUCCEEDED | UNFINISHED,
            page_size=100,
        )
    kept: list[str] = []
    for deployment in recent:
        needed = deployment.status in UNFINISHED or deployment.status is Status.ACTIVE
        if deployment.release_id not in kept and (needed or len(kept) < KEPT_RELEASES):
            kept.append(deployment.release_id)
    folder = adapters.layout.releases(project, environment)
    removed = []
    for path in sorted(folder.glob("r-*")):
        if path.name not in kept:
            await asyncio.to_thread(shutil.rmtree, path, ignore_errors=True)
            removed.append(path.name)
    return removed
