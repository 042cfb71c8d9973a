""".NET: published in one stage, run on the runtime alone."""

from __future__ import annotations

import posixpath

from pierhead.domain.command import Command
from pierhead.generate import images, probes
from pierhead.generate.blueprint import Blueprint
from pierhead.generate.commands import contained
from pierhead.generate.instructions import cache, copy, secret
from pierhead.generate.project import ImageOptions, Project
from pierhead.generate.stacks.assets import node_brought, node_stage
from pierhead.generate.stacks.building import build_stage

_CACHES = (
    cache("/root/.nuget/packages"),
    secret("nuget-config", "/root/.nuget/NuGet/NuGet.Config"),
)
_MANIFESTS = (
    "Directory.Build.props",
    "Directory.Build.targets",
    "Directory.Packages.props",
    "NuGet.Config",
    "NuGet.config",
    "global.json",
    "nuget.config",
    "packages.lock.json",
)
_PROJECTS = (".csproj", ".fsproj", ".vbproj", ".sln", ".slnx")


def blueprint(project: Project, options: ImageOptions) -> Blueprint:
    """The image of a .NET service."""
    version = images.release(project.stack)
    output = project.stack.output or "out/app.dll"
    folder = posixpath.dirname(output) or "."
    manifests = {*project.named(*_MANIFESTS), *(p for p in project.paths if p.endswith(_PROJECTS))}
    build = build_stage(
        project,
        options,
        f"dotnet/sdk:{version}",
        manifests=sorted(manifests),
        caches=_CACHES,
        before=node_brought(project),
    )
    web = contained(project.recipe.processes.get("web", Command(())))
    kind = "aspnet" if project.stack.framework else "runtime"
    return Blueprint(
        f"dotnet/{kind}:{version}",
        (copy([posixpath.normpath(f"/app/{folder}")], "./", stage="build"),),
        (*node_stage(project), build),
        health=probes.bash,
        # Settings are looked for in the working directory, so that is where the program lies.
        command=Command(tuple(p.replace(output, posixpath.basename(output)) for p in web.argv))
        if web.argv and not web.shell
        else None,
        registry=images.MICROSOFT,
    )
