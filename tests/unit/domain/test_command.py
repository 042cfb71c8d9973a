import pytest
from hypothesis import given
from hypothesis import strategies as st

from pierhead.domain.command import Command


def test_variables_are_filled_in_and_stay_one_argument() -> None:
    command = Command(("serve", "--port", "$PORT", "--name=${NAME}", "$NONE"))
    assert command.expand({"PORT": "80", "NAME": "a b; rm -rf /"}) == (
        "serve",
        "--port",
        "80",
        "--name=a b; rm -rf /",
        "",
    )


def test_a_line_goes_to_the_shell_as_it_is() -> None:
    command = Command.line("  exec gunicorn app:app --bind :$PORT && true ")
    assert command.expand({"PORT": "1"}) == (
        "/bin/sh",
        "-c",
        "exec gunicorn app:app --bind :$PORT && true",
    )
    assert str(command) == "exec gunicorn app:app --bind :$PORT && true"


@pytest.mark.parametrize(
    ("line", "becomes"),
    [
        ("python3 server.py", True),
        ("./bin/run --port $PORT 'two words'", True),
        ("gunicorn app:app", True),
        ("a && b", False),
        ("A=1 python3 server.py", False),
        ("cd app && ./run", False),
        ("cd app", False),
        ("run | tee log", False),
        ("run; true", False),
        ("exec run", False),
        ("for x in 1; do run; done", False),
        ("run $(hostname)", False),
    ],
)
def test_the_shell_becomes_a_single_program(line: str, becomes: bool) -> None:
    assert Command.line(line).expand({}) == (
        "/bin/sh",
        "-c",
        f"exec {line}" if becomes else line,
    )


def test_it_prints_as_one_would_type_it() -> None:
    assert str(Command(("echo", "two words", "$PORT"))) == "echo 'two words' $PORT"


@given(st.lists(st.text(alphabet="ab $", max_size=5), min_size=1))
def test_the_number_of_arguments_never_changes(argv: list[str]) -> None:
    assert len(Command(tuple(argv)).expand({"a": "x y"})) == len(argv)
