"""Repositories that git really clones, and those that it cannot."""

import os
import subprocess
import time
from pathlib import Path

import pytest

from pierhead.detect.clone import cloned
from pierhead.detect.sources import look
from pierhead.errors import SourceError, TimedOut

pytestmark = pytest.mark.real


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    clean = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    subprocess.run(
        ["git", *identity, *arguments], cwd=folder, env=clean, check=True, capture_output=True
    )


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    git(folder, "init", "--quiet")
    (folder / "main.go").write_text("package main\n\nfunc main() {}\n")
    (folder / "big.txt").write_text("1")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "one")
    (folder / "big.txt").write_text("2")
    git(folder, "commit", "--quiet", "-am", "two")
    return folder


def test_a_clone_is_shallow_and_gone_afterwards(repository: Path) -> None:
    with cloned(f"file://{repository}") as folder:
        assert (folder / "big.txt").read_text() == "2"
        log = subprocess.run(
            ["git", "log", "--oneline"], cwd=folder, check=True, capture_output=True
        )
        assert len(log.stdout.splitlines()) == 1
    assert not folder.exists()


def test_a_repository_is_detected(repository: Path) -> None:
    found, refused = look(f"file://{repository}")
    assert refused is None
    assert found.best is not None
    assert found.best.name == "go"


def test_submodules_are_left_alone(repository: Path, tmp_path: Path) -> None:
    outer = tmp_path / "outer"
    outer.mkdir()
    git(outer, "init", "--quiet")
    git(outer, "-c", "protocol.file.allow=always", "submodule", "add", str(repository), "inner")
    git(outer, "commit", "--quiet", "-m", "one")
    with cloned(f"file://{outer}") as folder:
        assert list((folder / "inner").iterdir()) == []


def test_hooks_of_the_machine_do_not_run(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    template, marker = tmp_path / "template", tmp_path / "ran"
    (template / "hooks").mkdir(parents=True)
    hook = template / "hooks" / "post-checkout"
    hook.write_text(f"#!/bin/sh\ntouch {marker}\n")
    hook.chmod(0o755)
    monkeypatch.setenv("GIT_TEMPLATE_DIR", str(template))
    with cloned(f"file://{repository}"):
        assert not marker.exists()


def test_a_missing_repository_says_so_with_gits_words(tmp_path: Path) -> None:
    with (
        pytest.raises(SourceError, match="cannot be cloned") as caught,
        cloned(f"file://{tmp_path}/none"),
    ):
        pass
    assert caught.value.where == f"file://{tmp_path}/none"


def test_a_server_that_asks_for_a_password_or_is_silent_ends(tmp_path: Path) -> None:
    import socket

    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        started = time.monotonic()
        url = f"git://127.0.0.1:{silent.getsockname()[1]}/a"
        with pytest.raises(TimedOut), cloned(url, timeout=1.0):
            pass
        assert time.monotonic() - started < 10
