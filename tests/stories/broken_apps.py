"""Versions of a web application that should never get the traffic, and what is said of each."""

from dataclasses import dataclass, field
from pathlib import Path

from lab.pierhead import SERVER, web_app

_QUICK = "[health]\nattempts = 1\nstart_timeout = 1\n"


def answering(status: int, header: str = "") -> str:
    """A server that answers everything so."""
    return SERVER.replace("send_response(200)", f"send_response({status}){header}")


@dataclass(frozen=True)
class Broken:
    """One way to be broken.

    Attributes:
        error: the code of the error it ends with.
        phase: the one that fails.
        says, hints: parts of the message and of the hint.
        tail: part of the last lines that are kept.
    """

    name: str
    server: str
    error: str
    phase: str
    says: str
    hints: str
    tail: str
    config: str = _QUICK
    files: dict[str, str] = field(default_factory=dict)

    def write(self, folder: Path) -> Path:
        """The project, in a folder."""
        return web_app(
            folder, "broken", server=self.server, **{"pierhead.toml": self.config}, **self.files
        )

    def __str__(self) -> str:
        return self.name


BROKEN = (
    Broken(
        "exits-at-once",
        "import sys\nprint('no database', flush=True)\nsys.exit(3)\n",
        error="start-failed",
        phase="verify",
        says="ended with exit code 3",
        hints="its last lines say why",
        tail="no database",
    ),
    Broken(
        "never-listens",
        "import time\nprint('thinking', flush=True)\ntime.sleep(300)\n",
        error="health-check-failed",
        phase="verify",
        says="listens on no TCP port after 1 s; it was given PORT=",
        hints="start_timeout in [health]",
        tail="thinking",
    ),
    Broken(
        "answers-500",
        answering(500),
        error="health-check-failed",
        phase="verify",
        says="GET / after 1 of 1 tries: 500 Internal Server Error",
        hints="its log says why",
        tail="GET /",
    ),
    Broken(
        "answers-301",
        answering(301, "; self.send_header('Location', 'https://shop.test/ready')"),
        error="health-check-failed",
        phase="verify",
        says="location: https://shop.test/ready",
        hints='forwarded_proto = "https" in [health]',
        tail="GET /ready",
        config=_QUICK + "path = '/ready'\n",
    ),
    Broken(
        "answers-400",
        answering(400),
        error="health-check-failed",
        phase="verify",
        says="GET /ready after 1 of 1 tries: 400 Bad Request",
        hints="Django: ALLOWED_HOSTS",
        tail="GET /ready",
        config=_QUICK + "path = '/ready'\n",
    ),
    Broken(
        "does-not-install",
        SERVER,
        error="build-failed",
        phase="build",
        says="exit code ",
        hints="pierhead deploy log d-",
        tail="no-such-distribution",
        files={"requirements.txt": "no-such-distribution-of-pierhead==1.0\n"},
    ),
    Broken(
        "release-command-fails",
        SERVER,
        error="start-failed",
        phase="start",
        says="no such table",
        hints="pierhead deploy log d-",
        tail="no such table",
        config="[service]\nrelease = ['echo no such table; exit 4']\n",
    ),
)
