"""Configuration over detection: what is said here wins, what is not is as it was found."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

from pierhead.config.model import Config
from pierhead.domain.command import Command
from pierhead.domain.health import HealthCheck
from pierhead.domain.service import Limits, ServiceSpec
from pierhead.domain.stack import Recipe, Stack, StaticSite
from pierhead.errors import NothingToRun


def apply(config: Config, stack: Stack | None) -> ServiceSpec:
    """The specification of a service.

    Raises:
        NothingToRun: if neither says what serves the traffic.
    """
    recipe = _served(config, _built(config, stack.recipe if stack else Recipe()))
    if "web" not in recipe.processes and recipe.static is None:
        what = f"{stack.framework or stack.name} was found" if stack else "nothing was found"
        raise NothingToRun(f"{what}, but neither a start command nor a folder of pages")
    service, limits = config.service, config.service.limits
    return ServiceSpec(
        recipe=_surrounded(config, recipe),
        health=HealthCheck(**config.health.model_dump()),
        instances=service.instances,
        restart=service.restart,
        strategy=service.strategy,
        limits=Limits(**limits.model_dump()),
        stop_timeout=service.stop_timeout,
        drain_timeout=service.drain_timeout,
        observe=config.deploy.observe,
        timeout=config.deploy.timeout,
    )


def _lines(texts: tuple[str, ...]) -> tuple[Command, ...]:
    return tuple(Command.line(text) for text in texts)


def _built(config: Config, recipe: Recipe) -> Recipe:
    build = recipe.build if config.build.commands is None else _lines(config.build.commands)
    if config.build.install is None:
        return replace(recipe, build=build)
    install, found = _lines(config.build.install), recipe.dependencies
    if found is None:
        # Nothing tells which files decide the result, so every release installs for itself.
        return replace(recipe, build=(*install, *build))
    # The manifests still decide the result, and so do the commands.
    text = json.dumps([found.digest, config.build.install])
    own = replace(
        found,
        install=install,
        digest=hashlib.sha256(text.encode()).hexdigest(),
        summary="the commands of pierhead.toml",
    )
    return replace(recipe, dependencies=own, build=build)


def _served(config: Config, recipe: Recipe) -> Recipe:
    service = config.service
    processes = dict(recipe.processes)
    static, port = recipe.static, recipe.port
    if config.static is not None:
        processes.pop("web", None)
        static, port = StaticSite(config.static.root, config.static.fallback), None
    elif service.command is not None:
        processes["web"] = Command.line(service.command)
        # The port that was found belongs to the command that was found.
        static, port = None, None
    processes |= {name: Command.line(text) for name, text in config.processes.items()}
    return replace(
        recipe,
        processes=processes,
        static=static,
        port=service.port if service.port is not None else port,
        release=recipe.release if service.release is None else _lines(service.release),
    )


def _surrounded(config: Config, recipe: Recipe) -> Recipe:
    """Variables, secrets and kept paths."""
    notes, shared = list(recipe.notes), recipe.shared
    if config.service.shared is not None:
        shared = config.service.shared
        notes += [
            f"{path} is not kept from release to release: [service] shared does not name it"
            for path in recipe.shared
            if path not in shared
        ]
    return replace(
        recipe,
        environment={**recipe.environment, **config.env},
        secrets=tuple(sorted({*recipe.secrets, *config.secrets.generate} - config.env.keys())),
        shared=shared,
        notes=tuple(notes),
    )
