"""How a Node service is built and started."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pierhead.detect.node.frameworks import Framework, Kind
from pierhead.detect.node.managers import Manager
from pierhead.detect.node.package import Package
from pierhead.detect.node.rendered import BUILDERS, PLAIN_STARTS, rendered
from pierhead.detect.node.schema import prisma_schema
from pierhead.detect.node.scripts import (
    existing,
    is_development,
    main_file,
    plain_words,
    production_script,
    watched_file,
)
from pierhead.detect.node.sites import application_site, build_tool, generated_site
from pierhead.detect.node.source import Source
from pierhead.detect.tree import Tree
from pierhead.domain.command import Command
from pierhead.domain.stack import Evidence, StaticSite

_BUILT = re.compile(r"(?:^|\s)(?:\./)?(?:dist|build|out|lib|\.output)/")
_WITH_VALUE = frozenset(("-r", "--require", "--import", "--loader", "--experimental-loader"))
# The first major version of each that no longer builds with webpack 4.
_WEBPACK_4 = {"react-scripts": 5, "@vue/cli-service": 5, "webpack": 5, "nuxt": 3, "gatsby": 3}
_NOT_A_BUILD = re.compile(r"^\s*(?:docker|echo|exit|true|electron-builder|pkg)\b")


@dataclass(frozen=True, slots=True)
class Start:
    """What runs: a command, or files that the edge serves."""

    runs: Command | StaticSite
    evidence: Evidence
    note: str | None = None


def find_start(
    tree: Tree, package: Package, framework: Framework | None, manager: Manager, source: Source
) -> Start | None:
    """What serves the traffic once the build is done, or None if nothing tells."""
    script = production_script(package)
    text = package.scripts.get(script, "") if script else ""
    plain = bool(text) and bool(PLAIN_STARTS.fullmatch(text.strip()))
    kind = framework.kind if framework else None
    if framework and kind is Kind.RENDERED and (not script or plain):
        runs, note = rendered(tree, package, framework.slug)
        return Start(runs, _because(tree, package, framework), note)
    if framework and kind is Kind.SITE:
        return Start(generated_site(tree, framework.slug), _because(tree, package, framework))
    if script and not plain:
        return Start(_run(text, script, package, manager), _says(tree, package, script))
    tool = build_tool(package)
    pages = tree.has("index.html") or tree.has("public/index.html") or kind is Kind.INTERFACE
    # A declared server only counts where some source starts one.
    if tool and pages and kind is not Kind.SERVER and not source.listens:
        site = application_site(tree, package, tool)
        if site:
            says = f"builds a browser application with {tool}"
            return Start(site, Evidence(package.path, says, tree.line_of(package.path, tool)))
    return _file(tree, package, framework, manager, source)


def _file(
    tree: Tree, package: Package, framework: Framework | None, manager: Manager, source: Source
) -> Start | None:
    if framework and framework.slug == "nestjs":
        return Start(Command(("node", "dist/main")), _because(tree, package, framework))
    for name in ("start", "dev", "serve"):
        if watched := watched_file(tree, package.scripts.get(name, "")):
            note = f"`{name}` runs a watcher; its file is started without it"
            return Start(Command(("node", watched)), _says(tree, package, name), note)
    path = main_file(tree, package)
    last = package.scripts.get("start", "")
    if path is None and is_development(last):
        note = "`start` is a development server, and nothing else says how it starts"
        command = _run(last, "start", package, manager)
        return Start(command, _says(tree, package, "start"), note)
    if path is None or (package.library and source.listens is None and framework is None):
        return None
    return Start(Command(("node", path)), Evidence(path, "is the file to start"))


def _run(text: str, script: str, package: Package, manager: Manager) -> Command:
    """The script's own argv where it is a plain `node FILE`, so that signals reach it."""
    words = plain_words(text)
    if words and f"pre{script}" not in package.scripts:
        return Command(words)
    if re.search(rf"\b{manager.name}\b", text) and manager.name != "npm":
        return manager.run(script)
    return Command(("npm", "run", "--silent", script))


def find_build(
    tree: Tree, package: Package, framework: Framework | None, manager: Manager, start: Start | None
) -> tuple[Command, ...]:
    """The commands between the install and the start."""
    commands: list[Command] = []
    scripts = package.scripts
    script = next((n for n in ("heroku-postbuild", "build") if _is_build(scripts.get(n))), None)
    has_prisma = prisma_schema(tree) and package.uses("prisma", "@prisma/client")
    if has_prisma and "prisma generate" not in scripts.get(script or "", ""):
        commands.append(Command(("npx", "prisma", "generate")))
    after = scripts.get("postinstall", "")
    if after and not re.search(r"patch-package|husky|prisma generate|lefthook", after):
        # It ran with the install, but what it made of the source is not shared by releases.
        commands.append(manager.run("postinstall"))
    if script:
        commands.append(manager.run(script))
    elif builder := _builder(tree, package, framework, start):
        commands.append(Command(("npx", *builder)))
    return tuple(commands)


def with_old_openssl(
    package: Package, runtime: str | None, build: tuple[Command, ...]
) -> tuple[tuple[Command, ...], str | None]:
    """A build with webpack 4, whose hashes newer Node versions only have when asked; and a note."""
    majors = {
        name: int(match[1])
        for name in _WEBPACK_4
        if (match := re.match(r"[\^~>=v\s]*(\d+)", package.version_of(name) or ""))
    }
    old = sorted(name for name, major in majors.items() if major < _WEBPACK_4[name])
    asked = re.match(r"[\^~]?(\d+)", runtime or "")
    if not old or not build or (asked and int(asked[1]) < 17):  # 17 needs the option first
        return build, None
    option = "NODE_OPTIONS=--openssl-legacy-provider"
    changed = tuple(Command(("env", option, *command.argv)) for command in build)
    return changed, f"{old[0]} {package.version_of(old[0])} builds with {option}"


def _is_build(script: str | None) -> bool:
    return bool(script and script.strip()) and not _NOT_A_BUILD.match(script or "")


def _builder(
    tree: Tree, package: Package, framework: Framework | None, start: Start | None
) -> tuple[str, ...] | None:
    if framework and framework.kind is not Kind.INTERFACE and framework.slug in BUILDERS:
        return BUILDERS[framework.slug]
    if start and isinstance(start.runs, StaticSite):
        return BUILDERS.get(build_tool(package) or "")
    starts = start and _BUILT.search(f" {start.runs}")
    if starts and tree.has("tsconfig.json") and package.uses("typescript"):
        return ("tsc",)
    return None


def _says(tree: Tree, package: Package, script: str) -> Evidence:
    line = tree.line_of(package.path, f'"{script}"')
    return Evidence(package.path, f"script {script}: {package.scripts[script][:80]}", line)


def _because(tree: Tree, package: Package, framework: Framework) -> Evidence:
    name = next((n for n in framework.packages if package.uses(n)), framework.slug)
    return Evidence(package.path, f"declares {name}", tree.line_of(package.path, f'"{name}"'))


def starts_missing_file(tree: Tree, start: Start, built: bool) -> str | None:
    """The file that the start command names and that is neither there nor made by a build."""
    if not isinstance(start.runs, Command) or built or start.runs.argv[0] != "node":
        return None
    words = iter(start.runs.argv[1:])
    for word in words:
        if word in _WITH_VALUE:
            next(words, None)
        elif not word.startswith("-"):
            return None if existing(tree, word) or tree.has(word) else word
    return None
