"""Project files of .NET, and which of several is the server."""

from __future__ import annotations

import re
from dataclasses import dataclass
from posixpath import normpath

from pierhead.detect.tree import Tree
from pierhead.detect.xml_file import local, read_xml

_ENDINGS = ("csproj", "fsproj", "vbproj")


WEB = "microsoft.net.sdk.web"


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


def project_files(tree: Tree, solution: str | None) -> list[str]:
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


def read_project(tree: Tree, path: str) -> Project | None:
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
    if WEB in kinds or names & {
        "microsoft.aspnetcore.app",
        "microsoft.aspnetcore.all",
        "microsoft.aspnetcore",
    }:
        return "aspnet-core"
    if "microsoft.aspnetcore.app" in references and "microsoft.net.sdk.razor" not in kinds:
        return "aspnet-core"
    return None


def rank(tree: Tree, project: Project) -> tuple[object, ...]:
    folders = set(project.path.lower().split("/")[:-1])
    stem = project.assembly.lower()
    return (
        project.test,
        project.framework is None,
        project.framework == "blazor",
        bool(folders & _ASIDE),
        project.output == "library",
        project.output not in ("exe", "winexe") and not has_main(tree, project),
        "apphost" in stem,
        not stem.endswith(("web", "api", "server", "app", "webapp", "webui")),
        project.path.count("/"),
        project.path,
    )


def is_web(tree: Tree, project: Project) -> bool:
    """Whether its SDK makes a server, wherever its entry point is."""
    return WEB in tree.text(project.path).lower()


def has_main(tree: Tree, project: Project) -> bool:
    folder = project.path.rpartition("/")[0]
    place = f"{folder}/" if folder else ""
    return bool(tree.first(*(f"{place}{n}" for n in ("Program.cs", "Program.fs", "Program.vb"))))
