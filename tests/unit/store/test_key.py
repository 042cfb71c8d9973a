from __future__ import annotations

import base64
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pierhead.domain.secret import Secret
from pierhead.errors import ConfigError, HomeUnusable
from pierhead.store.key import KEY_FILE, environment_digest, load_key

KEY = bytes(range(32))


def test_it_is_made_once_private_to_its_owner(tmp_path: Path) -> None:
    home = tmp_path / "new" / "home"
    key = load_key(home, {})
    assert len(key) == 32
    assert load_key(home, {}) == key
    assert stat.S_IMODE((home / KEY_FILE).stat().st_mode) == 0o600
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert [path.name for path in home.iterdir()] == [KEY_FILE]


def test_two_homes_have_two_keys(tmp_path: Path) -> None:
    assert load_key(tmp_path / "a", {}) != load_key(tmp_path / "b", {})


def test_many_at_once_agree_on_one(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        keys = set(pool.map(lambda _: load_key(tmp_path / "home", {}), range(64)))
    assert len(keys) == 1


def test_the_environment_comes_first_and_no_file_is_made(tmp_path: Path) -> None:
    text = base64.b64encode(KEY).decode()
    assert load_key(tmp_path / "home", {"PIERHEAD_KEY": f" {text}\n"}) == KEY
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("text", ["short", "not base64 !", base64.b64encode(bytes(31)).decode()])
def test_a_key_of_another_form_is_refused_without_showing_it(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_key(tmp_path, {"PIERHEAD_KEY": text})
    assert text not in str(caught.value)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o602])
def test_a_key_file_others_may_use_is_refused(tmp_path: Path, mode: int) -> None:
    load_key(tmp_path, {})
    (tmp_path / KEY_FILE).chmod(mode)
    with pytest.raises(HomeUnusable, match=f"mode 0{mode:o}") as caught:
        load_key(tmp_path, {})
    assert "chmod 600" in caught.value.hint


def test_a_damaged_key_file_is_never_replaced(tmp_path: Path) -> None:
    load_key(tmp_path, {})
    (tmp_path / KEY_FILE).write_text("half a key")
    with pytest.raises(HomeUnusable, match="32 bytes"):
        load_key(tmp_path, {})
    assert (tmp_path / KEY_FILE).read_text() == "half a key"


def test_a_link_or_pipe_in_its_place_is_refused(tmp_path: Path) -> None:
    load_key(tmp_path / "real", {})
    (tmp_path / KEY_FILE).symlink_to(tmp_path / "real" / KEY_FILE)
    with pytest.raises(HomeUnusable):
        load_key(tmp_path, {})
    (tmp_path / KEY_FILE).unlink()
    os.mkfifo(tmp_path / KEY_FILE, 0o600)
    with pytest.raises(HomeUnusable, match="not a file"):
        load_key(tmp_path, {})


def test_a_home_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    with pytest.raises(HomeUnusable, match=r"File exists|Not a directory"):
        load_key(tmp_path / "home", {})


def test_the_digest_of_an_environment() -> None:
    values = {"A": Secret("1"), "B": Secret("2")}
    digest = environment_digest(KEY, values)
    assert digest == environment_digest(KEY, dict(reversed(values.items())))
    others = [
        environment_digest(bytes(32), values),
        environment_digest(KEY, {"A": Secret("1"), "B": Secret("3")}),
        environment_digest(KEY, {"A": Secret("12"), "B": Secret("")}),
        environment_digest(KEY, {"A": Secret("1")}),
        environment_digest(KEY, {}),
    ]
    assert len({digest, *others}) == 6
    # Its form never changes: a release keeps its identity over versions of Pierhead.
    assert digest == "fbb2235798d4c62c99d4d342d85cb4ef237fc04b38b3e2f502696474a157ba49"
