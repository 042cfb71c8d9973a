import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).with_name("interrupted.py")
pytestmark = pytest.mark.real


@pytest.fixture(params=["sqlite", "postgresql"])
def environment(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    env = dict(os.environ) | {"PIERHEAD_HOME": str(tmp_path)}
    env["PYTHONPATH"] = str(Path(__file__).parents[3] / "src")
    if request.param == "postgresql":
        env["PIERHEAD_DATABASE_URL"] = request.getfixturevalue("postgres_url")
    return env


def carry_out(
    env: dict[str, str], log: Path, *subjects: str, die_in: str = "", expected: int
) -> int:
    argv = [sys.executable, str(PROGRAM), str(log), die_in, str(expected), *subjects]
    return subprocess.run(argv, env=env, timeout=60, check=False).returncode


@pytest.mark.parametrize("step", ["one", "two", "three"])
def test_a_chain_goes_on_in_the_step_it_died_in(
    environment: dict[str, str], tmp_path: Path, step: str
) -> None:
    log = tmp_path / "log"
    died = carry_out(environment, log, "a-1", die_in=f"a-1:{step}", expected=1)
    assert died == -signal.SIGKILL
    assert carry_out(environment, log, expected=1) == 0
    lines = log.read_text().splitlines()
    for name in ("one", "two", "three"):
        assert lines.count(f"a-1 {name} ends") == 1
        assert lines.count(f"a-1 {name} begins") == (2 if name == step else 1)


def test_one_at_a_time_within_a_partition_and_in_order(
    environment: dict[str, str], tmp_path: Path
) -> None:
    log = tmp_path / "log"
    assert carry_out(environment, log, "a-1", "a-2", "b-1", expected=3) == 0
    lines = log.read_text().splitlines()
    of_a = [line for line in lines if line.startswith("a-")]
    assert of_a == [
        f"a-{number} {step} {edge}"
        for number in (1, 2)
        for step in ("one", "two", "three")
        for edge in ("begins", "ends")
    ]
    # The other partition did not wait for the first one to end.
    assert lines.index("b-1 one begins") < lines.index("a-1 three ends")


def test_the_same_subject_twice_runs_once(environment: dict[str, str], tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert carry_out(environment, log, "a-1", "a-1", "b-1", expected=2) == 0
    assert carry_out(environment, log, "a-1", "c-1", expected=3) == 0
    assert log.read_text().count("a-1 one begins") == 1
