"""Following a deployment to its end, and saying how it ended."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from pierhead.cli.failures import INTERRUPTED
from pierhead.cli.progress import Progress
from pierhead.cli.session import Session
from pierhead.cli.terminal import clean
from pierhead.cli.times import lasting
from pierhead.cli.views.deployments import tail_lines
from pierhead.errors import (
    Cancelled,
    Conflict,
    DeploymentFailed,
    PierheadError,
    ServerUnreachable,
    error_from_document,
)

if TYPE_CHECKING:
    from pierhead.client import Client, shapes

UNFINISHED = frozenset({"pending", "deploying"})
# Ends that are good and over: what became of it.
_PAST = {"inactive": "a later one has taken over", "rolled_back": "it was rolled back"}
ABSENT_SECONDS = 60.0  # a server that was killed is back within seconds; an upgrade takes longer
PAUSE = 0.25


def see_through(
    session: Session,
    client: Client,
    outcome: shapes.Outcome,
    *,
    detach: bool,
    verbose: bool,
    as_json: bool,
) -> None:
    """Show what was asked for until it has ended; stdout gets the address, or the JSON.

    Raises:
        PierheadError: of the class that the deployment failed with.
    """
    deployment = outcome["deployment"]
    terminal = session.terminal
    if deployment is None:
        terminal.say(f"nothing to do: {clean(outcome['plan']['reason'])}")
        _result(session, outcome, outcome["plan"]["address"], as_json=as_json)
        return
    if detach:
        terminal.say(f"it goes on by itself; `pierhead deploy watch {deployment['id']}` follows it")
        _result(session, outcome, deployment["id"], as_json=as_json)
        return
    ended = follow(session, client, deployment, verbose=verbose)
    if as_json:
        terminal.data({"plan": outcome["plan"], "deployment": ended})
    conclude(session, ended)
    if not as_json:
        terminal.out(ended["address"] or outcome["plan"]["address"])


def _result(session: Session, outcome: shapes.Outcome, text: str, *, as_json: bool) -> None:
    if as_json:
        session.terminal.data(outcome)
    else:
        session.terminal.out(text)


def follow(
    session: Session, client: Client, deployment: shapes.Deployment, *, verbose: bool
) -> shapes.Deployment:
    """The deployment as it ended. The server may be restarted meanwhile.

    Ctrl-C ends the following, never the deployment.
    """
    try:
        with Progress(session.terminal, verbose=verbose) as progress:
            return _watch(client, deployment, progress)
    except KeyboardInterrupt:
        name = deployment["id"]
        session.terminal.say(f"{name} goes on without you:")
        session.terminal.say(f"  pierhead deploy watch {name}    follows it")
        session.terminal.say(f"  pierhead deploy cancel {name}   ends it")
        raise click.exceptions.Exit(INTERRUPTED) from None


def _watch(client: Client, deployment: shapes.Deployment, progress: Progress) -> shapes.Deployment:
    offset = 0
    lost: float | None = None  # since when the server does not answer
    while True:
        try:
            for seen in client.watch(deployment["id"], offset):
                lost = None
                if seen["type"] == "deployment":
                    deployment = seen["deployment"]
                    progress.show(deployment)
                elif seen["type"] == "log":
                    offset = seen["offset"]
                    progress.log(seen["line"])
            if deployment["status"] not in UNFINISHED:
                return deployment
        except ServerUnreachable as error:
            if lost is None:
                lost = time.monotonic()
                progress.say("  the server does not answer; waiting for it to come back")
            elif time.monotonic() - lost > ABSENT_SECONDS:
                again = f"pierhead deploy watch {deployment['id']}"
                error.hint = f"`{again}` follows it once the server is back"
                raise
        time.sleep(PAUSE)


def conclude(session: Session, deployment: shapes.Deployment) -> None:
    """Say that it succeeded, or raise what it failed with after the end of its log.

    Raises:
        PierheadError: of the class that the deployment failed with.
    """
    terminal = session.terminal
    if (error := failure(deployment)) is not None:
        for line in tail_lines(deployment, terminal.tint):
            terminal.say(line)
        raise error
    name = f"{deployment['project']} {deployment['version']} (#{deployment['number']})"
    if past := _PAST.get(deployment["status"]):
        terminal.say(clean(f"{name} was live in {deployment['environment']}; {past}"))
        return
    seconds = deployment["duration_seconds"]
    took = "" if seconds is None else f" after {lasting(seconds)}"
    text = clean(f"{name} is live in {deployment['environment']}{took}")
    terminal.say(terminal.tint(text, "good"))
    if deployment["note"]:
        terminal.say(f"{terminal.tint('note:', 'faint')} {clean(deployment['note'])}")


def failure(deployment: shapes.Deployment) -> PierheadError | None:
    """The error of a deployment that did not succeed."""
    status, name = deployment["status"], deployment["id"]
    log = f"`pierhead deploy log {name}` shows all that it wrote"
    if deployment["error"]:
        error = error_from_document(deployment["error"])
        if type(error) is PierheadError:  # from a newer server, or a mistake within the server
            error = DeploymentFailed(error.message, hint=error.hint, where=error.where)
        error.hint = error.hint or log
        return error
    if status == "cancelled":
        return Cancelled(f"{name} was cancelled", hint=log)
    if status == "superseded":
        newer = deployment["superseded_by"] or "a newer one"
        return Conflict(f"{name} gave way to {newer}", hint=f"`pierhead deploy watch {newer}`")
    return DeploymentFailed(f"{name} failed", hint=log) if status == "failed" else None
