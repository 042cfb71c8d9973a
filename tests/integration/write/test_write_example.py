"""The example bundle: written, sound, its own tests pass, and it serves."""

import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from pierhead.write.expect import load_expectations
from pierhead.write.formats.choose import open_bundle
from pierhead.write.project import WriteOptions, write_bundle
from pierhead.write.report import WriteReport

pytestmark = pytest.mark.real

EXAMPLE = Path(__file__).parents[3] / "examples" / "bundle-fastapi"


@pytest.fixture
def written(tmp_path: Path) -> WriteReport:
    expect = load_expectations(EXAMPLE / "expectations.toml")
    options = WriteOptions(to=tmp_path / "harbour", expect=expect)
    return write_bundle(lambda: open_bundle(EXAMPLE / "bundle.json"), options)


def environment(root: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")}
    return kept | {"DATABASE_URL": f"sqlite:///{root / 'live.db'}", "PYTHONPATH": ""}


def test_it_is_sound(written: WriteReport) -> None:
    assert written.health is not None
    assert written.health.findings == ()
    assert written.health.score == 100
    assert written.files == 60
    assert written.executable == ("scripts/migrate.sh", "scripts/seed.py", "scripts/start.sh")


def test_its_own_tests_pass(written: WriteReport) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"],
        cwd=written.location,
        env=environment(Path(written.location)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "40 passed" in done.stdout


def test_it_serves(written: WriteReport) -> None:
    server = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", "app.main:app", "--port", "0"],
        cwd=written.location,
        env=environment(Path(written.location)),
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stderr
        said = ""
        for line in server.stderr:
            said += line
            if found := re.search(r"running on (http://127.0.0.1:\d+)", line):
                assert httpx.get(found[1] + "/health").json()["status"] == "healthy"
                return
        pytest.fail(said)
    finally:
        server.kill()
        server.wait()
        if server.stderr:
            server.stderr.close()
