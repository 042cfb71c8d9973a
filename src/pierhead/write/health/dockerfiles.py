"""Dockerfiles parse, and what they copy exists."""

from __future__ import annotations

import json
import posixpath
import re
import shlex
from collections.abc import Iterator

from pierhead.write.health.findings import Checked, Finding, Severity
from pierhead.write.health.tree_files import ProjectFiles

# docs.docker.com/reference/dockerfile
_KNOWN = frozenset(
    ["ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL",
     "MAINTAINER", "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"]
)  # fmt: skip
_DOCKERFILE = re.compile(r"(^|/)(Dockerfile([.-][\w.-]+)?|[\w.-]+\.dockerfile)$", re.IGNORECASE)
_HEREDOC = re.compile(r"<<-?\s*[\"']?(\w+)[\"']?")


def check_dockerfiles(project: ProjectFiles) -> Checked:
    """Every Dockerfile has known instructions, begins with FROM, and copies what exists."""
    paths = [path for path in project.paths if _DOCKERFILE.search(path)]
    findings = [
        Finding(path, line, "dockerfile", severity, message)
        for path in paths
        for line, severity, message in _wrongs(project, path)
    ]
    return Checked(len(paths), findings)


def _wrongs(project: ProjectFiles, path: str) -> Iterator[tuple[int, Severity, str]]:
    begun = False
    for line, word, rest in instructions(project.text(path) or ""):
        if word not in _KNOWN:
            yield line, "error", f"{word!a} is no instruction"
            continue
        if word == "FROM":
            begun = True
        elif not begun and word != "ARG":
            yield line, "error", f"{word} comes before FROM"
        if not rest:
            yield line, "error", f"{word} has nothing after it"
        elif word in {"CMD", "ENTRYPOINT", "SHELL"} and rest.startswith("[") and not _is_list(rest):
            yield line, "warning", f"{word} looks like JSON, but is not: a shell will read it"
        elif word in {"COPY", "ADD"}:
            for wrong in _missing(project, path, rest):
                yield line, "error", wrong
    if not begun:
        yield 0, "error", "has no FROM"


def instructions(text: str) -> Iterator[tuple[int, str, str]]:
    """Line (from 1), instruction in capitals, and the rest, continued lines joined."""
    lines = enumerate(text.splitlines(), 1)
    for number, line in lines:
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        whole = line.strip()
        while whole.endswith("\\"):
            more = next((each for _, each in lines if not each.lstrip().startswith("#")), "")
            whole = whole[:-1].rstrip() + " " + more.strip()
        for end in _HEREDOC.findall(whole):
            next((each for _, each in lines if each.strip() == end), None)
        word, _, rest = whole.partition(" ")
        yield number, word.upper(), rest.strip()


def _is_list(text: str) -> bool:
    try:
        return isinstance(json.loads(text), list)
    except ValueError:
        return False


def _missing(project: ProjectFiles, path: str, rest: str) -> Iterator[str]:
    try:
        words = json.loads(rest) if rest.startswith("[") else shlex.split(rest)
    except ValueError:
        yield f"{rest!a} cannot be read"
        return
    if any(word.startswith("--from") for word in words):
        return
    sources = [word for word in words if not word.startswith("--")][:-1]
    folder = path.rpartition("/")[0]
    for source in sources:
        if re.search(r"[*?\[$]|://|<<", source):
            continue
        # The context of a build is the Dockerfile's folder or the project's.
        inner = source.lstrip("/")
        if not project.has(inner) and not project.has(posixpath.join(folder, inner)):
            yield f"copies {source}, which does not exist"
