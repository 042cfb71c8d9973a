"""`pierhead detect`: what a folder or repository holds, in the CLI's own process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pierhead.cli.session import Session

if TYPE_CHECKING:
    from pierhead.detect.parts import Parts


@click.command()
@click.argument("source", metavar="[PATH|GIT_URL]", default=".")
@click.option("--json", "as_json", is_flag=True, help="The answer as JSON.")
@click.option("--all", "every", is_flag=True, help="Every deployable part of the repository.")
@click.pass_obj
def detect(session: Session, source: str, *, as_json: bool, every: bool) -> None:
    """Say what code is, why, and how it is built and started.

    Nothing of it is run, and no server is needed. A Git address is cloned without its history.
    """
    from pierhead.cli.views.detected import part_lines, stack_lines
    from pierhead.detect.clone import without_password
    from pierhead.detect.document import parts_document
    from pierhead.detect.sources import look

    found, refused = look(source)
    terminal = session.terminal
    shown = without_password(source)
    if as_json:
        terminal.data(parts_document(found, shown))
    elif every:
        for line in part_lines(found, terminal):
            terminal.out(line)
    elif found.best:
        for line in stack_lines(found.best, terminal):
            terminal.out(line)
        _say_more(session, found)
    if refused is not None:
        raise refused


def _say_more(session: Session, found: Parts) -> None:
    """What is beside the answer; on stderr, since it is talk."""
    others = [one.part or "." for one in found.listed if one.part != (found.best or one).part]
    if found.ambiguous:
        session.terminal.say(f"several parts could be meant: {', '.join(others[:8])}")
        session.terminal.say("name one of these folders; `--all` shows how each starts")
    elif others:
        session.terminal.say(f"deployable parts below: {', '.join(others[:8])}; see `--all`")
