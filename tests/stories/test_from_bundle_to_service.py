"""From a dictionary of files to a running service: `pierhead up bundle.json`."""

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from lab.home import free_port
from lab.pierhead import ROOT, SERVER, Pierhead, installation

pytestmark = [pytest.mark.story, pytest.mark.real]
BUNDLE = ROOT / "examples" / "bundle-fastapi" / "bundle.json"
TOOLS = ("pytest", "httpx")
SMALL = {
    "server.py": SERVER,
    "Procfile": "web: python3 server.py\n",
    "pierhead.toml": "[deploy]\nobserve = 0\n",
}


def test_a_generated_project_runs_and_its_own_tests_pass(pierhead: Pierhead) -> None:
    made = pierhead.json("up", str(BUNDLE), "--name", "generated")["deployment"]
    assert made["status"] == "active"
    status, body = pierhead.get("generated", "/health")
    assert (status, bool(body)) == (200, True)
    (folder,) = (pierhead.home / "workspace").glob("orchestrated-*")
    assert sum(1 for path in folder.rglob("*") if path.is_file()) >= 60
    # The project's own tests, in the environment that was installed for it.
    (venv,) = (pierhead.home / "dependencies").glob("*/venv")
    subprocess.run(
        [sys.executable, "-m", "uv", "pip", "install", "-q", "--python", str(venv), *TOOLS],
        check=True,
        timeout=120,
    )
    tests = subprocess.run(
        [str(venv / "bin" / "python"), "-m", "pytest", "-q"],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert tests.returncode == 0, tests.stdout + tests.stderr


def test_the_same_bundle_again_changes_nothing(pierhead: Pierhead, tmp_path: Path) -> None:
    bundle = tmp_path / "shop.json"
    bundle.write_text(json.dumps(SMALL))
    assert pierhead.up(bundle)["project"] == "shop"
    assert pierhead.json("up", str(bundle))["deployment"] is None
    bundle.write_text(json.dumps(SMALL | {"server.py": SERVER.replace('"one"', '"two"')}))
    pierhead.up(bundle)
    assert pierhead.get("shop") == (200, "two")


def test_a_bad_bundle_deploys_nothing(pierhead: Pierhead, tmp_path: Path) -> None:
    bundle = tmp_path / "shop.json"
    bundle.write_text(json.dumps(SMALL | {"../outside": "x"}))
    answer = pierhead.run("up", str(bundle), code=3)
    assert "../outside" in answer.err
    assert not (pierhead.home / "workspace" / "outside").exists()
    assert pierhead.json("services")["services"] == []
    text = tmp_path / "notes.txt"
    text.write_text("x")
    assert "neither a folder nor a bundle" in pierhead.run("up", str(text), code=3).err


def test_write_and_check_from_stdin(pierhead: Pierhead, tmp_path: Path) -> None:
    done = subprocess.run(
        pierhead.argv("write", "-", "--to", str(tmp_path / "p"), "--json"),
        env=pierhead.environment,
        input=json.dumps(SMALL),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["files"] == 3
    assert pierhead.json("check", str(tmp_path / "p"))["status"] == "healthy"
    (tmp_path / "p" / "server.py").write_text("def (:\n")
    answer = pierhead.run("check", str(tmp_path / "p"), code=3)
    assert "server.py:1" in answer.out


def test_over_http() -> None:
    listen, token = f"127.0.0.1:{free_port()}", "a-token-of-enough-length"
    with installation(PIERHEAD_LISTEN=listen, PIERHEAD_TOKEN=token) as pierhead:
        pierhead.run("services")
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        asked = urllib.request.Request(
            f"http://{listen}/api/v1/bundles?name=made",
            data=json.dumps(SMALL).encode(),
            headers=headers,
        )
        with urllib.request.urlopen(asked, timeout=20) as answer:  # noqa: S310
            report = json.load(answer)
            assert answer.status == 201
        assert (report["status"], report["files"]) == ("written", 3)
        assert (pierhead.home / "workspace" / "made" / "server.py").read_text() == SERVER
        pierhead.run("up", report["location"])
        assert pierhead.get("made") == (200, "one")
