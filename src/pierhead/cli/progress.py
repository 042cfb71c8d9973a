"""Progress of a deployment on stderr: a line for each phase as it ends, with its time.

A terminal also sees the phase that runs, with a clock; a pipe sees finished lines only.
"""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

from pierhead.cli.terminal import Terminal, clean
from pierhead.cli.times import lasting
from pierhead.cli.views.deployments import MARKS
from pierhead.cli.views.table import cut
from pierhead.cli.views.words import unstamped

if TYPE_CHECKING:
    from pierhead.client import shapes

SUMMARY = 80  # characters of what a phase did; the plan and the log say it in full
TICK = 0.1  # seconds between two pictures of the clock
FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_ERASE = "\r\x1b[K"


class Progress:
    """Shows phases as they end; a context, so that the clock stops whatever happens."""

    def __init__(self, terminal: Terminal, *, verbose: bool = False) -> None:
        self._terminal = terminal
        self._verbose = verbose
        self._shown: set[str] = set()
        self._running = "waiting for its turn"
        self._since = time.monotonic()
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._clock: threading.Thread | None = None

    def __enter__(self) -> Self:
        if self._terminal.live:
            self._clock = threading.Thread(target=self._tick, daemon=True)
            self._clock.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._ended.set()
        if self._clock is not None:
            self._clock.join()
            self._terminal_write(_ERASE)

    def show(self, deployment: shapes.Deployment) -> None:
        """Take note of a change."""
        for phase in deployment["phases"]:
            if phase["status"] == "running" and phase["label"] != self._running:
                self._running, self._since = phase["label"], time.monotonic()
            if phase["status"] in {"success", "failed"} and phase["name"] not in self._shown:
                self._shown.add(phase["name"])
                self.say(self._phase_line(phase, deployment))

    def log(self, line: str) -> None:
        """A line that the deployment wrote; shown on request."""
        if self._verbose:
            self.say(f"    {self._terminal.tint('|', 'faint')} {clean(unstamped(line))}")

    def say(self, text: str) -> None:
        """A line of its own above the clock."""
        with self._lock:
            if self._clock is not None:
                self._terminal_write(_ERASE)
            self._terminal.say(text)

    def _phase_line(self, phase: shapes.Phase, deployment: shapes.Deployment) -> str:
        mark, style = MARKS[phase["status"]]
        start = f"{phase['label']:<14} {lasting(phase['seconds']):>10}  "
        room = min(self._terminal.width - len(start) - 4, SUMMARY)
        what = cut(clean(_summary(phase, deployment)), max(room, 10))
        return f"  {self._terminal.tint(mark, style)} {start}{what}".rstrip()

    def _tick(self) -> None:
        frame = 0
        while not self._ended.wait(TICK):
            frame = (frame + 1) % len(FRAMES)
            seconds = lasting(time.monotonic() - self._since)
            with self._lock:
                self._terminal_write(f"{_ERASE}  {FRAMES[frame]} {self._running:<14} {seconds:>10}")

    @staticmethod
    def _terminal_write(text: str) -> None:
        import click

        click.echo(text, nl=False, err=True, color=True)


def _summary(phase: shapes.Phase, deployment: shapes.Deployment) -> str:
    """What the phase says of itself, or what the plan said of it."""
    if summary := phase["details"].get("summary"):
        return str(summary)
    plan = deployment["plan"]
    steps = plan["steps"] if plan else []
    return "; ".join(step["summary"] for step in steps if step["phase"] == phase["name"])
