"""What every command is given: settings, terminal, clock, and the way to the server."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from pierhead import __version__
from pierhead.cli.terminal import Terminal, find_terminal
from pierhead.cli.times import utc_now
from pierhead.client import Client
from pierhead.client.address import Address, find_address
from pierhead.client.connection import Connection
from pierhead.errors import ServerUnreachable
from pierhead.settings import Settings, load_settings

if TYPE_CHECKING:
    from pierhead.cli.boot import Launcher


@dataclass(frozen=True, slots=True)
class Session:
    """One run of the CLI.

    Attributes:
        launcher: what starts the server; the real one, imported when it is needed, if None.
    """

    environ: Mapping[str, str]
    settings: Settings
    address: Address
    terminal: Terminal
    now: Callable[[], datetime] = utc_now
    launcher: Launcher | None = field(default=None)

    def client(self) -> Client:
        """A client of a server that answers; a local one is started if need be.

        Raises:
            ServerUnreachable: if it cannot be had.
        """
        client = self.bare_client()
        try:
            health = client.health(timeout=10.0)
        except ServerUnreachable:
            if not self.address.local:
                raise
            self._start(client)
            return client
        if health["version"] != __version__:
            self._compare(client, health["version"])
        return client

    def bare_client(self) -> Client:
        """A client of a server that may not be there."""
        return Client(Connection(self.address))

    def find_launcher(self) -> Launcher:
        """What starts and ends the local server."""
        if self.launcher is not None:
            return self.launcher
        from pierhead.runtimes import boot

        return boot

    def _start(self, client: Client) -> None:
        from pierhead.cli.boot import start_server

        self.terminal.say(f"starting the server in {self.settings.home}")
        try:
            start_server(client, self.find_launcher(), self.settings.home, self.environ)
        except ServerUnreachable as error:
            for line in error.details.get("log_tail", []):
                self.terminal.say(f"  | {line}")
            raise

    def _compare(self, client: Client, version: str) -> None:
        from pierhead.cli.boot import older, renew_server

        say = self.terminal.say
        if not older(version):
            say(f"note: the server is {version}, newer than this {__version__}: upgrade this one")
        elif not self.address.local:
            say(f"note: the server is {version}, older than this {__version__}")
        elif _busy(client):
            say(f"note: the server stays {version} until its deployments have ended")
        else:
            say(f"the server is {version}; starting {__version__} in its place, services run on")
            renewed = renew_server(client, self.find_launcher(), self.settings.home)
            if renewed != __version__:
                say(f"note: the server is still {renewed}, from another installation;")
                say("  `pierhead down` ends it, the next command starts this one")


def _busy(client: Client) -> bool:
    """Whether a deployment waits or runs."""
    return client.deployments(status=("pending", "deploying"), page_size=1)["total"] > 0


def open_session() -> Session:
    """The session of this process."""
    environ = dict(os.environ)
    settings = load_settings(environ)
    return Session(environ, settings, find_address(environ, settings), find_terminal(environ))
