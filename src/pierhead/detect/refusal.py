"""Why there is nothing to run, and what would change that."""

from __future__ import annotations

from pierhead.detect.foreign import find_foreign
from pierhead.detect.node.managers import workspace_folders
from pierhead.detect.node.package import read_package
from pierhead.detect.tree import Tree
from pierhead.domain.stack import Evidence, Stack
from pierhead.errors import NothingToRun

_MANIFESTS = frozenset(
    """package.json pyproject.toml requirements.txt Pipfile manage.py index.html composer.json
    go.mod Gemfile pom.xml build.gradle build.gradle.kts Cargo.toml mix.exs build.sbt
    deno.json""".split()  # noqa: SIM905 - words
)
_DOCUMENTS = (".md", ".rst", ".txt", ".adoc", ".pdf")


RUNNABLE = frozenset(("python", "node", "static", "procfile"))  # what the process method runs
DOUBTFUL = 30  # an answer with less confidence than this is not acted on


def refusal(tree: Tree, answers: tuple[Stack, ...]) -> NothingToRun:
    """The error for a tree of which nobody can say how it runs; `details` has what was found."""
    if not tree.paths:
        return NothingToRun("the folder is empty", hint="name a folder that has files in it")
    below = _projects_below(tree)
    hint = f"it holds projects of its own: try {', '.join(below[:5])}" if below else None
    foreign = find_foreign(tree)
    best = answers[0] if answers else None
    if foreign and (best is None or best.confidence < 60):
        if best and best.name == "docker":
            hint = f"{best.evidence[0].path} builds it; running it comes with containers"
        return _found(foreign[0], None, (foreign[1],), "which is not built automatically", hint)
    if best and best.name not in RUNNABLE and best.confidence >= DOUBTFUL:
        name = f"{best.name}/{best.framework}" if best.framework else best.name
        later = f"detected {name}; running it comes with containers"
        why = "which does not run as a process of this machine yet"
        return _found(best.name, best.framework, best.evidence, why, hint or later)
    if best:
        why = "and nothing says how it starts"
        if "web" in best.recipe.processes or best.recipe.static:
            why = f"but that is too uncertain ({best.confidence} %) to run it"
            if best.recipe.notes:
                why = f"but {best.recipe.notes[-1]}"
        return _found(best.name, best.framework, best.evidence, why, hint)
    details = {"files": len(tree.paths), "folders": below}
    if below:
        return NothingToRun("nothing at the top of the folder runs", hint=hint, details=details)
    documents = all(path.endswith(_DOCUMENTS) or _is_bare(path) for path in tree.paths)
    what = (
        "only documents" if documents else "nothing that is known: no manifest, no server, no page"
    )
    if tree.first("setup.py", "setup.cfg"):
        what = "a Python library, and nothing says how it starts"
    return NothingToRun(f"the folder holds {what}", details=details)


def _found(
    stack: str, framework: str | None, evidence: tuple[Evidence, ...], why: str, hint: str | None
) -> NothingToRun:
    said = [f"{e.path}:{e.line} {e.says}" if e.line else f"{e.path} {e.says}" for e in evidence]
    return NothingToRun(
        f"this looks like {f'{stack}/{framework}' if framework else stack} ({said[0]}), {why}",
        hint=hint,
        details={"stack": stack, "framework": framework, "evidence": said},
    )


def _projects_below(tree: Tree) -> list[str]:
    """Folders that could be deployed by themselves: workspace packages, else one level down."""
    package = read_package(tree)
    members = workspace_folders(tree, package) if package else ()
    if members:
        return list(members)
    inner = [path.split("/") for path in tree.paths if path.count("/") == 1]
    return sorted({f for f, name in inner if name in _MANIFESTS and f not in ("docs", "tests")})


def _is_bare(path: str) -> bool:
    """Whether a file has no ending, as LICENSE has none."""
    return "." not in path.rpartition("/")[2].lstrip(".")
