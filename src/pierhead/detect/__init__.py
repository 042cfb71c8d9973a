"""What a folder holds and how it is run.

Each stack is found by one pure function `tree -> Stack | None` that says why; the surest answer
wins. A new stack is one more file and one line in `survey.FINDERS`.
"""

from __future__ import annotations

from datetime import date

from pierhead.detect.refusal import DOUBTFUL, RUNNABLE, refusal
from pierhead.detect.survey import survey
from pierhead.detect.tree import Tree
from pierhead.domain.stack import Stack

__all__ = ["DOUBTFUL", "Tree", "best_guess", "detect", "identify", "survey"]


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
    """The surest answer this machine can build, even if it cannot say how it starts, or None.

    For callers who know what is served (`[static]`): how the folder is built is still wanted.
    """
    answers = survey(tree, as_of=as_of)
    return next((stack for stack in answers if stack.name in RUNNABLE), None)


def _runnable(answers: tuple[Stack, ...], *, written: bool) -> Stack | None:
    """The best answer if it runs as a process; one that a person wrote the command of may lead."""
    if not answers:
        return None
    best = answers[0]
    if best.name not in RUNNABLE:
        return next((s for s in answers if s.name == "procfile"), None) if written else None
    return best if "web" in best.recipe.processes or best.recipe.static is not None else None
