"""The whole promise in half a minute: deploy, redeploy under load, break, roll back, look back.

    make demo         runs it and leaves the service running
    make demo-down    ends it

Everything happens in a home of its own, through the `pierhead` command as anybody types it. The
exit code is 1 if one of the promises, the lines marked with a tick, was not kept.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parent
sys.path.insert(0, str(EXAMPLES.parent / "tests"))

from lab.home import free_port  # noqa: E402
from lab.load import Load, LoadReport  # noqa: E402

PIERHEAD = Path(sys.executable).with_name("pierhead")
RATE = 200  # requests per second, half of them on new connections
SOCKET_LIMIT = 85  # bytes a home may have, because of the unix sockets in it
BROKEN = 'raise SystemExit("PAYMENT_KEY is not set")\n\n'


def demo_home() -> Path:
    """`.demo/home` beside the examples, or below /tmp where that path is too long."""
    near = EXAMPLES.parent / ".demo" / "home"
    if len(os.fsencode(near)) <= SOCKET_LIMIT:
        return near
    return Path(f"/tmp/pierhead-demo-{os.getuid()}/home")


@dataclass
class Demo:
    """Types commands, shows what they print, and keeps count of promises that were not kept."""

    home: Path
    environment: dict[str, str] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)

    def step(self, text: str) -> None:
        """Say what comes next."""
        print(f"\n{_bold(f'== {text}')}", flush=True)

    def type(self, *argv: str, code: int = 0) -> str:
        """Run `pierhead` with these words, show all it says; returns its stdout."""
        print(f"\n  {_bold('$ pierhead ' + shlex.join(argv))}", flush=True)
        done = subprocess.run(
            [PIERHEAD, *argv],
            env=self.environment,
            cwd=self.home.parent,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
        )
        for line in done.stdout.splitlines():
            print(f"    {line}", flush=True)
        if done.returncode != code:
            self.promise(False, f"`pierhead {argv[0]}` ends with {code}, not {done.returncode}")
        return done.stdout

    def ask(self, *argv: str) -> str:
        """Run `pierhead` without a word about it; returns its stdout."""
        done = subprocess.run(
            [PIERHEAD, *argv],
            env=self.environment,
            cwd=self.home.parent,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        return done.stdout

    def promise(self, kept: bool, text: str) -> None:
        """Show whether a promise was kept."""
        print(f"  {'✓' if kept else '✗'} {text}", flush=True)
        if not kept:
            self.broken.append(text)


def main() -> int:
    """Run the demo, or end it with `down`."""
    home = demo_home()
    home.parent.mkdir(mode=0o700, exist_ok=True)
    if home.parent.stat().st_uid != os.getuid():
        print(f"{home.parent} belongs to somebody else", file=sys.stderr)
        return 1
    demo = Demo(home, _environment(home))
    _end(demo)
    if sys.argv[1:] == ["down"]:
        print(f"nothing of the demo runs any more; {home.parent} is gone")
        return 0
    home.parent.mkdir(mode=0o700, exist_ok=True)
    notes = home.parent / "notes"
    shutil.copytree(EXAMPLES / "fastapi-notes", notes, ignore=shutil.ignore_patterns("__pycache__"))
    address = deploy(demo)
    with Load(address + "/", RATE, longest=300) as load:
        redeploy(demo, notes / "main.py", address)
        refuse(demo, notes / "main.py", address)
        go_back(demo, address)
    count(demo, load.report)
    look_back(demo, address)
    return _farewell(demo)


def deploy(demo: Demo) -> str:
    """The first deployment; returns the address."""
    demo.step("Deploy a folder: FastAPI with an SQLite file, nothing prepared for Pierhead")
    demo.type("up", "notes")
    address = demo.ask("address", "notes").strip()
    _post(f"{address}/notes", {"text": "buy bread"})
    demo.promise(_version(address) == ("1.0.0", 1), f"{address} answers as 1.0.0, a note is saved")
    return address


def redeploy(demo: Demo, file: Path, address: str) -> None:
    """An edit goes live while requests come in."""
    demo.step(f"Edit a line and deploy again, under {RATE} requests per second from here on")
    file.write_text(file.read_text().replace('VERSION = "1.0.0"', 'VERSION = "1.1.0"'))
    print('    main.py:  VERSION = "1.0.0"  ->  VERSION = "1.1.0"')
    demo.type("up", "notes")
    demo.promise(
        _version(address) == ("1.1.0", 1), "1.1.0 answers at the same address, with the note"
    )


def refuse(demo: Demo, file: Path, address: str) -> None:
    """A version that does not start is never switched to."""
    demo.step("Deploy a version that does not start")
    file.write_text(BROKEN + file.read_text().replace('"1.1.0"', '"1.2.0"'))
    print(f"    main.py:  + {BROKEN.strip()}")
    demo.type("up", "notes", code=6)
    demo.promise(_version(address) == ("1.1.0", 1), "it is refused; 1.1.0 never stopped serving")


def go_back(demo: Demo, address: str) -> None:
    """To the version before."""
    demo.step("Go back to the version before")
    demo.type("rollback", "notes", "--reason", "customers miss 1.0")
    demo.promise(_version(address) == ("1.0.0", 1), "1.0.0 serves again, the note is still there")


def count(demo: Demo, report: LoadReport) -> None:
    """What the requests saw of all this."""
    demo.step("What the requests saw of it")
    print(f"    {report.sent} requests in {report.seconds:.0f} s, half on new connections")
    middle, most = report.percentile(50), report.percentile(99)
    print(f"    latency: {middle:.1f} ms in the middle, 99 % within {most:.0f} ms")
    seen = {json.loads(body)["version"] for body in report.bodies if body.startswith("{")}
    print(f"    answered by: {', '.join(sorted(seen))}")
    for second, reason in report.failed[:5]:
        print(f"    failed after {second} s: {reason}")
    demo.promise(not report.failed and report.sent == report.ok > 0, f"{len(report.failed)} failed")


def look_back(demo: Demo, address: str) -> None:
    """The record of it all."""
    demo.step("Look back")
    demo.type("deploy", "list", "notes")
    failed = json.loads(demo.ask("deploy", "list", "notes", "--status", "failed", "--json"))
    for deployment in failed["deployments"][:1]:
        demo.type("deploy", "show", deployment["id"])
    demo.type("audit")
    demo.type("status")
    demo.promise(_version(address)[0] == "1.0.0", f"running at {address}")


def _farewell(demo: Demo) -> int:
    print(f"\nIt runs on. To look at it:  export PIERHEAD_HOME={demo.home}")
    print(f"To end it:                  make demo-down    (`pierhead` is {PIERHEAD})")
    if demo.broken:
        print(f"\nnot kept: {'; '.join(demo.broken)}; logs are in {demo.home / 'logs'}")
    return 1 if demo.broken else 0


def _environment(home: Path) -> dict[str, str]:
    own = {"PIERHEAD_HOME": str(home), "PIERHEAD_EDGE_PORT": str(free_port()), "COLUMNS": "112"}
    kept = {key: text for key, text in os.environ.items() if not key.startswith("PIERHEAD_")}
    return kept | own


def _end(demo: Demo) -> None:
    if demo.home.exists():
        demo.ask("down")
    shutil.rmtree(demo.home.parent)


def _version(address: str) -> tuple[str, int]:
    """Which version answers, and how many notes it has."""
    with urllib.request.urlopen(address, timeout=10) as answer:
        document = json.load(answer)
    return document["version"], document["notes"]


def _post(url: str, document: object) -> None:
    data, headers = json.dumps(document).encode(), {"Content-Type": "application/json"}
    request = urllib.request.Request(url, data, headers)
    urllib.request.urlopen(request, timeout=10).close()


def _bold(text: str) -> str:
    return f"\033[1m{text}\033[0m" if sys.stdout.isatty() else text


if __name__ == "__main__":
    sys.exit(main())
