"""The reference is written from the code, and everything in the code is in it."""

from __future__ import annotations

import runpy
from pathlib import Path

import click
import pytest

from pierhead.cli.main import cli

DOCS = Path(__file__).parents[3] / "docs"
SCRIPTS = ("generate.py", "generate_api.py")
PAGES = {
    name: (script, page)
    for script in SCRIPTS
    for name, page in runpy.run_path(str(DOCS / script))["PAGES"].items()
}


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_what_the_code_says(name: str) -> None:
    on_disk = (DOCS / "reference" / name).read_text("utf-8")
    script, page = PAGES[name]
    assert on_disk == page(), f"{name} is stale: run python docs/{script}"


def _walk(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    context = click.Context(group)
    found = []
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        found.append((*path, name))
        if isinstance(command, click.Group):
            found += _walk(command, (*path, name))
    return found


def test_every_command_explains_itself_and_every_option_its_meaning() -> None:
    for path in _walk(cli):
        command: click.Command = cli
        for name in path:
            assert isinstance(command, click.Group)
            found = command.get_command(click.Context(command), name)
            assert found is not None
            command = found
        assert command.help, path
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help, (path, parameter.name)


def test_what_lists_or_shows_has_json() -> None:
    without = {("serve",), ("completion",), ("deploy",)}
    for path in _walk(cli):
        command: click.Command | None = cli
        for name in path:
            assert isinstance(command, click.Group)
            command = command.get_command(click.Context(command), name)
        assert command is not None
        has_json = any(parameter.name == "as_json" for parameter in command.params)
        assert has_json is (path not in without), path
