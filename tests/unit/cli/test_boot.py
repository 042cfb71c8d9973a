"""The server on demand. The launcher here starts an API double in place of the server."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from pierhead import __version__
from pierhead.cli.boot import older, server_environment, start_server
from pierhead.errors import ServerUnreachable
from unit.cli.harness import Harness
from unit.client.api_double import ApiDouble, Document, Route

EMPTY_PAGE: Document = {"deployments": [], "total": 0, "page": 1, "page_size": 1}
ROUTES: dict[str, Route] = {"GET /ports": {"ports": []}, "GET /deployments": EMPTY_PAGE}


class DoubleLauncher:
    """Starts an API double after a moment, or never."""

    def __init__(self, stack: ExitStack, *, delay: float = 0.05, fails: bool = False) -> None:
        self.started: list[list[str]] = []
        self.environments: list[dict[str, str]] = []
        self.shutdowns = 0
        self.restarts = 0
        self.renewed: Callable[[], None] = lambda: None
        self._stack = stack
        self._delay = delay
        self._fails = fails

    def ensure_running(self, home: Path, server_argv: list[str], env: dict[str, str]) -> None:
        self.started.append(server_argv)
        self.environments.append(env)
        if self._fails:
            (home / "logs").mkdir()
            (home / "logs" / "server.log").write_text("line 1\nCannot bind: canary\n")
            return
        timer = threading.Timer(self._delay, self._listen, [home])
        timer.start()
        self._stack.callback(timer.join)

    def _listen(self, home: Path) -> None:
        self._stack.enter_context(ApiDouble(dict(ROUTES)).on(home / "server.sock"))

    def restart_program(self, home: Path) -> None:
        self.restarts += 1
        self.renewed()

    def shutdown(self, home: Path, timeout: float) -> None:
        self.shutdowns += 1
        (home / "server.sock").unlink(missing_ok=True)


@contextmanager
def _absent(home: Path, *, fails: bool = False) -> Iterator[tuple[Harness, DoubleLauncher]]:
    with ExitStack() as stack:
        launcher = DoubleLauncher(stack, fails=fails)
        yield Harness(home, ApiDouble(), launcher=launcher), launcher


def test_a_command_starts_the_server_and_waits_for_it(tmp_path: Path) -> None:
    with _absent(tmp_path) as (harness, launcher):
        result = harness.run("ports")
    assert result.stderr == f"starting the server in {tmp_path}\n"
    assert launcher.started == [[sys.executable, "-m", "pierhead.cli.main", "serve"]]


def test_a_server_that_does_not_come_up_is_told_with_its_log(tmp_path: Path) -> None:
    with _absent(tmp_path, fails=True) as (harness, launcher):
        client = harness.session().bare_client()
        with pytest.raises(ServerUnreachable) as caught:
            start_server(client, launcher, tmp_path, {}, patience=0.1)
    assert caught.value.details["log_tail"] == ["line 1", "Cannot bind: canary"]
    assert "server.log" in caught.value.hint


@pytest.mark.parametrize("command", ["version", "completion bash", "--version"])
def test_what_needs_no_server_starts_none(tmp_path: Path, command: str) -> None:
    with _absent(tmp_path) as (harness, launcher):
        harness.run(*command.split())
    assert launcher.started == []


def test_down_ends_the_server(tmp_path: Path) -> None:
    with _absent(tmp_path) as (harness, launcher):
        harness.run("down")
    assert (launcher.shutdowns, launcher.started) == (1, [])


def test_a_distant_server_is_neither_started_nor_ended(tmp_path: Path) -> None:
    with _absent(tmp_path) as (harness, launcher):
        harness.environ["PIERHEAD_URL"] = "http://127.0.0.1:1"
        assert "http://127.0.0.1:1" in harness.run("ports", exit_code=7).stderr
        assert "PIERHEAD_URL" in harness.run("down", exit_code=5).stderr
    assert (launcher.shutdowns, launcher.started) == (0, [])


def test_an_older_idle_server_is_renewed(tmp_path: Path) -> None:
    old = ApiDouble(dict(ROUTES), version="0.0.1")
    with _absent(tmp_path) as (harness, launcher), old.on(tmp_path / "server.sock"):
        launcher.renewed = lambda: setattr(old, "version", __version__)
        first, second = harness.run("ports"), harness.run("ports")
    assert (launcher.restarts, launcher.shutdowns, launcher.started) == (1, 0, [])
    assert f"the server is 0.0.1; starting {__version__} in its place" in first.stderr
    assert second.stderr == ""


def test_an_older_server_from_elsewhere_is_told(tmp_path: Path) -> None:
    old = ApiDouble(dict(ROUTES), version="0.0.1")
    with _absent(tmp_path) as (harness, _), old.on(tmp_path / "server.sock"):
        assert "still 0.0.1, from another installation" in harness.run("ports").stderr


def test_an_older_server_that_deploys_is_left_alone(tmp_path: Path) -> None:
    page = {**EMPTY_PAGE, "total": 1}
    old = ApiDouble({**ROUTES, "GET /deployments": page}, version="0.0.1")
    with _absent(tmp_path) as (harness, launcher), old.on(tmp_path / "server.sock"):
        result = harness.run("ports")
    assert launcher.restarts == 0
    assert "the server stays 0.0.1 until its deployments have ended" in result.stderr


def test_a_newer_server_asks_for_an_upgrade_of_the_cli(tmp_path: Path) -> None:
    new = ApiDouble(dict(ROUTES), version="99.0.0")
    with _absent(tmp_path) as (harness, launcher), new.on(tmp_path / "server.sock"):
        result = harness.run("ports")
    assert (launcher.restarts, launcher.started) == (0, [])
    assert "the server is 99.0.0, newer" in result.stderr


def test_doctor_tells_that_the_server_does_not_answer(tmp_path: Path) -> None:
    with _absent(tmp_path) as (harness, _):
        harness.environ["PIERHEAD_URL"] = "http://127.0.0.1:1"
        result = harness.run("doctor", exit_code=7)
    assert "✗ server" in result.stdout
    assert "is PIERHEAD_URL right" in result.stdout


def test_the_server_inherits_what_it_needs_and_no_secret_of_the_shell() -> None:
    environ = {
        "PATH": "/bin",
        "PIERHEAD_HOME": "/h",
        "https_proxy": "p",
        "UV_INDEX_URL": "u",
        "npm_config_registry": "n",
        "LC_ALL": "C",
        "AWS_SECRET_ACCESS_KEY": "canary",
        "PATHOLOGY": "canary",
        "DATABASE_URL": "canary",
        "PIERHEAD_TOKEN": "canary",
    }
    assert set(environ) - set(server_environment(environ)) == {
        "AWS_SECRET_ACCESS_KEY",
        "PATHOLOGY",
        "DATABASE_URL",
        "PIERHEAD_TOKEN",
    }
    listening = server_environment(environ | {"PIERHEAD_LISTEN": "127.0.0.1:7081"})
    assert listening["PIERHEAD_TOKEN"] == "canary"


def test_versions_are_compared_as_numbers() -> None:
    assert older("0.9.0", "0.10.0")
    assert not older("0.10.0", "0.9.0")
    assert not older("1.0.0", "1.0.0")
    assert not older("1.0.0.dev1", "2.0.0")
