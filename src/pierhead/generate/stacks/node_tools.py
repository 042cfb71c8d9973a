"""Package managers of Node inside an image: brought once, not by every command."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pierhead.domain.command import Command
from pierhead.generate.commands import without_variables
from pierhead.generate.instructions import cache
from pierhead.generate.project import Project

# Files beside package.json that an install reads.
LOCKS = (
    "package-lock.json",
    "npm-shrinkwrap.json",
    "pnpm-lock.yaml",
    "pnpm-workspace.yaml",
    "yarn.lock",
    ".npmrc",
    ".pnpmfile.cjs",
    ".yarnrc",
    ".yarnrc.yml",
)
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
    "yarn": "yarn install --frozen-lockfile --force --production=false",
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
    def bring(self) -> str | None:
        """The line that installs it, or None. Node's images may have another yarn in its place."""
        if self.package is None:
            return None
        force = "" if self.kind == "pnpm" else "--force "
        return f"npm install --global {force}{self.package}"

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
    for word in (w for command in commands for w in without_variables(command.argv)):
        if word.startswith(_BERRY):
            return Tool("berry", word)
        if word.startswith(".yarn/releases/"):
            return Tool("berry", own=word)
        for kind in ("pnpm", "yarn"):
            if word.startswith(f"{kind}@"):
                return Tool(kind, word)
    return Tool("npm")
