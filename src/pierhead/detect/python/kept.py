"""Database files that Python code writes, so that the next release finds them again."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from pierhead.detect.python.modules import Module
from pierhead.detect.tree import Tree

_URL = re.compile(r"sqlite(?:\+\w+)?:///([^\"'{}\s?]*)")
_ENDINGS = (".db", ".sqlite", ".sqlite3", ".db3")
_SAME = frozenset(("Path", "abspath", "realpath", "resolve", "absolute", "str", "normpath"))


def kept_files(tree: Tree, modules: Iterable[Module]) -> tuple[set[str], set[str]]:
    """SQLite files that the code names: below the project's folder, and outside of it."""
    inside: set[str] = set()
    outside: set[str] = set()
    for module in modules:
        if "sqlite" not in tree.text(module.path) or module.tree is None:
            continue
        in_instance = "flask_sqlalchemy" in module.imports
        places = _Places(module)
        for node in module.nodes:
            found = places.of(node) if isinstance(node, (ast.BinOp, ast.Call)) else None
            if found and found.endswith(_ENDINGS):
                inside.add(found)
            for name in _named(node, places):
                if name.startswith("/"):
                    outside.add(name)
                elif clean := safe_relative(name):
                    # Flask-SQLAlchemy puts relative names into the instance folder.
                    inside.add("instance" if in_instance else clean)
    return inside, outside


class _Places:
    """Paths that a module computes from its own place, such as `Path(__file__).parent / "x"`."""

    def __init__(self, module: Module) -> None:
        self._known: dict[str, str] = {"__file__": module.path}
        for node in module.tree.body if module.tree else []:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                place = self.of(node.value)
                if place is not None:
                    self._known[node.targets[0].id] = place

    def of(self, node: ast.AST) -> str | None:
        """The path from the project's folder, or None if it is not known or leaves it."""
        if isinstance(node, ast.Name):
            return self._known.get(node.id)
        if isinstance(node, ast.Attribute) and node.attr == "parent":
            return _above(self.of(node.value))
        if isinstance(node, ast.Subscript):
            return self._ancestor(node)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            return _below(self.of(node.left), [node.right])
        return self._called(node) if isinstance(node, ast.Call) else None

    def _called(self, call: ast.Call) -> str | None:
        owner = call.func.value if isinstance(call.func, ast.Attribute) else None
        name = call.func.attr if isinstance(call.func, ast.Attribute) else _id(call.func)
        if name == "joinpath" and owner is not None:
            return _below(self.of(owner), call.args)
        if name == "join" and call.args:
            return _below(self.of(call.args[0]), call.args[1:])
        if name == "dirname" and call.args:
            return _above(self.of(call.args[0]))
        if name in _SAME:
            inner = call.args[0] if call.args else owner
            return self.of(inner) if inner is not None else None
        return None

    def _ancestor(self, node: ast.Subscript) -> str | None:
        """`path.parents[1]` is two levels up."""
        number = node.slice.value if isinstance(node.slice, ast.Constant) else None
        if not isinstance(node.value, ast.Attribute) or node.value.attr != "parents":
            return None
        place = self.of(node.value.value)
        for _ in range(number + 1 if type(number) is int and 0 <= number < 9 else 0):
            place = _above(place)
        return place


def _above(place: str | None) -> str | None:
    return place.rpartition("/")[0] if place else None


def _below(place: str | None, parts: list[ast.expr]) -> str | None:
    texts = [part.value for part in parts if isinstance(part, ast.Constant)]
    if place is None or len(texts) < len(parts) or not all(isinstance(t, str) for t in texts):
        return None
    return safe_relative("/".join([place, *map(str, texts)]).lstrip("/"))


def _named(node: ast.AST, places: _Places) -> Iterator[str]:
    """Files in SQLite URLs and in calls of `sqlite3.connect`."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield from (m for m in _URL.findall(node.value) if m and m != ":memory:")
    elif isinstance(node, ast.JoinedStr) and len(node.values) == 3:
        scheme, folder, rest = node.values
        place = places.of(folder.value) if isinstance(folder, ast.FormattedValue) else None
        if place is not None and _text(scheme).endswith(":///") and _text(rest).startswith("/"):
            yield f"{place}{_text(rest)}".lstrip("/")
    elif isinstance(node, ast.Call) and node.args and _opens_sqlite(node):
        name = _text(node.args[0])
        if name and name != ":memory:" and not name.startswith("file:"):
            yield name


def _opens_sqlite(call: ast.Call) -> bool:
    return (
        isinstance(call.func, ast.Attribute)
        and call.func.attr == "connect"
        and _id(call.func.value) in ("sqlite3", "aiosqlite")
    )


def _id(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def _text(node: ast.expr) -> str:
    value = node.value if isinstance(node, ast.Constant) else None
    return value if isinstance(value, str) else ""


def safe_relative(path: str) -> str | None:
    """A path below the folder in its plain form, or None if it leaves it or is empty."""
    parts = [part for part in path.replace("\\", "/").split("/") if part not in ("", ".")]
    if not parts or ".." in parts or path.startswith("/") or "\0" in path:
        return None
    return "/".join(parts)
