"""What a folder holds and how it is run.

Each stack is found by one pure function `tree -> Stack | None` that says why; the surest answer
wins. A new stack is one more file and one line in `FINDERS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from pierhead.detect.foreign import find_foreign
from pierhead.detect.given import Given
from pierhead.detect.node import find_node
from pierhead.detect.procfile import Procfile, procfile_stack, read_procfile
from pierhead.detect.python import find_python
from pierhead.detect.refusal import refusal
from pierhead.detect.static import find_static
from pierhead.detect.tree import Tree
from pierhead.domain.command import Command
from pierhead.domain.stack import Evidence, Stack

__all__ = ["Tree", "best_guess", "detect", "survey"]

Finder = Callable[[Tree, Given], Stack | None]
FINDERS: tuple[Finder, ...] = (find_python, find_node, find_static)
DOUBTFUL = 30  # an answer with less confidence than this is not acted on


def detect(tree: Tree, *, as_of: date | None = None, command: str | None = None) -> Stack:
    """What a tree holds and how it is built and run.

    Args:
        tree: the files of a release.
        as_of: versions that no lock fixes are those of this day.
        command: the start command, where a person named it (`[service] command`); it is then
            never refused, and it tells between stacks as a Procfile does.

    Raises:
        NothingToRun: if nothing says how it would run; `details` has what was found.
    """
    answers = survey(tree, as_of=as_of, command=command)
    if answers and _runs(answers[0]) and (command or answers[0].confidence >= DOUBTFUL):
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
    foreign = find_foreign(tree)
    if foreign:
        found = [_beside_foreign(stack) for stack in found]
    if written.web:
        found = [_led(stack, written) for stack in found]
    found = [replace(stack, recipe=written.over(stack.recipe)) for stack in found]
    if alone := procfile_stack(written, foreign[0] if foreign else None):
        found.append(alone)
    found.sort(key=lambda stack: -stack.confidence)  # stable: equals stay in FINDERS' order
    names = [stack.name for stack in found]
    return tuple(
        replace(stack, runner_up=next((n for n in names if n != stack.name), None))
        for stack in found
    )


def _led(stack: Stack, written: Procfile) -> Stack:
    """A stack's confidence in the light of the program that the written command calls."""
    language = written.language
    says = Evidence(written.path, f"web: {written.web}", written.line)
    if language is None:  # a program we do not know: the folder still holds what it holds
        sure = max(stack.confidence, 70) if stack.confidence > 30 else stack.confidence
    elif stack.name == language:
        sure = max(stack.confidence, 96)
    else:
        return replace(stack, confidence=min(stack.confidence, 30))
    return replace(stack, confidence=sure, evidence=(says, *stack.evidence))


def _beside_foreign(stack: Stack) -> Stack:
    """A stack beside the manifest of another language: tools and assets more often than not."""
    sure = stack.confidence >= 94 and stack.recipe.static is None
    return stack if sure else replace(stack, confidence=min(stack.confidence, 25))


def _runs(stack: Stack) -> bool:
    return "web" in stack.recipe.processes or stack.recipe.static is not None
