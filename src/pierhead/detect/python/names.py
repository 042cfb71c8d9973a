"""What the names of a Python module stand for, and what it assigns on import."""

from __future__ import annotations

import ast
from collections.abc import Iterator


def every_node(root: ast.AST) -> list[ast.AST]:
    """The nodes below a node, in the order of `ast.walk`, without those that only mark others.

    Walking is most of the time that detection takes, so it is done once a module.
    """
    found = [root]
    for node in found:  # it grows as it goes
        for name in node._fields:
            value = getattr(node, name, None)
            if isinstance(value, list):
                found.extend(one for one in value if isinstance(one, ast.AST))
            elif isinstance(value, ast.AST) and not isinstance(value, ast.expr_context):
                found.append(value)
    return found


class Names:
    """What the names of a module stand for, by its import statements."""

    def __init__(self, nodes: list[ast.AST]) -> None:
        self.modules: set[str] = set()
        self.relative = False
        self._meaning: dict[str, str] = {}
        for node in nodes:
            if isinstance(node, ast.Import):
                for alias in node.names:
                    self.modules.add(alias.name)
                    bound = alias.name if alias.asname else alias.name.partition(".")[0]
                    self._meaning[alias.asname or bound] = bound
            elif isinstance(node, ast.ImportFrom) and node.level:
                self.relative = True
                for alias in node.names:
                    self._meaning[alias.asname or alias.name] = f"{node.module or ''}.{alias.name}"
            elif isinstance(node, ast.ImportFrom) and node.module:
                self.modules.add(node.module)
                for alias in node.names:
                    self._meaning[alias.asname or alias.name] = f"{node.module}.{alias.name}"
        self._meaning |= dict(_configurators(nodes, self))

    def of(self, node: ast.expr) -> str | None:
        """The qualified name of an expression such as `web.Application`, or None."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return None
        parts.append(self._meaning.get(node.id, node.id))
        return ".".join(reversed(parts))


def _configurators(nodes: list[ast.AST], names: Names) -> Iterator[tuple[str, str]]:
    """Pyramid's `config = Configurator()`, whose `make_wsgi_app()` gives the application."""
    if not any(module.startswith("pyramid") for module in names.modules):
        return
    for node in nodes:
        if isinstance(node, ast.Assign):
            pairs = [(target, node.value) for target in node.targets]
        elif isinstance(node, ast.withitem) and node.optional_vars is not None:
            pairs = [(node.optional_vars, node.context_expr)]
        else:
            continue
        for target, value in pairs:
            if isinstance(target, ast.Name) and isinstance(value, ast.Call):
                made = names.of(value.func)
                if made == "pyramid.config.Configurator":
                    yield target.id, made


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements run on import, those within if, try and with included."""
    for node in body:
        yield node
        if isinstance(node, ast.If) and is_guard(node):
            continue
        for name in ("body", "orelse", "finalbody"):
            if isinstance(node, (ast.If, ast.Try, ast.With)):
                yield from _statements(getattr(node, name, []))


def assigned(body: list[ast.stmt]) -> Iterator[tuple[str, ast.Call]]:
    for node in _statements(body):
        if isinstance(node, ast.Assign):
            targets, value = node.targets, node.value
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            targets, value = [node.target], node.value
        else:
            continue
        for target in targets:
            if isinstance(target, ast.Name) and isinstance(value, ast.Call):
                yield target.id, value


def is_guard(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.If)
        and isinstance(node.test, ast.Compare)
        and isinstance(node.test.left, ast.Name)
        and node.test.left.id == "__name__"
    )
