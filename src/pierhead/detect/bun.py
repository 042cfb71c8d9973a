"""Bun as the runtime. Its lock file alone says nothing: Node projects install with it as well."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pierhead.detect.given import Given
from pierhead.detect.installed import installation
from pierhead.detect.node.package import Package, read_package
from pierhead.detect.routes import fixed_port, health_route
from pierhead.detect.services import find_services
from pierhead.detect.tree import Tree
from pierhead.domain.command import Command
from pierhead.domain.stack import Evidence, Recipe, Stack

_RUNS = re.compile(r"(?:^|[\s;&|])bunx?\s+(?:(?:--?[\w=-]+|run)\s+)*(\S+)")
_OWN = re.compile(r"\bBun\.(?:serve|file|listen|write)\s*\(|from\s+[\"']bun(?::\w+)?[\"']")
_FRAMEWORKS = (("elysia", "elysia"), ("hono", "hono"))
_ENTRIES = ("index", "server", "main", "app")
_PORT = re.compile(r"\bport:\s*(\d{2,5})|\.listen\(\s*(\d{2,5})\s*[,)]")
# Tools of Node projects that `bun run` only calls.
_TOOLS = frozenset(
    [
        "next",
        "vite",
        "nuxt",
        "astro",
        "remix",
        "vue-cli-service",
        "react-scripts",
        "svelte-kit",
        "gatsby",
        "tsc",
    ]
)


def find_bun(tree: Tree, given: Given) -> Stack | None:  # noqa: ARG001 - one shape
    """The program of a tree that runs on Bun, or None."""
    package = read_package(tree) or Package()
    why = _why(tree, package)
    if why is None:
        return None
    entry = _entry(tree, package)
    framework = next((slug for slug, name in _FRAMEWORKS if name in package.dependencies), None)
    start = None
    if _own_start(package):
        start = Command(("bun", "run", "start"))
    elif entry:
        start = Command(("bun", entry))
    lock = tree.first("bun.lock", "bun.lockb")
    frozen = ("--frozen-lockfile",) if lock else ()
    install = Command(("bun", "install", *frozen))
    texts = [tree.text(entry, 200_000)] if entry else []
    listed = [f"\0{m[1] or m[2]}\0" for text in texts for m in _PORT.finditer(text)]
    build = (Command(("bun", "run", "build")),) if "build" in package.scripts else ()
    return Stack(
        "bun",
        framework,
        94 if start else 60,
        (why,),
        Recipe(
            dependencies=installation(
                tree, "bun", (install,), (lock, "package.json"), keep=("node_modules",)
            )
            if package.dependencies or package.dev
            else None,
            build=build,
            processes={"web": start} if start else {},
            environment={"NODE_ENV": "production"},
        ),
        version=package.version_of(framework) if framework else None,
        runtime=_asked(tree, package),
        package_manager="bun",
        port=fixed_port([*listed, *(t for t in texts if "PORT" in t)], re.compile("\0(\\d+)\0"))
        or 3000,
        health_path=health_route(texts),
        services=find_services(tree, (*package.dependencies, *package.dev)),
    )


def _why(tree: Tree, package: Package) -> Evidence | None:
    """The first sign that Bun runs it, or None; another start command outweighs them all."""
    if _own_start(package):
        line = tree.line_of("package.json", '"start"')
        return Evidence("package.json", f"start: {package.scripts['start']}"[:90], line)
    others = ("start", "serve", "dev")
    if any(not _RUNS.search(package.scripts[n]) for n in others if n in package.scripts):
        return None
    entry = _entry(tree, package)
    return next((e for e in _signs(tree, package, entry) if e), None)


def _signs(tree: Tree, package: Package, entry: str | None) -> Iterator[Evidence | None]:
    text = tree.text(entry, 200_000) if entry else ""
    if entry and (match := _OWN.search(text)):
        yield Evidence(entry, "uses what only Bun has", text.count("\n", 0, match.start()) + 1)
    for name in ("serve", "dev"):
        match = _RUNS.search(package.scripts.get(name, ""))
        if match and match[1] not in _TOOLS:
            line = tree.line_of("package.json", f'"{name}"')
            yield Evidence("package.json", f"{name}: {match[0].strip()}", line)
    if package.uses("elysia"):
        yield Evidence("package.json", "declares elysia", tree.line_of("package.json", '"elysia"'))
    if entry and "start" not in package.scripts:
        if own := tree.first("bunfig.toml", ".bun-version"):
            yield Evidence(own, "configures Bun")
        lock = tree.first("bun.lock", "bun.lockb")
        if lock and package.uses("bun-types", "@types/bun") and entry.endswith((".ts", ".tsx")):
            yield Evidence(lock, "is there, and the code is typed for Bun")


def _own_start(package: Package) -> bool:
    match = _RUNS.search(package.scripts.get("start", ""))
    if match is None:
        return False
    script = package.scripts.get(match[1])
    if script is not None:  # `bun run serve`: what that calls decides
        return bool(_RUNS.search(script))
    return match[1] not in _TOOLS or "--bun" in package.scripts["start"]


def _entry(tree: Tree, package: Package) -> str | None:
    if package.main and tree.has(package.main.removeprefix("./")):
        return package.main.removeprefix("./")
    script = _RUNS.search(package.scripts.get("start", "") or package.scripts.get("dev", ""))
    if script and tree.has(script[1].removeprefix("./")):
        return script[1].removeprefix("./")
    for folder in ("", "src/"):
        for stem in _ENTRIES:
            for ending in ("ts", "tsx", "js"):
                if tree.has(f"{folder}{stem}.{ending}"):
                    return f"{folder}{stem}.{ending}"
    return None


def _asked(tree: Tree, package: Package) -> str | None:
    name, _, pinned = (package.manager or "").partition("@")
    if name == "bun" and pinned[:1].isdigit():
        return pinned.partition(".")[0]
    match = re.search(r"^\s*v?(\d+)", tree.text(".bun-version"))
    return match[1] if match else None
