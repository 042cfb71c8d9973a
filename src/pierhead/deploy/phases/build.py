"""Build: dependencies once for all releases that have the same ones, then the project's own."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pierhead.deploy.running import Run
from pierhead.domain.plan import PhaseName, Step
from pierhead.domain.stack import Dependencies
from pierhead.errors import BuildFailed

_PHASE = PhaseName.BUILD


async def install(run: Run, step: Step) -> Mapping[str, Any]:  # noqa: ARG001
    """Install the declared dependencies, unless an installation of the same ones is complete."""
    dependencies = _dependencies(run)
    folder = run.adapters.layout.installation(dependencies.digest)
    async with run.adapters.locks.of(f"install {dependencies.digest}"):
        if (folder / "complete").exists():
            await _attach(run, dependencies, folder)
            return _installed(folder, dependencies, "installed before")
        await asyncio.to_thread(_clear, folder)
        try:
            await _install(run, dependencies, folder)
        finally:
            if not (folder / "complete").exists():
                await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
    return _installed(folder, dependencies, "installed")


async def _install(run: Run, dependencies: Dependencies, folder: Path) -> None:
    environment = run.build_environment() | {"BUILD": str(folder / "manifests")}
    if run.release.stack.name == "python":
        await _make_venv(run, folder / "venv", environment)
    for name, text in dependencies.files.items():
        (folder / "manifests").mkdir(exist_ok=True)
        (folder / "manifests" / name).write_text(text)
    for command in dependencies.install:
        await run.command(_PHASE, command.expand(environment), environment, shown=str(command))
    for path in dependencies.keep:
        await _link_tree(run, run.tree / path, folder / path)
    (folder / "complete").touch()


async def attach(run: Run, step: Step) -> Mapping[str, Any]:
    """Give the release the dependencies installed before."""
    dependencies = _dependencies(run)
    folder = run.adapters.layout.installation(dependencies.digest)
    if not (folder / "complete").exists():
        return await install(run, step)
    await _attach(run, dependencies, folder)
    return _installed(folder, dependencies, "installed before")


async def build(run: Run, step: Step) -> Mapping[str, Any]:
    """Run one of the project's build commands."""
    command = run.release.spec.recipe.build[step.arguments["index"]]
    values = {name: value.reveal() for name, value in run.environment(None).items()}
    environment = run.build_environment() | values | {"HOME": str(Path.home())}
    await run.command(_PHASE, command.expand(environment), environment, shown=str(command))
    return {"said": str(command)}


async def seal(run: Run, step: Step) -> Mapping[str, Any]:  # noqa: ARG001
    """Mark the release as built; from now on it can be started without a build."""
    deployment = run.deployment
    run.adapters.layout.built(
        deployment.project, deployment.environment, deployment.release_id
    ).touch()
    return {}


def _installed(folder: Path, dependencies: Dependencies, how: str) -> Mapping[str, Any]:
    return {"installation": folder.name, "said": f"{dependencies.summary}: {how}"}


def _dependencies(run: Run) -> Dependencies:
    dependencies = run.release.spec.recipe.dependencies
    assert dependencies is not None, "planned only for a release that has some"  # noqa: S101
    return dependencies


def _clear(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)


async def _make_venv(run: Run, venv: Path, environment: Mapping[str, str]) -> None:
    asked = run.release.stack.runtime
    argv = ("uv", "venv", "--no-project", "--quiet", "--python", asked or sys.executable, str(venv))
    try:
        await run.command(_PHASE, argv, environment, shown=f"uv venv --python {asked or 'current'}")
    except BuildFailed as error:
        if asked is None:
            raise
        raise BuildFailed(
            f"Python {asked} is asked for, is not on this machine, and could not be downloaded",
            where=run.release.source,
            hint=f"install Python {asked}, or ask for another one in .python-version",
            details={"cause": error.message},
        ) from error


async def _attach(run: Run, dependencies: Dependencies, folder: Path) -> None:
    for path in dependencies.keep:
        await _link_tree(run, folder / path, run.tree / path)


async def _link_tree(run: Run, source: Path, destination: Path) -> None:
    """Copy a folder as hard links: tools that refuse a linked node_modules accept that."""
    if not source.exists():
        return
    await asyncio.to_thread(shutil.rmtree, destination, ignore_errors=True)
    destination.parent.mkdir(parents=True, exist_ok=True)
    argv = ("cp", "-al", str(source), str(destination))
    environment = run.build_environment()
    await run.command(_PHASE, argv, environment, shown=f"attach {destination.name}")
