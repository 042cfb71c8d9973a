"""Secrets that Python code reads without a default."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from pierhead.detect.python.modules import Module
from pierhead.detect.secret_names import generated

_READERS = frozenset(("getenv", "get", "config", "env", "environ", "str", "get_env"))


def required_secrets(modules: Iterable[Module]) -> tuple[str, ...]:
    """Names of secrets that are read without a default, sorted."""
    found: set[str] = set()
    for module in modules:
        if module.tree is not None:
            found.update(name for name in _names_read(module.nodes) if generated(name))
    return tuple(sorted(found))


def _names_read(nodes: tuple[ast.AST, ...]) -> Iterator[str]:
    excused = {id(part) for n in nodes if isinstance(n, ast.BoolOp) for part in _before_last(n)} | {
        id(n.args[1]) for n in nodes if isinstance(n, ast.Call) and len(n.args) > 1
    }
    for node in nodes:
        if id(node) in excused:
            continue
        if isinstance(node, ast.Subscript) and _last(node.value) in ("environ", "env"):
            yield _text(node.slice)
        elif isinstance(node, ast.Call) and len(node.args) == 1 and _reads(node):
            yield _text(node.args[0])
        elif isinstance(node, ast.ClassDef) and any(_last(b) == "BaseSettings" for b in node.bases):
            yield from _required_fields(node)


def _before_last(node: ast.BoolOp) -> list[ast.expr]:
    return node.values[:-1] if isinstance(node.op, ast.Or) else []


def _reads(call: ast.Call) -> bool:
    if any(k.arg == "default" for k in call.keywords) or _last(call.func) not in _READERS:
        return False
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    return _last(call.func) != "get" or (owner is not None and _last(owner) in ("environ", "env"))


def _required_fields(node: ast.ClassDef) -> Iterator[str]:
    """The variables that pydantic-settings reads for fields without a default."""
    prefix = ""
    for inner in ast.walk(node):
        if isinstance(inner, ast.keyword) and inner.arg == "env_prefix":
            prefix = _text(inner.value)
    for field in node.body:
        if not isinstance(field, ast.AnnAssign) or field.value is not None:
            continue
        if isinstance(field.target, ast.Name):
            yield (prefix + field.target.id).upper()


def _last(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _text(node: ast.expr) -> str:
    value = node.value if isinstance(node, ast.Constant) else None
    return value if isinstance(value, str) else ""
