"""`pierhead generate`: in the CLI's own process, no server needed."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pierhead.cli.session import Session

if TYPE_CHECKING:
    from pierhead.generate.folder import Change
    from pierhead.generate.project import Project

_KINDS = ("dockerfile", "ignore", "compose", "caddy", "unit")
_SERVICES = ("mongodb", "mysql", "postgres", "redis")


def _split(ctx: click.Context, param: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:  # noqa: ARG001
    """Names given one by one or with commas between."""
    known = _KINDS if param.name == "kinds" else _SERVICES
    names = tuple(name.strip() for text in value for name in text.split(",") if name.strip())
    for name in names:
        if name not in known:
            raise click.BadParameter(f"{name!r} is not one of {', '.join(known)}")
    return names


@click.command()
@click.argument("path", default=".", type=click.Path(path_type=Path))
@click.option(
    "--only",
    "kinds",
    multiple=True,
    callback=_split,
    metavar="KIND",
    help="One of dockerfile, ignore, compose, caddy, unit; several with commas.",
)
@click.option(
    "--with",
    "services",
    multiple=True,
    callback=_split,
    metavar="SERVICE",
    help="Services beside those found: postgres, mysql, mongodb, redis; several with commas.",
)
@click.option("--name", metavar="NAME", help="Name of the project; the folder's name otherwise.")
@click.option("--base", metavar="IMAGE", help="Image to start from, in place of the official one.")
@click.option("--mirror", metavar="REGISTRY", help="Registry to ask in place of the public one.")
@click.option("--ca", metavar="FILE", help="PEM file in PATH with certificates to trust as well.")
@click.option(
    "--package",
    "packages",
    multiple=True,
    metavar="NAME",
    help="Package of the distribution that the program needs; repeatable.",
)
@click.option(
    "--build-secret",
    "build_secrets",
    multiple=True,
    metavar="NAME",
    help="Secret that install and build may read (docker build --secret id=NAME); repeatable.",
)
@click.option(
    "--domain",
    metavar="NAME",
    help="With --only caddy: a snippet for the Caddy of this machine and this address.",
)
@click.option("--diff", is_flag=True, help="Show what would change, and write nothing.")
@click.option(
    "--write/--stdout",
    "write",
    default=None,
    help="Into PATH, or onto stdout; by default one file goes to stdout, several into PATH.",
)
@click.option("--force", is_flag=True, help="Write over files that were not generated, too.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON on stdout.")
@click.pass_obj
def generate(
    session: Session,
    path: Path,
    *,
    kinds: tuple[str, ...],
    services: tuple[str, ...],
    name: str | None,
    base: str | None,
    mirror: str | None,
    ca: str | None,
    packages: tuple[str, ...],
    build_secrets: tuple[str, ...],
    domain: str | None,
    diff: bool,
    write: bool | None,
    force: bool,
    as_json: bool,
) -> None:
    """Write Dockerfile, .dockerignore and compose.yaml for the code in PATH.

    A file that is there and was not generated, or was changed since, is kept. Passwords go into
    .env (mode 0600), which is only ever made, never changed.
    """
    from pierhead.cli.project import read_project
    from pierhead.generate.files import SitePlace, files
    from pierhead.generate.folder import compare
    from pierhead.generate.project import ImageOptions

    project = read_project(path, name)
    options = ImageOptions(
        base=base,
        mirror=mirror,
        ca_bundle=_certificates(project, ca),
        build_secrets=build_secrets,
        packages=packages,
    )
    if domain and kinds != ("caddy",):
        raise click.UsageError("--domain needs --only caddy")
    site = SitePlace(domain, str(path.resolve())) if domain else None
    written = files(project, kinds, services=services, options=options, site=site)
    changes = [compare(path, file) for file in written]
    to_folder = (len(written) > 1 if write is None else write) and not diff
    if to_folder:
        _write(session, path, changes, force=force)
        if any(c.file.kind == "compose" and _word(c, force=force) != "kept" for c in changes):
            _write_environment(session, path, project, services)
    if as_json:
        rows = [_row(change, force=force) for change in changes]
        session.terminal.data({"project": project.name, "written": to_folder, "files": rows})
    elif not to_folder:
        for change in changes:
            click.echo(change.diff() if diff else change.file.text, nl=False)
    _say_what_else_is_needed(session, project, kinds, services, written=to_folder)


def _say_what_else_is_needed(
    session: Session,
    project: Project,
    kinds: tuple[str, ...],
    services: tuple[str, ...],
    *,
    written: bool,
) -> None:
    """Files that those asked for do not work without."""
    from pierhead.generate.files import environment_file

    if project.recipe.static and "dockerfile" in kinds and "caddy" not in kinds:
        session.terminal.say("note: the image needs a Caddyfile too: --only caddy")
    names = sorted(environment_file(project, services, str)) if "compose" in kinds else []
    if names and not written:
        session.terminal.say(f"note: .env must have {', '.join(names)} (--write makes it)")


def _certificates(project: Project, file: str | None) -> str | None:
    from pierhead.errors import InvalidInput

    if file is not None and not project.has(file):
        raise InvalidInput(
            f"{file} is no file of the folder, and a build sees no others",
            hint="copy the PEM file into the folder and name it from there",
            where="--ca",
        )
    return file


def _write(session: Session, root: Path, changes: list[Change], *, force: bool) -> None:
    from pierhead.generate.folder import Status, write

    terminal = session.terminal
    for change in changes:
        word, path = _word(change, force=force), change.file.path
        if word == Status.THEIRS:
            terminal.say(f"kept     {path}: there is one of your own (--force writes over it)")
            continue
        if change.status is not Status.SAME:
            write(root, path, change.file.text)
        terminal.say(f"{word:<8} {path}")


def _write_environment(
    session: Session, root: Path, project: Project, services: tuple[str, ...]
) -> None:
    """Make .env where there is none; where there is one, say what it lacks."""
    from pierhead.cli.envfile import read_variables
    from pierhead.generate.files import dotenv, environment_file
    from pierhead.generate.folder import builds_see_env, write

    found = environment_file(project, services, secrets.token_hex)
    path = root / ".env"
    if not found:
        return
    if builds_see_env(root):
        session.terminal.say("warning: .dockerignore does not leave .env out of the image: add it")
    if not path.exists() and not path.is_symlink():
        write(root, ".env", dotenv(found), mode=0o600)
        session.terminal.say("new      .env: generated passwords, for its owner alone")
        return
    missing = sorted(found.keys() - read_variables([path], ()).keys())
    if missing:
        session.terminal.say(f"kept     .env: compose.yaml also asks it for {', '.join(missing)}")


def _word(change: Change, *, force: bool) -> str:
    from pierhead.generate.folder import Status

    return Status.OURS if change.status is Status.THEIRS and force else change.status


def _row(change: Change, *, force: bool) -> dict[str, str]:
    file = change.file
    status = str(_word(change, force=force))
    return {"kind": file.kind, "path": file.path, "status": status, "text": file.text}
