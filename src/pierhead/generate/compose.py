"""compose.yaml: the application, what it talks to, and the .env file beside it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping
from typing import Any

from pierhead.domain.command import Command
from pierhead.domain.secret import Secret
from pierhead.errors import InvalidInput
from pierhead.generate.backing import BACKINGS, container
from pierhead.generate.commands import contained, exec_argv, open_environment
from pierhead.generate.compose_text import block, literal, section
from pierhead.generate.instructions import comment
from pierhead.generate.kept import kept_volumes
from pierhead.generate.project import Project, secretive
from pierhead.generate.told import variables

Section = tuple[str, dict[str, Any]]  # a comment and what stands below it
_IN_URL = re.compile(r"[A-Za-z0-9._~-]+")


def chosen_services(project: Project, extra: Iterable[str] = ()) -> tuple[str, ...]:
    """The servers that detection found and those asked for, sorted.

    Raises:
        InvalidInput: for one that is not known.
    """
    names = sorted({*project.stack.services, *extra})
    for name in names:
        if name not in BACKINGS:
            raise InvalidInput(
                f"{name} is no service that can be written",
                hint=f"those are {', '.join(sorted(BACKINGS))}",
                where=name,
            )
    return tuple(names)


def secret_names(project: Project, services: Iterable[str]) -> tuple[str, ...]:
    """Variables of .env whose values are random, sorted."""
    passwords = {BACKINGS[name].password for name in services}
    return tuple(sorted({*project.recipe.secrets, *passwords}))


def secret_bytes(name: str) -> int:
    """How many random bytes a secret gets; it has two hexadecimal digits for each.

    Phoenix wants 64 characters of SECRET_KEY_BASE, Laravel exactly 32 of APP_KEY.
    """
    return 16 if name == "APP_KEY" else 32


def dotenv(secrets: Mapping[str, Secret]) -> str:
    """The text of .env, for a file that only its owner reads (mode 0600).

    Raises:
        InvalidInput: if a value would have to be encoded in a URL, or quoted.
    """
    lines = [comment("Read by `docker compose` from this folder. Never commit it.")]
    for name in sorted(secrets):
        if not _IN_URL.fullmatch(secrets[name].reveal()):
            raise InvalidInput(
                f"the value of {name} cannot stand in a URL",
                hint="use letters, digits and . _ ~ - only",
                where=name,
            )
        lines.append(f"{name}={secrets[name].reveal()}")
    return "\n".join(lines) + "\n"


def compose(project: Project, services: tuple[str, ...] = ()) -> str:
    """The text of compose.yaml. It holds no secret: .env does.

    Args:
        project: what is run.
        services: names from `chosen_services`.
    """
    volumes, loose = kept_volumes(project)
    sections = [*_application(project, services, volumes), *_backings(services)]
    if loose:
        files = ", ".join(loose)
        note = f"Kept by no volume, as it lies among the code: {files}. Move it to its own folder."
        sections[0] = (f"{sections[0][0]} {note}", sections[0][1])
    named = sorted([f"{name}-data" for name in services] + [_volume(v) for v in volumes])
    parts = [
        comment("`docker compose up --build --wait` builds, starts and waits until it is healthy."),
        block({"name": project.name}) + "\nservices:",
        *(section(text, content) for text, content in sections),
        block({"networks": {"inside": None}}),
    ]
    if named:
        parts.append(block({"volumes": dict.fromkeys(named)}))
    return "\n".join(parts) + "\n"


def _application(project: Project, services: tuple[str, ...], volumes: list[str]) -> list[Section]:
    recipe = project.recipe
    ready: dict[str, Any] = {name: {"condition": "service_healthy"} for name in services}
    common = _common(project, services, volumes)
    sections: list[Section] = []
    if recipe.release:
        once = "The schema step: it runs once, and the application waits until it has succeeded."
        step = {**common, "command": _one_after_another(recipe.release)}
        step |= {"restart": "no", **({"depends_on": dict(ready)} if ready else {})}
        sections.append((once, {"release": _without_health(step)}))
        ready["release"] = {"condition": "service_completed_successfully"}
    port = project.port
    web: dict[str, Any] = {"build": {"context": "."}, **common}
    web |= {"ports": [f"127.0.0.1:${{PORT:-{port}}}:{port}"]}
    depends: dict[str, Any] = {"depends_on": ready} if ready else {}
    published = "Published on this machine only; a proxy in front of it brings HTTPS."
    sections.insert(0, (published, {"web": web | depends}))
    for name, command in sorted(recipe.processes.items()):
        if name != "web":
            argv = [literal(part) for part in exec_argv(contained(command))]
            worker = _without_health({**common, "command": argv, **depends})
            sections.append((f"The same image at other work: {name}.", {name: worker}))
    return sections


def _one_after_another(commands: tuple[Command, ...]) -> list[str]:
    argvs = [exec_argv(contained(command)) for command in commands]
    one = ("/bin/sh", "-c", " && ".join(map(shlex.join, argvs)))
    return [literal(part) for part in (argvs[0] if len(argvs) == 1 else one)]


def _common(project: Project, services: tuple[str, ...], volumes: list[str]) -> dict[str, Any]:
    """What every container of the application's image has."""
    limits = project.spec.limits
    environment = _environment(project, services)
    mounts = [f"{_volume(folder)}:/app/{folder}" for folder in volumes]
    return {
        "image": f"{project.name}:latest",
        **({"environment": environment} if environment else {}),
        **({"volumes": mounts} if mounts else {}),
        "networks": ["inside"],
        "restart": _RESTART[project.spec.restart.value],
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true"],
        "stop_grace_period": f"{max(int(project.spec.stop_timeout), 1)}s",
        **({"mem_limit": limits.memory} if limits.memory else {}),
        **({"pids_limit": limits.processes} if limits.processes else {}),
    }


_RESTART = {"always": "unless-stopped", "on-failure": "on-failure", "never": "no"}


def _environment(project: Project, services: tuple[str, ...]) -> dict[str, str]:
    own = {
        name: f"${{{name}:?is missing in .env}}" if secretive(name) else literal(value)
        for name, value in open_environment(project.recipe.environment).items()
    }
    needed = {name: f"${{{name}:?is missing in .env}}" for name in project.recipe.secrets}
    found = variables(services, project.stack)
    return dict(sorted({**found, **own, **needed}.items()))


def _without_health(service: dict[str, Any]) -> dict[str, Any]:
    """The image's health check asks a port that only the web process has."""
    return {**service, "healthcheck": {"disable": True}}


def _backings(services: tuple[str, ...]) -> list[Section]:
    reached = "Reached by the other services alone, by its name."
    return [(reached, {name: container(BACKINGS[name])}) for name in services]


def _volume(folder: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", folder.lower()).strip("-")
    return f"app-{slug or 'data'}"
