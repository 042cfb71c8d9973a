"""What a folder holds and how it is built and run, as detection answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pierhead.domain.command import Command


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why something is believed: a file, the line in it if there is one, and what it says."""

    path: str
    says: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Dependencies:
    """How the declared dependencies are installed.

    Two releases whose `digest` is equal have the same dependencies and share one installation.

    Attributes:
        manager: uv, npm, pnpm or yarn.
        install: commands, run in the release's folder in this order. For Python, `$VENV` is the
            virtual environment, which exists by then and comes first in PATH.
        keep: folders below the release that hold the result (`node_modules`); empty for Python,
            whose result is the virtual environment.
        digest: sha256 of everything that decides the result: manifests, manager, runtime version.
        summary: for people, such as `requirements.txt with uv, plus uvicorn`.
        files: text by file name, written into the folder `$BUILD` before the commands run, for
            manifests that no tool reads as they are (a Pipfile.lock as requirements.txt).
    """

    manager: str
    install: tuple[Command, ...]
    keep: tuple[str, ...]
    digest: str
    summary: str
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StaticSite:
    """A folder of files that the edge serves itself.

    Attributes:
        root: the folder, relative to the release.
        fallback: the file answered for paths that do not exist (`index.html` for an application
            with client-side routes), or None for a plain 404.
    """

    root: str
    fallback: str | None = None


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a folder becomes a running service. Every command runs in the release's folder.

    Attributes:
        dependencies: what is installed first, or None.
        build: commands after that, before the service starts.
        release: commands run once per deployment against the live data, before the start: the
            schema step (`manage.py migrate`).
        processes: command by process type; `web` receives the traffic, others are workers.
        static: set instead of a `web` process where the edge serves files.
        port: the port the code insists on, where it does not read `PORT`.
        environment: variables the ecosystem expects (`NODE_ENV=production`).
        secrets: names of variables the code needs and that are generated where nobody sets them.
        shared: paths below the release that are kept from release to release (`db.sqlite3`).
        notes: what was supplied or assumed, one sentence each, shown in the plan.
    """

    dependencies: Dependencies | None = None
    build: tuple[Command, ...] = ()
    release: tuple[Command, ...] = ()
    processes: Mapping[str, Command] = field(default_factory=dict)
    static: StaticSite | None = None
    port: int | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stack:
    """What a folder holds.

    Attributes:
        name: python, node or static; `procfile` where only a Procfile or a configured command says.
        framework: its slug (`fastapi`, `express`), or None.
        version: of the framework as declared, or None.
        runtime: version of the language asked for, such as `3.12` or `20`, or None for any.
        confidence: 0-100, the chance of being right in percent.
        evidence: why.
        recipe: how it is built and run.
        runner_up: the next best answer's name, where there was one.
    """

    name: str
    framework: str | None
    confidence: int
    evidence: tuple[Evidence, ...]
    recipe: Recipe
    version: str | None = None
    runtime: str | None = None
    runner_up: str | None = None
