"""Commands of a recipe, which were found for this machine, as they run inside a container."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping

from pierhead.domain.command import Command

_LOOPBACK = re.compile(r"(?<![\d.])(?:127\.0\.0\.1|localhost)(?=$|:\$|:\d)")
_VARIABLE = re.compile(r"\$(?:\{[A-Za-z_][A-Za-z0-9_]*\}|[A-Za-z_][A-Za-z0-9_]*)")
_LOCAL = frozenset(("127.0.0.1", "localhost"))
# Variables that say where a server listens; others may name a server that is called.
_LISTENS = frozenset(("ADDRESS", "BIND", "HOST", "HOSTNAME", "LISTEN_ADDRESS", "ROCKET_ADDRESS"))
# Programs that start another one and stay between it and the signals.
_PARENTS = (
    ("npm",),
    ("npx",),
    ("yarn",),
    ("pnpm",),
    ("bun", "run"),
    ("bunx",),
    ("deno", "task"),
    ("composer",),
    ("sbt",),
)


def everywhere(command: Command) -> Command:
    """The command listening on every address: a container's loopback is reached by nobody.

    A line that a person wrote is left as it is.
    """
    if command.shell:
        return command
    return Command(tuple(_LOOPBACK.sub("0.0.0.0", part) for part in command.argv))  # noqa: S104


def installed(command: Command) -> Command:
    """The command calling the tool that the image has, not one that npx would bring each time."""
    if command.shell:
        return command
    before = command.argv[: len(command.argv) - len(without_variables(command.argv))]
    words = without_variables(command.argv)
    if words[:2] != ("npx", "--yes") or len(words) < 3:
        return command
    if words[2] == "--package":
        return Command((*before, *words[words.index("--") + 1 :]))
    return Command((*before, words[2].partition("@")[0], *words[3:]))


def without_variables(argv: tuple[str, ...]) -> tuple[str, ...]:
    """The argv behind `env NAME=value ...`."""
    if argv[:1] != ("env",):
        return argv
    rest = list(argv[1:])
    while rest and "=" in rest[0]:
        rest.pop(0)
    return tuple(rest)


def contained(command: Command) -> Command:
    """A recipe's command as it runs in the project's own image."""
    return everywhere(installed(command))


def open_environment(values: Mapping[str, str]) -> dict[str, str]:
    """Variables with a loopback address to listen on opened likewise."""
    listens = {name: "0.0.0.0" for name, value in values.items() if value in _LOCAL}  # noqa: S104
    return {**values, **{name: found for name, found in listens.items() if name in _LISTENS}}


def exec_argv(command: Command) -> tuple[str, ...]:
    """The argv of an exec-form instruction; process 1 is the program, never a waiting shell."""
    if command.shell:
        return command.expand({})
    if any(_VARIABLE.search(part) for part in command.argv):
        return ("/bin/sh", "-c", f"exec {shell_line(command)}")
    return command.argv


def shell_line(command: Command) -> str:
    """The command as a line of /bin/sh; each part stays one word, whatever a variable holds."""
    if command.shell:
        return command.argv[0]
    return " ".join(map(_word, command.argv))


def _word(part: str) -> str:
    variables = list(_VARIABLE.finditer(part))
    if not variables:
        return shlex.quote(part)
    pieces, at = [], 0
    for match in variables:
        pieces += [_literal(part[at : match.start()]), match[0]]
        at = match.end()
    return '"' + "".join([*pieces, _literal(part[at:])]) + '"'


def _literal(text: str) -> str:
    return re.sub(r'([\\"$`])', r"\\\1", text)


def needs_init(command: Command) -> bool:
    """Whether process 1 would be a program that does not pass signals on to the service."""
    argv = exec_argv(command)
    if argv[:2] == ("/bin/sh", "-c"):
        if not argv[2].startswith("exec "):
            return True
        argv = tuple(argv[2].split()[1:])
    words = without_variables(argv)
    return any(words[: len(parent)] == parent for parent in _PARENTS)


def build_lines(commands: Iterable[Command], secrets: Iterable[str] = ()) -> list[str]:
    """Build commands as shell lines.

    Args:
        commands: in their order.
        secrets: variables that the code reads as it is loaded. A build has no use for their
            values, so each gets a stand-in that exists for that line only.
    """
    stand_ins = [f"{name}=not-a-secret-only-there-for-this-build" for name in sorted(secrets)]
    return [" ".join([*_before(command, stand_ins), shell_line(command)]) for command in commands]


def _before(command: Command, stand_ins: list[str]) -> list[str]:
    return (["export", *stand_ins, "&&"] if command.shell else stand_ins) if stand_ins else []
