"""One file per phase; each action of a plan has one handler."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from pierhead.deploy.phases import build, register, start, transfer, validation, verify
from pierhead.deploy.running import Run
from pierhead.domain.plan import Step

Handler = Callable[[Run, Step], Awaitable[Mapping[str, Any]]]

HANDLERS: Mapping[str, Handler] = {
    "check": validation.check,
    "reserve-ports": validation.reserve_ports,
    "generate": validation.generate,
    "lay-files": transfer.lay_files,
    "share": transfer.share,
    "install": build.install,
    "attach": build.attach,
    "build": build.build,
    "seal": build.seal,
    "release-command": start.release_command,
    "stop-old": start.stop_old,
    "start": start.start,
    "await-healthy": verify.await_healthy,
    "switch": verify.switch,
    "confirm": verify.confirm,
    "activate": register.activate,
}
