"""`pierhead deploy`: the deployments themselves."""

from __future__ import annotations

import click

from pierhead.cli import parameters
from pierhead.cli.session import Session

STATUSES = (
    *("pending", "deploying", "active", "inactive"),
    *("failed", "rolled_back", "cancelled", "superseded"),
)


@click.group()
def deploy() -> None:
    """List, show, follow and cancel deployments."""


@deploy.command("list")
@parameters.optional_name
@click.option(
    "-e",
    "--environment",
    metavar="NAME",
    callback=parameters.valid_name,
    help="Those of one environment only.",
)
@click.option(
    "--status",
    "statuses",
    multiple=True,
    type=click.Choice(STATUSES),
    metavar="STATUS",
    help=f"Those in one state only, repeatable: {', '.join(STATUSES)}.",
)
@click.option(
    "-n",
    "--limit",
    type=click.IntRange(1, 100),
    metavar="N",
    default=20,
    show_default=True,
    help="How many a page has.",
)
@click.option(
    "--page", type=click.IntRange(1), metavar="N", default=1, show_default=True, help="Which page."
)
@parameters.json_option
@click.pass_obj
def list_(
    session: Session,
    name: str | None,
    environment: str | None,
    statuses: tuple[str, ...],
    limit: int,
    page: int,
    *,
    as_json: bool,
) -> None:
    """List deployments, newest first."""
    from pierhead.cli.views.deployments import deployment_rows

    terminal = session.terminal
    document = session.client().deployments(
        project=name, environment=environment, status=statuses, page=page, page_size=limit
    )
    if as_json:
        terminal.data(document)
        return
    rows = document["deployments"]
    for line in deployment_rows(rows, session.now(), terminal.width, terminal.paint):
        terminal.out(line)
    if document["total"] > page * limit:
        terminal.say(f"{document['total']} in all; --page {page + 1} shows the next")


@deploy.command()
@parameters.id_argument
@parameters.json_option
@click.pass_obj
def show(session: Session, deployment_id: str, *, as_json: bool) -> None:
    """Show a deployment with its timeline."""
    from pierhead.cli.views.deployments import deployment_lines

    terminal = session.terminal
    document = session.client().deployment(deployment_id)
    if as_json:
        terminal.data(document)
        return
    for line in deployment_lines(document, session.now(), terminal.paint):
        terminal.out(line)


@deploy.command()
@parameters.id_argument
@parameters.json_option
@click.pass_obj
def log(session: Session, deployment_id: str, *, as_json: bool) -> None:
    """Print all that a deployment wrote."""
    text = session.client().deployment_log(deployment_id)
    if as_json:
        session.terminal.data({"id": deployment_id, "lines": text.splitlines()})
    elif text:
        session.terminal.out(text.removesuffix("\n"))


@deploy.command()
@parameters.id_argument
@parameters.reason_option
@parameters.json_option
@click.pass_obj
def cancel(session: Session, deployment_id: str, reason: str, *, as_json: bool) -> None:
    """Cancel a deployment.

    It ends within 10 seconds, and the old version serves on.
    """
    document = session.client().cancel(deployment_id, reason)
    if as_json:
        session.terminal.data(document)
    elif document["completed_at"]:
        ended = document["status"].replace("_", " ")
        session.terminal.say(f"{document['id']} has ended: it is {ended}")
    else:
        session.terminal.say(f"{document['id']} is asked to end")


@deploy.command()
@parameters.id_argument
@parameters.verbose_option
@parameters.json_option
@click.pass_obj
def watch(session: Session, deployment_id: str, *, verbose: bool, as_json: bool) -> None:
    """Follow a deployment to its end.

    It exits as `up` does.
    """
    from pierhead.cli.following import conclude, follow

    client = session.client()
    ended = follow(session, client, client.deployment(deployment_id), verbose=verbose)
    if as_json:
        session.terminal.data(ended)
    conclude(session, ended)
    if not as_json and ended["address"]:
        session.terminal.out(ended["address"])
