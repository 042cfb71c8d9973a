"""How a Pyramid application starts: its factory, or the ini file that configures it."""

from __future__ import annotations

import ast
import re

from pierhead.detect.python.entry import import_name
from pierhead.detect.python.modules import Module
from pierhead.detect.python.start import Start
from pierhead.detect.tree import Tree
from pierhead.domain.command import Command
from pierhead.domain.stack import Evidence

_LISTEN = ("--bind", "127.0.0.1:$PORT", "--threads", "8")


def start_pyramid(tree: Tree, modules: list[Module]) -> Start | None:
    """gunicorn, for `main(global_config, **settings)` of the package.

    With a production.ini its settings are needed, so gunicorn loads it; that finds the package by
    its entry point, which is why the metadata is made in the build. A development.ini turns tools
    on that production does not have, so the factory is called without it.
    """
    found = next((m for m in modules if _main(m) and import_name(tree, m)[1]), None)
    if found is None:
        return None
    ini = "production.ini"
    text = tree.text(ini)
    manifest = tree.first("setup.py", "pyproject.toml")
    if manifest and re.search(r"^use\s*=\s*egg:", text, re.MULTILINE):
        bare = ("-c", "from setuptools import setup; setup()")
        setup = ("setup.py",) if manifest == "setup.py" else bare
        return Start(
            Command(("gunicorn", "--paste", ini, *_LISTEN)),
            Evidence(ini, "configures the application", tree.line_of(ini, "use")),
            needs="gunicorn",
            root=".",
            build=(Command(("python", *setup, "-q", "egg_info")),),
        )
    root, name = import_name(tree, found)
    return Start(
        Command(("gunicorn", f"{name}:main({{}})", *_LISTEN)),
        Evidence(found.path, "main makes the application", _main(found)),
        needs="gunicorn",
        root=root,
    )


def _main(module: Module) -> int | None:
    """The line of a function `main(global_config, **settings)`, or None."""
    if module.tree is None or not any(name.startswith("pyramid") for name in module.imports):
        return None
    for node in module.tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == "main":
            arguments = node.args
            return node.lineno if len(arguments.args) == 1 and arguments.kwarg else None
    return None
