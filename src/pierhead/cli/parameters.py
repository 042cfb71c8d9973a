"""Arguments and options that several commands share, and what a shell may complete in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pierhead.domain.names import check_name

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from pierhead.client import Client

COMPLETION_SECONDS = 0.5  # who presses Tab waits no longer


def _client_if_up() -> Client | None:
    """A client if a server answers; completing never starts one."""
    from pierhead.cli.session import open_session
    from pierhead.client import Client
    from pierhead.client.connection import Connection
    from pierhead.errors import PierheadError

    try:
        client = Client(Connection(open_session().address, COMPLETION_SECONDS))
        client.health()
    except PierheadError:
        return None
    return client


def complete_service(
    ctx: click.Context,  # noqa: ARG001 - the signature is click's
    param: click.Parameter,  # noqa: ARG001
    incomplete: str,
) -> list[CompletionItem]:
    """Names of services that begin so."""
    from click.shell_completion import CompletionItem

    from pierhead.errors import PierheadError

    client = _client_if_up()
    try:
        services = client.services()["services"] if client else []
    except PierheadError:
        return []
    names = sorted({service["project"] for service in services})
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


def complete_deployment(
    ctx: click.Context,  # noqa: ARG001 - the signature is click's
    param: click.Parameter,  # noqa: ARG001
    incomplete: str,
) -> list[CompletionItem]:
    """Ids of the newest deployments that begin so, each with what it was."""
    from click.shell_completion import CompletionItem

    from pierhead.errors import PierheadError

    client = _client_if_up()
    try:
        found = client.deployments(page_size=50)["deployments"] if client else []
    except PierheadError:
        return []
    return [
        CompletionItem(d["id"], help=f"{d['project']} #{d['number']} {d['status']}")
        for d in found
        if d["id"].startswith(incomplete)
    ]


def valid_name(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:  # noqa: ARG001
    """The name, if it can be one; a wrong one is told before a server is asked.

    Raises:
        InvalidInput: with the nearest name that could be one.
    """
    return value if value is None else check_name(value, _WHAT.get(param.name or "", "name"))


_WHAT = {"environment": "name of an environment"}

name_argument = click.argument("name", shell_complete=complete_service, callback=valid_name)
optional_name = click.argument(
    "name", required=False, shell_complete=complete_service, callback=valid_name
)
id_argument = click.argument("deployment_id", metavar="ID", shell_complete=complete_deployment)
environment_option = click.option(
    "-e",
    "--environment",
    default="production",
    callback=valid_name,
    show_default=True,
    metavar="NAME",
    help="Environment it is about.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON on stdout.")
reason_option = click.option(
    "--reason", default="", metavar="TEXT", help="Why, for the record and the events."
)
detach_option = click.option(
    "-d", "--detach", is_flag=True, help="Return at once; the deployment goes on."
)
verbose_option = click.option(
    "-v", "--verbose", is_flag=True, help="Show what the deployment writes."
)
