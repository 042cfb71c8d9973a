"""`pierhead up`: from a folder to a running service."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pierhead.cli import parameters
from pierhead.cli.session import Session

if TYPE_CHECKING:
    from pierhead.client import Client, shapes


@click.command()
@click.argument("path", default=".", type=click.Path())
@click.option(
    "--name",
    metavar="NAME",
    callback=parameters.valid_name,
    help="Name of the project; the folder's name otherwise.",
)
@parameters.environment_option
@click.option("--env", "pairs", multiple=True, metavar="K=V", help="A variable; repeatable.")
@click.option(
    "--env-file",
    "files",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A file of NAME=value lines; repeatable.",
)
@click.option("--dry-run", is_flag=True, help="Show the plan and change nothing.")
@parameters.reason_option
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="Install unlocked dependencies as they were on that day.",
)
@click.option("--force", is_flag=True, help="Deploy even if nothing changed.")
@click.option("--timeout", metavar="DURATION", help="Longest it may take, such as 90s or 10m.")
@parameters.detach_option
@parameters.verbose_option
@parameters.json_option
@click.pass_obj
def up(
    session: Session,
    path: str,
    name: str | None,
    environment: str,
    pairs: tuple[str, ...],
    files: tuple[Path, ...],
    reason: str,
    as_of: datetime | None,
    *,
    timeout: str | None,
    dry_run: bool,
    force: bool,
    detach: bool,
    verbose: bool,
    as_json: bool,
) -> None:
    """Make the code in PATH a running service.

    PATH is a folder, or a bundle of files (.json, .ndjson, .yaml, .zip, .tar...; - for stdin) that
    is written to PIERHEAD_HOME/workspace first. The service's address is printed on stdout. Once
    it runs, the same command brings the next version: the old one serves until the new one is
    healthy. If nothing changed, nothing is done.
    """
    from pierhead.cli.envfile import read_variables
    from pierhead.cli.following import see_through
    from pierhead.cli.times import read_duration

    if _is_bundle(session, path):
        path, name = _written(session, path, name)
    upload: shapes.Upload = {
        "path": _folder(session, path),
        "name": name,
        "environment": environment,
        "env": read_variables(files, pairs),
        "reason": reason,
        "as_of": as_of.date().isoformat() if as_of else None,
        "force": force,
        "timeout": read_duration(timeout, "--timeout") if timeout else None,
    }
    client = session.client()
    if dry_run:
        _show_plan(session, client, upload, as_json=as_json)
        return
    outcome = client.up(upload)
    _show_remarks(session, outcome["plan"])
    see_through(session, client, outcome, detach=detach, verbose=verbose, as_json=as_json)


def _is_bundle(session: Session, path: str) -> bool:
    """Whether what is given is one file (or stdin) that holds a project."""
    return session.address.local and (path == "-" or Path(path).is_file())


def _written(session: Session, path: str, name: str | None) -> tuple[str, str]:
    """Write a bundle; returns its folder and the project's name, by default the file's."""
    import sys

    from pierhead.domain.names import slug
    from pierhead.errors import InvalidInput
    from pierhead.write.formats.choose import SUFFIXES, open_bundle, read_bundle
    from pierhead.write.project import WriteOptions, write_bundle

    file = Path(path)
    if path != "-" and not file.name.endswith(SUFFIXES):
        raise InvalidInput(
            "is neither a folder nor a bundle",
            where=path,
            hint=f"a bundle is one of {', '.join(SUFFIXES)}",
        )
    name = name or slug(file.name.partition(".")[0])
    if not name:
        raise InvalidInput("a bundle from stdin needs a name", where="--name", hint="--name NAME")
    options = WriteOptions(workspace=session.settings.home / "workspace")
    report = write_bundle(
        lambda: read_bundle(sys.stdin.buffer) if path == "-" else open_bundle(file), options
    )
    session.terminal.say(f"{report.files} files written to {report.location}")
    if report.health is not None and report.health.findings:
        session.terminal.say(f"its check: {report.health.to_text().splitlines()[0]}")
    return report.location, name


def _folder(session: Session, path: str) -> str:
    """The absolute path; a folder of this machine must be there, one elsewhere may be."""
    from pierhead.errors import SourceError

    folder = Path(path).resolve()
    if session.address.local and not folder.is_dir():
        what = "is a file" if folder.exists() else "there is no such folder"
        raise SourceError(what, where=path, hint="give the folder that holds the code")
    return str(folder)


def _show_plan(session: Session, client: Client, upload: shapes.Upload, *, as_json: bool) -> None:
    from pierhead.cli.views.plan import plan_lines

    terminal = session.terminal
    plan = client.plan(upload)
    if as_json:
        terminal.data(plan)
        return
    for line in plan_lines(plan, terminal.paint):
        terminal.out(line)
    terminal.say("dry run: nothing was changed")


def _show_remarks(session: Session, plan: shapes.Plan) -> None:
    from pierhead.cli.views.plan import remark_lines

    for line in remark_lines(plan, session.terminal.tint):
        session.terminal.say(line)
