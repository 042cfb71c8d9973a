"""Every answer that the finders give for a tree, weighed against each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from pierhead.detect.bun import find_bun
from pierhead.detect.complete import complete
from pierhead.detect.container import docker_stack, read_container, with_container
from pierhead.detect.csharp import find_csharp
from pierhead.detect.deno import find_deno
from pierhead.detect.elixir import find_elixir
from pierhead.detect.foreign import find_foreign
from pierhead.detect.generators import find_generators
from pierhead.detect.given import Given
from pierhead.detect.go import find_go
from pierhead.detect.jvm import find_jvm
from pierhead.detect.node import find_node
from pierhead.detect.php import find_php
from pierhead.detect.procfile import procfile_stack, read_procfile
from pierhead.detect.python import find_python
from pierhead.detect.rank import led, ranked
from pierhead.detect.refusal import DOUBTFUL
from pierhead.detect.ruby import find_ruby
from pierhead.detect.rust import find_rust
from pierhead.detect.scala import find_scala
from pierhead.detect.static import find_static
from pierhead.detect.tree import Tree
from pierhead.domain.command import Command
from pierhead.domain.stack import Stack

Finder = Callable[[Tree, Given], Stack | None]
# Of equally sure answers, the earlier one wins.
FINDERS: tuple[Finder, ...] = (
    find_python,
    find_php,
    find_ruby,
    find_elixir,
    find_jvm,
    find_scala,
    find_csharp,
    find_go,
    find_rust,
    find_deno,
    find_bun,
    find_node,
    find_generators,
    find_static,
)


def survey(
    tree: Tree, *, as_of: date | None = None, command: str | None = None
) -> tuple[Stack, ...]:
    """Every answer, the surest first, each naming its runner-up."""
    written = read_procfile(tree)
    if command:
        web = Command.line(command)
        written = replace(written, web=web, line=None, path="pierhead.toml")
    given = Given(as_of, written)
    found = [stack for finder in FINDERS if (stack := finder(tree, given)) is not None]
    held, backing = read_container(tree)
    foreign = find_foreign(tree)
    found = ranked([with_container(stack, held, backing) for stack in found], foreign)
    if written.web:
        found = [led(stack, written) for stack in found]
    if max((stack.confidence for stack in found), default=0) < DOUBTFUL:
        found += [alone] if (alone := docker_stack(held, foreign is not None)) else []
    found = complete(found, tree, given)
    found = [replace(stack, recipe=written.over(stack.recipe)) for stack in found]
    if told := procfile_stack(written, foreign[0] if foreign else None):
        found.append(told)
    found.sort(key=lambda stack: -stack.confidence)  # stable: equals stay in FINDERS' order
    names = [stack.name for stack in found]
    return tuple(
        replace(stack, runner_up=next((n for n in names if n != stack.name), None))
        for stack in found
    )
