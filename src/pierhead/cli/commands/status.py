"""What is there: `status`, `services`, `address`, `ports`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pierhead.cli import parameters
from pierhead.cli.session import Session

if TYPE_CHECKING:
    from pierhead.client import shapes


@click.command()
@parameters.optional_name
@parameters.environment_option
@parameters.json_option
@click.pass_obj
def status(session: Session, name: str | None, environment: str, *, as_json: bool) -> None:
    """Show all services, or one with its processes."""
    if name is None:
        _all(session, as_json=as_json)
    else:
        _one(session, name, environment, as_json=as_json)


def _all(session: Session, *, as_json: bool) -> None:
    from pierhead.cli.views.services import status_lines

    client, terminal = session.client(), session.terminal
    document = client.services()
    if as_json:
        terminal.data(document)
        return
    current = client.deployments(status=("pending", "deploying", "active"), page_size=100)
    if rows := document["services"]:
        numbers = {d["id"]: d["number"] for d in current["deployments"]}
        for line in status_lines(rows, numbers, session.now(), terminal.width, terminal.paint):
            terminal.out(line)
    else:
        terminal.say("no services yet; `pierhead up PATH` starts one")
    for deployment in current["deployments"]:
        if deployment["status"] != "active":
            terminal.say(_under_way(deployment))


def _under_way(deployment: shapes.Deployment) -> str:
    place = f"{deployment['project']} #{deployment['number']} in {deployment['environment']}"
    return f"{place} is {deployment['status']}: `pierhead deploy watch {deployment['id']}`"


def _one(session: Session, name: str, environment: str, *, as_json: bool) -> None:
    from pierhead.cli.views.services import service_lines

    terminal = session.terminal
    service = session.client().service(name, environment)
    if as_json:
        terminal.data(service)
        return
    for line in service_lines(service, session.now(), terminal.width, terminal.paint):
        terminal.out(line)


@click.command()
@parameters.optional_name
@parameters.json_option
@click.pass_obj
def services(session: Session, name: str | None, *, as_json: bool) -> None:
    """List every service and where it is reached."""
    from pierhead.cli.views.services import registry_lines

    terminal = session.terminal
    document = session.client().services(name)
    if as_json:
        terminal.data(document)
        return
    rows = document["services"]
    for line in registry_lines(rows, session.now(), terminal.width, terminal.paint):
        terminal.out(line)


@click.command()
@parameters.name_argument
@parameters.environment_option
@parameters.json_option
@click.pass_obj
def address(session: Session, name: str, environment: str, *, as_json: bool) -> None:
    """Print the address of a service, and nothing else."""
    endpoint = session.client().service(name, environment)["endpoint"]
    if as_json:
        session.terminal.data({"address": endpoint})
    else:
        session.terminal.out(endpoint)


@click.command()
@parameters.json_option
@click.pass_obj
def ports(session: Session, *, as_json: bool) -> None:
    """List the ports that are held, and for whom."""
    from pierhead.cli.views.services import port_lines

    terminal = session.terminal
    document = session.client().ports()
    if as_json:
        terminal.data(document)
        return
    for line in port_lines(document["ports"], terminal.width, terminal.paint):
        terminal.out(line)
