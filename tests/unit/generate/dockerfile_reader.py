"""Reads a Dockerfile as BuildKit does, as far as ours go: stages, continuations, flags, forms."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field


@dataclass
class Instruction:
    word: str
    flags: list[str]
    rest: str

    @property
    def argv(self) -> list[str] | None:
        """The exec form, or None for a shell form."""
        try:
            found = json.loads(self.rest)
        except ValueError:
            return None
        return found if isinstance(found, list) else None


@dataclass
class Read:
    comments: list[str] = field(default_factory=list)
    before: list[Instruction] = field(default_factory=list)
    stages: list[list[Instruction]] = field(default_factory=list)

    @property
    def last(self) -> list[Instruction]:
        return self.stages[-1]

    def all(self) -> list[Instruction]:
        return [*self.before, *(i for stage in self.stages for i in stage)]


def read(text: str) -> Read:
    found, pending = Read(), ""
    for line in text.splitlines():
        if line.lstrip().startswith("#"):
            found.comments.append(line.strip("# "))
            continue
        if not line.strip() and not pending:
            continue
        if line.endswith("\\"):
            pending += line[:-1]
            continue
        _add(found, pending + line)
        pending = ""
    assert not pending, "the file ends within an instruction"
    return found


def _add(found: Read, text: str) -> None:
    word, _, rest = text.strip().partition(" ")
    flags = []
    rest = rest.strip()
    while match := re.match(r"(--[a-z-]+(?:=\S+)?)\s+", rest):
        flags.append(match[1])
        rest = rest[match.end() :]
    instruction = Instruction(word, flags, re.sub(r"\s+", " ", rest) if word == "RUN" else rest)
    if word == "FROM":
        found.stages.append([instruction])
    elif found.stages:
        found.stages[-1].append(instruction)
    else:
        found.before.append(instruction)
