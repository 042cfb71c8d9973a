"""`pierhead logs`: what a service writes."""

from __future__ import annotations

import click

from pierhead.cli import parameters
from pierhead.cli.failures import until_interrupted
from pierhead.cli.session import Session


@click.command()
@parameters.name_argument
@parameters.environment_option
@click.option("-f", "--follow", is_flag=True, help="Go on with the lines that come.")
@click.option(
    "-n",
    "--lines",
    type=click.IntRange(0),
    metavar="N",
    default=100,
    show_default=True,
    help="How many of the last lines.",
)
@click.option("--process", metavar="NAME", help="Of one process only, such as web or web.0.")
@parameters.json_option
@click.pass_obj
def logs(
    session: Session,
    name: str,
    environment: str,
    lines: int,
    process: str | None,
    *,
    follow: bool,
    as_json: bool,
) -> None:
    """Print what a service wrote last.

    With --json one document a line.
    """
    terminal = session.terminal
    stream = session.client().logs(name, environment, lines=lines, follow=follow, process=process)
    with until_interrupted():
        for entry in stream:
            if as_json:
                terminal.line(entry)
            else:
                terminal.out(f"{terminal.paint(entry['source'] + ' |', 'faint')} {entry['line']}")
