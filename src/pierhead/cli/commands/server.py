"""The server itself: `serve`, `down`, `doctor`, `version`."""

from __future__ import annotations

import click

from pierhead import __version__
from pierhead.cli import parameters
from pierhead.cli.session import Session
from pierhead.errors import PierheadError, ServerUnreachable, Unavailable


@click.command()
@click.pass_obj
def serve(session: Session) -> None:
    """Run the server in the foreground.

    Other commands start it by themselves.
    """
    from pierhead.api.server import serve as run

    run(session.settings)


@click.command()
@parameters.json_option
@click.pass_obj
def down(session: Session, *, as_json: bool) -> None:
    """End the local server and all that it runs.

    What is stored stays; the next command starts it all again.
    """
    from pierhead.cli.boot import STOP_SECONDS
    from pierhead.errors import Conflict

    if not session.address.local:
        raise Conflict(
            f"{session.address} is not a server of this machine",
            where="PIERHEAD_URL",
            hint="unset PIERHEAD_URL, or end it where it runs",
        )
    session.find_launcher().shutdown(session.settings.home, STOP_SECONDS)
    if as_json:
        session.terminal.data({"home": str(session.settings.home), "running": False})
    else:
        session.terminal.say(f"nothing of {session.settings.home} runs any more")


@click.command()
@parameters.json_option
@click.pass_obj
def doctor(session: Session, *, as_json: bool) -> None:
    """Say what is missing, and what to do about it.

    Exits with 7 if something is missing.
    """
    from pierhead.cli.views.history import check_lines

    terminal = session.terminal
    try:
        checks = session.client().doctor()["checks"]
    except PierheadError as error:  # the very thing it is for: say it as a finding
        advice = error.hint if not isinstance(error, ServerUnreachable) else _look(session, error)
        checks = [{"name": "server", "ok": False, "found": str(error), "advice": advice}]
    if as_json:
        terminal.data({"checks": checks})
    else:
        for line in check_lines(checks, terminal.paint):
            terminal.out(line)
    if missing := [check["name"] for check in checks if check["ok"] is False]:
        raise Unavailable(f"not in order: {', '.join(missing)}", hint="")


def _look(session: Session, error: PierheadError) -> str:
    if not session.address.local:
        return "is PIERHEAD_URL right, and does the server run there?"
    log = session.settings.home / "logs" / "server.log"
    return f"read {log}" if log.exists() else error.hint


@click.command()
@parameters.json_option
@click.pass_obj
def version(session: Session, *, as_json: bool) -> None:
    """Print the version.

    That of the server, if it runs, is told on stderr.
    """
    try:
        server = session.bare_client().health(timeout=2.0)["version"]
    except PierheadError:
        server = None
    if as_json:
        session.terminal.data({"version": __version__, "server": server})
        return
    session.terminal.out(__version__)
    session.terminal.say(f"server: {server or 'not running'}")
