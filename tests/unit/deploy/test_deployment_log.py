"""The log of a deployment: bounded, private, and without secrets."""

from pathlib import Path

import pytest

from pierhead.deploy import log as logging
from pierhead.deploy.log import DeploymentLog
from pierhead.domain.secret import Redactor


def log(path: Path) -> DeploymentLog:
    return DeploymentLog(path, Redactor(["hunter22"]), lambda: None)


def test_a_build_that_prints_for_ever_fills_no_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging, "_LARGEST", 10_000)
    made = log(tmp_path / "d-1.log")
    for number in range(2000):
        made.write("build", f"line {number}")
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 25_000
    tail = made.tail()
    assert [line.rpartition(" ")[2] for line in tail] == [str(n) for n in range(1900, 2000)]


def test_it_is_private_and_holds_no_secret(tmp_path: Path) -> None:
    path = tmp_path / "d-1.log"
    log(path).write("build", "the password is hunter22")
    assert path.stat().st_mode & 0o777 == 0o600
    assert "hunter22" not in path.read_text()
