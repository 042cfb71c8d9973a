"""Compose files: services, and what they point at."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Any

import yaml

from pierhead.write.health.findings import Checked, Finding
from pierhead.write.health.tree_files import ProjectFiles

_COMPOSE = re.compile(r"(^|/)(docker-)?compose[^/]*\.ya?ml$")


def check_compose_files(project: ProjectFiles) -> Checked:
    """Every service has an image or a build folder that exists, and depends on known services."""
    paths = [path for path in project.paths if _COMPOSE.search(path)]
    findings = []
    for path in paths:
        text = project.text(path) or ""
        try:
            document = yaml.safe_load(text)
        except (yaml.YAMLError, RecursionError, ValueError):
            continue  # the config check says so
        for name, message in _wrongs(project, path, document):
            found = re.search(rf"^\s+{re.escape(name)}\s*:", text, re.MULTILINE) if name else None
            line = text[: found.end()].count("\n") + 1 if found else 0
            findings.append(Finding(path, line, "compose", "error", message))
    return Checked(len(paths), findings)


def _wrongs(project: ProjectFiles, path: str, document: Any) -> Iterator[tuple[str, str]]:
    services = document.get("services") if isinstance(document, dict) else None
    if not isinstance(services, dict):
        if not (isinstance(document, dict) and "include" in document):
            yield "", "has no services"
        return
    # An override file (compose.override.yml) needs to say only what is different.
    alone = "." not in path.rpartition("/")[2].partition(".")[2]
    folder = path.rpartition("/")[0]
    for name, service in services.items():
        if not isinstance(service, dict):
            yield str(name), f"service {name} is not a mapping"
            continue
        if alone and not service.keys() & {"image", "build", "extends"}:
            yield str(name), f"service {name} has neither an image nor a build"
        yield from ((str(name), f"service {name} {w}") for w in _lacks(project, folder, service))
        for other in _names(service.get("depends_on")):
            if alone and other not in services:
                yield str(name), f"service {name} depends on {other}, which does not exist"


def _lacks(project: ProjectFiles, folder: str, service: dict[str, Any]) -> Iterator[str]:
    build = service.get("build")
    context = build.get("context", ".") if isinstance(build, dict) else build
    if isinstance(context, str) and "$" not in context and "://" not in context:
        place = posixpath.join(folder, context)
        if not project.has(place):
            yield f"is built from {context}, which does not exist"
        else:
            name = (
                build.get("dockerfile", "Dockerfile") if isinstance(build, dict) else "Dockerfile"
            )
            inline = isinstance(build, dict) and "dockerfile_inline" in build
            if not inline and not project.has(posixpath.join(place, str(name))):
                yield f"is built with {posixpath.join(context, str(name))}, which does not exist"


def _names(value: Any) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list | dict) else []
