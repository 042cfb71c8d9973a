"""Remove what nothing needs any more, and nothing else."""

from __future__ import annotations

import asyncio
import secrets
import shutil
from datetime import timedelta
from pathlib import Path

from pierhead.deploy.adapters import Adapters
from pierhead.domain.clock import now
from pierhead.domain.deployment import SUCCEEDED, UNFINISHED, Deployment, Status
from pierhead.store.store import Transaction

KEPT_RELEASES = 5  # as Kamal and Capistrano keep
KEPT_DAYS = 7  # contracts.md, A2: previous versions are kept 7 days
KEPT_LOG_DAYS = 30  # a month to look into what happened; an instance's may have 40 MB
_SECONDS = 24 * 3600.0  # an installation or blob younger than that may be about to be used
_GOING = ".removed-"  # begins the name of a folder that nobody uses from then on


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
    folder = adapters.layout.releases(project, environment)
    # A deployment plans under the same lock: it finds a tree whole, or not at all.
    async with adapters.locks.of(f"{project}/{environment}"):
        async with adapters.store.snapshot() as tx:
            kept = await _kept(tx, project, environment)
        removed = [path for path in sorted(folder.glob("r-*")) if path.name not in kept]
        for path in removed:
            _put_aside(path)
    await asyncio.to_thread(_remove_going, folder)
    return [path.name for path in removed]


async def prune_all(adapters: Adapters) -> None:
    """Forget old releases, and remove the trees, blobs and installations that none needs."""
    before = now() - timedelta(days=KEPT_DAYS)
    async with adapters.store.transaction() as tx:
        for project, kept in (await _kept_of_all(tx)).items():
            await tx.forget_releases(project, keep=kept, before=before)
    for folder in sorted(adapters.layout.all_releases.glob("*/*")):
        await prune_service(adapters, folder.parent.name, folder.name)
    async with adapters.store.snapshot() as tx:
        blobs = await tx.referenced_blobs()
        live = await _live(tx)
    await asyncio.to_thread(_remove_logs, adapters.layout.all_logs, live)
    await asyncio.to_thread(adapters.blobs.remove_unreferenced, blobs)
    async with adapters.store.snapshot() as tx:
        digests = await tx.dependency_digests()
    used = {adapters.layout.installation(digest).name for digest in digests}
    await asyncio.to_thread(_remove_others, adapters.layout.dependencies, used)


async def _live(tx: Transaction) -> set[str]:
    """The deployments that write, or will."""
    services = [service.deployment_id for service in await tx.services()]
    return {*services, *(one.id for one in await tx.unfinished_deployments())}


def _remove_logs(folder: Path, live: set[str]) -> None:
    before = now().timestamp() - KEPT_LOG_DAYS * 24 * 3600
    for path in folder.glob("*/*/d-*.log*"):
        if path.name.partition(".")[0] not in live and path.stat().st_mtime < before:
            path.unlink(missing_ok=True)


async def _kept_of_all(tx: Transaction) -> dict[str, set[str]]:
    """The releases to keep of every project that has any."""
    kept: dict[str, set[str]] = {project: set() for project in await tx.projects()}
    for service in await tx.services():
        found = await _kept(tx, service.project, service.environment)
        kept.setdefault(service.project, set()).update(found)
    for deployment in await tx.unfinished_deployments():
        kept.setdefault(deployment.project, set()).add(deployment.release_id)
    return kept


async def _kept(tx: Transaction, project: str, environment: str) -> list[str]:
    """Releases pinned by what is live, under way, or among the last good ones; newest first.

    Of a service that was deleted, or never came to be, only what is under way.
    """
    there = await tx.service(project, environment) is not None
    recent, _ = await tx.deployments(
        project=project,
        environment=environment,
        status=SUCCEEDED | UNFINISHED if there else UNFINISHED,
        page_size=100,
    )
    kept: list[str] = []
    for deployment in recent:
        if deployment.release_id not in kept and (_needed(deployment) or len(kept) < KEPT_RELEASES):
            kept.append(deployment.release_id)
    if active := await tx.active_deployment(project, environment):
        # Where a rollback would lead, however many were taken back or restarted since.
        back = await tx.last_good(project, environment, active)
        kept += [one.release_id for one in (active, back) if one and one.release_id not in kept]
    return kept


def _needed(deployment: Deployment) -> bool:
    return deployment.status in UNFINISHED or deployment.status is Status.ACTIVE


def _remove_others(folder: Path, used: set[str]) -> None:
    moment = now().timestamp()
    for path in folder.glob("[!.]*"):
        if path.name not in used and moment - path.stat().st_mtime > _SECONDS:
            _put_aside(path)
    _remove_going(folder)


def _put_aside(path: Path) -> None:
    path.rename(path.with_name(f"{_GOING}{path.name}-{secrets.token_hex(4)}"))


def _remove_going(folder: Path) -> None:
    for path in folder.glob(f"{_GOING}*"):
        shutil.rmtree(path, ignore_errors=True)
