""".NET: solutions and projects in C#, F# and Visual Basic."""

from __future__ import annotations

import re
from dataclasses import dataclass
from posixpath import normpath

from pierhead.detect.given import Given
from pierhead.detect.installed import installation
from pierhead.detect.json_file import read_json
from pierhead.detect.jvm.xml_file import local, read_xml
from pierhead.detect.routes import health_route
from pierhead.detect.services import find_services
from pierhead.detect.tree import Tree
from pierhead.domain.command import Command
from pierhead.domain.stack import Evidence, Recipe, Stack

_ENDINGS = ("csproj", "fsproj", "vbproj")
_WEB = "microsoft.net.sdk.web"
_ASIDE = frozenset("test tests samples examples docs tools build benchmarks".split())  # noqa: SIM905
MAX_PROJECTS = 60


@dataclass(frozen=True, slots=True)
class Project:
    """One project file.

    Attributes:
        framework: aspnet-core, blazor, or None for what serves nothing.
        output: the kind it says: exe, library, or an empty text.
        target: such as `8.0`, or None.
        assembly: the name of its dll, without the ending.
        packages: names of packages, in lower case.
        test: its code is tests.
        window: it shows a window, which is served to nobody.
    """

    path: str
    framework: str | None
    output: str
    target: str | None
    assembly: str
    packages: tuple[str, ...]
    test: bool
    line: int | None
    window: bool = False


def find_csharp(tree: Tree, given: Given) -> Stack | None:  # noqa: ARG001 - one shape
    """The .NET application of a tree, or None."""
    solution = next(iter((*tree.glob("*.sln"), *tree.glob("*.slnx"))), None)
    paths = _projects(tree, solution)
    if not paths and solution is None:
        return _published(tree) or _file_based(tree)
    projects = [p for path in paths[:MAX_PROJECTS] if (p := _project(tree, path))]
    best = min(projects, key=lambda p: _rank(tree, p), default=None)
    if best is None:
        place = solution or paths[0]
        return Stack("csharp", None, 40, (Evidence(place, "is a manifest of .NET"),), Recipe())
    runs = not best.window and (
        best.output == "exe" or _has_main(tree, best) or _is_web(tree, best)
    )
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
        _recipe(tree, best) if runs and best.framework != "blazor" else Recipe(),
        runtime=_asked(tree, best),
        package_manager="nuget",
        port=8080,
        health_path=health_route(texts),
        services=find_services(tree, best.packages),
        output=f"out/{best.assembly}.dll" if runs else None,
    )


def _recipe(tree: Tree, project: Project) -> Recipe:
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
    )


def _projects(tree: Tree, solution: str | None) -> list[str]:
    """Projects that the solution names, else those of the upper folders."""
    if solution:
        text = tree.text(solution)
        named = re.findall(r"[\"']([^\"']+\.(?:cs|fs|vb)proj)[\"']", text)
        listed = [normpath(path.replace("\\", "/")) for path in named]
        if there := [path for path in dict.fromkeys(listed) if tree.has(path)]:
            return there
    found = [path for ending in _ENDINGS for path in tree.ending(ending) if path.count("/") <= 4]
    if not solution and not any(p.count("/") <= 1 for p in found):
        found = [p for p in found if p.startswith("src/")]  # others are somebody else's
    return sorted(found, key=lambda path: (path.count("/"), path))


def _project(tree: Tree, path: str) -> Project | None:
    root, _ = read_xml(tree, path)
    if root is None:
        return None
    stem = path.rpartition("/")[2].rpartition(".")[0]
    values: dict[str, str] = {}
    packages: list[str] = []
    references: list[str] = []
    sdk = [root.get("Sdk") or ""]
    for element in root.iter():
        name = local(element)
        if name in ("PackageReference", "Reference"):
            packages.append((element.get("Include") or "").partition(",")[0].lower())
        elif name == "FrameworkReference":
            references.append((element.get("Include") or "").lower())
        elif name == "Sdk":
            sdk.append(element.get("Name") or "")
        elif element.text and element.text.strip():
            values.setdefault(name, element.text.strip())
    kinds = {s.partition("/")[0].lower() for s in sdk}
    framework = _framework(kinds, packages, references)
    window = any(
        values.get(k, "").lower() == "true" for k in ("UseMaui", "UseWPF", "UseWindowsForms")
    )
    target = re.search(
        r"net(?:coreapp)?(\d+\.\d+)",
        values.get("TargetFramework", "") or values.get("TargetFrameworks", ""),
    )
    assembly = values.get("AssemblyName", stem)
    return Project(
        path,
        framework,
        values.get("OutputType", "").lower(),
        target[1] if target else None,
        assembly if "$" not in assembly else stem,
        tuple(packages),
        "microsoft.net.test.sdk" in packages or values.get("IsTestProject") == "true",
        tree.line_of(path, "<Project"),
        window=window,
    )


def _framework(kinds: set[str], packages: list[str], references: list[str]) -> str | None:
    names = set(packages)
    if "microsoft.net.sdk.blazorwebassembly" in kinds:
        return "blazor"
    if _WEB in kinds or names & {
        "microsoft.aspnetcore.app",
        "microsoft.aspnetcore.all",
        "microsoft.aspnetcore",
    }:
        return "aspnet-core"
    if "microsoft.aspnetcore.app" in references and "microsoft.net.sdk.razor" not in kinds:
        return "aspnet-core"
    return None


def _rank(tree: Tree, project: Project) -> tuple[object, ...]:
    folders = set(project.path.lower().split("/")[:-1])
    stem = project.assembly.lower()
    return (
        project.test,
        project.framework is None,
        project.framework == "blazor",
        bool(folders & _ASIDE),
        project.output == "library",
        project.output not in ("exe", "winexe") and not _has_main(tree, project),
        "apphost" in stem,
        not stem.endswith(("web", "api", "server", "app", "webapp", "webui")),
        project.path.count("/"),
        project.path,
    )


def _is_web(tree: Tree, project: Project) -> bool:
    """Whether its SDK makes a server, wherever its entry point is; a reference may be a library's."""
    return _WEB in tree.text(project.path).lower()


def _has_main(tree: Tree, project: Project) -> bool:
    folder = project.path.rpartition("/")[0]
    place = f"{folder}/" if folder else ""
    return bool(tree.first(*(f"{place}{n}" for n in ("Program.cs", "Program.fs", "Program.vb"))))


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
            web = match[1].lower().startswith(_WEB)
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
