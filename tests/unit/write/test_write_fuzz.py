"""Whatever a bundle says, nothing outside its folder is touched, and nothing is half there."""

import os
import tempfile
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pierhead.errors import Conflict, InvalidInput, StorageError
from pierhead.write.folder import FolderWriter
from pierhead.write.project import write_project

PARTS = st.sampled_from(
    [
        "a",
        "b",
        "A",
        "..",
        ".",
        "",
        "é",
        "e\u0301",
        "con",
        "x.",
        "\n",
        "🚢",
        "n" * 256,
        "a\0",
        "l",
        "\ud800",
    ]
)
PATHS = st.lists(PARTS, min_size=1, max_size=4).map("/".join)
LINKS = st.lists(st.sampled_from(["..", "a", "l", "/", ".", "\ud800"]), min_size=1, max_size=4).map(
    "/".join
)
VALUES = st.one_of(
    st.text(max_size=5),
    st.binary(max_size=5),
    LINKS.map(lambda target: {"link": target}),
    st.sampled_from([{"base64": "!"}, {"text": "x", "mode": "0755"}, None, 7]),
)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIERHEAD_HOME", str(tmp_path / "home"))


@given(st.dictionaries(PATHS, VALUES, min_size=1, max_size=5), st.booleans())
@settings(max_examples=300, deadline=None)
def test_all_or_nothing_and_never_outside(files: dict[str, object], there: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        root = base / "in" / "p"
        (base / "outside").mkdir()
        root.parent.mkdir()
        if there:
            root.mkdir()
            (root / "l").symlink_to(base / "outside")
        try:
            write_project(files, to=root, on_conflict="overwrite", fsync=False, check=False)
        except (InvalidInput, Conflict):
            assert root.exists() == there
            if there:
                assert [path.name for path in root.iterdir()] == ["l"]
        else:
            assert all(os.path.lexists(root / path) for path in files)
        assert [path.name for path in (base / "outside").iterdir()] == []
        assert {path.name for path in root.parent.iterdir()} <= {"p"}


@pytest.fixture
def handle(tmp_path: Path) -> int:
    (tmp_path / "stage").mkdir()
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "file").write_text("safe")
    return os.open(tmp_path / "stage", os.O_RDONLY)


def test_a_link_planted_in_the_stage_is_not_followed(tmp_path: Path, handle: int) -> None:
    """The race that opening by handle is for: a folder or file turns into a link meanwhile."""
    (tmp_path / "stage" / "dir").symlink_to(tmp_path / "outside")
    (tmp_path / "stage" / "file").symlink_to(tmp_path / "outside" / "file")
    with FolderWriter(handle) as writer:
        for path in ("dir/file", "dir/new", "file"):
            with pytest.raises(OSError, match=r"Not a directory|symbolic|exists"):
                writer.write(path, 0o644, BytesIO(b"evil"))
    os.close(handle)
    assert (tmp_path / "outside" / "file").read_text() == "safe"
    assert [path.name for path in (tmp_path / "outside").iterdir()] == ["file"]


def test_a_folder_moved_away_meanwhile_takes_its_files_along(tmp_path: Path, handle: int) -> None:
    with FolderWriter(handle) as writer:
        writer.write("dir/one", 0o644, BytesIO(b"1"))
        (tmp_path / "stage" / "dir").rename(tmp_path / "stage" / "moved")
        (tmp_path / "stage" / "dir").symlink_to(tmp_path / "outside")
        writer.write("dir/two", 0o644, BytesIO(b"2"))
    os.close(handle)
    assert (tmp_path / "stage" / "moved" / "two").read_bytes() == b"2"
    assert [path.name for path in (tmp_path / "outside").iterdir()] == ["file"]


def test_what_cannot_be_read_is_an_error_of_ours(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StorageError, match="cannot write"):
        write_project({"a": "x"}, to=tmp_path / "file" / "p")
