"""Bun: packages are installed once, and the program runs from the source."""

from __future__ import annotations

from pierhead.generate import images, probes
from pierhead.generate.blueprint import Blueprint
from pierhead.generate.instructions import cache, copy, secret
from pierhead.generate.project import ImageOptions, Project
from pierhead.generate.stacks.building import build_stage
from pierhead.generate.stacks.static import served

_CACHES = (cache("/root/.bun/install/cache"), secret("npmrc", "/root/.npmrc"))
_MANIFESTS = ("package.json", "bun.lock", "bun.lockb", "bunfig.toml", ".npmrc")


def blueprint(project: Project, options: ImageOptions) -> Blueprint:
    """The image of a Bun service, or of the files that Bun builds."""
    version = images.release(project.stack)
    build = build_stage(
        project,
        options,
        f"oven/bun:{version}",
        manifests=project.named(*_MANIFESTS),
        caches=_CACHES,
    )
    if project.recipe.static:
        return served(project, stages=(build,))
    return Blueprint(
        f"oven/bun:{version}-slim",
        (copy(["/app"], "./", stage="build"),),
        (build,),
        health=probes.bun,
        environment={"NODE_ENV": "production"},
    )
