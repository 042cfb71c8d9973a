"""Who asks, and from where."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """The one who asks for a change.

    Attributes:
        name: a user of this machine, or a token's name; `pierhead` where the server acts itself.
        origin: where from: `unix socket, pid 4711`, an address, or `server`.
    """

    name: str
    origin: str


SERVER = Actor("pierhead", "server")
