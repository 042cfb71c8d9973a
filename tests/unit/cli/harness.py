"""The CLI in this process against an API double, with its clock and its width held still."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from click.testing import CliRunner, Result

from pierhead.cli.boot import Launcher
from pierhead.cli.main import cli
from pierhead.cli.session import Session
from pierhead.cli.terminal import Terminal, coloured
from pierhead.client.address import find_address
from pierhead.settings import load_settings
from unit.client.api_double import ApiDouble
from unit.client.samples import NOW

GOLDEN = Path(__file__).parents[2] / "golden" / "cli"


@dataclass
class Harness:
    home: Path
    double: ApiDouble
    environ: dict[str, str] = field(default_factory=dict)
    launcher: Launcher | None = None

    def session(self, *, width: int = 120, colour: bool = False, live: bool = False) -> Session:
        environ = {"PIERHEAD_HOME": str(self.home), **self.environ}
        settings = load_settings(environ)
        paint = {"paint": coloured, "tint": coloured} if colour else {}
        terminal = Terminal(width=width, live=live, **paint)
        address = find_address(environ, settings)
        return Session(environ, settings, address, terminal, lambda: NOW, self.launcher)

    def run(
        self,
        *arguments: str,
        exit_code: int = 0,
        width: int = 120,
        colour: bool = False,
        live: bool = False,
    ) -> Result:
        session = self.session(width=width, colour=colour, live=live)
        result = CliRunner().invoke(cli, arguments, obj=session, prog_name="pierhead")
        assert result.exit_code == exit_code, f"{result.output}\n{result.exception!r}"
        return result


def check_golden(name: str, text: str) -> None:
    """Compare with tests/golden/cli/NAME; PIERHEAD_UPDATE_GOLDEN=1 writes it instead."""
    path = GOLDEN / name
    if os.environ.get("PIERHEAD_UPDATE_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    assert text == path.read_text("utf-8"), f"{path} differs: look, then PIERHEAD_UPDATE_GOLDEN=1"


def session_text(command: Sequence[str], result: Result) -> str:
    """What a person saw, with the two streams told apart."""
    parts = [f"$ pierhead {' '.join(command)}\n"]
    if result.stderr:
        parts.append("--- stderr\n" + result.stderr)
    if result.stdout:
        parts.append("--- stdout\n" + result.stdout)
    return "".join(parts) + f"--- exit {result.exit_code}\n"
