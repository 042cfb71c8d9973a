"""compose.yaml: the services that a person described, read by the YAML parser."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from posixpath import normpath
from typing import Any

import yaml

from pierhead.detect.dockerfile import expand
from pierhead.detect.tree import Tree
from pierhead.domain.command import Command
from pierhead.domain.stack import Evidence

_FILES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
_BACKING = (
    ("postgres", re.compile(r"postgres|postgis|timescale|pgvector", re.IGNORECASE)),
    ("mysql", re.compile(r"mysql|mariadb|percona", re.IGNORECASE)),
    ("mongodb", re.compile(r"\bmongo", re.IGNORECASE)),
    ("redis", re.compile(r"redis|valkey|keydb|dragonfly", re.IGNORECASE)),
)
LIMIT = 1 << 20


@dataclass(frozen=True, slots=True)
class ComposeService:
    """One service.

    Attributes:
        build: the folder its image is built from, or None.
        dockerfile: below that folder.
        target: the stage to build, or None for the last.
        ports: of the container.
    """

    name: str
    image: str | None = None
    build: str | None = None
    dockerfile: str = "Dockerfile"
    target: str | None = None
    ports: tuple[int, ...] = ()
    command: Command | None = None
    health_path: str | None = None


@dataclass(frozen=True, slots=True)
class Compose:
    """A compose file's services, and the databases and stores among them."""

    path: str
    services: tuple[ComposeService, ...] = ()
    backing: tuple[str, ...] = ()
    problem: Evidence | None = field(default=None)

    @property
    def app(self) -> ComposeService | None:
        """The service that is built here, one with ports first; None if there is none."""
        built = [s for s in self.services if s.build is not None]
        built.sort(key=lambda s: (not s.ports, s.build != "", s.name not in _APPS))
        return built[0] if built else None


_APPS = ("web", "app", "api", "server", "backend")


def read_compose(tree: Tree) -> Compose | None:
    """The compose file of a tree, or None; one that cannot be parsed has only its problem."""
    path = tree.first(*_FILES)
    if path is None:
        return None
    text = tree.text(path, LIMIT)
    if re.search(r"(?:\*\w+\s*,\s*){8}", text):  # aliases of aliases grow without bound
        return Compose(path, problem=Evidence(path, "repeats aliases too often to be read"))
    try:
        document = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError, TypeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else None
        return Compose(path, problem=Evidence(path, "is not valid YAML", line))
    listed = document.get("services") if isinstance(document, dict) else None
    if not isinstance(listed, dict):
        return Compose(path, problem=Evidence(path, "has no services"))
    services = tuple(_service(str(n), s) for n, s in listed.items() if isinstance(s, dict))
    images = [s.image or s.name for s in services if s.build is None]
    backing = {kind for kind, pattern in _BACKING for image in images if pattern.search(image)}
    return Compose(path, services, tuple(sorted(backing)))


def _service(name: str, document: dict[str, Any]) -> ComposeService:
    build, dockerfile, target = _build(document.get("build"))
    image = document.get("image")
    return ComposeService(
        name,
        image if isinstance(image, str) else None,
        build,
        dockerfile,
        target,
        _ports(document.get("ports")) or _ports(document.get("expose")),
        _command(document.get("command")),
        _health(document.get("healthcheck")),
    )


def _build(value: object) -> tuple[str | None, str, str | None]:
    context = value.get("context", ".") if isinstance(value, dict) else value
    if not isinstance(context, str) or "://" in context:
        return None, "Dockerfile", None
    table = value if isinstance(value, dict) else {}
    dockerfile, target = table.get("dockerfile"), table.get("target")
    folder = normpath(expand(context, {}) or ".")
    return (
        None if folder.startswith(("..", "/")) else "" if folder == "." else folder,
        dockerfile if isinstance(dockerfile, str) else "Dockerfile",
        target if isinstance(target, str) else None,
    )


def _ports(value: object) -> tuple[int, ...]:
    found = []
    for one in value if isinstance(value, list) else []:
        target = one.get("target") if isinstance(one, dict) else one
        said = str(target) if isinstance(target, int | str) else ""
        text = expand(said, {}).partition("/")[0].rpartition(":")[2].partition("-")[0]
        if text.isascii() and text.isdigit() and len(text) < 6 and 0 < int(text) < 65536:
            found.append(int(text))
    return tuple(dict.fromkeys(found))


def _command(value: object) -> Command | None:
    if isinstance(value, str) and value.strip():
        return Command.line(value)
    if isinstance(value, list) and value and all(isinstance(word, str) for word in value):
        return Command(tuple(value))
    return None


def _health(value: object) -> str | None:
    test = value.get("test") if isinstance(value, dict) else None
    words = test if isinstance(test, list) else [test]
    text = " ".join(word for word in words if isinstance(word, str))
    match = re.search(r"https?://[^/\s\"']+(/[^\s\"'|;?]*)?", text)
    return (match[1] or "/") if match else None
