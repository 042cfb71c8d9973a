"""Which application object is served, and under which module name."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pierhead.detect.python.apps import AppObject
from pierhead.detect.python.frameworks import Serving
from pierhead.detect.python.modules import Module
from pierhead.detect.tree import Tree

_FILES = ("wsgi", "asgi", "main", "app", "server", "api", "application", "run", "index", "web")
_OBJECTS = ("app", "application", "api", "server", "main")


@dataclass(frozen=True, slots=True)
class Entry:
    """An application object as a server is told of it.

    Attributes:
        module: dotted, as imported with `root` on the path.
        root: folder to put on the import path; an empty text for the release's own.
    """

    path: str
    module: str
    root: str
    app: AppObject

    @property
    def target(self) -> str:
        """`module:object`."""
        return f"{self.module}:{self.app.name}"


def find_entry(tree: Tree, modules: list[Module], declared: frozenset[str]) -> Entry | None:
    """The best application object of a tree, or None.

    Ready objects come before factories, frameworks that are declared before others, upper
    folders before deeper ones, and usual names before unusual ones.
    """
    makers = {a.name: a for m in modules for a in m.apps if a.factory}
    hinted = _flask_app(tree)
    found: list[tuple[tuple[object, ...], Module, AppObject]] = []
    for module in modules:
        usable = [a for a in (*module.apps, *_made(module, makers)) if a.usable]
        found += [
            (_rank(module, app, declared, hinted), module, app)
            for app in usable
            if app.framework != "django" and import_name(tree, module)[1]
        ]
    if not found:
        return None
    _, module, app = min(found, key=lambda one: (one[0], one[1].path, one[2].line))
    root, name = import_name(tree, module)
    return Entry(module.path, name, root, app)


def _made(module: Module, makers: dict[str, AppObject]) -> list[AppObject]:
    return [
        replace(makers[maker], name=name, line=line, factory=False, usable=True)
        for name, maker, line in module.made_by
        if maker in makers
    ]


def _rank(
    module: Module, app: AppObject, declared: frozenset[str], hinted: str
) -> tuple[object, ...]:
    stem = module.path.rpartition("/")[2].removesuffix(".py")
    base = app.name.partition(".")[0]
    return (
        bool(hinted) and hinted not in (stem, module.path),
        app.serving is Serving.SCRIPT,
        bool(declared) and app.framework not in declared,
        app.factory,
        module.path.count("/") - (module.path.startswith("src/")),
        _FILES.index(stem) if stem in _FILES else len(_FILES),
        _OBJECTS.index(base) if base in _OBJECTS else len(_OBJECTS),
    )


def _flask_app(tree: Tree) -> str:
    """The module that .flaskenv names, or an empty text."""
    for line in tree.text(".flaskenv").splitlines():
        name, _, value = line.partition("=")
        if name.strip().removeprefix("export ").strip() == "FLASK_APP":
            return value.strip().strip("'\"").partition(":")[0].removesuffix(".py")
    return ""


def import_name(tree: Tree, module: Module) -> tuple[str, str]:
    """The folder to import from, and the module's dotted name there.

    Its own imports tell: the folder in which most of them are found is the one. The name is empty
    if the file cannot be imported by one, for a folder's name is no identifier.
    """
    folders = module.path.split("/")[:-1]
    roots = ["/".join(folders[:depth]) for depth in range(len(folders) + 1)]
    usable = [root for root in roots if _importable(module.path, root)]
    if module.relative and len(usable) > 1:
        usable = [root for root in usable if root != "/".join(folders)]
    tops = {name.partition(".")[0] for name in module.imports}

    def score(root: str) -> tuple[int, bool, int]:
        prefix = f"{root}/" if root else ""
        local = sum(tree.has(f"{prefix}{t}.py") or tree.has_folder(prefix + t) for t in tops)
        return (-local, root != "src", root.count("/") + bool(root))

    # A module below src/ is imported from there unless its imports say otherwise.
    if not usable:
        return "/".join(folders), ""
    best = min(usable, key=score)
    inner = (
        module.path[len(best) + 1 if best else 0 :].removesuffix(".py").removesuffix("/__init__")
    )
    return best, inner.replace("/", ".")


def _importable(path: str, root: str) -> bool:
    inner = path[len(root) + 1 if root else 0 :].removesuffix(".py")
    parts = inner.removesuffix("/__init__").split("/")
    return inner not in ("__init__", "__main__") and all(part.isidentifier() for part in parts)
