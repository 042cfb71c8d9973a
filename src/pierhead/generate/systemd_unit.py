"""A systemd unit for one service on a server: its own user, and little it may do.

Written for systemd 247 (Debian 11) and later.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

from pierhead.domain.service import Limits, Restart
from pierhead.errors import InvalidInput
from pierhead.generate.project import Project, secretive
from pierhead.generate.unit_text import HARDENING, exec_start, plain, word

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
        f"Description={plain(f'{project.name} ({place.process})')}",
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
        f"WorkingDirectory={plain(place.folder)}",
        *(f"Environment={word(f'{name}={values[name]}')}" for name in sorted(values)),
        "# Read by systemd before it becomes the user; mode 0600. Its values win.",
        f"EnvironmentFile={plain(place.environment)}",
        f"ExecStart={exec_start(command)}",
        f"Restart={_RESTART[spec.restart]}",
        "RestartSec=1",
        "# The program alone is asked to end; what it left behind is ended with it.",
        "KillMode=mixed",
        f"TimeoutStopSec={max(int(spec.stop_timeout), 1)}",
        f"TimeoutStartSec={max(int(spec.health.start_timeout), 1)}",
        f"SyslogIdentifier={project.name}",
        "",
        *_limits(spec.limits),
        *HARDENING,
        *(f"ReadWritePaths={plain(folder)}" for folder in place.writable),
        "",
        "[Install]",
        "WantedBy=multi-user.target",
    ]
    return "\n".join(lines) + "\n"


def _limits(limits: Limits) -> list[str]:
    found = [
        f"MemoryMax={limits.memory}" if limits.memory else "",
        f"LimitNOFILE={limits.open_files or 65536}",
        f"TasksMax={limits.processes}" if limits.processes else "",
        f"Nice={limits.nice}" if limits.nice else "",
    ]
    return [line for line in found if line]
