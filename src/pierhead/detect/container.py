"""An existing Dockerfile or compose file: what it says of running wins over what was found."""

from __future__ import annotations

import re
from dataclasses import replace
from posixpath import normpath

from pierhead.detect.compose import Compose, read_compose
from pierhead.detect.dockerfile import last_image, parse_dockerfile
from pierhead.detect.tree import Tree
from pierhead.domain.stack import ContainerFile, Evidence, Recipe, Stack

_NAMES = ("Dockerfile", "Containerfile", "Dockerfile.prod", "Dockerfile.production",
          "docker/Dockerfile", ".docker/Dockerfile")  # fmt: skip
# The language of an official base image, by the last part of its name.
_LANGUAGES = {
    "python": "python", "node": "node", "golang": "go", "ruby": "ruby", "php": "php",
    "eclipse-temurin": "java", "openjdk": "java", "amazoncorretto": "java", "maven": "java",
    "gradle": "java", "aspnet": "csharp", "sdk": "csharp", "rust": "rust", "elixir": "elixir",
    "deno": "deno", "bun": "bun", "frankenphp": "php",
}  # fmt: skip


def read_container(tree: Tree) -> tuple[ContainerFile | None, tuple[str, ...]]:
    """What the container files say, and the backing services that compose starts."""
    compose = read_compose(tree)
    app = compose.app if compose else None
    path, target = None, None
    if app and app.build == "":
        path, target = normpath(app.dockerfile), app.target
    if path is None or not tree.has(path):
        path = tree.first(*_NAMES)
    image = last_image(parse_dockerfile(tree.text(path)), target) if path else None
    if compose is None and image is None:
        return None, ()
    backing = compose.backing if compose else ()
    if image is None or path is None:
        return _of_compose(compose), backing
    ours = app if app and app.build == "" else None
    return ContainerFile(
        path,
        compose=compose.path if compose else None,
        ports=image.ports or (ours.ports if ours else ()),
        command=image.start,
        health_path=image.health_path or (ours.health_path if ours else None),
        user=image.user,
        environment=image.environment,
        base=image.base,
    ), backing


def _of_compose(compose: Compose | None) -> ContainerFile | None:
    if compose is None or compose.problem:
        return None
    app = compose.app
    # Elsewhere, what is built is another folder's; here only databases may be described.
    return ContainerFile(compose.path, compose=compose.path, ports=() if app is None else app.ports)


def with_container(stack: Stack, held: ContainerFile | None, backing: tuple[str, ...]) -> Stack:
    """An answer in the light of the container files: port, health path, services, language."""
    if held is None or stack.name == "docker":
        return stack
    services = tuple(sorted({*stack.services, *backing}))
    if held.path == held.compose:
        return replace(stack, container=held, services=services)
    sure = stack.confidence
    if stack.name == _language(held.base) and sure >= 30:
        sure = max(sure, 92)
    says = Evidence(held.path, f"builds on {held.base}" if held.base else "is there")
    return replace(
        stack,
        confidence=sure,
        evidence=(*stack.evidence, says),
        container=held,
        services=services,
        port=held.ports[0] if held.ports else stack.port,
        health_path=held.health_path or stack.health_path,
    )


def docker_stack(held: ContainerFile | None, foreign: bool) -> Stack | None:
    """The answer for a folder of which only a Dockerfile tells.

    Beside the manifest of a language that is not built, it is no answer to what the code is.
    """
    if held is None or held.path == held.compose:
        return None
    says = Evidence(held.path, f"builds on {held.base}" if held.base else "is there")
    return Stack(
        "docker",
        None,
        29 if foreign else 50,
        (says,),
        Recipe(),
        port=held.ports[0] if held.ports else None,
        container=held,
        health_path=held.health_path,
    )


def image_version(stack: Stack) -> str | None:
    """The language's version by the tag of the image that runs it: `python:3.12-slim`.

    It is what the author's container has, not what the code asks for: this machine may have
    another one that does as well.
    """
    base = stack.container.base if stack.container else None
    match = re.search(r":(\d+(?:\.\d+)?)", base or "")
    return match[1] if match and stack.name == _language(base) else None


def _language(base: str | None) -> str | None:
    name = (base or "").partition("@")[0].rpartition("/")[2].partition(":")[0]
    return _LANGUAGES.get(name)
