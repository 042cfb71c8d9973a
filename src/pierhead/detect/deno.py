"""Deno: a configuration of its own, or code that imports as only Deno does."""

from __future__ import annotations

import re
from typing import Any

from pierhead.detect.given import Given
from pierhead.detect.installed import installation
from pierhead.detect.json_file import read_json, texts
from pierhead.detect.routes import fixed_port, health_route
from pierhead.detect.services import find_services
from pierhead.detect.tree import Tree
from pierhead.domain.command import Command
from pierhead.domain.stack import Evidence, Recipe, Stack

_ENTRIES = ("main", "server", "index", "app", "mod", "serve")
_OWN = re.compile(
    r"\bDeno\.\w+|from\s+[\"'](?:https://deno\.land/|jsr:|npm:|https://esm\.sh/)|import\s+[\"']https://deno"
)
_FRAMEWORKS = (
    ("fresh", re.compile(r"\$fresh/|@fresh/core|jsr:@fresh")),
    ("oak", re.compile(r"deno\.land/x/oak|@oak/oak")),
    ("hono", re.compile(r"deno\.land/x/hono|jsr:@hono/hono|npm:hono")),
    ("lume", re.compile(r"deno\.land/x/lume|\blume/")),
)
_PORT = re.compile(r"\bport:\s*(\d{2,5})|\blisten\(\s*\":(\d{2,5})\"")


def find_deno(tree: Tree, given: Given) -> Stack | None:  # noqa: ARG001 - one shape
    """The Deno program of a tree, or None."""
    path = tree.first("deno.json", "deno.jsonc")
    document, problem = read_json(tree, path) if path else ({}, None)
    entry = _entry(tree, document)
    sources = _sources(tree, entry)
    own = next((p for p in sources if _OWN.search(sources[p])), None)
    node = tree.has("package.json")
    if path is None and (own is None or node):
        return None
    imports = "\n".join(
        (
            tree.text(path) if path else "",
            tree.text("import_map.json"),
            tree.text("deps.ts"),
            *sources.values(),
        )
    )
    framework = next((slug for slug, pattern in _FRAMEWORKS if pattern.search(imports)), None)
    tasks = texts(document.get("tasks"))
    start = _start(tasks, entry)
    evidence = [Evidence(path, "is a configuration of Deno")] if path else []
    if own:
        line = (
            sources[own].count("\n", 0, m.start()) + 1 if (m := _OWN.search(sources[own])) else None
        )
        evidence.append(Evidence(own, "uses what only Deno has", line))
    if problem:
        evidence.append(problem)
    listed = [m[1] or m[2] for text in sources.values() for m in _PORT.finditer(text)]
    return Stack(
        "deno",
        framework,
        _confidence(path is not None, own is not None, node, start is not None),
        tuple(evidence),
        Recipe(
            dependencies=installation(
                tree, "deno", (Command(("deno", "install", "--frozen")),), ("deno.lock", path)
            )
            if tree.has("deno.lock")
            else None,
            build=(Command(("deno", "task", "build")),) if "build" in tasks else (),
            processes={"web": start} if start else {},
        ),
        runtime=_asked(tree),
        package_manager="deno",
        port=fixed_port(["\0" + p + "\0" for p in listed], re.compile("\0(\\d+)\0")) or 8000,
        health_path=health_route(sources.values()),
        services=find_services(tree, re.findall(r"npm:([@\w/-]+)", imports)),
    )


def _entry(tree: Tree, document: dict[str, Any]) -> str | None:
    for folder in ("", "src/"):
        for stem in _ENTRIES:
            for ending in ("ts", "tsx", "js", "mjs"):
                if tree.has(f"{folder}{stem}.{ending}"):
                    return f"{folder}{stem}.{ending}"
    exports = document.get("exports")
    named = exports.removeprefix("./") if isinstance(exports, str) else None
    return named if named and tree.has(named) else None


def _start(tasks: dict[str, str], entry: str | None) -> Command | None:
    for name in ("start", "serve", "prod", "production"):
        if name in tasks and "--watch" not in tasks[name]:
            return Command(("deno", "task", name))
    return (
        Command(("deno", "run", "--allow-net", "--allow-env", "--allow-read", entry))
        if entry
        else None
    )


def _sources(tree: Tree, entry: str | None) -> dict[str, str]:
    upper = [p for p in (*tree.ending("ts"), *tree.ending("tsx")) if p.count("/") <= 1][:30]
    return {p: tree.text(p, 200_000) for p in dict.fromkeys([*([entry] if entry else []), *upper])}


def _confidence(configured: bool, own: bool, node: bool, starts: bool) -> int:
    if node:
        return 60 if own and starts else 35
    if configured:
        return 95 if starts else 60
    return 91 if starts else 60


def _asked(tree: Tree) -> str | None:
    for path, pattern in (
        (".dvmrc", r"^\s*v?(\d+)"),
        (".deno-version", r"^\s*v?(\d+)"),
        (".tool-versions", r"^deno\s+(\d+)"),
    ):
        if match := re.search(pattern, tree.text(path), re.MULTILINE):
            return match[1]
    return None
