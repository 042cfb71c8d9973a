"""A project is written whole; what was there before is kept, replaced or left alone, as asked."""

import json
import os
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest

from pierhead.domain.manifest import FileEntry, Manifest
from pierhead.errors import (
    BlobCorrupt,
    Conflict,
    InvalidInput,
    PierheadError,
    StorageError,
    UnsafePath,
)
from pierhead.write.existing import open_existing
from pierhead.write.expect import Expectations, load_expectations, parse_expectations
from pierhead.write.lay import lay_files
from pierhead.write.project import write_project
from pierhead.write.record import last_failure
from pierhead.write.swap import JOURNAL, finish_swaps, swap

FILES = {
    "app/models/user.py": "class User:\n    pass\n",
    "app/routes/users.py": "x = 1\ny = 2",
    "requirements.txt": "fastapi\n",
    "run.sh": "#!/bin/sh\n",
    "docs/logo.png": b"\x89PNG\0\0",
    "latest": {"link": "docs"},
}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PIERHEAD_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def tree(root: Path) -> dict[str, str]:
    return {
        str(path.relative_to(root)): str(path.readlink()) if path.is_symlink() else path.read_text()
        for path in sorted(root.rglob("*"))
        if path.is_symlink() or path.is_file()
    }


def test_a_new_project_and_its_report(home: Path) -> None:
    report = write_project(FILES, check=False)
    root = Path(report.location)
    assert root == home / "workspace" / f"orchestrated-{report.id}"
    assert (root / "docs/logo.png").read_bytes() == FILES["docs/logo.png"]
    assert report.status == "written"
    assert (report.files, report.lines, report.links, report.directories) == (5, 6, 1, 4)
    assert list(report.categories) == ["models", "routes", "docs", "scripts", "meta"]
    assert report.categories["routes"].lines == 2
    assert report.executable == ("run.sh",)
    document = json.loads(json.dumps(report.to_document()))
    assert document["bytes"] == sum(len(v) for v in FILES.values() if not isinstance(v, dict))
    assert "routes             1         2            11" in report.to_text()


def test_where_it_goes(tmp_path: Path) -> None:
    named = write_project(FILES, name="shop", workspace=tmp_path / "w", check=False)
    assert named.location == str(tmp_path / "w" / "shop")
    to = write_project(FILES, to=tmp_path / "x" / "here", name="shop", check=False)
    assert (to.location, to.name) == (str(tmp_path / "x" / "here"), "shop")
    for name in ("../x", "a/b", "", "con"):
        with pytest.raises(InvalidInput):
            write_project(FILES, name=name)


def test_an_existing_project_is_refused_by_default(tmp_path: Path) -> None:
    write_project({"a": "old", "b": "old"}, to=tmp_path / "p", check=False)
    with pytest.raises(Conflict, match="has 'a' already"):
        write_project({"a": "new"}, to=tmp_path / "p")
    with pytest.raises(Conflict, match="not empty"):
        write_project({"c": "new"}, to=tmp_path / "p")
    assert tree(tmp_path / "p") == {"a": "old", "b": "old"}


def test_an_empty_folder_is_no_conflict_and_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "p").mkdir(mode=0o750)
    write_project({"a": "new"}, to=tmp_path / "p", check=False)
    assert tree(tmp_path / "p") == {"a": "new"}
    assert (tmp_path / "p").stat().st_mode & 0o777 == 0o750


@pytest.mark.parametrize(
    ("on_conflict", "remove_others", "expected", "kept", "replaced", "removed"),
    [
        ("overwrite", False, {"a": "new", "b": "old", "d/x": "new", "d/y": "old", "l": "b"},
         ("b", "d/y", "l"), ("a", "d/x"), ()),
        ("overwrite", True, {"a": "new", "d/x": "new"}, (), ("a", "d/x"), ("b", "d/y", "l")),
        ("keep", False, {"a": "old", "b": "old", "d/x": "old", "d/y": "old", "l": "b", "n": "new"},
         ("a", "b", "d/x", "d/y", "l"), (), ()),
        ("keep", True, {"a": "old", "d/x": "old", "n": "new"}, ("a", "d/x"), (), ("b", "d/y", "l")),
    ],
)  # fmt: skip
def test_into_an_existing_project(
    tmp_path: Path,
    on_conflict: str,
    remove_others: bool,
    expected: dict[str, str],
    kept: tuple[str, ...],
    replaced: tuple[str, ...],
    removed: tuple[str, ...],
) -> None:
    root = tmp_path / "p"
    old = {"a": "old", "b": "old", "d/x": "old", "d/y": "old", "l": {"link": "b"}}
    write_project(old, to=root, check=False)
    new = {"a": "new", "d/x": "new"} | ({"n": "new"} if on_conflict == "keep" else {})
    report = write_project(
        new,
        to=root,
        on_conflict=on_conflict,  # type: ignore[arg-type]
        remove_others=remove_others,
        check=False,
    )
    assert tree(root) == expected
    assert (report.kept, report.replaced, report.removed) == (kept, replaced, removed)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["p"]


def test_what_stays_keeps_its_inode_mode_and_empty_folders(tmp_path: Path) -> None:
    root = tmp_path / "p"
    write_project({"a": "old", "data/db": "rows"}, to=root, check=False)
    (root / "empty").mkdir()
    (root / "data").chmod(0o700)
    (root / "data/db").chmod(0o600)
    before = (root / "data/db").stat()
    with (root / "data/db").open("a") as in_use:
        write_project({"a": "new"}, to=root, on_conflict="overwrite", check=False)
        in_use.write("more")
    after = (root / "data/db").stat()
    assert (after.st_ino, after.st_mode) == (before.st_ino, before.st_mode)
    assert (root / "data/db").read_text() == "rowsmore"
    assert (root / "data").stat().st_mode & 0o777 == 0o700
    assert (root / "empty").is_dir()


def test_a_link_on_disk_is_never_written_through(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "x").write_text("safe")
    root = tmp_path / "p"
    root.mkdir()
    (root / "conf").symlink_to(outside)
    (root / "file").symlink_to(outside / "x")
    with pytest.raises(UnsafePath, match="symbolic link on disk"):
        write_project({"conf/x": "evil"}, to=root, on_conflict="overwrite")
    write_project({"file": "new"}, to=root, on_conflict="overwrite", check=False)
    assert (root / "file").read_text() == "new"
    assert not (root / "file").is_symlink()
    assert (outside / "x").read_text() == "safe"


def test_files_and_folders_that_stand_in_the_way(tmp_path: Path) -> None:
    root = tmp_path / "p"
    write_project({"a": "file", "d/x": "old"}, to=root, check=False)
    for files in ({"a/b": "x"}, {"d": "x"}):
        with pytest.raises(Conflict, match="of that name"):
            write_project(files, to=root, on_conflict="overwrite")
    write_project({"a/b": "x"}, to=root, on_conflict="overwrite", remove_others=True, check=False)
    assert tree(root) == {"a/b": "x"}
    (tmp_path / "file").write_text("x")
    (tmp_path / "link").symlink_to(root)
    for name in ("file", "link"):
        with pytest.raises(Conflict, match="is no folder"):
            write_project({"a": "x"}, to=tmp_path / name, on_conflict="overwrite")


def test_a_second_writer_is_refused_at_once(tmp_path: Path) -> None:
    root = tmp_path / "p"
    write_project({"a": "old"}, to=root, check=False)
    parent = os.open(tmp_path, os.O_RDONLY)
    with open_existing(parent, root), pytest.raises(Conflict, match="another write"):
        write_project({"a": "new"}, to=root, on_conflict="overwrite")
    os.close(parent)
    assert tree(root) == {"a": "old"}


def test_the_current_folder_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "p" / "in").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "p" / "in")
    with pytest.raises(Conflict, match="current folder"):
        write_project({"a": "x"}, to="..", on_conflict="overwrite")


def test_a_failure_is_recorded_until_a_write_succeeds(tmp_path: Path, home: Path) -> None:
    with pytest.raises(UnsafePath) as caught:
        write_project({"../a": "x"}, to=tmp_path / "p")
    failure = last_failure(home, tmp_path / "p")
    assert failure == caught.value.details["report"]
    assert failure is not None
    assert failure["status"] == "failed"
    assert "'../a'" in failure["errors"][0]
    assert not (tmp_path / "p").exists()
    write_project({"a": "x"}, to=tmp_path / "p", check=False)
    assert last_failure(home, tmp_path / "p") is None


def test_expectations_are_checked_before_anything_is_seen(tmp_path: Path) -> None:
    expect = tmp_path / "expect.toml"
    expect.write_text(
        'min_files = 9\nmax_files = 2\nmin_bytes = 1\nmin_lines = 50\nrequired = ["Dockerfile"]\n'
        "[categories]\nmodels = 1\ntests = 2\n"
    )
    with pytest.raises(InvalidInput) as caught:
        write_project(FILES, to=tmp_path / "p", expect=expect)
    assert caught.value.details["unmet"] == [
        "5 files, at least 9 expected",
        "6 lines, at least 50 expected",
        "5 files, at most 2 expected",
        "Dockerfile is missing",
        "0 files of tests, at least 2 expected",
    ]
    assert not (tmp_path / "p").exists()
    met = Expectations(min_files=5, required=("run.sh",), categories={"models": 1})
    assert write_project(FILES, to=tmp_path / "p", expect=met, check=False).status == "written"


@pytest.mark.parametrize(
    "document",
    [{"min_file": 1}, {"min_files": "1"}, {"min_files": True}, {"min_files": -1},
     {"required": "x"}, {"required": [1]}, {"categories": []}, {"categories": {"cats": 1}}],
)  # fmt: skip
def test_mistakes_in_expectations_are_named(document: dict[str, object]) -> None:
    with pytest.raises(InvalidInput, match=next(iter(document))):
        parse_expectations(document)


def test_expectations_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text("x = ")
    for name in ("bad.toml", "none.toml"):
        with pytest.raises(PierheadError, match=name):
            load_expectations(tmp_path / name)


def test_an_empty_bundle_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no files"):
        write_project({}, to=tmp_path / "p")


def cannot(*_: object) -> bool:
    return False


@pytest.fixture
def pair(tmp_path: Path) -> Path:
    """A folder with an old tree, and a new one on its stage."""
    base = tmp_path / "pair"
    (base / "p").mkdir(parents=True)
    (base / "p" / "old").touch()
    (base / ".pierhead-stage-1").mkdir()
    (base / ".pierhead-stage-1" / "new").touch()
    return base


def test_without_exchange_a_journal_guards_the_swap(pair: Path) -> None:
    handle = os.open(pair, os.O_RDONLY)
    away = swap(handle, ".pierhead-stage-1", "p", exchange=cannot)
    os.close(handle)
    assert sorted(path.name for path in pair.iterdir()) == sorted([away, "p"])
    assert (pair / "p" / "new").exists()
    assert (pair / away / "old").exists()


@pytest.mark.parametrize("calls", [0, 1, 2])
def test_a_swap_killed_anywhere_is_ended_by_the_next_writer(pair: Path, calls: int) -> None:
    """What a process leaves that dies after the journal and `calls` renames."""
    plan = {"new": ".pierhead-stage-1", "name": "p", "away": ".pierhead-stage-2"}
    (pair / f"{JOURNAL}1").write_text(json.dumps(plan))
    if calls >= 1:
        (pair / "p").rename(pair / ".pierhead-stage-2")
    if calls == 2:
        (pair / ".pierhead-stage-1").rename(pair / "p")
    report = write_project({"z": "x"}, to=pair / "p", on_conflict="overwrite", check=False)
    assert report.kept == (("old",) if calls == 0 else ("new",))
    assert [path.name for path in pair.iterdir()] == ["p"]


def test_a_half_written_or_foreign_journal_changes_nothing(pair: Path) -> None:
    handle = os.open(pair, os.O_RDONLY)
    for raw in ("", '{"new": "x"', "[]", '{"new": "x", "name": "../p", "away": "y"}'):
        (pair / f"{JOURNAL}1").write_text(raw)
        finish_swaps(handle)
    os.close(handle)
    assert sorted(path.name for path in pair.iterdir()) == [".pierhead-stage-1", "p"]


def test_blob_errors_reach_the_caller(tmp_path: Path) -> None:
    row = FileEntry("a", 0o644, "0" * 64, 1)
    with pytest.raises(BlobCorrupt):
        lay_files(Manifest((row,)), lambda _: BytesIO(b""), tmp_path / "p")
    assert list(tmp_path.iterdir()) == []


def test_the_package_offers_it_without_loading_it() -> None:
    program = (
        "import sys, pierhead; assert 'pierhead.write' not in sys.modules;"
        "assert pierhead.write_project.__module__ == 'pierhead.write.project'"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_content_that_is_not_what_the_manifest_names_is_seen_on_reading_back(
    tmp_path: Path,
) -> None:
    row = FileEntry("a", 0o644, "0" * 64, 1)
    with pytest.raises(StorageError, match="a was written, but reads back with other content"):
        lay_files(Manifest((row,)), lambda _: BytesIO(b"x"), tmp_path / "p", durable=False)
    assert list(tmp_path.iterdir()) == []
