"""The main promise: deploy, redeploy under load, break, roll back, audit."""

from pathlib import Path

import pytest

from lab.load import Load
from lab.pierhead import Pierhead, eventually, web_app

pytestmark = [pytest.mark.story, pytest.mark.real]


def test_deploy_redeploy_under_load_break_roll_back_audit(
    pierhead: Pierhead, tmp_path: Path
) -> None:
    shop = web_app(tmp_path / "shop", "one")
    first = pierhead.up(shop)
    assert first["status"] == "active"
    assert [phase["status"] for phase in first["phases"]] == ["success"] * 6
    assert pierhead.get("shop") == (200, "one")
    address = pierhead.address("shop")

    with Load(address + "/") as load:
        web_app(shop, "two")
        second = pierhead.up(shop)
        assert pierhead.get("shop") == (200, "two")

        web_app(shop, "three", server="import sys\nprint('boom', flush=True)\nsys.exit(3)\n")
        assert "| web.0 | boom" in pierhead.run("up", str(shop), code=6).err
        broken = pierhead.deployments("shop")[0]
        assert broken["status"] == "failed"
        assert broken["error"]["code"] == "start-failed"
        assert any("boom" in line for line in broken["log_tail"])
        assert pierhead.get("shop") == (200, "two")

        pierhead.run("rollback", "shop", "--reason", "customers complained")
        assert pierhead.get("shop") == (200, "one")
    assert load.report.failed == []
    assert load.report.ok == load.report.sent > 0

    assert pierhead.address("shop") == address
    back = pierhead.deployments("shop")[0]
    assert (back["kind"], back["status"]) == ("rollback", "active")
    assert back["target_id"] == first["id"]
    assert back["reason"] == "customers complained"
    assert pierhead.json("deploy", "show", second["id"])["status"] == "rolled_back"
    eventually(lambda: pierhead.instances() == [back["id"]])

    entries = pierhead.json("audit")["entries"]
    assert [entry["action"] for entry in entries] == ["rollback", "deploy", "deploy", "deploy"]
    assert all(entry["actor"]["origin"].startswith("unix socket, pid ") for entry in entries)
    types = [event["type"] for event in pierhead.json("events", "--limit", "200")["events"]]
    assert types.count("deployment.completed") == 3
    assert types.count("deployment.failed") == 1
    assert types.count("deployment.rolled_back") == 1


def test_the_same_again_changes_nothing(pierhead: Pierhead, tmp_path: Path) -> None:
    shop = web_app(tmp_path / "shop")
    first = pierhead.up(shop)
    again = pierhead.json("up", str(shop))
    assert again["deployment"] is None
    assert "nothing has changed" in again["plan"]["reason"]
    assert [one["id"] for one in pierhead.deployments("shop")] == [first["id"]]
    assert pierhead.up(shop, "--force")["status"] == "active"


def test_a_dry_run_shows_what_then_happens(pierhead: Pierhead, tmp_path: Path) -> None:
    shop = web_app(tmp_path / "shop")
    shown = pierhead.json("up", str(shop), "--dry-run")
    assert pierhead.json("services")["services"] == []
    assert pierhead.json("deploy", "list")["deployments"] == []
    assert not list((pierhead.home / "blobs").glob("*/*"))
    done = pierhead.up(shop)["plan"]
    assert done["steps"] == shown["steps"]


def test_stop_start_restart_delete(pierhead: Pierhead, tmp_path: Path) -> None:
    shop = web_app(tmp_path / "shop")
    first = pierhead.up(shop)
    address = pierhead.address("shop")
    pierhead.run("stop", "shop")
    assert pierhead.get("shop")[0] == 503
    assert pierhead.instances() == []
    assert pierhead.json("status", "shop")["state"] == "stopped"
    pierhead.run("start", "shop")
    assert pierhead.get("shop") == (200, "one")
    pierhead.run("restart", "shop")
    restarted = pierhead.deployments("shop")[0]
    assert (restarted["kind"], restarted["release_id"]) == ("restart", first["release_id"])
    pierhead.run("delete", "shop", "--yes")
    assert pierhead.json("services")["services"] == []
    assert pierhead.json("ports")["ports"] == []
    assert pierhead.instances() == []
    pierhead.run("address", "shop", code=4)
    assert pierhead.deployments("shop")[0]["status"] == "inactive"
    # Its place can be taken again, and its port is free.
    assert pierhead.up(shop)["status"] == "active"
    assert pierhead.get("shop") == (200, "one")
    assert address.startswith("http://127.0.0.1:")


def test_everything_comes_back_after_down(pierhead: Pierhead, tmp_path: Path) -> None:
    pierhead.up(web_app(tmp_path / "one", "first"))
    pierhead.up(web_app(tmp_path / "two", "second"))
    pierhead.run("stop", "two")
    addresses = [pierhead.address("one"), pierhead.address("two")]
    pierhead.run("down")
    assert pierhead.instances() == []
    pierhead.run("status")
    eventually(lambda: pierhead.get("one") == (200, "first"))
    assert pierhead.get("two")[0] == 503
    assert [pierhead.address("one"), pierhead.address("two")] == addresses
