"""Validation: what can be known to fail is known before anything is touched."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from pierhead.deploy.instances import instance_id, search_path, web_processes
from pierhead.deploy.routing import endpoint
from pierhead.deploy.running import Run
from pierhead.domain.plan import Step
from pierhead.domain.secret import Secret
from pierhead.errors import BlobCorrupt, StorageFull, ToolMissing
from pierhead.runtimes.listening import port_is_free

# What an installation or a build may write beside the files; less than that and it would
# fill the disk on its way.
_MARGIN = 100 * 1024 * 1024
_TOOLS = {"npm": ("node", "npm"), "pnpm": ("node", "npx"), "yarn": ("node", "npx")}


async def check(run: Run, step: Step) -> Mapping[str, Any]:  # noqa: ARG001
    """Blobs present, space enough, tools installed."""
    files = [file for file in run.release.manifest.files if file.link is None]
    built = run.adapters.layout.built(
        run.deployment.project, run.deployment.environment, run.release.id
    ).exists()
    if not built:
        blobs = run.adapters.blobs
        missing = await asyncio.to_thread(
            lambda: next((file for file in files if not blobs.has(file.sha256)), None)
        )
        if missing is not None:
            raise BlobCorrupt(f"the stored copy of {missing.path} is gone", where=missing.sha256)
        _check_space(run)
    _check_tools(run)
    _keep_installation(run)
    return {"files": len(files), "bytes": run.release.manifest.size}


def _keep_installation(run: Run) -> None:
    """Make the installation that will be used young, so that no clean-up takes it away."""
    if dependencies := run.release.spec.recipe.dependencies:
        with suppress(FileNotFoundError):
            os.utime(run.adapters.layout.installation(dependencies.digest))


def _check_space(run: Run) -> None:
    home = run.adapters.layout.home
    free = shutil.disk_usage(home).free
    needed = run.release.manifest.size + _MARGIN
    if free < needed:
        raise StorageFull(
            f"{home} has {free // 2**20} MiB left, {needed // 2**20} MiB are needed",
            where=str(home),
        )


def _check_tools(run: Run) -> None:
    dependencies = run.release.spec.recipe.dependencies
    path = search_path(run.adapters.layout, run.deployment, run.release)
    for tool in _TOOLS.get(dependencies.manager, ()) if dependencies else ():
        if shutil.which(tool, path=path) is None:
            raise ToolMissing(
                f"{tool} is not installed, and this project needs it",
                where=tool,
                hint="install Node.js 20 or newer, for example from your distribution",
            )


async def reserve_ports(run: Run, step: Step) -> Mapping[str, Any]:  # noqa: ARG001
    """Lease the service's port and one for each new web instance."""
    deployment = run.deployment
    project, environment = deployment.project, deployment.environment
    ports: dict[str, int] = {}
    async with run.adapters.store.transaction() as tx:
        wanted = [("service", f"{project}/{environment}")]
        wanted += [
            ("instance", instance_id(deployment, process)) for process in web_processes(run.release)
        ]
        for purpose, holder in wanted:
            ports[holder] = await tx.lease_port(
                project=project,
                environment=environment,
                purpose=purpose,
                holder=holder,
                free=port_is_free,
            )
    address = endpoint(run.adapters.settings.bind, ports[f"{project}/{environment}"])
    return {"ports": ports, "address": address, "said": address}


async def generate(run: Run, step: Step) -> Mapping[str, Any]:
    """Generate the secrets nobody set; those generated before stay as they are."""
    deployment, made = run.deployment, []
    async with run.adapters.store.transaction() as tx:
        present = await tx.secrets(deployment.project, deployment.environment)
        for name in step.arguments["names"]:
            if name not in present:
                await tx.put_secret(
                    deployment.project,
                    deployment.environment,
                    name,
                    Secret(secrets.token_urlsafe(48)),
                    generated=True,
                )
                made.append(name)
    return {"generated": made, "said": f"generated {', '.join(made)}" if made else ""}
