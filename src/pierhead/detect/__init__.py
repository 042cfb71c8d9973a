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
from pierhead.detect.static import find_static
from pierhead.detect.tree import Tree
from pierhead.domain.command import Command
from pierhead.domain.stack import Evidence, Stack
from pierhead.errors import NothingToRun

__all__ = ["Tree", "best_guess", "detect", "survey"]

Finder = Callable[[Tree, Given], Stack | None]
FINDERS: tuple[Finder, ...] = (find_python, find_node, find_static)


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
    if answers and _runs(answers[0]):
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
    if find_foreign(tree):
        found = [_beside_foreign(stack) for stack in found]
    if written.web:
        found = [_led(stack, written) for stack in found]
    found = [replace(stack, recipe=written.over(stack.recipe)) for stack in found]
    if alone := procfile_stack(written):
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


def refusal(tree: Tree, answers: tuple[Stack, ...]) -> NothingToRun:
    """Why there is nothing to run, and what would change that."""
    foreign = find_foreign(tree)
    details: dict[str, object] = {"files": len(tree.paths)}
    if not tree.paths:
        return NothingToRun("the folder is empty", hint="name a folder that has files in it")
    if answers:
        best = answers[0]
        said = [e.path + (f":{e.line}" if e.line else "") + f" {e.says}" for e in best.evidence]
        details |= {"stack": best.name, "framework": best.framework, "evidence": said}
        what = best.framework or best.name
        return NothingToRun(
            f"this looks like {what} ({said[0]}), but no start command was found", details=details
        )
    if foreign:
        details |= {"stack": foreign[0], "evidence": [f"{foreign[1].path} {foreign[1].says}"]}
        return NothingToRun(
            f"{foreign[1].path} says {foreign[0]}, which is not built automatically",
            details=details,
        )
    below = sorted({p.split("/")[0] for p in tree.paths if p.count("/") == 1 and _is_manifest(p)})
    if below:
        return NothingToRun(
            "nothing at the top of the folder can be run",
            hint=f"there are projects below it: try {', '.join(below[:5])}",
            details=details | {"folders": below},
        )
    only_text = all(
        p.endswith((".md", ".rst", ".txt", ".adoc")) or "." not in p for p in tree.paths
    )
    what = "only documents" if only_text else "no Python or Node project and no page"
    return NothingToRun(f"the folder holds {what}", details=details)


def _is_manifest(path: str) -> bool:
    name = path.rpartition("/")[2]
    return name in ("package.json", "pyproject.toml", "requirements.txt", "index.html", "manage.py")
