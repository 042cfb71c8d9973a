"""Procfile: command by process type, as a person wrote them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from pierhead.detect.tree import Tree
from pierhead.domain.command import Command
from pierhead.domain.stack import Evidence, Recipe, Stack

_LINE = re.compile(r"^([A-Za-z0-9_-]+)\s*:\s*(\S.*)$")
_PROGRAMS = {
    "python": r"python[\d.]*|gunicorn|uvicorn|hypercorn|daphne|waitress-serve|flask|streamlit|"
    r"pserve|fastapi|celery|honcho|uwsgi|sanic|poetry|pipenv|uv",
    "node": r"node|npm|npx|yarn|pnpm|next|nuxt|serve|ts-node|tsx|nodemon|pm2|remix-serve",
    "ruby": r"bundle|ruby|rails|puma|rackup|unicorn|thin|falcon|rake|hanami",
    "php": r"php|php-fpm|heroku-php-apache2|heroku-php-nginx|frankenphp",
    "java": r"java|mvn|mvnw|gradle|gradlew|sbt",
    "csharp": r"dotnet",
    "elixir": r"mix|elixir|iex",
    "go": r"go",
    "rust": r"cargo",
    "deno": r"deno",
    "bun": r"bun|bunx",
}


@dataclass(frozen=True, slots=True)
class Procfile:
    """The lines of a Procfile.

    Attributes:
        web: what receives the traffic, or None.
        release: what runs once before the start.
        others: workers by their type.
        line: that of `web`.
        path: the file they stand in.
    """

    web: Command | None = None
    release: tuple[Command, ...] = ()
    others: Mapping[str, Command] = field(default_factory=dict)
    line: int | None = None
    path: str = "Procfile"

    @property
    def language(self) -> str | None:
        """The stack whose program the web line calls, or None if it does not tell."""
        words = re.split(r"[\s;&|()]+", str(self.web)) if self.web else []
        for word in words:
            if "target/release/" in word:
                return "rust"
            if "target/universal/" in word:
                return "java"
            name = word.rpartition("/")[2]
            for language, pattern in _PROGRAMS.items():
                if re.fullmatch(pattern, name):
                    return language
        return None

    def uses(self, program: str) -> bool:
        """Whether some line calls this program."""
        lines = [self.web, *self.release, *self.others.values()]
        return any(re.search(rf"(?<![\w.-]){program}(?![\w.-])", str(c)) for c in lines if c)

    def over(self, recipe: Recipe) -> Recipe:
        """A recipe with what is written here in place of what was found."""
        release = self.release or recipe.release
        if self.web is None:
            processes = {**recipe.processes, **self.others}
            return replace(recipe, processes=processes, release=release)
        # The port that was found belongs to the command that was found.
        processes = {"web": self.web, **self.others}
        return replace(recipe, processes=processes, release=release, static=None, port=None)


def read_procfile(tree: Tree) -> Procfile:
    """The Procfile of a tree; an empty one if there is none."""
    web, number, release, others = None, None, None, {}
    for at, line in enumerate(tree.text("Procfile").splitlines(), 1):
        match = _LINE.match(line.strip())
        if not match:
            continue
        kind, command = match[1], Command.line(match[2])
        if kind == "web":
            web, number = command, at
        elif kind == "release":
            release = command
        else:
            others[kind] = command
    return Procfile(web, (release,) if release else (), dict(sorted(others.items())), number)


def procfile_stack(procfile: Procfile, foreign: str | None) -> Stack | None:
    """A folder of which only a written command tells how it runs.

    Args:
        procfile: what is written.
        foreign: the stack of another manifest, whose dependencies nobody installs here.
    """
    if procfile.web is None:
        return None
    why = f"{foreign} is not built automatically" if foreign else "no known manifest was found"
    recipe = Recipe(
        processes={"web": procfile.web, **procfile.others},
        release=procfile.release,
        notes=(f"nothing is installed: {why}",),
    )
    evidence = Evidence(procfile.path, f"web: {procfile.web}", procfile.line)
    return Stack("procfile", None, 30 if foreign else 60, (evidence,), recipe)
