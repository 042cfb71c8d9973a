from __future__ import annotations

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pierhead.domain.command import Command
from pierhead.generate.commands import (
    build_lines,
    contained,
    exec_argv,
    needs_init,
    open_environment,
    shell_line,
)
from unit.generate.other_samples import line

WORD = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)


def _said(argv: tuple[str, ...], **variables: str) -> list[str]:
    env = {"PATH": "/usr/bin:/bin", **variables}
    found = subprocess.run(argv, env=env, capture_output=True, timeout=10, check=True)
    return found.stdout.decode().split("\0")[:-1]


@given(st.lists(WORD, min_size=1, max_size=3), WORD)
def test_every_argument_arrives_as_it_is_and_a_variable_is_one_word(
    words: list[str], value: str
) -> None:
    plain = [word.replace("$", "€") for word in words]
    command = line("printf", "%s\\0", *(f"{word}$WHAT" for word in plain), *plain)
    expected = [f"{word}{value}" for word in plain] + plain
    assert _said(exec_argv(command), WHAT=value) == expected
    assert _said(("/bin/sh", "-c", shell_line(command)), WHAT=value) == expected


@pytest.mark.parametrize(
    ("command", "argv"),
    [
        (line("node", "server.js"), ("node", "server.js")),
        (line("serve", "-p", "$PORT"), ("/bin/sh", "-c", 'exec serve -p "$PORT"')),
        (Command.line("gunicorn app:app"), ("/bin/sh", "-c", "exec gunicorn app:app")),
        (Command.line("a && b"), ("/bin/sh", "-c", "a && b")),
    ],
)
def test_process_1_is_the_program(command: Command, argv: tuple[str, ...]) -> None:
    assert exec_argv(command) == argv


@pytest.mark.parametrize(
    ("found", "inside"),
    [
        (("a", "--host", "127.0.0.1"), ("a", "--host", "0.0.0.0")),
        (("a", "-b", "127.0.0.1:$PORT"), ("a", "-b", "0.0.0.0:$PORT")),
        (("a", "--urls", "http://127.0.0.1:$PORT"), ("a", "--urls", "http://0.0.0.0:$PORT")),
        (("a", "10.127.0.0.1x", "127.0.0.10"), ("a", "10.127.0.0.1x", "127.0.0.10")),
        (("npx", "--yes", "pnpm@9", "run", "start"), ("pnpm", "run", "start")),
        (
            ("env", "A=1", "npx", "--yes", "--package", "@yarnpkg/cli-dist@4", "--", "npm", "run"),
            ("env", "A=1", "npm", "run"),
        ),
        (("npx", "prisma", "generate"), ("npx", "prisma", "generate")),
    ],
)
def test_commands_of_this_machine_fit_a_container(
    found: tuple[str, ...], inside: tuple[str, ...]
) -> None:
    assert contained(Command(found)).argv == inside


def test_lines_of_a_person_are_left_alone() -> None:
    written = Command.line("gunicorn --bind 127.0.0.1:$PORT app")
    assert contained(written) == written


@pytest.mark.parametrize(
    ("command", "needed"),
    [
        (line("node", "server.js"), False),
        (line("npm", "run", "start"), True),
        (line("env", "A=$PORT", "npm", "start"), True),
        (line("deno", "task", "start"), True),
        (line("deno", "run", "main.ts"), False),
        (line("bundle", "exec", "puma"), False),
        (Command.line("npm start"), True),
        (Command.line("python a.py & python b.py"), True),
        (Command.line("gunicorn app"), False),
    ],
)
def test_a_program_that_starts_another_gets_an_init(command: Command, needed: bool) -> None:
    assert needs_init(command) is needed


def test_only_where_a_server_listens_is_opened() -> None:
    values = {"HOST": "127.0.0.1", "REDIS_HOST": "127.0.0.1", "ROCKET_ADDRESS": "127.0.0.1"}
    assert open_environment(values) == {
        "HOST": "0.0.0.0",
        "REDIS_HOST": "127.0.0.1",
        "ROCKET_ADDRESS": "0.0.0.0",
    }


def test_stand_ins_of_secrets_reach_each_build_line() -> None:
    commands = [line("env"), Command.line("env && true")]
    for text in build_lines(commands, ["KEY"]):
        found = subprocess.run(["/bin/sh", "-c", text], capture_output=True, check=True, timeout=5)
        assert b"KEY=not-a-secret" in found.stdout
