from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pierhead.errors import StorageError
from pierhead.generate.files import Written
from pierhead.generate.folder import Status, compare, write
from pierhead.generate.marker import is_untouched, signed


@given(st.text(st.characters(codec="utf-8")), st.text(min_size=1))
def test_a_marked_text_is_ours_until_a_character_changes(text: str, more: str) -> None:
    assert is_untouched(signed(text))
    assert not is_untouched(signed(text) + more)
    assert not is_untouched(text)


def _file(text: str) -> Written:
    return Written("dockerfile", "Dockerfile", signed(text))


def test_what_is_there_decides(tmp_path: Path) -> None:
    there = tmp_path / "Dockerfile"
    assert compare(tmp_path, _file("a\n")).status is Status.NEW
    write(tmp_path, "Dockerfile", _file("a\n").text)
    assert compare(tmp_path, _file("a\n")).status is Status.SAME
    assert compare(tmp_path, _file("b\n")).status is Status.OURS
    there.write_text(there.read_text() + "# mine\n")
    assert compare(tmp_path, _file("b\n")).status is Status.THEIRS
    there.unlink()
    there.symlink_to("/etc/hostname")
    assert compare(tmp_path, _file("b\n")).status is Status.THEIRS


def test_diff_shows_both_sides(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM scratch")
    diff = compare(tmp_path, _file("FROM busybox\n")).diff()
    assert diff.startswith("--- a/Dockerfile\n+++ b/Dockerfile\n")
    assert "-FROM scratch\n\\ No newline at end of file\n" in diff
    assert "+FROM busybox\n" in diff


def test_written_with_its_mode_and_nothing_left_beside(tmp_path: Path) -> None:
    write(tmp_path, ".env", "A=1\n", mode=0o600)
    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o600
    assert [p.name for p in tmp_path.iterdir()] == [".env"]


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").mkdir()
    with pytest.raises(StorageError) as caught:
        write(tmp_path, "Dockerfile", "x")
    assert str(tmp_path / "Dockerfile") == caught.value.where
    assert [p.name for p in tmp_path.iterdir()] == ["Dockerfile"]
