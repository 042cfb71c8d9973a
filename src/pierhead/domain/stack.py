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
class ContainerFile:
    """What a Dockerfile or compose file of the project says about running it.

    Attributes:
        path: the Dockerfile; the compose file where there is no Dockerfile of one's own.
        compose: the compose file, or None.
        ports: the container's ports, in the order of the file.
        command: ENTRYPOINT and CMD of the last stage in one, or None if the base image decides.
        health_path: that of the HTTP address a HEALTHCHECK asks, or None.
        user: the name or id the last stage runs as, or None for root.
        environment: the last stage's ENV, as far as its values are known.
        base: the image that the last stage starts from, with its build arguments filled in.
    """

    path: str
    compose: str | None = None
    ports: tuple[int, ...] = ()
    command: Command | None = None
    health_path: str | None = None
    user: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    base: str | None = None


@dataclass(frozen=True, slots=True)
class Stack:
    """What a folder holds.

    Attributes:
        name: python, node, php, go, ruby, java, csharp, rust, elixir, scala, kotlin, deno, bun or
            static; `procfile` where only a Procfile or a configured command says, `docker` where
            only a Dockerfile does.
        framework: its slug (`fastapi`, `express`), or None.
        version: of the framework as declared, or None.
        runtime: version of the language asked for, such as `3.12` or `20`, or None for any.
        confidence: 0-100, the chance of being right in percent.
        evidence: why.
        recipe: how it is built and run.
        runner_up: the next best answer's name, where there was one.
        resolved: the supported release of the language that fits `runtime`, such as `3.12`; a
            current stable one where nothing is asked for; None for files that need no runtime.
        package_manager: npm, pnpm, yarn, bun, uv, pip, poetry, pdm, pipenv, conda, composer, go,
            bundler, maven, gradle, nuget, cargo, mix, sbt or deno; None where nothing is managed.
        port: where it listens in a container; its own where the code insists, else the usual one.
        health_path: the path that a health check asks, or None where `/` is all that is known.
        services: what it talks to, sorted: mongodb, mysql, postgres, redis.
        extensions: what the language's usual image lacks, sorted: PHP extensions.
        output: the file or folder that a build leaves and that is run, or None; `*` is any text.
        part: the folder below the repository's root that this is about; empty for the root.
        assets: how browser code beside a server is built (a package.json beside Laravel); its
            result belongs into the image of the server.
        container: what a Dockerfile or compose file of the project says, which wins.
        warnings: what a person should change, one sentence each: a runtime past its end of life.
    """

    name: str
    framework: str | None
    confidence: int
    evidence: tuple[Evidence, ...]
    recipe: Recipe
    version: str | None = None
    runtime: str | None = None
    runner_up: str | None = None
    resolved: str | None = None
    package_manager: str | None = None
    port: int | None = None
    health_path: str | None = None
    services: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ()
    output: str | None = None
    part: str = ""
    assets: Recipe | None = None
    container: ContainerFile | None = None
    warnings: tuple[str, ...] = ()
