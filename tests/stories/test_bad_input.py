"""Folders that cannot be deployed: refused before anything is touched, with place and next step."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pytest

from lab.faults import HELD_TO_PERMISSIONS
from lab.pierhead import Pierhead, installation, web_app, write

pytestmark = [pytest.mark.story, pytest.mark.real]


@pytest.fixture(scope="module")
def shared() -> Iterator[Pierhead]:
    """A running installation in which nothing is ever deployed."""
    with installation() as made:
        made.run("status")
        yield made


def refused(pierhead: Pierhead, folder: Path) -> str:
    """What is said when a folder is refused as input; nothing came of it."""
    said = pierhead.run("up", str(folder), code=3).err
    assert "Traceback" not in said
    assert "hint: " in said
    assert pierhead.json("deploy", "list")["deployments"] == []
    assert pierhead.json("services")["services"] == []
    assert pierhead.json("ports")["ports"] == []
    assert pierhead.json("audit")["entries"][0]["outcome"] != "accepted"
    return said


def test_an_empty_folder(pierhead: Pierhead, tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    said = refused(pierhead, tmp_path / "shop")
    assert f"error: {tmp_path}/shop: the folder holds no files" in said
    assert "hint: check the path, and .gitignore" in said


def test_a_folder_without_anything_to_run(pierhead: Pierhead, tmp_path: Path) -> None:
    said = refused(pierhead, write(tmp_path / "shop", {"notes.md": "hello\n"}))
    assert f"error: {tmp_path}/shop: the folder holds only documents" in said
    assert '[service] command = "..."' in said


def test_an_unreadable_file(tmp_path: Path) -> None:
    shop = web_app(tmp_path / "shop", **{"data/private.txt": "x"})
    (shop / "data" / "private.txt").chmod(0)
    with installation() as pierhead:
        pierhead.before = HELD_TO_PERMISSIONS
        said = refused(pierhead, shop)
        assert f"error: {shop}/data/private.txt: the file cannot be read: Permission denied" in said
        assert "chmod u+r" in said
        write(shop, {".pierheadignore": "data/\n"})  # the other half of the hint
        assert pierhead.up(shop)["status"] == "active"


def test_a_file_that_changes_while_it_is_read(pierhead: Pierhead, tmp_path: Path) -> None:
    shop = web_app(tmp_path / "shop")
    (shop / "app.log").write_bytes(b"x" * 20_000_000)
    with written_to(shop / "app.log"):
        said = refused(pierhead, shop)
    assert f"error: {shop}/app.log: the file changed while it was read" in said
    assert ".pierheadignore" in said
    assert pierhead.up(shop)["status"] == "active"


@contextmanager
def written_to(path: Path) -> Iterator[None]:
    ended = threading.Event()

    def append() -> None:
        with path.open("ab", buffering=0) as file:
            while not ended.wait(0.002):
                file.write(b"one more line\n")

    thread = threading.Thread(target=append)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def test_a_folder_with_200_000_files(pierhead: Pierhead) -> None:
    # Not tmp_path, which is kept for a while: in memory, and removed at once.
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with TemporaryDirectory(dir=memory) as root:
        shop = web_app(Path(root).resolve() / "shop")
        for folder in range(200):
            inner = shop / "cache" / str(folder)
            inner.mkdir(parents=True)
            for number in range(1000):
                os.close(os.open(f"{inner}/{number}", os.O_CREAT | os.O_WRONLY))
        pierhead.run("status")  # so that the time is not that of the first start
        begun = time.monotonic()
        said = refused(pierhead, shop)
        assert time.monotonic() - begun < 15
        assert f"error: {shop}: the folder has more than 100,000 files; most are in cache/" in said
        assert "hint: add a line to .pierheadignore, such as cache/" in said
        write(shop, {".pierheadignore": "cache/\n"})
        assert pierhead.up(shop)["status"] == "active"


def test_a_folder_that_is_not_there(pierhead: Pierhead, tmp_path: Path) -> None:
    said = pierhead.run("up", str(tmp_path / "shpo"), code=3).err
    assert "there is no such folder" in said
    assert f"{tmp_path}/shpo" in said
    assert not pierhead.home.exists()  # nothing was started for it


def test_a_wrong_pierhead_toml(pierhead: Pierhead, tmp_path: Path) -> None:
    text = "[service]\n\nstrat = 'recreate'\nport = 99999\n"
    shop = web_app(tmp_path / "shop", **{"pierhead.toml": text})
    said = refused(pierhead, shop)
    assert f"error: {shop}/pierhead.toml:3: [service] strat: unknown key" in said
    assert "strategy" in said
    assert f"\n       {shop}/pierhead.toml:4: [service] port: must be at most 65535" in said


@pytest.mark.parametrize(
    ("more", "where"),
    [
        ({"env": {"TOKEN": "canary\0"}}, "body.env.TOKEN"),
        ({"reason": "canary\0"}, "body.reason"),
        ({"timeout": -1}, "body.timeout"),
        ({"name": "../canary"}, "body.name"),
        ({"nmae": "canary"}, "body.nmae"),
    ],
)
def test_a_request_that_no_door_lets_in(
    shared: Pierhead, tmp_path: Path, more: dict[str, Any], where: str
) -> None:
    body = {"path": str(web_app(tmp_path / "shop")), **more}
    transport = httpx.HTTPTransport(uds=str(shared.home / "server.sock"))
    with httpx.Client(transport=transport) as client:
        answer = client.post("http://pierhead/api/v1/up", json=body)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (400, "invalid-input")
    assert problem["where"] == where
    assert "canary" not in answer.text  # it may be a secret
    assert shared.json("deploy", "list")["deployments"] == []


def test_a_process_that_is_not_there(pierhead: Pierhead, tmp_path: Path) -> None:
    pierhead.up(web_app(tmp_path / "shop"))
    said = pierhead.run("logs", "shop", "--process", "wbe", code=4).err
    assert "error: shop has no process 'wbe'\nhint: it has web.0" in said
