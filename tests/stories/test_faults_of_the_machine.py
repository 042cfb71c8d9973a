"""Ports that strangers take, disks that are full, folders and files that are not as they were."""

import os
import signal
import socket
from pathlib import Path

import pytest

from lab.faults import HELD_TO_PERMISSIONS
from lab.pierhead import Pierhead, eventually, installation, web_app

pytestmark = [pytest.mark.story, pytest.mark.real]


def test_a_port_taken_by_a_stranger_while_it_was_down(pierhead: Pierhead, tmp_path: Path) -> None:
    pierhead.up(web_app(tmp_path / "one", "first"))
    pierhead.up(web_app(tmp_path / "two", "second"))
    port = int(pierhead.address("one").rpartition(":")[2])
    pierhead.run("down")
    with socket.socket() as stranger:
        stranger.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        stranger.bind(("127.0.0.1", port))
        stranger.listen()
        states = {s["project"]: s["state"] for s in pierhead.json("status")["services"]}
        assert states == {"one": "down", "two": "running"}
        assert pierhead.get("two") == (200, "second")
        problem = f"port {port} of one.production is taken: another program listens on it"
        shown = pierhead.run("status", "one").out
        assert problem in shown
        assert "`pierhead restart one`" in shown
        assert problem in pierhead.run("doctor", code=7).out
        refused = pierhead.run("restart", "one", code=6).err
        assert problem in refused
        assert "hint: end what listens there" in refused
        assert pierhead.get("two") == (200, "second")
    pierhead.run("restart", "one")
    assert pierhead.get("one") == (200, "first")
    assert pierhead.json("status", "one")["state"] == "running"


def test_the_common_port_taken_by_a_stranger(tmp_path: Path) -> None:
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", 0))
        stranger.listen()
        taken = stranger.getsockname()[1]
        with installation(PIERHEAD_EDGE_PORT=str(taken)) as pierhead:
            assert pierhead.up(web_app(tmp_path / "shop"))["status"] == "active"
            assert pierhead.get("shop") == (200, "one")
            assert f"the edge port {taken} is taken" in pierhead.run("doctor", code=7).out


def test_a_home_that_cannot_be_written(tmp_path: Path) -> None:
    with installation() as pierhead:
        pierhead.before = HELD_TO_PERMISSIONS
        pierhead.home.parent.chmod(0o500)
        said = pierhead.run("up", str(web_app(tmp_path / "shop")), code=7).err
        assert f"error: {pierhead.home}: " in said
        assert "cannot be written: Permission denied" in said
        assert "hint: set PIERHEAD_HOME to a folder you own" in said
        pierhead.home.parent.chmod(0o700)
        assert pierhead.up(tmp_path / "shop")["status"] == "active"


def test_a_home_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    pierhead = Pierhead(tmp_path / "home")
    for command in ("up", "status", "doctor"):
        said = pierhead.run(command, code=7)
        assert "Traceback" not in said.err
        assert str(tmp_path / "home") in said.err + said.out


def test_a_corrupt_stored_file_is_named_and_not_served(pierhead: Pierhead, tmp_path: Path) -> None:
    shop = web_app(tmp_path / "shop", "one")
    first = pierhead.up(shop)
    second = pierhead.up(web_app(shop, "two"))
    # The files of the first release are gone, as after a clean-up, and one copy is spoilt.
    built = pierhead.home / "releases" / "shop" / "production" / first["release_id"] / "built"
    eventually(lambda: first["id"] not in pierhead.instances())
    built.unlink()
    blob = stored(pierhead, b"'one'")
    content = bytearray(blob.read_bytes())
    content[10] ^= 0xFF
    blob.chmod(0o600)
    blob.write_bytes(content)
    said = pierhead.run("rollback", "shop", code=10).err
    assert "server.py" in said
    assert "hint: deploy from the source again; the stored copy is replaced" in said
    failed = pierhead.deployments("shop")[0]
    assert (failed["kind"], failed["status"]) == ("rollback", "failed")
    assert failed["error"]["code"] == "blob-corrupt"
    assert failed["log_tail"]
    assert pierhead.get("shop") == (200, "two")
    eventually(lambda: pierhead.instances() == [second["id"]])
    # As the hint says.
    assert pierhead.up(web_app(shop, "one"))["status"] == "active"
    assert pierhead.get("shop") == (200, "one")


def test_a_killed_supervisor_is_back_with_the_next_command(
    pierhead: Pierhead, tmp_path: Path
) -> None:
    first = pierhead.up(web_app(tmp_path / "shop"))
    address = pierhead.address("shop")
    os.kill(int((pierhead.home / "supervisord.pid").read_text()), signal.SIGKILL)
    eventually(lambda: not (pierhead.home / "server.sock").exists())
    pierhead.run("status")
    eventually(lambda: pierhead.get("shop") == (200, "one"))
    assert pierhead.address("shop") == address
    assert pierhead.instances() == [first["id"]]
    pierhead.run("doctor")


def stored(pierhead: Pierhead, content: bytes) -> Path:
    blobs = (pierhead.home / "blobs").glob("??/*")
    return next(path for path in blobs if content in path.read_bytes())
