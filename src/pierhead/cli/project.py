"""A folder as generation sees it: what detection finds, with the configuration over it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pierhead.config import FILE_NAME, Config, load_config
from pierhead.config.apply import apply
from pierhead.detect import DOUBTFUL, Tree, detect, survey
from pierhead.domain.names import check_name, slug
from pierhead.domain.stack import Recipe, Stack
from pierhead.errors import InvalidInput, SourceError
from pierhead.generate.project import Project


def read_project(folder: Path, name: str | None = None) -> Project:
    """The project of a folder.

    Args:
        folder: of the code.
        name: of the project; by default that of pierhead.toml, else the folder's.

    Raises:
        SourceError: if it is no folder.
        NothingToRun: if nothing says how it would run.
        ConfigError: if pierhead.toml is not valid.
        InvalidInput: if there is no name that can be used.
    """
    if not folder.is_dir():
        what = "is a file" if folder.exists() else "there is no such folder"
        raise SourceError(what, where=str(folder), hint="give the folder that holds the code")
    tree = Tree.of_folder(folder)
    config = load_config(tree.text(FILE_NAME), path=str(folder / FILE_NAME))
    stack = _stack(tree, config)
    spec = apply(config, stack)
    chosen = name or config.name or slug(folder.resolve().name)
    if not chosen:
        raise InvalidInput("the folder's name gives no name", where=str(folder), hint="--name NAME")
    found = replace(stack, recipe=spec.recipe)
    return Project(check_name(chosen), found, spec, frozenset(tree.paths))


def _stack(tree: Tree, config: Config) -> Stack:
    """The surest answer, be it one that this machine runs or one that needs an image."""
    command = config.service.command
    answers = survey(tree, command=command)
    if config.static is not None:
        return answers[0] if answers else Stack("static", None, 100, (), Recipe())
    best = next(iter(answers), None)
    runs = best is not None and ("web" in best.recipe.processes or best.recipe.static is not None)
    if best and runs and (command or best.confidence >= DOUBTFUL):
        return best
    return detect(tree, command=command)  # which says why it is not enough
