"""The real server, except that it kills itself once: before or after a named action of a plan.

    python dying_server.py ACTION before|after MARKER

The marker is written before it dies, so that the one started in its place lives.
"""

import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pierhead.api.server import serve
from pierhead.deploy.phases import HANDLERS, Handler
from pierhead.deploy.running import Run
from pierhead.domain.plan import Step
from pierhead.settings import load_settings


def dying(handler: Handler, when: str, marker: Path) -> Handler:
    def die(run: Run) -> None:
        # The first deployment is what the one that is disturbed replaces.
        if run.deployment.number > 1 and not marker.exists():
            marker.touch()
            os.kill(os.getpid(), signal.SIGKILL)

    async def handle(run: Run, step: Step) -> Mapping[str, Any]:
        if when == "before":
            die(run)
        details = await handler(run, step)
        if when == "after":
            die(run)
        return details

    return handle


if __name__ == "__main__":
    action, when, marker = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    serve(load_settings(), {**HANDLERS, action: dying(HANDLERS[action], when, marker)})
