"""What the pages tell people to type exists, and what they point at is there."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from pierhead.cli.main import cli

DOCS = Path(__file__).parents[3] / "docs"
EXAMPLES = DOCS.parent / "examples"
PAGES = [
    *sorted((DOCS / "how-to").glob("*.md")),
    *sorted((DOCS / "tutorial").glob("*.md")),
    *sorted(EXAMPLES.glob("*/README.md")),
    DOCS.parent / "README.md",
]
ALL_PAGES = [*sorted(DOCS.glob("**/*.md")), *sorted(EXAMPLES.glob("*/README.md"))]
ALL_PAGES += sorted(DOCS.parent.glob("*.md"))


def _typed(text: str) -> list[str]:
    """Commands in the page: after a prompt, in backticks, or within $( )."""
    found = re.findall(
        r"^\$ (pierhead .*)$|`(pierhead [^`]+)`|\$\((pierhead [^)]+)\)", text, re.MULTILINE
    )
    return [next(part for part in parts if part) for parts in found]


def _parse(line: str) -> None:
    words = shlex.split(
        re.split(r" [|&>] | && |<Tab>|\$\(", line)[0].replace("\\|", "|"), comments=True
    )
    words = [word for word in words[1:] if word not in {"|", "source"}]
    command: click.Command = cli
    context = click.Context(cli, info_name="pierhead", resilient_parsing=False)
    while isinstance(command, click.Group):
        assert words, line
        found = command.get_command(context, words[0])
        assert found is not None, f"{line}: no command {words[0]}"
        command = found
        context = click.Context(command, info_name=words.pop(0), parent=context)
    parser = command.make_parser(context)
    parser.parse_args(list(words))  # raises for an option that is not there


@pytest.mark.parametrize("page", PAGES, ids=[f"{p.parent.name}/{p.name}" for p in PAGES])
def test_commands_of_a_page_exist(page: Path) -> None:
    for line in _typed(page.read_text("utf-8")):
        if "<Tab>" not in line:
            _parse(line)


def test_a_command_that_is_not_there_would_be_found() -> None:
    with pytest.raises(AssertionError, match="no command upp"):
        _parse("pierhead upp .")
    with pytest.raises(click.NoSuchOption):
        _parse("pierhead up . --nonsense")


@pytest.mark.parametrize("page", ALL_PAGES, ids=[f"{p.parent.name}/{p.name}" for p in ALL_PAGES])
def test_links_of_a_page_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text("utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), target


def test_the_python_example_passes_its_own_tests(tmp_path: Path) -> None:
    app = tmp_path / "app"
    shutil.copytree(EXAMPLES / "fastapi-notes", app)
    result = subprocess.run(
        [sys.executable, "-m", "unittest", "discover", "tests"],
        cwd=app,
        env={"PATH": os.environ["PATH"], "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert "Ran 3 tests" in result.stderr


def test_examples_pin_what_they_need_and_name_no_registry() -> None:
    requirements = (EXAMPLES / "fastapi-notes" / "requirements.txt").read_text().splitlines()
    assert all("==" in line for line in requirements)
    lock = (EXAMPLES / "express-hello" / "package-lock.json").read_text()
    assert '"integrity"' in lock
    assert '"resolved"' not in lock
