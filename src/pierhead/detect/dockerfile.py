"""Dockerfiles as a small tree: stages, their instructions, and what the last one says.

Reads what BuildKit reads as far as running goes: continuations, the escape directive, comments
between continued lines, heredocs, ARG and ENV with their defaults, both forms of commands.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pierhead.domain.command import Command

_DIRECTIVE = re.compile(r"#\s*(\w+)\s*=\s*(\S+)\s*$")
_INSTRUCTION = re.compile(r"\s*([A-Za-z]+)(?:\s+(.*))?$", re.DOTALL)
_FLAG = re.compile(r"--([a-z][a-z-]*)(?:=(\S*))?\s+")
_HEREDOC = re.compile(r"<<(-?)([\"']?)([A-Za-z_]\w*)\2")
_FROM = re.compile(r"(\S+)(?:\s+AS\s+(\S+))?", re.IGNORECASE)
_PAIR = re.compile(r"([A-Za-z_][\w.-]*)=(\"(?:[^\"\\]|\\.)*\"|'[^']*'|(?:[^\s\\]|\\.)*)")
_VARIABLE = re.compile(r"\\\$|\$(?:(\w+)|\{(\w+)(?::?([-+])([^{}]*))?\})")
_ADDRESS = re.compile(r"https?://[\w.\[\]:$\{}-]*?(/[^\s\"'|;&)\\]*)?(?=[\s\"'|;&)\\]|$)")
_HEREDOC_USERS = ("RUN", "COPY", "ADD")
MAX_LINES = 20_000


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction: its name in capitals, its text without flags, and the line it begins on."""

    name: str
    value: str
    line: int
    flags: Mapping[str, str] = field(default_factory=dict)
    heredocs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stage:
    """One FROM and what follows it; `base` has its build arguments filled in."""

    base: str
    name: str | None
    line: int
    instructions: tuple[Instruction, ...]


@dataclass(frozen=True, slots=True)
class Dockerfile:
    """A file's stages, the global ARG values, and lines that are no instruction."""

    stages: tuple[Stage, ...]
    arguments: Mapping[str, str]
    problems: tuple[tuple[int, str], ...] = ()

    @property
    def bases(self) -> tuple[str, ...]:
        """The outside images of the stages, in their order."""
        names = {stage.name.lower() for stage in self.stages if stage.name}
        return tuple(s.base for s in self.stages if s.base.lower() not in names)


@dataclass(frozen=True, slots=True)
class Image:
    """What the last stage says of running; a stage it is built on counts where it says nothing."""

    base: str
    ports: tuple[int, ...] = ()
    entrypoint: Command | None = None
    command: Command | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    user: str | None = None
    health_path: str | None = None
    line: int = 1

    @property
    def start(self) -> Command | None:
        """ENTRYPOINT and CMD as one command; None if the base image decides."""
        first, then = self.entrypoint, self.command
        if first is None or first.shell:
            return first or then
        if then is None:
            return first
        return Command((*first.argv, *(("/bin/sh", "-c") if then.shell else ()), *then.argv))


def parse_dockerfile(text: str) -> Dockerfile:
    """The stages of a Dockerfile; never raises, what is no instruction is listed."""
    arguments: dict[str, str] = {}
    stages: list[tuple[str, str | None, int, list[Instruction]]] = []
    problems: list[tuple[int, str]] = []
    for one in _instructions(text, problems):
        if one.name == "FROM":
            match = _FROM.match(one.value)
            if match:
                stages.append((expand(match[1], arguments), match[2], one.line, []))
        elif stages:
            stages[-1][3].append(one)
        elif one.name == "ARG":
            arguments.update(_pairs(one.value, arguments))
    built = tuple(Stage(base, name, line, tuple(rows)) for base, name, line, rows in stages)
    return Dockerfile(built, arguments, tuple(problems))


def last_image(dockerfile: Dockerfile, target: str | None = None) -> Image | None:
    """The image that a build makes: of the last stage, or of the one named `target`."""
    wanted = [s for s in dockerfile.stages if target and s.name == target]
    stage = wanted[-1] if wanted else next(reversed(dockerfile.stages), None)
    if stage is None:
        return None
    return _image(dockerfile, stage, depth=0)


def _image(dockerfile: Dockerfile, stage: Stage, *, depth: int) -> Image:
    earlier = dockerfile.stages[: dockerfile.stages.index(stage)]
    parent = next((s for s in earlier if s.name and s.name.lower() == stage.base.lower()), None)
    known = _image(dockerfile, parent, depth=depth + 1) if parent and depth < 20 else None
    environment = dict(known.environment) if known else {}
    scope = {**environment}
    ports = list(known.ports) if known else []
    user = known.user if known else None
    health = known.health_path if known else None
    entrypoint, command = (known.entrypoint, known.command) if known else (None, None)
    for one in stage.instructions:
        if one.name == "ARG":
            scope.update(_arguments(one.value, scope, dockerfile.arguments))
        elif one.name == "ENV":
            values = _pairs(one.value, scope)
            scope.update(values)
            environment.update(values)
        elif one.name == "EXPOSE":
            ports += [p for p in _ports(expand(one.value, scope)) if p not in ports]
        elif one.name == "USER":
            user = expand(one.value, scope).strip() or None
        elif one.name == "ENTRYPOINT":
            entrypoint, command = _command(one.value), None
        elif one.name == "CMD":
            command = _command(one.value)
        elif one.name == "HEALTHCHECK":
            health = _health(expand(one.value, scope))
    base = known.base if known else stage.base
    return Image(base, tuple(ports), entrypoint, command, environment, user, health, stage.line)


def expand(text: str, values: Mapping[str, str]) -> str:
    """The text with `$NAME`, `${NAME:-default}` and `${NAME:+other}` filled in."""

    def value(match: re.Match[str]) -> str:
        if match[0] == "\\$":
            return "$"
        known = values.get(match[1] or match[2], "")
        if match[3] == "-":
            return known or match[4]
        if match[3] == "+":
            return match[4] if known else ""
        return known

    return _VARIABLE.sub(value, text)


def _instructions(text: str, problems: list[tuple[int, str]]) -> Iterator[Instruction]:
    lines = text.replace("\r\n", "\n").split("\n")[:MAX_LINES]
    escape = _escape(lines)
    at = 0
    while at < len(lines):
        start, line = at, lines[at]
        at += 1
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        parts = []
        while line.rstrip().endswith(escape):
            parts.append(line.rstrip()[:-1])
            while at < len(lines) and _is_aside(lines[at]):
                at += 1
            if at >= len(lines):
                line = ""
                break
            line = lines[at]
            at += 1
        joined = "".join((*parts, line)).strip()
        match = _INSTRUCTION.match(joined)
        if not match:
            problems.append((start + 1, joined[:60]))
            continue
        name, value = match[1].upper(), (match[2] or "").strip()
        bodies: list[str] = []
        if name in _HEREDOC_USERS:
            at = _read_heredocs(lines, at, value, bodies)
        flags = {}
        while flag := _FLAG.match(value):
            flags[flag[1]] = flag[2] or ""
            value = value[flag.end() :]
        yield Instruction(name, value, start + 1, flags, tuple(bodies))


def _is_aside(line: str) -> bool:
    """Between continued lines, comments and empty lines count as nothing."""
    return not line.strip() or line.lstrip().startswith("#")


def _escape(lines: list[str]) -> str:
    for line in lines:
        match = _DIRECTIVE.match(line)
        if not match:
            return "\\"
        if match[1].lower() == "escape" and match[2] == "`":
            return "`"
    return "\\"


def _read_heredocs(lines: list[str], at: int, value: str, bodies: list[str]) -> int:
    for match in _HEREDOC.finditer(value):
        body = []
        while at < len(lines):
            line = lines[at].lstrip("\t") if match[1] else lines[at]
            at += 1
            if line == match[3]:
                break
            body.append(line)
        bodies.append("\n".join(body))
    return at


def _pairs(text: str, scope: Mapping[str, str]) -> dict[str, str]:
    """`NAME=value ...`, or the older `NAME value`."""
    found = {m[1]: expand(_bare(m[2]), scope) for m in _PAIR.finditer(text)}
    if found:
        return found
    name, _, value = text.partition(" ")
    return {name: expand(value.strip(), scope)} if value.strip() else {}


def _arguments(text: str, scope: Mapping[str, str], outer: Mapping[str, str]) -> dict[str, str]:
    """An ARG of a stage: without a default it takes the global one; ENV of the name wins."""
    found = _pairs(text, scope) if "=" in text else {}
    for name in text.split():
        if "=" not in name and name in outer:
            found[name] = outer[name]
    return {name: value for name, value in found.items() if name not in scope}


def _bare(text: str) -> str:
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return text[1:-1].replace('\\"', '"')
    return re.sub(r"\\(.)", r"\1", text)


def _ports(text: str) -> Iterator[int]:
    for word in text.split():
        number, _, protocol = word.partition("/")
        first = number.partition("-")[0]
        known = first.isascii() and first.isdigit() and len(first) < 6
        if known and protocol in ("", "tcp") and 0 < int(first) < 65536:
            yield int(first)


def _command(text: str) -> Command | None:
    """Exec form where it is a JSON list of texts, as Docker decides; else a line for a shell."""
    if text.startswith("["):
        try:
            words = json.loads(text)
        except (ValueError, RecursionError):
            words = None
        if isinstance(words, list) and all(isinstance(word, str) for word in words):
            return Command(tuple(words)) if words else None
    return Command.line(text) if text.strip() else None


def _health(text: str) -> str | None:
    match = _ADDRESS.search(text)
    return (match[1] or "/").partition("?")[0] if match else None
