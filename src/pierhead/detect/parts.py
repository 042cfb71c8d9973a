"""The deployable parts of a repository: workspaces, apps/*, services/*, backend and frontend."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pierhead.detect.refusal import DOUBTFUL
from pierhead.detect.survey import survey
from pierhead.detect.tree import Tree
from pierhead.domain.stack import Stack

_MANIFESTS = """package.json pyproject.toml requirements.txt Pipfile manage.py composer.json go.mod
    Gemfile config.ru pom.xml build.gradle build.gradle.kts Cargo.toml mix.exs build.sbt deno.json
    deno.jsonc Dockerfile Procfile index.html index.php""".split()  # noqa: SIM905 - words
_PROJECTS = ("csproj", "fsproj")
_ASIDE = frozenset(
    """docs doc test tests spec specs e2e examples example samples sample templates template
    scripts tools fixtures testdata benchmarks public static assets dist build src .github
    .devcontainer android ios migrations""".split()  # noqa: SIM905 - words
)
MAX_PARTS = 60
MAX_DEPTH = 3


@dataclass(frozen=True, slots=True)
class Parts:
    """What can be deployed of a repository.

    Attributes:
        best: what is proposed: the root if it runs, else the surest part; None if nothing is.
        listed: every part with an answer, by folder; the root's has an empty `part`.
        ambiguous: several parts could be meant, and `best` is only the first of them.
    """

    best: Stack | None
    listed: tuple[Stack, ...]
    ambiguous: bool


def find_parts(tree: Tree) -> Parts:
    """The root's answer and those of the folders with a manifest of their own."""
    root = next(iter(survey(tree)), None)
    inner = [stack for folder in part_folders(tree) if (stack := _part(tree, folder))]
    whole = [root] if root and root.confidence >= DOUBTFUL else []
    best, ambiguous = _choose(whole[0] if whole else None, inner)
    return Parts(best, (*whole, *inner), ambiguous)


def part_folders(tree: Tree) -> list[str]:
    """Folders below the root that hold a manifest, sorted; at most `MAX_PARTS`."""
    paths = [path for name in _MANIFESTS for path in tree.named(name)]
    paths += [path for ending in _PROJECTS for path in tree.ending(ending)]
    folders = {path.rpartition("/")[0] for path in paths if 0 < path.count("/") <= MAX_DEPTH}
    plain = {f for f in folders if _ASIDE.isdisjoint(_outer(f))}
    return sorted(plain, key=lambda f: (f.count("/"), f))[:MAX_PARTS]


def _outer(folder: str) -> list[str]:
    """The parts of a path that may not be aside; .NET keeps its projects in src/."""
    parts = folder.lower().split("/")
    return parts[1:] if parts[0] == "src" and len(parts) > 1 else parts


def _part(tree: Tree, folder: str) -> Stack | None:
    answer = next(iter(survey(tree.below(folder))), None)
    if answer is None or answer.confidence < DOUBTFUL or not starts(answer):
        return None
    return replace(answer, part=folder)


def starts(stack: Stack) -> bool:
    """Whether something is known that serves traffic."""
    held = stack.container is not None and stack.container.path != stack.container.compose
    return "web" in stack.recipe.processes or stack.recipe.static is not None or held


def _choose(root: Stack | None, inner: list[Stack]) -> tuple[Stack | None, bool]:
    if root and (not inner or (starts(root) and root.confidence >= 60)):
        return root, False
    if not inner:
        return root, False
    # Nested folders of a part are its own; the outermost ones compete.
    tops = [s for s in inner if not any(s.part.startswith(f"{o.part}/") for o in inner)]
    ranked = sorted(tops, key=lambda s: (s.recipe.static is not None, -s.confidence, s.part))
    first, ambiguous = ranked[0], len(tops) > 1
    sure = min(first.confidence, 28 if ambiguous else 60)
    if root:  # the root holds something that does not run by itself
        return replace(root, runner_up=first.part), ambiguous
    return replace(first, confidence=sure), ambiguous
