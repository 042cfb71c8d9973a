"""Folders written out in tests."""

import json
from typing import Any

from pierhead.detect import Tree, detect
from pierhead.domain.stack import Recipe, Stack, StaticSite


def tree(texts: dict[str, Any]) -> Tree:
    """Paths and their texts; what is no text is written as JSON."""
    return Tree.of_texts(
        {p: t if isinstance(t, (str, bytes)) else json.dumps(t, indent=2) for p, t in texts.items()}
    )


def found(texts: dict[str, Any]) -> Stack:
    return detect(tree(texts))


def recipe(texts: dict[str, Any]) -> Recipe:
    return found(texts).recipe


def web(texts: dict[str, Any]) -> str:
    """The start command, as one line."""
    return str(recipe(texts).processes["web"])


def site(texts: dict[str, Any]) -> StaticSite:
    static = recipe(texts).static
    assert static is not None
    return static


def install(texts: dict[str, Any]) -> list[str]:
    """The install commands, as lines."""
    dependencies = recipe(texts).dependencies
    assert dependencies is not None
    return [str(command) for command in dependencies.install]


def lines(commands: tuple[object, ...]) -> list[str]:
    return [str(command) for command in commands]
