"""The examples as a newcomer meets them: each is deployed as it lies there."""

import json
import shutil
import urllib.request
from pathlib import Path

import pytest

from lab.pierhead import ROOT, Pierhead

pytestmark = [pytest.mark.story, pytest.mark.real]
EXAMPLES = ROOT / "examples"


def copy(name: str, to: Path) -> Path:
    left_out = shutil.ignore_patterns("node_modules", "__pycache__", ".venv")
    return Path(shutil.copytree(EXAMPLES / name, to / name, ignore=left_out))


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_fastapi_keeps_its_data_over_a_redeploy(pierhead: Pierhead, tmp_path: Path) -> None:
    notes = copy("fastapi-notes", tmp_path)
    first = pierhead.up(notes)
    assert first["plan"]["notes"]
    note = urllib.request.Request(  # noqa: S310
        pierhead.address("fastapi-notes") + "/notes",
        data=json.dumps({"text": "remember this"}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(note, timeout=10) as answer:  # noqa: S310
        assert answer.status == 201
    edit(notes / "main.py", "1.0.0", "1.0.1")
    second = pierhead.up(notes)
    _, body = pierhead.get("fastapi-notes")
    assert json.loads(body) == {"app": "notes", "version": "1.0.1", "notes": 1}
    # Its dependencies were installed once for both.
    assert len(list((pierhead.home / "dependencies").iterdir())) == 1
    built = next(phase for phase in second["phases"] if phase["name"] == "build")
    assert "install" not in built["details"].get("summary", "")


def test_express_with_npm(pierhead: Pierhead, tmp_path: Path) -> None:
    hello = copy("express-hello", tmp_path)
    first = pierhead.up(hello)
    assert first["status"] == "active"
    assert pierhead.get("express-hello")[0] == 200
    (hello / "note.txt").write_text("an edit that changes no dependency")
    second = pierhead.up(hello)
    build = next(phase for phase in second["phases"] if phase["name"] == "build")
    assert "installed before" in build["details"]["summary"]
    assert pierhead.get("express-hello")[0] == 200
    pierhead.run("rollback", "express-hello")


def test_static_site(pierhead: Pierhead, tmp_path: Path) -> None:
    pierhead.up(copy("static-site", tmp_path))
    status, body = pierhead.get("static-site")
    assert status == 200
    assert "<html" in body
    assert pierhead.get("static-site", "/no-such-page")[0] == 404
