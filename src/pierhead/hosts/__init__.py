"""Where commands run. A host knows nothing of runtimes, a runtime nothing of hosts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

# Lines of output that a finished command keeps: what a deployment record shows of a failure.
KEPT_LINES = 100


@dataclass(frozen=True, slots=True)
class Finished:
    """A command that has ended.

    Attributes:
        code: its exit code; minus the number of the signal that ended it.
        lines: its last `KEPT_LINES` lines, stdout and stderr in the order they came.
    """

    code: int
    lines: tuple[str, ...]


class Host(Protocol):
    """A machine that runs commands."""

    async def run(
        self,
        argv: Sequence[str],
        *,
        cwd: Path,
        env: Mapping[str, str],
        on_line: Callable[[str], None] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - see `hosts.local`
    ) -> Finished:
        """Run one command to its end.

        Args:
            argv: the program and its arguments; never a shell string.
            cwd: the folder it runs in.
            env: the entire environment; nothing is inherited.
            on_line: called with each line as it comes.
            timeout: seconds until it is ended, or None for no limit.

        Raises:
            ToolMissing: if the program is not there or cannot be executed.
            TimedOut: if it took longer; nothing of it is left running.
        """
        ...
