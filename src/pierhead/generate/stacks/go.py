"""Go: one program without anything beside it, on an image that has little else."""

from __future__ import annotations

from pierhead.generate import images, probes
from pierhead.generate.blueprint import Blueprint
from pierhead.generate.instructions import cache, copy, secret
from pierhead.generate.project import ImageOptions, Project
from pierhead.generate.stacks.assets import node_brought, node_stage
from pierhead.generate.stacks.building import build_stage, read_when_running

_CACHES = (cache("/go/pkg/mod"), cache("/root/.cache/go-build"), secret("netrc", "/root/.netrc"))


def blueprint(project: Project, options: ImageOptions) -> Blueprint:
    """The image of a Go service. With C in it (cgo) it needs Debian's C library, else nothing."""
    version = images.release(project.stack)
    debian = images.debian("go", version)
    manifests = project.named("go.mod", "go.sum", "go.work", "go.work.sum")
    build = build_stage(
        project,
        options,
        f"library/golang:{version}-{debian}",
        manifests=manifests,
        caches=_CACHES,
        before=node_brought(project),
    )
    output = project.stack.output or "bin/app"
    files = (copy([f"/app/{output}"], f"./{output}", stage="build"), *read_when_running(project))
    stages = (*node_stage(project, debian), build)
    if any("CGO_ENABLED=1" in part for command in project.recipe.build for part in command.argv):
        base = f"library/debian:{debian}-slim"
        return Blueprint(base, files, stages, packages=("ca-certificates",), health=probes.bash)
    return Blueprint(
        images.ALPINE,
        files,
        stages,
        packages=("ca-certificates", "tzdata"),
        health=probes.busybox,
        alpine=True,
    )
