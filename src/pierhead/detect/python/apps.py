"""Application objects and the functions that make them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from pierhead.detect.python.frameworks import BY_CONSTRUCTOR, DJANGO_HANDLERS, Serving
from pierhead.detect.python.names import Names, assigned

_FACTORIES = frozenset(
    """create_app make_app build_app get_app app_factory create_application get_application
    build_application make_application init_app create_api""".split()  # noqa: SIM905 - words
)


@dataclass(frozen=True, slots=True)
class AppObject:
    """An application object: `name` is its variable, or its factory if `factory` is set.

    A factory that cannot be called without arguments is not `usable` by itself.
    """

    name: str
    framework: str
    serving: Serving
    line: int
    factory: bool = False
    usable: bool = True


def _made(call: ast.Call, names: Names) -> tuple[str, Serving] | None:
    qualified = names.of(call.func) or ""
    if serving := DJANGO_HANDLERS.get(qualified):
        return "django", serving
    if framework := BY_CONSTRUCTOR.get(qualified):
        return framework.slug.removesuffix("-asgi"), framework.serving
    return None


def find_apps(parsed: ast.Module, names: Names) -> Iterator[AppObject]:
    for name, call in assigned(parsed.body):
        if made := _made(call, names):
            # What Dash serves is the Flask object inside it.
            shown = f"{name}.server" if made[0] == "dash" else name
            yield AppObject(shown, *made, call.lineno)
    for node in parsed.body:
        if isinstance(node, ast.FunctionDef) and node.name in _FACTORIES:
            calls = (n for n in ast.walk(node) if isinstance(n, ast.Call))
            if made := next((m for c in calls if (m := _made(c, names))), None):
                usable = _callable(node)
                yield AppObject(node.name, *made, node.lineno, factory=True, usable=usable)


def _callable(node: ast.FunctionDef) -> bool:
    """Whether it can be called without arguments."""
    arguments = node.args
    positional = len(arguments.posonlyargs) + len(arguments.args)
    return positional == len(arguments.defaults) and all(arguments.kw_defaults)


def find_made_by(parsed: ast.Module, names: Names) -> Iterator[tuple[str, str, int]]:
    for name, call in assigned(parsed.body):
        maker = (names.of(call.func) or "").rpartition(".")[2]
        if maker in _FACTORIES:
            yield name, maker, call.lineno
