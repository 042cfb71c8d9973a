"""What a folder holds and how it is run.

Each stack is found by one pure function `tree -> Stack | None` that says why; the surest answer
wins. A new stack is one more file and one line in `FINDERS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from pierhead.detect.bun import find_bun
from pierhead.detect.complete import complete
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
from pierhead.detect.procfile import Procfile, procfile_stack, read_procfile
from pierhead.detect.python import find_python
from pierhead.detect.rank import led, ranked
from pierhead.detect.refusal import DOUBTFUL, RUNNABLE, refusal
from pierhead.detect.ruby import find_ruby
from pierhead.detect.rust import find_rust
from pierhead.detect.scala import find_scala
from pierhead.detect.static import find_static
from pierhead.detect.tree import Tree
from pierhead.domain.command import Command
from pierhead.domain.stack import Stack

__all__ = ["Tree", "best_guess", "detect", "identify", "survey"]

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


def detect(tree: Tree, *, as_of: date | None = None, command: str | None = None) -> Stack:
    """What a tree holds and how it is built and run as processes of this machine.

    Args:
        tree: the files of a release.
        as_of: versions that no lock fixes are those of this day.
        command: the start command, where a person named it (`[service] command`); it is then
            never refused, and it tells between stacks as a Procfile does.

    Raises:
        NothingToRun: if nothing says how it would run, or it needs a container to run;
            `details` has what was found.
    """
    answers = survey(tree, as_of=as_of, command=command)
    best = _runnable(answers, written=bool(command))
    if best is not None and (command or best.confidence >= DOUBTFUL):
        return best
    raise refusal(tree, answers)


def identify(tree: Tree, *, as_of: date | None = None) -> Stack:
    """What a tree holds, of all stacks that are known, whether this machine runs it or not.

    Raises:
        NothingToRun: if nothing is recognised, or only with too much doubt.
    """
    answers = survey(tree, as_of=as_of)
    if answers and answers[0].confidence >= DOUBTFUL:
        return answers[0]
    raise refusal(tree, answers)


def best_guess(tree: Tree, *, as_of: date | None = None) -> Stack | None:
    """The surest answer, even if it cannot say how it starts; None if there is none.

    For callers who know what is served (`[static]`): how the folder is built is still wanted.
    """
    return next(iter(survey(tree, as_of=as_of)), None)


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
    found = ranked(found, foreign := find_foreign(tree))
    if written.web:
        found = [led(stack, written) for stack in found]
    found = complete(found, tree, given)
    found = [replace(stack, recipe=written.over(stack.recipe)) for stack in found]
    if alone := procfile_stack(written, foreign[0] if foreign else None):
        found.append(alone)
    found.sort(key=lambda stack: -stack.confidence)  # stable: equals stay in FINDERS' order
    names = [stack.name for stack in found]
    return tuple(
        replace(stack, runner_up=next((n for n in names if n != stack.name), None))
        for stack in found
    )


def _runnable(answers: tuple[Stack, ...], *, written: bool) -> Stack | None:
    """The best answer if it runs as a process; one that a person wrote the command of may lead."""
    if not answers:
        return None
    best = answers[0]
    if best.name not in RUNNABLE:
        return next((s for s in answers if s.name == "procfile"), None) if written else None
    return best if "web" in best.recipe.processes or best.recipe.static is not None else None
