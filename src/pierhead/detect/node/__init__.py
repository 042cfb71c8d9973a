"""Node projects: from package.json and the source to a recipe."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from pierhead.detect.given import Given
from pierhead.detect.node.frameworks import FRAMEWORKS, Framework, Kind, declared_frameworks
from pierhead.detect.node.managers import Manager, find_manager, node_dependencies
from pierhead.detect.node.package import Package, node_runtime, read_package
from pierhead.detect.node.schema import kept_database, schema_step
from pierhead.detect.node.scripts import production_script
from pierhead.detect.node.source import SOURCE_LIMIT, Source, read_source, source_paths
from pierhead.detect.node.start import (
    Start,
    find_build,
    find_start,
    starts_missing_file,
    with_old_openssl,
)
from pierhead.detect.routes import health_route
from pierhead.detect.services import find_services
from pierhead.detect.tree import Tree
from pierhead.domain.command import Command
from pierhead.domain.stack import Evidence, Recipe, Stack, StaticSite

# Servers of these frameworks read HOST for the address they listen on.
_READ_HOST = frozenset(("nuxt", "sveltekit", "astro", "remix", "react-router"))


def find_node(tree: Tree, given: Given) -> Stack | None:
    """The Node project of a tree, or None if there is none.

    Confidence is at most 40 where no start command was found.
    """
    package = read_package(tree)
    if package is None:
        return _without_manifest(tree)
    found = _read(tree, package, given)
    framework, name, start = found.framework, found.package_name, found.start
    runtime, runtime_says = node_runtime(tree, package)
    release, schema_says = schema_step(tree, package)
    build, option = with_old_openssl(package, runtime, found.build)
    notes = (*found.notes, option) if option else found.notes
    dependencies = node_dependencies(
        tree, package, found.manager, runtime=runtime, as_of=given.as_of
    )
    evidence = (start.evidence if start else None, runtime_says, schema_says, package.problem)
    return Stack(
        "node",
        framework.slug if framework else None,
        25 if _other_runtime(package) else _confidence(found),
        tuple(dict.fromkeys(e for e in (_declares(tree, package, name), *evidence) if e)),
        replace(
            _running(tree, found, release), dependencies=dependencies, build=build, notes=notes
        ),
        version=package.version_of(name) if name else None,
        runtime=runtime,
        package_manager="bun" if _locked_by_bun(tree, package) else found.manager.name,
        health_path=health_route(tree.text(path, SOURCE_LIMIT) for path in source_paths(tree)),
        services=find_services(tree, (*package.dependencies, *package.dev)),
    )


@dataclass(frozen=True, slots=True)
class _Found:
    """What was read from a package; `package_name` is the one that declares the framework."""

    package: Package
    source: Source
    manager: Manager
    framework: Framework | None
    package_name: str | None
    start: Start | None
    build: tuple[Command, ...]
    notes: tuple[str, ...]


def _read(tree: Tree, package: Package, given: Given) -> _Found:
    source = read_source(tree)
    framework, name = _framework(package, source)
    manager = find_manager(tree, package)
    start = find_start(tree, package, framework, manager, source)
    build = find_build(tree, package, framework, manager, start)
    notes = [manager.note, start.note if start else None, _other_runtime(package)]
    if given.as_of and manager.lock is None and manager.name != "npm":
        notes.append(f"{manager.name} cannot install the versions of a day: they are the newest")
    if start and (missing := starts_missing_file(tree, start, bool(build))):
        notes.append(f"the start command names {missing}, which is not there")
        start = None
    said = tuple(note for note in notes if note)
    return _Found(package, source, manager, framework, name, start, build, said)


def _running(tree: Tree, found: _Found, release: tuple[Command, ...]) -> Recipe:
    """What happens once the build is done; files need no variables, secrets or schema step."""
    runs = found.start.runs if found.start else None
    if isinstance(runs, StaticSite):
        return Recipe(static=runs)
    own = found.framework is None or found.framework.kind is Kind.SERVER
    return Recipe(
        release=release,
        processes={"web": _listening(runs, found.source)} if runs else {},
        port=found.source.port if runs and own else None,
        environment=_environment(found.framework),
        secrets=found.source.secrets,
        shared=kept_database(tree),
    )


def _locked_by_bun(tree: Tree, package: Package) -> bool:
    """Whether the project's people install with Bun; here npm does, as Node runs it."""
    named = (package.manager or "").partition("@")[0]
    lock = tree.first("package-lock.json", "pnpm-lock.yaml", "yarn.lock", "npm-shrinkwrap.json")
    return named == "bun" or (lock is None and tree.first("bun.lock", "bun.lockb") is not None)


def _declares(tree: Tree, package: Package, name: str | None) -> Evidence:
    if name is None:
        return Evidence(package.path, "is a package of Node")
    return Evidence(package.path, f"declares {name}", tree.line_of(package.path, f'"{name}"'))


def _framework(package: Package, source: Source) -> tuple[Framework | None, str | None]:
    """The declared framework that runs: a server and browser code in one package is the server."""
    found = declared_frameworks(package)
    if not found:
        return None, None
    first, name = found[0]
    if first.kind is Kind.SERVER and source.listens is None and not production_script(package):
        return next(((f, n) for f, n in found if f.kind is Kind.INTERFACE), (first, name))
    return first, name


def _other_runtime(package: Package) -> str | None:
    """Why the start script does not run on Node, or None if it does."""
    script = package.scripts.get("start", "")
    match = re.search(r"(?:^|[\s;&|])(bunx?|deno)\s", script)
    return f"`start` runs on {match[1]}, which is not installed automatically" if match else None


def _listening(command: Command, source: Source) -> Command:
    """The command, told the port by the variable that the code reads."""
    if source.port_variable is None or command.shell:
        return command
    return Command(("env", f"{source.port_variable}=$PORT", *command.argv))


def _environment(framework: Framework | None) -> dict[str, str]:
    host = {"HOST": "127.0.0.1"} if framework and framework.slug in _READ_HOST else {}
    return {**host, "NODE_ENV": "production"}


def _confidence(found: _Found) -> int:
    """Chance of being right, in percent, by what the answer rests on."""
    package, framework, start = found.package, found.framework, found.start
    if package.library and start and not framework and not production_script(package):
        return 45
    if start is None:
        return 5 if package.problem else 40 if framework else 20 if package.library else 30
    if isinstance(start.runs, StaticSite):
        base = 93 if framework else 91
    elif start.note and "development" in start.note:
        base = 45
    elif framework:
        base = 95 if framework.kind is not Kind.INTERFACE else 85
    elif found.source.listens:
        base = 90
    else:
        base = 75 if production_script(package) else 60
    return base - 25 * (package.problem is not None)


def _without_manifest(tree: Tree) -> Stack | None:
    """A server in one file, with nothing beside the language."""
    path = tree.first("server.js", "index.js", "app.js", "main.js", "server.mjs", "index.mjs")
    if path is None:
        return None
    source = read_source(tree)
    if source.listens != path:
        return None
    recipe = Recipe(
        processes={"web": _listening(Command(("node", path)), source)},
        port=source.port,
        environment=_environment(None),
        secrets=source.secrets,
        notes=("there is no package.json: nothing is installed",),
    )
    framework, says = _required_framework(tree, path)
    evidence = (Evidence(path, "starts a server"), *((says,) if says else ()))
    return Stack("node", framework, 91, evidence, recipe, package_manager=None)


def _required_framework(tree: Tree, path: str) -> tuple[str | None, Evidence | None]:
    """The server framework that a file loads; a copy of one beside it goes by its name."""
    text = tree.text(path, SOURCE_LIMIT)
    for framework in FRAMEWORKS:
        for name in framework.packages if framework.kind is Kind.SERVER else ():
            quoted = re.escape(name)
            loads = re.search(rf"(?:require\(|from|import)\s*['\"]{quoted}['\"]", text)
            if not loads and name.isidentifier():
                loads = re.search(rf"\b{name}\s*=\s*(?:\w+\s*=\s*)?require\(", text)
            if loads:
                line = text.count("\n", 0, loads.start()) + 1
                return framework.slug, Evidence(path, f"loads {name}", line)
    return None, None
