"""What generation is given: a folder as detection and configuration see it, and wishes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from pierhead.domain.service import ServiceSpec
from pierhead.domain.stack import Recipe, Stack
from pierhead.errors import InvalidInput

# The port a stack's programs usually take, for stacks that detection gave none.
_PORTS = {"node": 3000, "ruby": 3000, "bun": 3000, "elixir": 4000, "scala": 9000}
_PORTS |= {"python": 8000, "deno": 8000}
USUAL_PORT = 8080
_SECRET = re.compile(r"SECRET|PASSWORD|PASSWD|TOKEN|API_?KEY|PRIVATE_?KEY|CREDENTIAL|APP_KEY")


def secretive(name: str) -> bool:
    """Whether a variable of this name holds a secret, which no layer may keep."""
    return bool(_SECRET.search(name.upper()))


# Names that go into a Dockerfile as they are: images, registries, packages, variables.
_WORD = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./:@+-]*")


def _a(what: str) -> str:
    return f"an {what}" if what == "image" else f"a {what}"


@dataclass(frozen=True, slots=True)
class Project:
    """A folder for which files are written.

    Attributes:
        name: a slug; names the image, the compose project and the unit.
        stack: what the folder holds.
        spec: how it is to run; its recipe is the stack's with the configuration over it.
        paths: the folder's files, relative, so that only what is there is copied.
    """

    name: str
    stack: Stack
    spec: ServiceSpec
    paths: frozenset[str] = frozenset()

    @classmethod
    def of(cls, name: str, stack: Stack, paths: frozenset[str] = frozenset()) -> Project:
        """A project without configuration."""
        return cls(name, stack, ServiceSpec(stack.recipe), paths)

    @property
    def recipe(self) -> Recipe:
        """How it is built and run."""
        return self.spec.recipe

    @property
    def port(self) -> int:
        """The port it listens on in a container; ours where the image brings the server."""
        if self.recipe.static or self.stack.name == "php":
            return USUAL_PORT
        usual = self.stack.port or _PORTS.get(self.stack.name, USUAL_PORT)
        return self.recipe.port or usual

    @property
    def health_path(self) -> str | None:
        """The path that must answer well, or None where any answer under 500 will do."""
        return self.spec.health.path or self.stack.health_path

    def has(self, path: str) -> bool:
        """Whether the folder has this file."""
        return path in self.paths

    def present(self, *names: str) -> tuple[str, ...]:
        """Those of these files that are there, in this order."""
        return tuple(name for name in names if name in self.paths)

    def named(self, *names: str) -> tuple[str, ...]:
        """Files anywhere in the folder that have one of these names, sorted."""
        return tuple(sorted(p for p in self.paths if PurePosixPath(p).name in names))

    def below(self, folder: str) -> bool:
        """Whether some file lies in this folder."""
        return any(path.startswith(f"{folder}/") for path in self.paths)


@dataclass(frozen=True, slots=True)
class ImageOptions:
    """Wishes for an image.

    Attributes:
        base: the image that runs, in place of the official one.
        mirror: registry (and path) asked in place of the official one, such as `mirror.lan/hub`.
        ca_bundle: a PEM file of the folder with certificates that are trusted as well.
        build_args: default value by build argument; never a secret.
        build_secrets: names of secrets that install and build may read (`--secret id=NAME`).
        packages: packages of the distribution that the program needs when it runs.
        labels: value by label, beside those that are always written.
    """

    base: str | None = None
    mirror: str | None = None
    ca_bundle: str | None = None
    build_args: Mapping[str, str] = field(default_factory=dict)
    build_secrets: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        words = {
            "image": [self.base] if self.base else [],
            "registry": [self.mirror] if self.mirror else [],
            "package": self.packages,
            "build secret": self.build_secrets,
            "build argument": tuple(self.build_args),
        }
        for what, values in words.items():
            for value in values:
                if not _WORD.fullmatch(value):
                    raise InvalidInput(f"{value!r} is no name of {_a(what)}", where=value)
        for name in self.build_args:
            if secretive(name):
                raise InvalidInput(
                    f"{name} would be kept in the image's history as a build argument",
                    hint="name it as a build secret: it is mounted and never stored",
                    where=name,
                )
