import os
import stat
from pathlib import Path
from typing import Any

import pytest

from pierhead.deploy.prepare import Candidate, Request, check_folder, prepare
from pierhead.domain.secret import Secret
from pierhead.errors import ConfigError, InvalidInput, NothingToRun, SourceError
from pierhead.source.folder import digest

KEY = bytes(range(32))


def shop(folder: Path, **files: str) -> Path:
    for name, text in {
        "server.py": "print('hello')\n",
        "Procfile": "web: python3 server.py\n",
        **files,
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def frozen(folder: Path, key: bytes = KEY, **wish: Any) -> Candidate:
    return prepare(Request(folder, **wish), put=digest, key=key, max_files=1000)


def test_the_same_content_is_the_same_release(tmp_path: Path) -> None:
    first = frozen(shop(tmp_path / "a"), project="shop")
    other = shop(tmp_path / "b")
    os.utime(other / "server.py", (0, 0))
    second = frozen(other, project="shop")
    assert first.release.digest == second.release.digest
    assert first.release.id == second.release.id


def test_all_that_decides_how_it_runs_is_in_the_digest(tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop")
    seen = {frozen(folder).release.digest}

    def new(**wish: Any) -> None:
        found = frozen(folder, **wish).release.digest
        assert found not in seen
        seen.add(found)

    new(project="other")
    new(variables={"A": Secret("1")})
    new(variables={"A": Secret("2")})
    new(timeout=5.0)
    (folder / "server.py").chmod(0o755)
    new()
    shop(folder, **{"server.py": "print('other')\n"})
    new()
    shop(folder, **{"pierhead.toml": "[env]\nA = 1\n"})
    new()
    shop(folder, **{"pierhead.toml": "version = '2'\n"})
    new()


def test_a_digest_does_not_tell_a_variable_to_who_has_no_key(tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop")
    pin = {"PIN": Secret("1234")}
    mine, other = frozen(folder, variables=pin), frozen(folder, bytes(32), variables=pin)
    assert mine.release.digest != other.release.digest


def test_values_of_variables_are_not_on_the_release(tmp_path: Path) -> None:
    candidate = frozen(shop(tmp_path / "shop"), variables={"PIN": Secret("canary-value")})
    assert candidate.release.environment == ("PIN",)
    assert "canary-value" not in repr(candidate)


@pytest.mark.parametrize(
    ("folder", "config", "name"),
    [
        ("shop", "", "shop"),
        ("My Shop_2", "", "my-shop-2"),
        ("---", "", "app"),
        ("shop", "name = 'store'", "store"),
    ],
)
def test_the_project_has_a_name(tmp_path: Path, folder: str, config: str, name: str) -> None:
    made = shop(tmp_path / folder, **({"pierhead.toml": config} if config else {}))
    assert frozen(made).release.project == name


def test_what_is_asked_for_wins(tmp_path: Path) -> None:
    made = shop(tmp_path / "shop", **{"pierhead.toml": "name = 'store'"})
    assert frozen(made, project="mine").release.project == "mine"


def test_a_bad_config_names_file_and_line(tmp_path: Path) -> None:
    made = shop(tmp_path / "shop", **{"pierhead.toml": "\n[helth]\npath = '/up'\n"})
    with pytest.raises(ConfigError, match=r"pierhead\.toml:2"):
        frozen(made)


def test_nothing_to_run_is_said(tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("# notes")
    with pytest.raises(NothingToRun) as caught:
        frozen(tmp_path)
    assert caught.value.hint


def test_folders_of_the_server_are_given_whole(tmp_path: Path) -> None:
    assert check_folder(str(tmp_path)) == tmp_path.resolve()
    with pytest.raises(InvalidInput, match="not an absolute path"):
        check_folder("shop")
    with pytest.raises(SourceError, match="does not exist"):
        check_folder(str(tmp_path / "none"))
    (tmp_path / "file").touch()
    with pytest.raises(SourceError, match="is not a folder"):
        check_folder(str(tmp_path / "file"))
    with pytest.raises(SourceError, match="root of the file system"):
        check_folder("/")


def test_modes_are_normalised(tmp_path: Path) -> None:
    made = shop(tmp_path / "shop")
    (made / "server.py").chmod(0o640)
    entry = frozen(made).release.manifest.by_path["server.py"]
    assert stat.S_IMODE(entry.mode) == 0o644
