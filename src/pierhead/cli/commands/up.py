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

    Its address is printed on stdout. Once it runs, the same command brings the next version: the
    old one serves until the new one is healthy. If nothing changed, nothing is done.
    """
    from pierhead.cli.envfile import read_variables
    from pierhead.cli.following import see_through
    from pierhead.cli.times import read_duration

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
