"""What belongs to a release: every row is a folder and the files that stay."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from pierhead.source.walk import walk


def make(root: Path, files: dict[str, str] | list[str]) -> None:
    for path, text in files.items() if isinstance(files, dict) else [(f, "") for f in files]:
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)


def kept(root: Path, *but: str) -> list[str]:
    return sorted(found.path for found in walk(root) if found.path not in but)


def test_tools_leavings_are_never_walked(tmp_path: Path) -> None:
    make(
        tmp_path,
        [
            "app.py", ".git/config", "node_modules/x/index.js", "web/node_modules/y.js",
            "__pycache__/app.pyc", "pkg/__pycache__/a.pyc", ".tox/x", ".mypy_cache/x",
            ".pytest_cache/x", ".ruff_cache/x", ".venv/pyvenv.cfg", ".venv/bin/python",
            "deep/my-env/pyvenv.cfg", "deep/my-env/lib/x.py", "venv/routes.py", ".DS_Store",
        ],
    )  # fmt: skip
    make(tmp_path, {".pierheadignore": "!node_modules/\n!.git\n!**/*.js\n"})
    (tmp_path / "linked-env").symlink_to("deep/my-env")
    assert kept(tmp_path) == [".pierheadignore", "app.py", "venv/routes.py"]


def test_a_git_file_of_a_submodule_stays_out_too(tmp_path: Path) -> None:
    make(tmp_path, ["lib/.git", "lib/x.py"])
    assert kept(tmp_path) == ["lib/x.py"]


def test_gitignore_at_every_level(tmp_path: Path) -> None:
    make(
        tmp_path,
        {
            ".gitignore": "*.log\n/build\n!keep.log\nsecret/\n# comment\n\n\\#odd\n",
            "a.log": "", "keep.log": "", "build/x": "", "src/build/x": "", "#odd": "",
            "src/.gitignore": "!debug.log\n*.tmp\n/only-here\n",
            "src/debug.log": "", "src/other.log": "", "src/x.tmp": "", "x.tmp": "",
            "src/only-here": "", "src/sub/only-here": "", "src/sub/debug.log": "",
            "src/sub/.gitignore": "*\n!.gitignore\n", "src/sub/gone": "",
            "secret/.gitignore": "!*\n", "secret/x": "", "src/secret/x": "", "src2/secret": "",
        },
    )  # fmt: skip
    assert kept(tmp_path) == [
        ".gitignore", "keep.log", "src/.gitignore", "src/build/x", "src/debug.log",
        "src/sub/.gitignore", "src2/secret", "x.tmp",
    ]  # fmt: skip


GIT_CASES = [
    {".gitignore": "*.py[co]\nfoo/*\n!foo/bar\n**/deep\na/**/z\n/top\n dist \n", "foo/bar/x": "",
     "foo/baz": "", "x/y/deep": "", "a/z": "", "a/b/c/z": "", "a/b/zz": "", "top": "",
     "sub/top": "", "m.pyc": "", "m.py": "", " dist ": "", "dist": ""},
    {".gitignore": "*\n!*/\n!*.py\n", "a.py": "", "a.txt": "", "b/c.py": "", "b/c.txt": ""},
    {".gitignore": "out/\n!out/keep\nname\n", "out/keep": "", "name/x": "", "q/name": ""},
    {".gitignore": "[!a]x\nq?\n\\!bang\ntrail\\ \n/\n!\n[\n", "ax": "", "bx": "", "q1": "",
     "q12": "", "!bang": "", "trail ": ""},
    {".gitignore": "**/**/\n!c/\n", "x": "", "a/x": "", "c/x": "", "c/d/x": "", "c/c/x": ""},
    {".gitignore": "**/a?/**/\ns/**\n!s/k\nt/**/\n", "ab/x": "", "ab/c/x": "", "s/k": "",
     "s/l": "", "t/x": "", "t/u/x": ""},
]  # fmt: skip


@pytest.mark.parametrize("files", GIT_CASES)
@pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")
def test_it_is_as_git_sees_it(tmp_path: Path, files: dict[str, str]) -> None:
    make(tmp_path, files)
    git = ["git", "-c", "core.excludesFile=/dev/null", "-C", str(tmp_path)]
    subprocess.run([*git, "init", "-q"], check=True)
    listed = subprocess.run(
        [*git, "ls-files", "-z", "--others", "--exclude-standard"],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    assert kept(tmp_path) == sorted(listed.split("\0")[:-1])


def test_a_dockerignore_speaks_of_the_root_as_docker_does(tmp_path: Path) -> None:
    make(
        tmp_path,
        {
            ".dockerignore": "data\n./logs/\n*.md\n!README.md\n**/*.tmp\nDockerfile\n# no\n.\n",
            "data/x": "", "src/data/x": "", "logs/x": "", "a.md": "", "README.md": "",
            "src/a.md": "", "src/a.tmp": "", "Dockerfile": "", "src/.dockerignore": "*",
        },
    )  # fmt: skip
    assert kept(tmp_path, ".dockerignore") == [
        "README.md", "src/.dockerignore", "src/a.md", "src/data/x",
    ]  # fmt: skip


def test_a_dockerignore_that_names_what_stays(tmp_path: Path) -> None:
    make(
        tmp_path,
        {
            ".dockerignore": "*\n!src/app\n!requirements.txt\n!dist/**/*.js\n",
            ".gitignore": "dist/\n",
            "src/app/main.py": "", "src/app/sub/x.py": "", "src/tests/x": "", "README": "",
            "requirements.txt": "", "dist/a/b.js": "", "dist/a/b.css": "", "other/deep/x": "",
            "Procfile": "", "pierhead.toml": "", ".python-version": "", "sub/Procfile": "",
        },
    )  # fmt: skip
    # What says how to run the service stays: a Dockerfile would have said it.
    assert kept(tmp_path) == [
        ".python-version", "Procfile", "dist/a/b.js", "pierhead.toml", "requirements.txt",
        "src/app/main.py", "src/app/sub/x.py",
    ]  # fmt: skip


def test_pierheadignore_has_the_last_word(tmp_path: Path) -> None:
    make(
        tmp_path,
        {
            ".gitignore": "dist/\n*.sqlite\nbuild/\n",
            ".dockerignore": "assets\nProcfile\n",
            ".pierheadignore": "!dist/\n!build/out/\n!assets\nbig/\nProcfile\ndocs\n!docs/api.md\n",
            "dist/app.js": "", "dist/sub/x.js": "", "build/out/x": "", "build/tmp/x": "",
            "assets/a.png": "", "big/x": "", "Procfile": "", "x.sqlite": "", "docs/api.md": "",
            "docs/other.md": "", "app/dist/x": "", "keep": "",
        },
    )  # fmt: skip
    assert kept(tmp_path, ".gitignore", ".dockerignore", ".pierheadignore") == [
        "app/dist/x", "assets/a.png", "build/out/x", "dist/app.js", "dist/sub/x.js",
        "docs/api.md", "keep",
    ]  # fmt: skip


def test_ignore_files_of_odd_content(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_bytes(b"\xef\xbb\xbf*.log\r\n\xff\xfe\n*.tmp")
    (tmp_path / ".pierheadignore").mkdir()
    (tmp_path / ".dockerignore").symlink_to("app.py")
    make(tmp_path, ["a.log", "a.tmp", "app.py", ".pierheadignore/x"])
    (tmp_path / "app.py").write_text("*")
    assert kept(tmp_path) == [".dockerignore", ".gitignore", ".pierheadignore/x", "app.py"]
