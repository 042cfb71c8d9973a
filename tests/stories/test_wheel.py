"""What is published works alone: the wheel and its dependencies, in an empty environment."""

import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.home import free_port
from lab.pierhead import ROOT, Pierhead, web_app

pytestmark = [pytest.mark.story, pytest.mark.real]
LOCK = ROOT / "requirements" / "dev.lock"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from the sdist, as `make dist` does it."""
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True, timeout=200)
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture
def alone(wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pierhead]:
    """An installation from the wheel that knows nothing of this source tree."""
    for name in ("PYTHONPATH", "VIRTUAL_ENV", *filter(_is_ours, os.environ)):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    scripts = tmp_path / "venv" / "bin"
    _uv("venv", "--python", sys.executable, str(scripts.parent))
    _uv(
        "pip", "install", "--python", str(scripts / "python"), "--constraint", str(LOCK), str(wheel)
    )
    variables = {"PIERHEAD_EDGE_PORT": str(free_port())}
    pierhead = Pierhead(tmp_path / "home", variables, (str(scripts / "pierhead"),))
    yield pierhead
    pierhead.run("down", code=None)


def test_it_holds_all_that_is_read_at_run_time(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    source = {
        path.relative_to(ROOT / "src").as_posix()
        for path in (ROOT / "src" / "pierhead").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert source <= held
    assert {"pierhead/py.typed", "pierhead/store/alembic/env.py"} <= held
    assert any(name.startswith("pierhead/store/alembic/versions/v0001") for name in held)
    rest = {name for name in held - source if ".dist-info/" not in name}
    assert rest == set()


def test_it_deploys_alone(alone: Pierhead, tmp_path: Path) -> None:
    app = web_app(tmp_path / "shop", **{"requirements.txt": "click\n"})
    deployment = alone.up(app)
    assert deployment["status"] == "active"
    assert alone.get("shop") == (200, "one")
    web_app(app, "two")
    alone.up(app)
    assert alone.get("shop") == (200, "two")
    alone.run("down")
    assert alone.instances() == []


def _is_ours(name: str) -> bool:
    return name.startswith("PIERHEAD_")


def _uv(*argv: str) -> None:
    uv = Path(sys.executable).with_name("uv")
    done = subprocess.run([uv, *argv], capture_output=True, text=True, check=False, timeout=250)
    assert done.returncode == 0, done.stderr
