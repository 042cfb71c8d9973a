"""Elixir: Mix projects, umbrellas, and Phoenix."""

from __future__ import annotations

import re

from pierhead.detect.given import Given
from pierhead.detect.installed import installation
from pierhead.detect.routes import health_route
from pierhead.detect.services import find_services
from pierhead.detect.tree import Tree
from pierhead.domain.command import Command
from pierhead.domain.stack import Evidence, Recipe, Stack

_DEPENDENCY = re.compile(r"\{\s*:(\w+)\s*,\s*(?:\"([^\"]*)\")?([^}]*)")


def find_elixir(tree: Tree, given: Given) -> Stack | None:  # noqa: ARG001 - one shape
    """The Elixir project of a tree, or None."""
    if not tree.has("mix.exs"):
        return None
    umbrella = re.search(r"apps_path:\s*\"([\w/-]+)\"", _code(tree, "mix.exs"))
    inner = tree.glob(f"{umbrella[1].strip('/')}/*/mix.exs") if umbrella else []
    manifests = ["mix.exs", *inner]
    declared: dict[str, tuple[str, str]] = {}
    for path in manifests:
        for name, asked, rest in _DEPENDENCY.findall(_code(tree, path)):
            if not re.search(r"only:\s*\[?\s*:(?:dev|test)", rest):
                declared.setdefault(name, (path, asked))
    app = _name(tree, manifests)
    framework = "phoenix" if "phoenix" in declared else None
    served = framework or set(declared) & {"plug_cowboy", "bandit", "cowboy"}
    evidence = [Evidence("mix.exs", f"is a Mix project, {app or 'without a name'}")]
    if framework:
        path = declared["phoenix"][0]
        evidence.append(Evidence(path, "depends on phoenix", tree.line_of(path, "{:phoenix,")))
    return Stack(
        "elixir",
        framework,
        97 if framework else 92 if served else 90,
        tuple(evidence),
        _recipe(tree, declared, framework, app),
        version=declared["phoenix"][1] or None if framework else None,
        runtime=_asked(tree),
        package_manager="mix",
        port=4000,
        health_path=health_route(tree.text(p) for p in tree.named("router.ex")[:4]),
        services=find_services(tree, declared),
        output=f"_build/prod/rel/{app}" if app else None,
    )


def _recipe(
    tree: Tree, declared: dict[str, tuple[str, str]], framework: str | None, app: str | None
) -> Recipe:
    production = ("env", "MIX_ENV=prod")
    fetch = Command((*production, "mix", "deps.get", "--only", "prod"))
    build = [Command((*production, "mix", "compile"))]
    if re.search(r"[\"':]?assets\.deploy[\"']?:", tree.text("mix.exs")):
        build.append(Command((*production, "mix", "assets.deploy")))
    elif framework and tree.has_folder("priv/static"):
        build.append(Command((*production, "mix", "phx.digest")))
    start: Command | None = None
    if app:
        build.append(Command((*production, "mix", "release", "--overwrite", app)))
        start = Command((f"./_build/prod/rel/{app}/bin/{app}", "start"))
    migrates = "ecto_sql" in declared and tree.named("release.ex")
    release = (
        re.search(r"defmodule\s+([\w.]+)", tree.text(tree.named("release.ex")[0]))
        if migrates
        else None
    )
    return Recipe(
        dependencies=installation(tree, "mix", (fetch,), ("mix.lock", "mix.exs"), keep=("deps",)),
        build=tuple(build),
        release=(
            Command((f"./_build/prod/rel/{app}/bin/{app}", "eval", f"{release[1]}.migrate()")),
        )
        if release and app
        else (),
        processes={"web": start} if start else {},
        environment={"MIX_ENV": "prod", "PHX_SERVER": "true"} if framework else {"MIX_ENV": "prod"},
        secrets=("SECRET_KEY_BASE",) if framework else (),
    )


def _name(tree: Tree, manifests: list[str]) -> str | None:
    """The release's name: one that is configured, else the application's."""
    text = _code(tree, "mix.exs")
    if match := re.search(r"releases:\s*\[\s*(\w+):", text):
        return match[1]
    for path in manifests:
        if match := re.search(r"\bapp:\s*:(\w+)", _code(tree, path)):
            return match[1]
    return None


def _code(tree: Tree, path: str) -> str:
    return re.sub(r"(?m)^\s*#.*$", "", tree.text(path))


def _asked(tree: Tree) -> str | None:
    for path, pattern in (
        (".tool-versions", r"^elixir\s+(\d+\.\d+)"),
        (".elixir-version", r"^\s*(\d+\.\d+)"),
        ("elixir_buildpack.config", r"^elixir_version=(\d+\.\d+)"),
        ("mise.toml", r"^\s*elixir\s*=\s*[\"'](\d+\.\d+)"),
        ("mix.exs", r"elixir:\s*\"([^\"]+)\""),
    ):
        if match := re.search(pattern, tree.text(path), re.MULTILINE):
            return match[1]
    return None
