"""`pierhead completion`: what a shell needs to complete commands, services and ids."""

from __future__ import annotations

from pathlib import PurePath

import click

from pierhead.cli.session import Session

SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", required=False, type=click.Choice(SHELLS))
@click.pass_context
def completion(ctx: click.Context, shell: str | None) -> None:
    """Print the completion script of a shell.

    `eval "$(pierhead completion bash)"` switches it on.
    """
    from click.shell_completion import get_completion_class

    session = ctx.find_object(Session)
    name = shell or PurePath(session.environ.get("SHELL", "") if session else "").name
    cls = get_completion_class(name) if name in SHELLS else None
    if cls is None or session is None:
        raise click.UsageError(f"name the shell: {', '.join(SHELLS)}")
    script = cls(ctx.find_root().command, {}, "pierhead", "_PIERHEAD_COMPLETE")
    session.terminal.out(script.source())
