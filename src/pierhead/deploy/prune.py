"""Remove what nothing needs any more, and nothing else."""

from __future__ import annotations

import asyncio
import shutil
from datetime import timedelta
from pathlib import Path

from pierhead.deploy.adapters import Adapters
from pierhead.domain.clock import now
from pierhead.domain.deployment import SUCCEEDED, UNFINISHED, Deployment, Status

KEPT_RELEASES = 5  # as Kamal and Capistrano keep
KEPT_DAYS = 7  # contracts.md, A2: previous versions are kept 7 days
_SECONDS = 24 * 3600.0  # an installation or blob younger than that may be about to be used


async def remove_unbuilt(adapters: Adapters, deployment: Deployment) -> None:
    """Remove what a build that came to no end has left of a release; nothing can run from it."""
    names = deployment.project, deployment.environment, deployment.release_id
    if not adapters.layout.built(*names).exists():
        tree = adapters.layout.tree(*names)
        await asyncio.to_thread(shutil.rmtree, tree, ignore_errors=True)


async def prune_service(adapters: Adapters, project: str, environment: str) -> list[str]:
    """Remove the laid-out trees of releases that are neither live nor among the last good ones.

    Their records and blobs stay for `KEPT_DAYS`; going back to one lays it out and builds it
    again.

    Returns:
        The ids of the releases whose trees were removed.
    """
    kept = await _kept(adapters, project, environment)
    folder = adapters.layout.releases(project, environment)
    removed = [path for path in sorted(folder.glob("r-*")) if path.name not in kept]
    for path in removed:
        await asyncio.to_thread(shutil.rmtree, path, ignore_errors=True)
    return [path.name for path in removed]


async def prune_all(adapters: Adapters) -> None:
    """Forget old releases, and remove the blobs and installations that none needs any more."""
    async with adapters.store.snapshot() as tx:
        services = await tx.services()
    pinned: dict[str, set[str]] = {}
    for service in services:
        kept = await _kept(adapters, service.project, service.environment)
        pinned.setdefault(service.project, set()).update(kept)
    before = now() - timedelta(days=KEPT_DAYS)
    async with adapters.store.transaction() as tx:
        for project, kept_ids in pinned.items():
            await tx.forget_releases(project, keep=kept_ids, before=before)
    async with adapters.store.snapshot() as tx:
        blobs = await tx.referenced_blobs()
        releases = [release for project in pinned for release in await tx.releases(project)]
    await asyncio.to_thread(adapters.blobs.remove_unreferenced, blobs)
    used = {
        adapters.layout.installation(release.spec.recipe.dependencies.digest).name
        for release in releases
        if release.spec.recipe.dependencies is not None
    }
    await asyncio.to_thread(_remove_others, adapters.layout.dependencies, used)


async def _kept(adapters: Adapters, project: str, environment: str) -> list[str]:
    """Releases pinned by what is live, under way, or among the last good ones; newest first."""
    async with adapters.store.snapshot() as tx:
        recent, _ = await tx.deployments(
            project=project,
            environment=environment,
            status=SUCCEEDED | UNFINISHED,
            page_size=100,
        )
    kept: list[str] = []
    for deployment in recent:
        if deployment.release_id not in kept and (_needed(deployment) or len(kept) < KEPT_RELEASES):
            kept.append(deployment.release_id)
    return kept


def _needed(deployment: Deployment) -> bool:
    return deployment.status in UNFINISHED or deployment.status is Status.ACTIVE


def _remove_others(folder: Path, used: set[str]) -> None:
    moment = now().timestamp()
    for path in folder.glob("*"):
        if path.name not in used and moment - path.stat().st_mtime > _SECONDS:
            shutil.rmtree(path, ignore_errors=True)
