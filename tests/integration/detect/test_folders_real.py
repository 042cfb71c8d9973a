"""Folders on a real disk: loops, what may not be read, and very many files."""

import os
import time
from pathlib import Path

import pytest

from pierhead.detect import Tree, survey
from pierhead.detect.sources import look
from pierhead.errors import NothingToRun, SourceError

pytestmark = pytest.mark.real


def test_loops_of_links_and_devices(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<p>")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "self").symlink_to("self")
    (tmp_path / "package.json").symlink_to("/dev/zero")
    (tmp_path / "composer.json").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / "Dockerfile")
    found, _ = look(str(tmp_path))
    assert found.best is not None
    assert found.best.name == "static"


def test_what_may_not_be_read_counts_as_empty(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<p>")
    locked = tmp_path / "locked"
    locked.mkdir()
    (tmp_path / "go.mod").write_text("module a")
    (tmp_path / "go.mod").chmod(0)
    locked.chmod(0)
    try:
        assert look(str(tmp_path))[0].best is not None
    finally:
        locked.chmod(0o700)


def test_names_and_content_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_bytes(bytes(range(256)) * 50)
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe.py")).write_bytes(b"\0\xff")
    assert look(str(tmp_path))[0].best is not None


@pytest.mark.parametrize("path", ["/none/at/all", "a\0b", "x" * 5000])
def test_paths_that_are_none(path: str) -> None:
    with pytest.raises(SourceError):
        look(path)


def test_nothing_is_said_to_be_nothing(tmp_path: Path) -> None:
    found, refused = look(str(tmp_path))
    assert found.best is None
    assert isinstance(refused, NothingToRun)
    assert refused.where == str(tmp_path)


def test_a_hundred_thousand_files(tmp_path: Path) -> None:
    """300 ms are the aim on a machine with nothing else to do; the bound leaves room for others."""
    (tmp_path / "package.json").write_text('{"scripts": {"start": "node s.js"}}')
    (tmp_path / "s.js").write_text("http.createServer(f).listen(process.env.PORT)")
    for number in range(100):
        folder = tmp_path / ("node_modules" if number % 2 else "src") / f"d{number}"
        folder.mkdir(parents=True)
        for one in range(1000):
            (folder / f"f{one}.txt").touch()
    survey(Tree.of_folder(tmp_path))
    started = time.perf_counter()
    answers = survey(Tree.of_folder(tmp_path))
    assert time.perf_counter() - started < 3
    assert answers[0].name == "node"
