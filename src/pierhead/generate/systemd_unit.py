"""A systemd unit for one service on a server: its own user, and little it may do.

Written for systemd 247 (Debian 11) and later.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from pierhead.domain.command import Command
from pierhead.domain.service import Limits, Restart
from pierhead.errors import InvalidInput
from pierhead.generate.commands import exec_argv
from pierhead.generate.project import Project, secretive

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_VARIABLE = re.compile(r"\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))")
_RESTART = {Restart.ALWAYS: "always", Restart.ON_FAILURE: "on-failure", Restart.NEVER: "no"}


@dataclass(frozen=True, slots=True)
class UnitPlace:
    """Where the service lies on its server; absolute paths.

    Attributes:
        folder: of the release; what it runs in.
        user: an account of its own, which has no shell.
        environment: the file of its variables, root's and 0600: systemd reads it, the service
            does not.
        port: the port it is told, or None if the environment file tells it.
        path: folders that come first in PATH, such as a virtual environment's `bin`.
        writable: folders it may write to, beside a private /tmp.
        process: which process of the recipe.
    """

    folder: str
    user: str
    environment: str
    port: int | None = None
    path: tuple[str, ...] = ()
    writable: tuple[str, ...] = ()
    process: str = "web"

    @classmethod
    def usual(cls, project: Project, root: str = "/opt/pierhead/services") -> UnitPlace:
        """The layout below a server's root: `current` is the release that runs."""
        home = PurePosixPath(root) / project.name
        shared = {str(home / "shared")} if project.recipe.shared else set()
        venv = (str(home / "current" / "venv" / "bin"),) if project.stack.name == "python" else ()
        return cls(
            folder=str(home / "current"),
            user=f"pierhead-{project.name}"[:31],
            environment=str(home / "environment"),
            port=project.port,
            path=venv,
            writable=tuple(sorted(shared)),
        )


def unit(project: Project, place: UnitPlace) -> str:
    """The text of a unit.

    Raises:
        InvalidInput: if the recipe has no such process, or a value cannot stand in a unit.
    """
    command = project.recipe.processes.get(place.process)
    if command is None:
        raise InvalidInput(
            f"there is no {place.process} process to write a unit for",
            hint='name the start command in pierhead.toml: [service] command = "..."',
        )
    spec = project.spec
    folders = ":".join((*place.path, "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin"))
    own = project.recipe.environment.items()
    values = {name: value for name, value in own if not secretive(name)} | {"PATH": folders}
    if place.port is not None:
        values["PORT"] = str(place.port)
    lines = [
        "[Unit]",
        f"Description={_plain(f'{project.name} ({place.process})')}",
        "After=network-online.target",
        "Wants=network-online.target",
        "# Ten starts in five minutes are too many: it then stays down and `systemctl` says so.",
        "StartLimitIntervalSec=300",
        "StartLimitBurst=10",
        "",
        "[Service]",
        "# Started once the program itself runs, so a missing one fails here and not later.",
        "Type=exec",
        f"User={place.user}",
        f"Group={place.user}",
        f"WorkingDirectory={_plain(place.folder)}",
        *(f"Environment={_word(f'{name}={values[name]}')}" for name in sorted(values)),
        "# Read by systemd before it becomes the user; mode 0600. Its values win.",
        f"EnvironmentFile={_plain(place.environment)}",
        f"ExecStart={_line(command)}",
        f"Restart={_RESTART[spec.restart]}",
        "RestartSec=1",
        "# The program alone is asked to end; what it left behind is ended with it.",
        "KillMode=mixed",
        f"TimeoutStopSec={max(int(spec.stop_timeout), 1)}",
        f"TimeoutStartSec={max(int(spec.health.start_timeout), 1)}",
        f"SyslogIdentifier={project.name}",
        "",
        *_limits(spec.limits),
        *_HARDENING,
        *(f"ReadWritePaths={_plain(folder)}" for folder in place.writable),
        "",
        "[Install]",
        "WantedBy=multi-user.target",
    ]
    return "\n".join(lines) + "\n"


_HARDENING = (
    "# No new rights by setuid programs, and none of root's to begin with.",
    "NoNewPrivileges=yes",
    "CapabilityBoundingSet=",
    "AmbientCapabilities=",
    "RestrictSUIDSGID=yes",
    "# The whole file system is read-only, homes and devices are not there, /tmp is its own.",
    "ProtectSystem=strict",
    "ProtectHome=yes",
    "PrivateTmp=yes",
    "PrivateDevices=yes",
    "ProtectProc=invisible",
    "ProtectControlGroups=yes",
    "ProtectKernelLogs=yes",
    "ProtectKernelModules=yes",
    "ProtectKernelTunables=yes",
    "ProtectClock=yes",
    "ProtectHostname=yes",
    "RestrictNamespaces=yes",
    "RestrictRealtime=yes",
    "LockPersonality=yes",
    "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX",
    "SystemCallArchitectures=native",
    "SystemCallFilter=@system-service",
    "SystemCallErrorNumber=EPERM",
    "UMask=0027",
)


def _limits(limits: Limits) -> list[str]:
    found = [
        f"MemoryMax={limits.memory}" if limits.memory else "",
        f"LimitNOFILE={limits.open_files or 65536}",
        f"TasksMax={limits.processes}" if limits.processes else "",
        f"Nice={limits.nice}" if limits.nice else "",
    ]
    return [line for line in found if line]


def _line(command: Command) -> str:
    """ExecStart: `env` finds the program in the service's own PATH and becomes it."""
    argv = exec_argv(command) if command.shell else command.argv
    words = argv if argv[0].startswith("/") or argv[0] == "env" else ("env", *argv)
    first = "/usr/bin/env" if words[0] == "env" else words[0]
    # A shell's line is filled in by the shell; any other by systemd, each part one word.
    filled = [_doubled(part) if command.shell else _expanded(part) for part in words[1:]]
    return " ".join([_word(first), *map(_word, filled)])


def _doubled(text: str) -> str:
    return text.replace("$", "$$")


def _expanded(text: str) -> str:
    pieces, at = [], 0
    for match in _VARIABLE.finditer(text):
        pieces += [_doubled(text[at : match.start()]), f"${{{match[1] or match[2]}}}"]
        at = match.end()
    return "".join([*pieces, _doubled(text[at:])])


def _word(text: str) -> str:
    """One word of a unit's line, quoted as systemd reads it."""
    return '"' + re.sub(r'([\\"])', r"\\\1", _plain(text)) + '"'


def _plain(text: str) -> str:
    """A value in which systemd has nothing to fill in.

    Raises:
        InvalidInput: if a unit cannot hold it.
    """
    if _CONTROL.search(text):
        raise InvalidInput(
            f"{text!r} has a line break or control character, which a unit cannot hold",
            hint="give it in the environment file, or write the command without it",
        )
    return text.replace("%", "%%")
