"""What happened: `events` and `audit`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from pierhead.cli import parameters
from pierhead.cli.failures import until_interrupted
from pierhead.cli.session import Session

if TYPE_CHECKING:
    from pierhead.client import shapes


@click.command()
@parameters.optional_name
@click.option("-f", "--follow", is_flag=True, help="Go on with the events that come.")
@click.option("--after", type=click.IntRange(0), metavar="N", help="Those after number N only.")
@click.option(
    "-n",
    "--limit",
    type=click.IntRange(1, 1000),
    metavar="N",
    default=50,
    show_default=True,
    help="How many at most.",
)
@parameters.json_option
@click.pass_obj
def events(
    session: Session,
    name: str | None,
    after: int | None,
    limit: int,
    *,
    follow: bool,
    as_json: bool,
) -> None:
    """Show what happened, the oldest first.

    With -f and --json one document a line.
    """
    client = session.client()
    document = client.events(after=after, limit=limit, project=name)
    found = document["events"]
    if as_json and not follow:
        session.terminal.data(document)
        return
    _print(session, found, as_json=as_json)
    if follow:
        last = found[-1]["sequence"] if found else after
        _print(session, client.follow_events(after=last, project=name), as_json=as_json)


def _print(session: Session, found: Iterable[shapes.Event], *, as_json: bool) -> None:
    from pierhead.cli.views.history import event_line

    with until_interrupted():
        for event in found:
            if as_json:
                session.terminal.line(event)
            else:
                session.terminal.out(event_line(event, session.terminal.paint))


@click.command()
@click.option(
    "-n",
    "--limit",
    type=click.IntRange(1, 1000),
    metavar="N",
    default=50,
    show_default=True,
    help="How many at most.",
)
@parameters.json_option
@click.pass_obj
def audit(session: Session, limit: int, *, as_json: bool) -> None:
    """Show who asked for what, and the answer."""
    from pierhead.cli.views.history import audit_rows

    terminal = session.terminal
    document = session.client().audit(limit)
    if as_json:
        terminal.data(document)
        return
    rows = document["entries"]
    for line in audit_rows(rows, session.now(), terminal.width, terminal.paint):
        terminal.out(line)
