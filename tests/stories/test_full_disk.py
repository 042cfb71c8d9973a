"""A disk that is full: refused or failed with the reason, and all is well once there is room."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lab.faults import small_disk
from lab.pierhead import Pierhead, eventually, installation, web_app

pytestmark = [pytest.mark.story, pytest.mark.real]


@contextmanager
def on_a_disk_of(megabytes: int) -> Iterator[Pierhead]:
    with installation() as pierhead, small_disk(pierhead.home, megabytes):
        try:
            yield pierhead
        finally:
            pierhead.run("down", code=None)


def test_too_little_room_for_the_files(tmp_path: Path) -> None:
    shop = web_app(tmp_path / "shop")
    with on_a_disk_of(40) as pierhead:
        (shop / "film.bin").write_bytes(bytes(range(256)) * 4096 * 60)
        said = pierhead.run("up", str(shop), code=10).err
        assert f"error: {pierhead.home}" in said
        assert "No space left on device" in said
        assert "hint: free some space, then run the command again; nothing was changed" in said
        assert pierhead.json("deploy", "list")["deployments"] == []
        assert not list((pierhead.home / "blobs" / "incoming").iterdir())
        (shop / "film.bin").unlink()
        # Room for the files, but not for what a build may write beside them.
        said = pierhead.run("up", str(shop), code=10).err
        assert "MiB are needed" in said
        assert "hint: free some space" in said
        failed = pierhead.deployments("shop")[0]
        assert (failed["status"], failed["error"]["code"]) == ("failed", "storage-full")
        assert pierhead.json("ports")["ports"] == []


def test_a_build_that_fills_the_disk(tmp_path: Path) -> None:
    shop = web_app(tmp_path / "shop", "good")
    with on_a_disk_of(160) as pierhead:
        good = pierhead.up(shop)
        fills = "[build]\ncommands = ['dd if=/dev/zero of=big bs=1M count=300']\n"
        said = pierhead.run("up", str(web_app(shop, "bad", **{"pierhead.toml": fills})), code=6).err
        assert "No space left on device" in said
        failed = pierhead.deployments("shop")[0]
        assert (failed["status"], failed["error"]["code"]) == ("failed", "build-failed")
        assert any("No space left on device" in line for line in failed["log_tail"])
        assert pierhead.get("shop") == (200, "good")
        eventually(lambda: pierhead.instances() == [good["id"]])
        # What the failed one wrote is gone, so the next one has room.
        (shop / "pierhead.toml").unlink()
        assert pierhead.up(web_app(shop, "next"))["status"] == "active"
        assert pierhead.get("shop") == (200, "next")
