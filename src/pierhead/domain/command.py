"""A command as a value: pure data until a host runs it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass

# One program with arguments and variables: the shell can become it instead of waiting for it, so
# that signals and the process id are the program's own.
_SIMPLE = re.compile(
    r"(?!(?:exec|cd|export|set|if|for|while|until|case|eval|\.)\s)[\w./-]+(?![\w./=-])[^;|&<>()`#\n\\]*"
)
_VARIABLE = re.compile(r"\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))")


@dataclass(frozen=True, slots=True)
class Command:
    """What is run.

    Attributes:
        argv: the program and its arguments; `$NAME` and `${NAME}` in them are filled in from the
            environment by `expand`, each staying one argument whatever it holds.
        shell: the line was written for a shell (a Procfile, pierhead.toml) and uses its
            language; `argv` then holds that one line.
    """

    argv: tuple[str, ...]
    shell: bool = False

    @classmethod
    def line(cls, text: str) -> Command:
        """A line as a person writes it; run by /bin/sh, as Procfile lines are."""
        return cls((text.strip(),), shell=True)  # noqa: S604 - a flag of ours

    def expand(self, environment: Mapping[str, str]) -> tuple[str, ...]:
        """The argv to run; unknown variables become empty, as in a shell."""
        if self.shell:
            line = self.argv[0]
            return ("/bin/sh", "-c", f"exec {line}" if _SIMPLE.fullmatch(line) else line)

        def value(match: re.Match[str]) -> str:
            return environment.get(match[1] or match[2], "")

        return tuple(_VARIABLE.sub(value, part) for part in self.argv)

    def __str__(self) -> str:
        if self.shell:
            return self.argv[0]
        return " ".join(p if _VARIABLE.search(p) else shlex.quote(p) for p in self.argv)
