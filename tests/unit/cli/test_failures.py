"""No traceback reaches a user, none is lost."""

from __future__ import annotations

import stat

import pytest

from pierhead.cli.failures import unexpected
from unit.cli.harness import Harness, check_golden, session_text
from unit.client.api_double import Refused


def test_an_error_of_the_server_is_two_lines_and_its_code(harness: Harness) -> None:
    problem = {"code": "not-found", "detail": "no service 'shop' in production"}
    problem["hint"] = "`pierhead status` lists them"
    harness.double.routes["GET /services/shop"] = Refused(404, problem)
    result = harness.run("status", "shop", exit_code=4)
    check_golden("not-found.txt", session_text(["status", "shop"], result))


def test_a_mistake_of_ours_is_one_line_and_a_log(harness: Harness) -> None:
    harness.double.routes["GET /ports"] = {"unexpected": "shape"}
    result = harness.run("ports", exit_code=1)
    log = harness.home / "logs" / "cli.log"
    assert result.stderr.splitlines() == [
        "error: this is a mistake in Pierhead: KeyError: 'ports'",
        f"hint: please report it with the end of {log}",
    ]
    assert "Traceback (most recent call last)" in log.read_text()
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_a_log_that_cannot_be_written_does_not_hide_the_error(harness: Harness) -> None:
    (harness.home / "logs").touch()
    assert "could not be kept" in unexpected(ValueError("x"), harness.home).hint


def test_a_log_that_is_a_link_is_not_followed(harness: Harness) -> None:
    (harness.home / "logs").mkdir()
    target = harness.home / "other"
    (harness.home / "logs" / "cli.log").symlink_to(target)
    assert "could not be kept" in unexpected(ValueError("x"), harness.home).hint
    assert not target.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("up", "--nonsense"),
        ("rollback",),
        ("deploy", "list", "--status", "odd"),
        ("up", "--as-of", "yesterday"),
        ("delete", "shop"),  # nobody can be asked: stdin is no terminal
        ("completion", "tcsh"),
    ],
)
def test_wrong_usage_exits_2(harness: Harness, arguments: tuple[str, ...]) -> None:
    result = harness.run(*arguments, exit_code=2)
    assert result.stdout == ""
    assert "Error: " in result.stderr
    assert harness.double.seen == []


@pytest.mark.parametrize(
    ("arguments", "proposal"),
    [
        (("status", "My Shop"), "my-shop"),
        (("rollback", "a.b"), "a-b"),
        (("up", ".", "--name", "Shop!"), "shop"),
        (("logs", "shop", "-e", "Prod_1"), "prod-1"),
        (("deploy", "list", "-e", "Prod_1"), "prod-1"),
    ],
)
def test_a_name_that_cannot_be_one_gets_a_proposal(
    harness: Harness, arguments: tuple[str, ...], proposal: str
) -> None:
    result = harness.run(*arguments, exit_code=3)
    assert f"hint: for example '{proposal}'" in result.stderr
    assert harness.double.seen == []


def test_a_mistyped_command_is_answered_with_the_nearest(harness: Harness) -> None:
    assert "'rollback'" in harness.run("rolback", exit_code=2).stderr
