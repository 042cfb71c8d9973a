"""Package managers of Node: which one a project uses, and how it installs exactly."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import date

import yaml

from pierhead.detect.node.package import Package
from pierhead.detect.tree import Tree
from pierhead.domain.command import Command
from pierhead.domain.stack import Dependencies

# The last line of each manager that reads a lock file of this version.
_PNPM = {"5": "7", "6": "8", "7": "9", "9": "9"}
_BERRY = {"4": "2", "5": "3", "6": "3", "7": "3", "8": "4"}


@dataclass(frozen=True, slots=True)
class Manager:
    """A package manager in one version.

    Attributes:
        name: npm, pnpm or yarn.
        prefix: argv that calls it; npx brings what is not installed.
        lock: its lock file, or None.
        arguments: of its exact install.
        environment: settings of the install, as `NAME=value`.
        runner: argv that runs scripts, where it is not `prefix`.
        note: what a person should know.
    """

    name: str
    prefix: tuple[str, ...]
    lock: str | None
    arguments: tuple[str, ...]
    environment: tuple[str, ...] = ()
    runner: tuple[str, ...] | None = None
    note: str | None = None

    def run(self, script: str) -> Command:
        """The command that runs a script of package.json."""
        return Command((*(self.runner or self.prefix), "run", script))


def find_manager(tree: Tree, package: Package) -> Manager:
    """By `packageManager`, else by the lock file, else npm."""
    name, _, pinned = (package.manager or "").partition("@")
    version = match[0] if (match := re.match(r"\d+(?:\.\d+){0,2}", pinned)) else ""
    if name == "pnpm" or (name not in ("npm", "yarn") and tree.has("pnpm-lock.yaml")):
        return _pnpm(tree, version if name == "pnpm" else "")
    if name == "yarn" or (name != "npm" and tree.has("yarn.lock")):
        return _yarn(tree, version if name == "yarn" else "")
    return _npm(tree)


def _npm(tree: Tree) -> Manager:
    quiet = ("--include=dev", "--no-audit", "--no-fund")
    lock = tree.first("package-lock.json", "npm-shrinkwrap.json")
    if lock:
        return Manager("npm", ("npm",), lock, ("ci", *quiet))
    other = tree.first("bun.lock", "bun.lockb")
    note = f"{other} is not read: versions are those package.json allows" if other else None
    return Manager("npm", ("npm",), None, ("install", *quiet), note=note)


def _pnpm(tree: Tree, version: str) -> Manager:
    lock = tree.first("pnpm-lock.yaml")
    # The version stands on the first lines; the rest of the file can be megabytes.
    head = tree.content(lock)[:200].decode("utf-8", "replace") if lock else ""
    match = re.search(r"lockfileVersion:\s*'?\"?(\d+)", head)
    chosen = version or _PNPM.get(match[1] if match else "", "9")
    flags = ("--frozen-lockfile",) if lock else ("--no-frozen-lockfile",)
    return Manager(
        "pnpm", ("npx", "--yes", f"pnpm@{chosen}"), lock, ("install", *flags, "--prod=false")
    )


def _yarn(tree: Tree, version: str) -> Manager:
    lock = tree.first("yarn.lock")
    head = tree.content(lock)[:1000].decode("utf-8", "replace") if lock else ""
    match = re.search(r"__metadata:\s+version:\s*(\d+)", head)
    berry = match is not None or (version and not version.startswith("1"))
    if not berry and not (version == "" and tree.has(".yarnrc.yml")):
        flags = ("--frozen-lockfile",) if lock else ()
        prefix = ("npx", "--yes", f"yarn@{version or '1'}")
        return Manager("yarn", prefix, lock, ("install", *flags, "--production=false"))
    chosen = version or _BERRY.get(match[1] if match else "", "4")
    own = next(iter(tree.glob(".yarn/releases/yarn-*.cjs")), None)
    brought = ("npx", "--yes", "--package", f"@yarnpkg/cli-dist@{chosen}", "--", "yarn")
    # Releases share node_modules; Plug'n'Play would point into a cache of one user.
    return Manager(
        "yarn",
        ("node", own) if own else brought,
        lock,
        ("install", "--immutable") if lock else ("install", "--no-immutable"),
        environment=("YARN_NODE_LINKER=node-modules",),
        # `yarn run` refuses where another release did the install; npm only needs node_modules.
        runner=("npm",) if own else (*brought[:-1], "npm"),
    )


def node_dependencies(
    tree: Tree, package: Package, manager: Manager, *, runtime: str | None, as_of: date | None
) -> Dependencies | None:
    """The installation, or None where package.json asks for nothing."""
    members = workspace_folders(tree, package)
    if not (package.dependencies or package.dev or members):
        return None
    environment = (*manager.environment, *_skips(package))
    argv = (*manager.prefix, *manager.arguments)
    if as_of and manager.name == "npm" and manager.lock is None:
        argv = (*argv, "--before", as_of.isoformat())
    command = Command(("env", *environment, *argv) if environment else argv)
    source = manager.lock or package.path
    return Dependencies(
        manager=manager.name,
        install=(command,),
        keep=("node_modules", *(f"{folder}/node_modules" for folder in members)),
        digest=_digest(tree, package, members, command, runtime),
        summary=f"{source} with {manager.name}",
    )


def workspace_folders(tree: Tree, package: Package) -> tuple[str, ...]:
    """Folders of the workspace's packages, sorted."""
    globs = list(package.workspaces)
    if tree.has("pnpm-workspace.yaml"):
        try:
            document = yaml.safe_load(tree.text("pnpm-workspace.yaml"))
        except (yaml.YAMLError, ValueError, RecursionError):
            document = None
        listed = document.get("packages") if isinstance(document, dict) else None
        globs += [g for g in listed if isinstance(g, str)] if isinstance(listed, list) else []
    found: set[str] = set()
    for pattern in globs:
        clean = pattern.removeprefix("./").rstrip("/")
        if not clean or clean.startswith("!"):
            continue
        if "**" in clean:
            start = clean.partition("**")[0]
            hits = [p for p in tree.glob("**/package.json") if p.startswith(start)]
        else:
            hits = tree.glob(f"{clean}/package.json")
        found.update(hit.rpartition("/")[0] for hit in hits)
    return tuple(sorted(found - {""}))


def _skips(package: Package) -> tuple[str, ...]:
    """Settings that keep install scripts from work that serves development only."""
    found: list[str] = []
    if package.uses("husky") or "husky" in package.scripts.get("prepare", ""):
        found.append("HUSKY=0")
    for name, setting in (
        ("cypress", "CYPRESS_INSTALL_BINARY=0"),
        ("puppeteer", "PUPPETEER_SKIP_DOWNLOAD=1"),
        ("playwright", "PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1"),
    ):
        if name in package.dev:
            found.append(setting)
    return tuple(found)


def _digest(
    tree: Tree, package: Package, members: tuple[str, ...], command: Command, runtime: str | None
) -> str:
    """Over the command, the runtime and every file that decides the result."""
    names = [package.path, "package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml"]
    names += [
        "yarn.lock",
        "pnpm-workspace.yaml",
        ".npmrc",
        ".yarnrc",
        ".yarnrc.yml",
        ".pnpmfile.cjs",
    ]
    names += [f"{folder}/package.json" for folder in members]
    # Patches and Prisma's schema are read by install scripts.
    names += tree.ending("prisma")
    if tree.has_folder("patches"):
        names += [path for path in tree.paths if path.startswith("patches/")]
    rows = [
        [path, hashlib.sha256(tree.content(path)).hexdigest()]
        for path in sorted(set(names))
        if tree.has(path)
    ]
    text = json.dumps(["node", list(command.argv), runtime, rows])
    return hashlib.sha256(text.encode()).hexdigest()
