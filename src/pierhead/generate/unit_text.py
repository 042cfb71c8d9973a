"""Lines of a unit: quoting as systemd reads it, and what a hardened service may not do."""

from __future__ import annotations

import re

from pierhead.domain.command import Command
from pierhead.errors import InvalidInput
from pierhead.generate.commands import exec_argv

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_VARIABLE = re.compile(r"\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))")

HARDENING = (
    "# No new rights by setuid programs, and none of root's to begin with.",
    "NoNewPrivileges=yes",
    "CapabilityBoundingSet=",
    "AmbientCapabilities=",
    "RestrictSUIDSGID=yes",
    "# The whole file system is read-only, homes and devices are not there, /tmp is its own.",
    "ProtectSystem=strict",
    "ProtectHome=yes",
    "PrivateTmp=yes",
    "PrivateDevices=yes",
    "ProtectProc=invisible",
    "ProtectControlGroups=yes",
    "ProtectKernelLogs=yes",
    "ProtectKernelModules=yes",
    "ProtectKernelTunables=yes",
    "ProtectClock=yes",
    "ProtectHostname=yes",
    "RestrictNamespaces=yes",
    "RestrictRealtime=yes",
    "LockPersonality=yes",
    "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX",
    "SystemCallArchitectures=native",
    "SystemCallFilter=@system-service",
    "SystemCallErrorNumber=EPERM",
    "UMask=0027",
)


def exec_start(command: Command) -> str:
    """ExecStart: `env` finds the program in the service's own PATH and becomes it."""
    argv = exec_argv(command) if command.shell else command.argv
    words = argv if argv[0].startswith("/") or argv[0] == "env" else ("env", *argv)
    first = "/usr/bin/env" if words[0] == "env" else words[0]
    # A shell's line is filled in by the shell; any other by systemd, each part one word.
    filled = [_doubled(part) if command.shell else _expanded(part) for part in words[1:]]
    return " ".join([word(first), *map(word, filled)])


def _doubled(text: str) -> str:
    return text.replace("$", "$$")


def _expanded(text: str) -> str:
    pieces, at = [], 0
    for match in _VARIABLE.finditer(text):
        pieces += [_doubled(text[at : match.start()]), f"${{{match[1] or match[2]}}}"]
        at = match.end()
    return "".join([*pieces, _doubled(text[at:])])


def word(text: str) -> str:
    """One word of a unit's line, quoted as systemd reads it."""
    return '"' + re.sub(r'([\\"])', r"\\\1", plain(text)) + '"'


def plain(text: str) -> str:
    """A value in which systemd has nothing to fill in.

    Raises:
        InvalidInput: if a unit cannot hold it.
    """
    if _CONTROL.search(text):
        raise InvalidInput(
            f"{text!r} has a line break or control character, which a unit cannot hold",
            hint="give it in the environment file, or write the command without it",
        )
    return text.replace("%", "%%")
