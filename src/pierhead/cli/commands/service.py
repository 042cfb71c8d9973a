"""Changes to a service that runs: rollback, restart, stop, start, delete."""

from __future__ import annotations

import sys

import click

from pierhead.cli import parameters
from pierhead.cli.session import Session


@click.command()
@parameters.name_argument
@parameters.environment_option
@click.option(
    "--to",
    metavar="ID",
    shell_complete=parameters.complete_deployment,
    help="The deployment to go back to; the one before otherwise.",
)
@parameters.reason_option
@parameters.detach_option
@parameters.verbose_option
@parameters.json_option
@click.pass_obj
def rollback(
    session: Session,
    name: str,
    environment: str,
    to: str | None,
    reason: str,
    *,
    detach: bool,
    verbose: bool,
    as_json: bool,
) -> None:
    """Go back to an earlier deployment.

    Its files and its variables come back with it.
    """
    from pierhead.cli.following import see_through

    client = session.client()
    outcome = client.rollback(name, environment, to=to, reason=reason)
    see_through(session, client, outcome, detach=detach, verbose=verbose, as_json=as_json)


@click.command()
@parameters.name_argument
@parameters.environment_option
@parameters.reason_option
@parameters.detach_option
@parameters.verbose_option
@parameters.json_option
@click.pass_obj
def restart(
    session: Session,
    name: str,
    environment: str,
    reason: str,
    *,
    detach: bool,
    verbose: bool,
    as_json: bool,
) -> None:
    """Replace the processes of a service by new ones.

    The old ones serve until the new ones are healthy.
    """
    from pierhead.cli.following import see_through

    client = session.client()
    outcome = client.restart(name, environment, reason)
    see_through(session, client, outcome, detach=detach, verbose=verbose, as_json=as_json)


@click.command()
@parameters.name_argument
@parameters.environment_option
@parameters.json_option
@click.pass_obj
def stop(session: Session, name: str, environment: str, *, as_json: bool) -> None:
    """Stop a service; `pierhead start` brings it back."""
    document = session.client().stop(name, environment)
    if as_json:
        session.terminal.data(document)
    else:
        session.terminal.say(f"{name} in {environment} is {document['state']}")


@click.command()
@parameters.name_argument
@parameters.environment_option
@parameters.json_option
@click.pass_obj
def start(session: Session, name: str, environment: str, *, as_json: bool) -> None:
    """Start a service that was stopped, and print its address."""
    document = session.client().start(name, environment)
    if as_json:
        session.terminal.data(document)
        return
    session.terminal.say(f"{name} in {environment} is {document['state']}")
    session.terminal.out(document["endpoint"])


@click.command()
@parameters.name_argument
@parameters.environment_option
@click.option("--purge", is_flag=True, help="Remove its data folder and its logs too.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@parameters.json_option
@click.pass_obj
def delete(
    session: Session, name: str, environment: str, *, purge: bool, yes: bool, as_json: bool
) -> None:
    """Stop a service and forget it.

    Its port and its releases are given back; its data folder stays unless --purge is given.
    """
    if not yes:
        _confirm(session, name, environment, purge=purge)
    document = session.client().delete(name, environment, purge=purge)
    if as_json:
        session.terminal.data(document)
    else:
        session.terminal.say(f"{name} in {environment} is deleted")


def _confirm(session: Session, name: str, environment: str, *, purge: bool) -> None:
    if not sys.stdin.isatty():
        raise click.UsageError(f"to delete {name} without a question, add --yes")
    what = "and all its data" if purge else "but keep its data"
    question = f"delete {name} in {environment} {what}?"
    if not click.confirm(question, err=True):
        session.terminal.say("nothing was deleted")
        raise click.exceptions.Exit(1)
