"""One Python file: whether it compiles, what it imports and what it defines."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from typing import NamedTuple


class Import(NamedTuple):
    """One imported thing.

    Attributes:
        line: from 1.
        module: dotted, without leading dots.
        level: how many leading dots.
        name: what is taken from the module; None for `import module`, `*` for all.
        optional: the program goes on without it (`try: ... except ImportError`).
    """

    line: int
    module: str
    level: int
    name: str | None
    optional: bool


class PythonFile(NamedTuple):
    """What a Python file holds.

    Attributes:
        error: line and cause if it does not compile.
        imports: all of them, those inside functions too.
        names: what the module defines; None where that cannot be told without running it.
        tests: functions and methods that pytest would collect.
    """

    error: tuple[int, str] | None = None
    imports: tuple[Import, ...] = ()
    names: frozenset[str] | None = None
    tests: int = 0


def read_python(path: str, source: bytes) -> PythonFile:
    """Compile a file, without running it, and list what it imports and defines."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source, path)
            compile(tree, path, "exec", dont_inherit=True)  # also finds a `return` outside
    except SyntaxError as error:
        return PythonFile(error=(error.lineno or 0, error.msg))
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        return PythonFile(error=(0, str(error) or type(error).__name__))
    return PythonFile(None, tuple(_imports(tree.body, False)), _names(tree), _tests(tree))


def _imports(body: list[ast.stmt], optional: bool) -> Iterator[Import]:
    for node in body:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(node.lineno, alias.name, 0, None, optional)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield Import(node.lineno, node.module or "", node.level, alias.name, optional)
        elif isinstance(node, ast.Try | ast.TryStar):
            guarded = optional or any(_catches_import_error(each) for each in node.handlers)
            yield from _imports(node.body, guarded)
            for handler in node.handlers:
                yield from _imports(handler.body, guarded)
            yield from _imports(node.orelse + node.finalbody, optional)
        elif isinstance(node, ast.Match):
            for case in node.cases:
                yield from _imports(case.body, optional)
        else:
            yield from _imports(_blocks(node), optional)


def _blocks(node: ast.stmt) -> list[ast.stmt]:
    return [*getattr(node, "body", []), *getattr(node, "orelse", [])]


def _catches_import_error(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    caught = {each.id for each in ast.walk(handler.type) if isinstance(each, ast.Name)}
    return bool(caught & {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})


def _names(tree: ast.Module) -> frozenset[str] | None:
    """Names bound at the level of the module, in whichever branch."""
    found: set[str] = set()
    todo: list[ast.AST] = list(tree.body)
    while todo:
        node = todo.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
            continue
        if isinstance(node, ast.Import | ast.ImportFrom):
            found.update(alias.asname or alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            found.add(node.name)
        elif isinstance(node, ast.Name) and node.id in {"globals", "setattr", "exec"}:
            return None
        todo.extend(ast.iter_child_nodes(node))
    return None if found & {"*", "__getattr__"} else frozenset(found)


def _tests(tree: ast.Module) -> int:
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    count = 0
    for node in tree.body:
        held: list[ast.stmt] = [node]
        if isinstance(node, ast.ClassDef):
            is_case = any("TestCase" in ast.dump(base) for base in node.bases)
            held = node.body if node.name.startswith("Test") or is_case else []
        count += sum(isinstance(e, functions) and e.name.startswith("test") for e in held)
    return count
