"""How a Python project's dependencies are installed with uv."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from datetime import date

from pierhead.detect.python.declared import Declared
from pierhead.detect.python.locks import (
    read_pipfile_lock,
    read_poetry_or_pdm_lock,
    read_pylock,
    read_uv_lock,
)
from pierhead.detect.python.manifests import (
    read_environment_yml,
    read_pipfile,
    read_pyproject,
    read_setup,
)
from pierhead.detect.python.requirements_txt import read_requirements
from pierhead.detect.tree import Tree
from pierhead.domain.command import Command
from pierhead.domain.stack import Dependencies, Evidence

# Exact before loose. The first with requirements decides.
READERS: tuple[Callable[[Tree], Declared | None], ...] = (
    read_uv_lock,
    read_pylock,
    read_poetry_or_pdm_lock,
    read_pipfile_lock,
    read_requirements,
    read_pyproject,
    read_pipfile,
    read_setup,
    read_environment_yml,
)


def read_declared(tree: Tree) -> tuple[Declared | None, tuple[Evidence, ...]]:
    """The manifest that decides, and what is wrong in any that is there."""
    chosen: Declared | None = None
    fallback: Declared | None = None
    problems: list[Evidence] = []
    for reader in READERS:
        found = reader(tree)
        if found is None:
            continue
        problems += [p for p in found.problems if p not in problems]
        if chosen is None and (found.requirements or found.locked):
            chosen = found
        if fallback is None and (found.arguments or found.runtime):
            fallback = found
    return chosen or fallback, tuple(problems)


def dependencies(
    tree: Tree,
    declared: Declared | None,
    *,
    supplied: Iterable[str],
    runtime: str | None,
    as_of: date | None,
) -> Dependencies | None:
    """The installation of what is declared and what is supplied; None if that is nothing.

    Args:
        tree: the project's files, for the digest.
        declared: the manifest that decides, or None.
        supplied: requirements that are added, such as `gunicorn`.
        runtime: the Python version; part of the digest.
        as_of: unlocked versions are those of this day.
    """
    extra = tuple(sorted(supplied))
    dated = ("--exclude-newer", as_of.isoformat()) if as_of else ()
    pip = ("uv", "pip", "install", "--python", "$VENV")
    commands: list[Command] = []
    if declared is None or not (declared.requirements or declared.locked or declared.arguments):
        if extra:
            commands.append(Command((*pip, *dated, *extra)))
    elif declared.arguments is None:
        flags = ("--frozen", "--no-dev", "--no-install-project", "--no-editable")
        commands.append(Command(("uv", "sync", *flags)))
    elif declared.is_locked:
        commands.append(Command((*pip, *declared.arguments)))
    else:
        commands.append(Command((*pip, *dated, *declared.arguments, *extra)))
    if extra and declared is not None and declared.is_locked and commands:
        commands.append(Command((*pip, *dated, *extra)))
    if not commands:
        return None
    source = declared.source if declared and commands else "nothing declared"
    return Dependencies(
        manager="uv",
        install=tuple(commands),
        keep=(),
        digest=_digest(tree, declared, commands, runtime),
        summary=f"{source} with uv" + (f", plus {', '.join(extra)}" if extra else ""),
        files=declared.files if declared else {},
    )


def _digest(
    tree: Tree, declared: Declared | None, commands: list[Command], runtime: str | None
) -> str:
    """Over the commands (extras and date are in them), the runtime and every manifest."""
    manifests = sorted(set(declared.manifests)) if declared else []
    rows = [[path, hashlib.sha256(tree.content(path)).hexdigest()] for path in manifests]
    argv = [list(command.argv) for command in commands]
    text = json.dumps(
        ["python", argv, runtime, rows, sorted((declared.files if declared else {}).items())]
    )
    return hashlib.sha256(text.encode()).hexdigest()
