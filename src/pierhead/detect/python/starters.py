"""Calls that start a server, and the port they name."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pierhead.detect.python.frameworks import STARTER_METHODS, STARTERS
from pierhead.detect.python.names import Names, assigned


def find_starts(parsed: ast.Module, nodes: list[ast.AST], names: Names) -> Iterator[ast.Call]:
    apps = {name for name, _ in assigned(parsed.body)} | {"app", "application", "server"}
    for node in nodes:
        if not isinstance(node, ast.Call):
            continue
        qualified = names.of(node.func) or ""
        owner, _, method = qualified.rpartition(".")
        if (
            qualified in STARTERS
            or (owner and method in STARTER_METHODS)
            or (method == "run" and (owner in apps or owner == "socketio"))
            or (isinstance(node.func, ast.Attribute) and node.func.attr in ("launch", "listen"))
        ):
            yield node


def literal_port(call: ast.Call, parsed: ast.Module) -> int | None:
    """The port that a call names as a number, itself or through a constant of the module."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    name = call.func.id if isinstance(call.func, ast.Name) else name
    values = [k.value for k in call.keywords if k.arg in ("port", "server_port")]
    if name == "listen":
        values += call.args[:1]
    elif name == "make_server":
        values += call.args[1:2]
    elif name.endswith("Server") and call.args and isinstance(call.args[0], ast.Tuple):
        values += call.args[0].elts[1:2]
    constants = {
        target.id: node.value
        for node in parsed.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for value in values:
        meant = constants.get(value.id) if isinstance(value, ast.Name) else value
        if isinstance(meant, ast.Constant) and type(meant.value) is int and 0 < meant.value < 65536:
            return meant.value
    return None
