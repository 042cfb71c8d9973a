""".NET: solutions and projects in C#, F# and Visual Basic."""

from __future__ import annotations

import re

from pierhead.detect.csharp.project import (
    MAX_PROJECTS,
    WEB,
    Project,
    has_main,
    is_web,
    project_files,
    rank,
    read_project,
)
from pierhead.detect.given import Given
from pierhead.detect.installed import installation
from pierhead.detect.json_file import read_json
from pierhead.detect.routes import health_route
from pierhead.detect.services import find_services
from pierhead.detect.tree import Tree
from pierhead.domain.command import Command
from pierhead.domain.stack import Evidence, Recipe, Stack


def find_csharp(tree: Tree, given: Given) -> Stack | None:  # noqa: ARG001 - one shape
    """The .NET application of a tree, or None."""
    solution = next(iter((*tree.glob("*.sln"), *tree.glob("*.slnx"))), None)
    paths = project_files(tree, solution)
    if not paths and solution is None:
        return _published(tree) or _file_based(tree)
    projects = [p for path in paths[:MAX_PROJECTS] if (p := read_project(tree, path))]
    best = min(projects, key=lambda p: rank(tree, p), default=None)
    if best is None:
        place = solution or paths[0]
        return Stack("csharp", None, 40, (Evidence(place, "is a manifest of .NET"),), Recipe())
    runs = not best.window and (best.output == "exe" or has_main(tree, best) or is_web(tree, best))
    texts = _sources(tree, best)
    says = f"is a project of {best.framework}" if best.framework else "is a project of .NET"
    evidence = [Evidence(best.path, says, best.line)]
    if solution:
        evidence.append(Evidence(solution, "is the solution"))
    if best.target:
        evidence.append(
            Evidence(
                best.path,
                f"asks for .NET {best.target}",
                tree.line_of(best.path, "TargetFramework"),
            )
        )
    return Stack(
        "csharp",
        best.framework,
        97 if best.framework and runs else 91 if runs and not best.test else 40,
        tuple(evidence),
        _recipe(tree, best, projects) if runs and best.framework != "blazor" else Recipe(),
        runtime=_asked(tree, best),
        package_manager="nuget",
        port=8080,
        health_path=health_route(texts),
        services=find_services(tree, best.packages),
        output=f"out/{best.assembly}.dll" if runs else None,
    )


def _recipe(tree: Tree, project: Project, projects: list[Project]) -> Recipe:
    locked = ("--locked-mode",) if tree.named("packages.lock.json") else ()
    restore = Command(("dotnet", "restore", project.path, *locked))
    manifests = (project.path, "global.json", "Directory.Packages.props", "Directory.Build.props",
                 "NuGet.Config", "nuget.config", *tree.named("packages.lock.json"))  # fmt: skip
    publish = ("dotnet", "publish", project.path, "--configuration", "Release", "--no-restore",
               "--output", "out")  # fmt: skip
    start: tuple[str, ...] = ("dotnet", f"out/{project.assembly}.dll")
    if project.framework:
        start = (*start, "--urls", "http://127.0.0.1:$PORT")
    environment = {"ASPNETCORE_ENVIRONMENT": "Production"} if project.framework else {}
    return Recipe(
        dependencies=installation(tree, "nuget", (restore,), manifests),
        build=(Command(publish),),
        processes={"web": Command(start)},
        environment={**environment, "DOTNET_CLI_TELEMETRY_OPTOUT": "1"},
        notes=_others(tree, project, projects),
    )


def _others(tree: Tree, project: Project, projects: list[Project]) -> tuple[str, ...]:
    """A note where several servers could be meant."""
    web = [p.path for p in projects if p != project and not p.test and is_web(tree, p)]
    if not web:
        return ()
    return (f"of {len(web) + 1} servers, {project.path} is built; others: {', '.join(web[:5])}",)


def _sources(tree: Tree, project: Project) -> list[str]:
    folder = project.path.rpartition("/")[0]
    place = f"{folder}/" if folder else ""
    return [tree.text(f"{place}{n}", 200_000) for n in ("Program.cs", "Startup.cs", "Program.fs")]


def _asked(tree: Tree, project: Project) -> str | None:
    """The project's target; the SDK of global.json may be newer than that."""
    if project.target:
        return project.target
    document, _ = read_json(tree, "global.json")
    sdk = document.get("sdk")
    version = sdk.get("version") if isinstance(sdk, dict) else None
    match = re.match(r"(\d+\.\d+)", version) if isinstance(version, str) else None
    if match:
        return match[1]
    text = tree.text("Directory.Build.props")
    match = re.search(r"<TargetFramework>net(?:coreapp)?(\d+\.\d+)", text)
    return match[1] if match else None


def _published(tree: Tree) -> Stack | None:
    """The output of `dotnet publish`, ready to run."""
    for path in tree.glob("*.runtimeconfig.json"):
        name = path.removesuffix(".runtimeconfig.json")
        document, _ = read_json(tree, path)
        if tree.has(f"{name}.dll"):
            web = "Microsoft.AspNetCore.App" in str(document)
            listen = ("--urls", "http://127.0.0.1:$PORT") if web else ()
            return Stack(
                "csharp",
                "aspnet-core" if web else None,
                88,
                (Evidence(path, "is a published application"),),
                Recipe(processes={"web": Command(("dotnet", f"{name}.dll", *listen))}),
                port=8080,
                output=f"{name}.dll",
            )
    return None


def _file_based(tree: Tree) -> Stack | None:
    """A program in one file, as .NET 10 runs it."""
    paths = [p for p in ("Program.cs", "app.cs", "main.cs") if tree.has(p)] or tree.glob("*.cs")[:3]
    for path in paths:
        text = tree.text(path)
        if match := re.search(r"^#:sdk\s+(\S+)", text, re.MULTILINE):
            web = match[1].lower().startswith(WEB)
            line = tree.line_of(path, "#:sdk")
            start = Command(("dotnet", "run", path, "--urls", "http://127.0.0.1:$PORT"))
            return Stack(
                "csharp",
                "aspnet-core" if web else None,
                95 if web else 80,
                (Evidence(path, f"is built with {match[1]}", line),),
                Recipe(processes={"web": start}),
                port=8080,
                package_manager="nuget",
            )
        if path == "Program.cs":
            return Stack(
                "csharp", None, 60, (Evidence(path, "is a program in C#"),), Recipe(), port=8080
            )
    return None
