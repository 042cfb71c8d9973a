"""Package managers of Node inside an image: brought once, not by every command."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pierhead.domain.command import Command
from pierhead.generate.instructions import cache
from pierhead.generate.project import Project

_CACHES = {
    "npm": "/root/.npm",
    "pnpm": "/root/.local/share/pnpm/store",
    "yarn": "/usr/local/share/.cache/yarn",
    "berry": "/root/.yarn/berry/cache",
}
# What runs the install scripts of packages, which an install without the source leaves out.
_REBUILD = {
    "npm": "npm rebuild",
    "pnpm": "pnpm rebuild",
    "yarn": "yarn install --frozen-lockfile --force",
    "berry": "rebuild",
}
_PRUNE = {
    "npm": "npm prune --omit=dev --no-audit --no-fund",
    "pnpm": "CI=true pnpm prune --prod --ignore-scripts",
    "yarn": "yarn install --production --frozen-lockfile --ignore-scripts --prefer-offline",
    "berry": "workspaces focus --all --production",
}
_BERRY = "@yarnpkg/cli-dist"
_FOUR = re.compile(r"(?:@|/yarn-)4")  # the first yarn that has `workspaces focus` without a plugin


@dataclass(frozen=True, slots=True)
class Tool:
    """A package manager.

    Attributes:
        kind: npm, pnpm, yarn (1) or berry (yarn 2 and later).
        package: what npm installs to have it, or None if the image or the project has it.
        own: the file of the project that it is, or None.
    """

    kind: str
    package: str | None = None
    own: str | None = None

    @property
    def cache(self) -> str:
        """The mount of its downloads."""
        return cache(_CACHES[self.kind])

    @property
    def environment(self) -> dict[str, str]:
        """Its settings: downloads go to the mount, and packages into node_modules."""
        if self.kind != "berry":
            return {}
        return {"YARN_ENABLE_GLOBAL_CACHE": "true", "YARN_NODE_LINKER": "node-modules"}

    @property
    def rebuild(self) -> str:
        """The line that runs the packages' install scripts."""
        return self._called(_REBUILD[self.kind])

    def prune(self, project: Project) -> str | None:
        """The line that removes what only development needs, or None if it cannot."""
        members = [p for p in project.named("package.json") if "/" in p]
        if self.kind == "pnpm" and members:
            return None
        if self.kind == "berry" and not _FOUR.search(self.package or self.own or ""):
            return None
        return self._called(_PRUNE[self.kind])

    def _called(self, line: str) -> str:
        if self.kind != "berry":
            return line
        return f"{f'node {self.own}' if self.own else 'yarn'} {line}"


def find_tool(commands: Iterable[Command]) -> Tool:
    """The manager that the install calls."""
    for word in (w for command in commands for w in _without_variables(command.argv)):
        if word.startswith(_BERRY):
            return Tool("berry", word)
        if word.startswith(".yarn/releases/"):
            return Tool("berry", own=word)
        for kind in ("pnpm", "yarn"):
            if word.startswith(f"{kind}@"):
                return Tool(kind, word)
    return Tool("npm")


def installed(command: Command) -> Command:
    """The command calling the tool that the image has, not one that npx would bring."""
    if command.shell:
        return command
    argv = list(command.argv)
    at = argv.index("npx") if "npx" in argv[: _prefix(command.argv) + 1] else -1
    if at < 0 or argv[at + 1 : at + 2] != ["--yes"]:
        return command
    if argv[at + 2 : at + 3] == ["--package"]:
        rest = argv[argv.index("--") + 1 :]
    else:
        name, _, _ = argv[at + 2].partition("@")
        rest = [name, *argv[at + 3 :]]
    return Command((*argv[:at], *rest))


def _prefix(argv: tuple[str, ...]) -> int:
    """How many words come before the program: `env` and its variables."""
    return len(argv) - len(_without_variables(argv))


def _without_variables(argv: tuple[str, ...]) -> tuple[str, ...]:
    if argv[:1] != ("env",):
        return argv
    rest = list(argv[1:])
    while rest and "=" in rest[0]:
        rest.pop(0)
    return tuple(rest)
