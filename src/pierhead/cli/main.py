"""The entry of the CLI: `pierhead`."""

from __future__ import annotations

import errno
import os
import sys

import click

from pierhead import __version__
from pierhead.cli.failures import INTERRUPTED, fail, unexpected
from pierhead.cli.lazy import LazyGroup
from pierhead.cli.session import Session, open_session
from pierhead.cli.terminal import find_terminal
from pierhead.errors import PierheadError

_AT = "pierhead.cli.commands"
COMMANDS = {
    "up": f"{_AT}.up:up",
    "status": f"{_AT}.status:status",
    "services": f"{_AT}.status:services",
    "address": f"{_AT}.status:address",
    "deploy": f"{_AT}.deploy:deploy",
    "logs": f"{_AT}.logs:logs",
    "rollback": f"{_AT}.service:rollback",
    "restart": f"{_AT}.service:restart",
    "stop": f"{_AT}.service:stop",
    "start": f"{_AT}.service:start",
    "delete": f"{_AT}.service:delete",
    "events": f"{_AT}.history:events",
    "audit": f"{_AT}.history:audit",
    "ports": f"{_AT}.status:ports",
    "write": f"{_AT}.write:write",
    "check": f"{_AT}.write:check",
    "generate": f"{_AT}.generate:generate",
    "detect": f"{_AT}.detect:detect",
    "doctor": f"{_AT}.server:doctor",
    "down": f"{_AT}.server:down",
    "serve": f"{_AT}.server:serve",
    "completion": f"{_AT}.completion:completion",
    "version": f"{_AT}.server:version",
}


class Root(LazyGroup):
    """The outermost group: here every error becomes two lines and an exit code."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except KeyboardInterrupt:
            find_terminal({}).say(
                "interrupted; what the server was asked for goes on: see `pierhead deploy list`"
            )
            raise click.exceptions.Exit(INTERRUPTED) from None
        except PierheadError as error:
            raise fail(error, _session(ctx).terminal) from error
        except Exception as error:
            if isinstance(error, OSError) and error.errno == errno.EPIPE:
                raise  # whoever read our output has seen enough; click ends quietly
            session = _session(ctx)
            raise fail(unexpected(error, session.settings.home), session.terminal) from error


def _session(ctx: click.Context) -> Session:
    session = ctx.obj
    if not isinstance(session, Session):
        raise click.ClickException("no session")
    return session


@click.group(cls=Root, lazy=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="pierhead %(version)s")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """From code in any form to a running, verified, reversible service.

    `pierhead up PATH` is where to begin.
    """
    if ctx.obj is None:
        try:
            ctx.obj = open_session()
        except PierheadError as error:
            raise fail(error, find_terminal(os.environ)) from error


def main() -> None:
    """Run the CLI on the arguments of this process."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal without UTF-8 shows `\u2713` for a tick rather than failing.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    cli(prog_name="pierhead")


if __name__ == "__main__":
    main()
