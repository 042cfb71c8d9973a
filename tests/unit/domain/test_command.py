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


def test_it_prints_as_one_would_type_it() -> None:
    assert str(Command(("echo", "two words", "$PORT"))) == "echo 'two words' $PORT"


@given(st.lists(st.text(alphabet="ab $", max_size=5), min_size=1))
def test_the_number_of_arguments_never_changes(argv: list[str]) -> None:
    assert len(Command(tuple(argv)).expand({"a": "x y"})) == len(argv)
