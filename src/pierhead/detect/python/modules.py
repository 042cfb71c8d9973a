"""What Python source says, read by parsing and never by running it."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

from pierhead.detect.python.frameworks import (
    BY_CONSTRUCTOR,
    DJANGO_HANDLERS,
    STARTER_METHODS,
    STARTERS,
    Serving,
)
from pierhead.detect.tree import Tree

SOURCE_LIMIT = 200_000  # bytes; larger files are data written as code
MAX_MODULES = 120
_ASIDE = frozenset(
    """tests test testing docs doc examples example samples migrations alembic versions benchmarks
    scripts static templates locale fixtures""".split()  # noqa: SIM905 - words
)
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


def read_modules(tree: Tree) -> list[Module]:
    """The modules that may hold an application: the upper levels, without tests and tools."""
    paths = [path for path in tree.paths if path.endswith(".py") and _wanted(path)]
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
    names = _Names(parsed)
    start = next(_starts(parsed, names), None)
    return Module(
        path,
        imports=frozenset(names.modules),
        relative=names.relative,
        apps=tuple(_apps(parsed, names)),
        made_by=tuple(_made_by(parsed, names)),
        guard=any(_is_guard(node) for node in parsed.body),
        starts=start.lineno if start else None,
        port=_literal_port(start, parsed) if start else None,
        tree=parsed,
    )


class _Names:
    """What the names of a module stand for, by its import statements."""

    def __init__(self, parsed: ast.Module) -> None:
        self.modules: set[str] = set()
        self.relative = False
        self._meaning: dict[str, str] = {}
        for node in ast.walk(parsed):
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
        self._meaning |= dict(_configurators(parsed, self))

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


def _configurators(parsed: ast.Module, names: _Names) -> Iterator[tuple[str, str]]:
    """Pyramid's `config = Configurator()`, whose `make_wsgi_app()` gives the application."""
    if not any(module.startswith("pyramid") for module in names.modules):
        return
    for node in ast.walk(parsed):
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
        if isinstance(node, ast.If) and _is_guard(node):
            continue
        for name in ("body", "orelse", "finalbody"):
            if isinstance(node, (ast.If, ast.Try, ast.With)):
                yield from _statements(getattr(node, name, []))


def _assigned(body: list[ast.stmt]) -> Iterator[tuple[str, ast.Call]]:
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


def _made(call: ast.Call, names: _Names) -> tuple[str, Serving] | None:
    qualified = names.of(call.func) or ""
    if serving := DJANGO_HANDLERS.get(qualified):
        return "django", serving
    if framework := BY_CONSTRUCTOR.get(qualified):
        return framework.slug.removesuffix("-asgi"), framework.serving
    return None


def _apps(parsed: ast.Module, names: _Names) -> Iterator[AppObject]:
    for name, call in _assigned(parsed.body):
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


def _made_by(parsed: ast.Module, names: _Names) -> Iterator[tuple[str, str, int]]:
    for name, call in _assigned(parsed.body):
        maker = (names.of(call.func) or "").rpartition(".")[2]
        if maker in _FACTORIES:
            yield name, maker, call.lineno


def _is_guard(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.If)
        and isinstance(node.test, ast.Compare)
        and isinstance(node.test.left, ast.Name)
        and node.test.left.id == "__name__"
    )


def _starts(parsed: ast.Module, names: _Names) -> Iterator[ast.Call]:
    apps = {name for name, _ in _assigned(parsed.body)} | {"app", "application", "server"}
    for node in ast.walk(parsed):
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


def _literal_port(call: ast.Call, parsed: ast.Module) -> int | None:
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
