"""What Python source says, read by parsing and never by running it."""

from __future__ import annotations

import ast
import warnings
from dataclasses import dataclass

from pierhead.detect.python.apps import AppObject, find_apps, find_made_by
from pierhead.detect.python.names import Names, every_node, is_guard
from pierhead.detect.python.starters import find_starts, literal_port
from pierhead.detect.tree import Tree

SOURCE_LIMIT = 200_000  # bytes; larger files are data written as code
MAX_MODULES = 120
_ASIDE = frozenset(
    """tests test testing docs doc examples example samples migrations alembic versions benchmarks
    scripts static templates locale fixtures""".split()  # noqa: SIM905 - words
)


@dataclass(frozen=True, slots=True)
class Module:
    """One source file.

    Attributes:
        imports: absolute names imported, such as `flask_migrate` or `app.models`.
        relative: whether it imports relative to its own package.
        made_by: variable and line by the function whose call gave it: `app = create_app()`.
        guard: whether it has an `if __name__ == "__main__"`.
        starts: the line on which it starts a server of its own, or None.
        port: the literal port it starts it on.
        broken: the line of a syntax error, or None.
        tree, nodes: what was parsed, and every node of it.
    """

    path: str
    imports: frozenset[str] = frozenset()
    relative: bool = False
    apps: tuple[AppObject, ...] = ()
    made_by: tuple[tuple[str, str, int], ...] = ()
    guard: bool = False
    starts: int | None = None
    port: int | None = None
    broken: int | None = None
    tree: ast.Module | None = None
    nodes: tuple[ast.AST, ...] = ()


def read_modules(tree: Tree) -> list[Module]:
    """The modules that may hold an application: the upper levels, without tests and tools."""
    paths = [path for path in tree.ending("py") if _wanted(path)]
    paths.sort(key=lambda path: (path.count("/"), path))
    return [read_module(path, tree.text(path, SOURCE_LIMIT)) for path in paths[:MAX_MODULES]]


def _wanted(path: str) -> bool:
    *folders, name = path.split("/")
    return (
        len(folders) <= 3
        and _ASIDE.isdisjoint(folders)
        and not name.startswith(("test_", "conftest"))
        and not name.endswith("_test.py")
        and name != "setup.py"
    )


def read_module(path: str, text: str) -> Module:
    """The facts of one file; one with a syntax error has only the line of it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parsed = ast.parse(text)
    except SyntaxError as error:
        return Module(path, broken=error.lineno or 1)
    except (ValueError, RecursionError, MemoryError):
        return Module(path, broken=1)
    nodes = every_node(parsed)
    names = Names(nodes)
    start = next(find_starts(parsed, nodes, names), None)
    return Module(
        path,
        imports=frozenset(names.modules),
        relative=names.relative,
        apps=tuple(find_apps(parsed, names)),
        made_by=tuple(find_made_by(parsed, names)),
        guard=any(is_guard(node) for node in parsed.body),
        starts=start.lineno if start else None,
        port=literal_port(start, parsed) if start else None,
        tree=parsed,
        nodes=tuple(nodes),
    )
