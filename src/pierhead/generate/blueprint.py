"""What a stack says about its image; `dockerfile` makes text of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pierhead.domain.command import Command
from pierhead.generate.images import DOCKER_HUB
from pierhead.generate.probes import Probe

# Above what distributions and images give to accounts of their own; a number, so that Kubernetes'
# runAsNonRoot can see that it is not root.
USER_ID = 10001


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage before the last one.

    Attributes:
        name: what others call it.
        image: below the registry (`library/node:24`); `$BASE` for the image that runs.
        body: its instructions and comments.
    """

    name: str
    image: str
    body: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Blueprint:
    """An image.

    Attributes:
        base: the image that runs, below the registry.
        stages: those before the last one.
        packages: of the distribution, which the program needs when it runs.
        setup: of the last stage, after them and before the files. Still root.
        files: of the last stage: what is copied into it. Owned by root, so that a hole in the
            program is no way to change the program.
        health: how the image can ask itself, or None.
        no_health: why it cannot, if `health` is None.
        command: in place of the recipe's, for what has none (files behind Caddy).
        environment: beside the recipe's.
        path: folders that come first in PATH.
        writable: folders below the working directory that the program may write to.
        user: an account that the image brings, in place of our own.
        alpine: the image that runs is Alpine, whose tools are busybox's.
        workdir: where the program runs.
        stop_signal: in place of SIGTERM.
        trust: lines that make the last stage trust `/usr/local/share/ca-certificates/extra.crt`,
            where the usual variables are not enough (Java's own key store).
    """

    base: str
    files: tuple[str, ...]
    stages: tuple[Stage, ...] = ()
    packages: tuple[str, ...] = ()
    setup: tuple[str, ...] = ()
    health: Probe | None = None
    no_health: str = ""
    command: Command | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    path: tuple[str, ...] = ()
    writable: tuple[str, ...] = ()
    user: int | None = None
    alpine: bool = False
    workdir: str = "/app"
    stop_signal: str | None = None
    trust: tuple[str, ...] = ()
    registry: str = DOCKER_HUB
