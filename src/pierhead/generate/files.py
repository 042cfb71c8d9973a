"""All that is written for a project, by file name."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from pierhead.domain.secret import Secret
from pierhead.errors import InvalidInput
from pierhead.generate.caddyfile import caddyfile
from pierhead.generate.compose import chosen_services, compose, dotenv, secret_bytes, secret_names
from pierhead.generate.dockerfile import dockerfile
from pierhead.generate.dockerignore import dockerignore
from pierhead.generate.marker import signed
from pierhead.generate.project import ImageOptions, Project
from pierhead.generate.systemd_unit import UnitPlace, unit

KINDS = ("dockerfile", "ignore", "compose", "caddy", "unit")


@dataclass(frozen=True, slots=True)
class Written:
    """One file.

    Attributes:
        kind: one of `KINDS`.
        path: its name in the project's folder.
        text: with its marker.
    """

    kind: str
    path: str
    text: str


@dataclass(frozen=True, slots=True)
class SitePlace:
    """Where a static site lies on a machine: its address, and the project's absolute folder."""

    address: str
    folder: str


def files(
    project: Project,
    kinds: Iterable[str] = (),
    *,
    services: Iterable[str] = (),
    options: ImageOptions | None = None,
    site: SitePlace | None = None,
) -> tuple[Written, ...]:
    """The files of these kinds, by default those that make a container of the project.

    Args:
        project: what they are for.
        kinds: of `KINDS`.
        services: backing services beside those that were found.
        options: wishes for the image.
        site: where a Caddy that is there serves the files; None for one in a container.

    Raises:
        InvalidInput: if one of them cannot be written for this project.
    """
    chosen = tuple(kinds) or _usual(project)
    makers = _makers(project, chosen_services(project, services), options, site)
    return tuple(Written(kind, *makers[kind]()) for kind in KINDS if kind in chosen)


def environment_file(
    project: Project, services: Iterable[str], random_hex: Callable[[int], str]
) -> Mapping[str, Secret]:
    """The secrets that compose.yaml asks .env for.

    Args:
        project: what they are for.
        services: those given to `files`.
        random_hex: a text of so many random bytes, such as `secrets.token_hex`.
    """
    names = secret_names(project, chosen_services(project, services))
    return {name: Secret(random_hex(secret_bytes(name))) for name in names}


def _usual(project: Project) -> tuple[str, ...]:
    return tuple(k for k in KINDS if k != "unit" and (k != "caddy" or project.recipe.static))


def _makers(
    project: Project,
    services: tuple[str, ...],
    options: ImageOptions | None,
    site: SitePlace | None,
) -> dict[str, Callable[[], tuple[str, str]]]:
    return {
        "dockerfile": lambda: ("Dockerfile", signed(dockerfile(project, options))),
        "ignore": lambda: (".dockerignore", signed(dockerignore(project))),
        "compose": lambda: ("compose.yaml", signed(compose(project, services))),
        "caddy": lambda: ("Caddyfile", signed(_caddy(project, site))),
        "unit": lambda: (
            f"{project.name}.service",
            signed(unit(project, UnitPlace.usual(project))),
        ),
    }


def _caddy(project: Project, place: SitePlace | None) -> str:
    if project.recipe.static is None:
        raise InvalidInput(
            "is no static site, so there is no Caddyfile for it",
            hint="leave `--only caddy` out, or name the folder in pierhead.toml: [static] root",
            where=project.name,
        )
    static = project.recipe.static
    if place is None:
        return caddyfile(static)
    root = posixpath.normpath(posixpath.join(place.folder, static.root))
    return caddyfile(static, address=place.address, root=root)


__all__ = ["KINDS", "SitePlace", "Written", "dotenv", "environment_file", "files"]
