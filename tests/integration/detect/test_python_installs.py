"""The install commands that detection answers, run by the real uv against the real index."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pierhead.detect import Tree, detect

pytestmark = pytest.mark.real

APP = "from bottle import Bottle\napp = Bottle()\n"
LOCK = '[[package]]\nname = "bottle"\nversion = "0.12.25"\n'
POETRY = "[tool.poetry]\npackage-mode = false\n[tool.poetry.dependencies]\nbottle = '^0.12'\n"
CASES: dict[str, dict[str, str | bytes]] = {
    "requirements": {"requirements.txt": "-r base.txt", "base.txt": "bottle==0.12.25"},
    "utf-16": {"requirements.txt": "bottle==0.12.25\n".encode("utf-16")},
    "constraints": {"requirements.txt": "-c held.txt\nbottle\n", "held.txt": "bottle==0.12.25"},
    "editable": {
        "requirements.txt": "-e .\n",
        "setup.py": "from setuptools import setup\nsetup(install_requires=['bottle==0.12.25'])",
    },
    "poetry": {"pyproject.toml": POETRY, "poetry.lock": LOCK},
    "pdm": {
        "pyproject.toml": "[project]\nname='a'\nversion='1'\ndependencies=['bottle']",
        "pdm.lock": LOCK,
    },
    "pipenv": {
        "Pipfile": "[packages]\nbottle = '*'\n",
        "Pipfile.lock": '{"default": {"bottle": {"version": "==0.12.25"}}}',
    },
    "pyproject": {
        "pyproject.toml": "[project]\nname='a'\nversion='1'\ndependencies=['bottle==0.12.25']"
    },
    "setup.cfg": {"setup.cfg": "[options]\ninstall_requires =\n  bottle==0.12.25\n"},
}


def install(folder: Path, texts: dict[str, Any], tmp_path: Path) -> Path:
    """Install a project as a release is, and return its virtual environment."""
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    dependencies = detect(Tree.of_folder(folder)).recipe.dependencies
    assert dependencies is not None
    venv, build = tmp_path / "venv", tmp_path / "build"
    build.mkdir()
    for name, text in dependencies.files.items():
        (build / name).write_text(text)
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "VENV": str(venv),
        "BUILD": str(build),
        "VIRTUAL_ENV": str(venv),
        "UV_PROJECT_ENVIRONMENT": str(venv),
    }
    made = ("uv", "venv", "-q", "--python", sys.executable, str(venv))
    for argv in (made, *(command.expand(environment) for command in dependencies.install)):
        done = subprocess.run(
            argv,
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    return venv


def versions(venv: Path) -> dict[str, str]:
    found = (
        path.name.removesuffix(".dist-info") for path in venv.glob("lib/*/site-packages/*-info")
    )
    return {name.partition("-")[0]: name.partition("-")[2] for name in found}


@pytest.mark.parametrize("case", CASES)
def test_declared_versions_are_installed_with_a_server(case: str, tmp_path: Path) -> None:
    venv = install(tmp_path / "app", CASES[case] | {"main.py": APP}, tmp_path)
    assert versions(venv)["bottle"] == "0.12.25"
    assert (venv / "bin" / "gunicorn").is_file()


def test_a_uv_lock_with_a_workspace_leaves_no_link_into_the_release(tmp_path: Path) -> None:
    folder = tmp_path / "app"
    texts = {
        "pyproject.toml": (
            "[project]\nname='shop'\nversion='1'\nrequires-python='>=3.11'\n"
            "dependencies=['bottle==0.12.25', 'core']\n"
            "[tool.uv.sources]\ncore = { workspace = true }\n"
            "[tool.uv.workspace]\nmembers=['core']\n"
        ),
        "core/pyproject.toml": (
            "[project]\nname='core'\nversion='1'\nrequires-python='>=3.11'\n"
            "[build-system]\nrequires=['hatchling']\nbuild-backend='hatchling.build'\n"
        ),
        "core/core/__init__.py": "answer = 42\n",
        "main.py": APP,
    }
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    uv = Path(sys.executable).parent / "uv"
    subprocess.run([str(uv), "lock", "-q"], cwd=folder, check=True, timeout=120)
    venv = install(folder, {}, tmp_path)
    assert versions(venv)["bottle"] == "0.12.25"
    installed = next(venv.glob("lib/*/site-packages/core/__init__.py"))
    assert installed.read_text() == "answer = 42\n"
    assert not list(venv.glob("lib/*/site-packages/*shop*"))
