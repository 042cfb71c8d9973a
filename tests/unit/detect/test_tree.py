import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pierhead.detect.tree import Tree, decode


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_text_in_any_unicode_encoding(encoding: str) -> None:
    tree = Tree.of_texts({"requirements.txt": "flask==3.0\r\nredis\n".encode(encoding)})
    assert tree.text("requirements.txt") == "flask==3.0\nredis\n"


@given(st.binary(max_size=200))
def test_any_bytes_are_text(content: bytes) -> None:
    assert isinstance(decode(content), str)


@pytest.mark.parametrize(
    "folder", ["node_modules", ".git", "vendor", "venv", ".venv", "a/__pycache__", "x/target"]
)
def test_what_others_wrote_is_not_seen(folder: str) -> None:
    tree = Tree.of_texts({f"{folder}/package.json": "{}", "main.py": ""})
    assert tree.paths == ("main.py",)


def test_a_virtual_environment_of_any_name_is_not_seen() -> None:
    tree = Tree.of_texts({"my/env/pyvenv.cfg": "", "my/env/lib/x.py": "", "my/x.py": ""})
    assert tree.paths == ("my/x.py",)


def test_folders_and_globs() -> None:
    tree = Tree.of_texts(dict.fromkeys(["a.py", "b/c.py", "b/d/e.py", "b/d/f.txt"], ""))
    assert (tree.names(), tree.folders(), tree.folders("b")) == (["a.py"], ["b"], ["d"])
    assert tree.glob("*.py") == ["a.py"]
    assert tree.glob("*/*.py") == ["b/c.py"]
    assert tree.glob("b/d/*") == ["b/d/e.py", "b/d/f.txt"]
    assert tree.glob("**/*.py") == ["a.py", "b/c.py", "b/d/e.py"]
    assert tree.has_folder("b/d")
    assert not tree.has_folder("b/d/e.py")


def test_too_large_unreadable_and_missing_files_are_empty() -> None:
    def read(path: str) -> bytes:
        raise PermissionError(path)

    tree = Tree({"secret": 3, "large": 200_000_000}, read)
    assert [tree.text(name) for name in ("secret", "large", "missing")] == ["", "", ""]


def test_a_real_folder_with_loops_and_links_that_leave_it(tmp_path: Path) -> None:
    root = tmp_path / "app"
    (root / "sub").mkdir(parents=True)
    (root / "sub" / "loop").symlink_to(root)
    (tmp_path / "outside.py").write_text("x = 1")
    (root / "out.py").symlink_to(tmp_path / "outside.py")
    (root / "main.py").write_text("x = 2")
    (root / "in.py").symlink_to("main.py")
    (root / "dangling.py").symlink_to("nowhere")
    os.mkfifo(root / "pipe")
    tree = Tree.of_folder(root)
    assert tree.paths == ("in.py", "main.py")
    assert tree.text("in.py") == "x = 2"


def test_lines_are_found() -> None:
    tree = Tree.of_texts({"a": "x\ny\nz"})
    assert (tree.line_of("a", "z"), tree.line_of("a", "w"), tree.line_of("b", "x")) == (
        3,
        None,
        None,
    )


def test_a_folder_on_disk_is_the_same_as_one_in_memory(tmp_path: Path) -> None:
    paths = ["a.py", "b/c/d.txt", "b/c/e.txt", "f/g.py", "node_modules/x.js", "env/pyvenv.cfg"]
    for environment in (True, False):
        for path in (*paths, "env/lib/y.py") if environment else paths[:-1]:
            (tmp_path / str(environment) / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / str(environment) / path).touch()
        (tmp_path / str(environment) / "empty" / "inner").mkdir(parents=True)
        read = Tree.of_folder(tmp_path / str(environment))
        held = Tree.of_texts(dict.fromkeys(["a.py", "b/c/d.txt", "b/c/e.txt", "f/g.py"], ""))
        assert read.paths == held.paths
        for folder in ("", "b", "b/c", "empty", "empty/inner", "env"):
            assert read.names(folder) == held.names(folder)
            assert read.folders(folder) == held.folders(folder)
            assert read.has_folder(folder) == held.has_folder(folder)
