"""Several requests at once: one deployment at a time for a service, services side by side."""

from pathlib import Path

import pytest

from lab.pierhead import Pierhead, eventually, web_app

pytestmark = [pytest.mark.story, pytest.mark.real]


def test_two_at_once_for_one_service(pierhead: Pierhead, tmp_path: Path) -> None:
    folders = [web_app(tmp_path / version / "shop", version) for version in ("one", "two")]
    both = [pierhead.begin("up", str(folder)) for folder in folders]
    said = [one.communicate(timeout=60) for one in both]
    codes = [one.returncode for one in both]
    found = pierhead.deployments("shop")
    assert sum(one["status"] == "active" for one in found) == 1
    newest = found[0]
    assert newest["status"] == "active"
    assert found[1]["status"] in {"inactive", "superseded"}
    assert sorted(codes) == ([0, 0] if found[1]["status"] == "inactive" else [0, 5]), said
    assert pierhead.get("shop") in {(200, "one"), (200, "two")}
    eventually(lambda: pierhead.instances() == [newest["id"]])
    assert len([p for p in pierhead.json("ports")["ports"] if p["purpose"] == "instance"]) == 1


def test_those_that_wait_give_way_to_the_newest(pierhead: Pierhead, tmp_path: Path) -> None:
    shop = web_app(tmp_path / "shop", **{"pierhead.toml": "[build]\ncommands = ['sleep 4']\n"})
    first = pierhead.begin("up", str(shop))
    eventually(lambda: [d for d in pierhead.deployments("shop") if d["status"] == "deploying"])
    second = pierhead.begin("up", str(web_app(shop, "two")))
    eventually(lambda: len(pierhead.deployments("shop")) == 2)
    third = pierhead.begin("up", str(web_app(shop, "three", **{"pierhead.toml": ""})))
    ends = [one.communicate(timeout=60) for one in (first, second, third)]
    assert [one.returncode for one in (first, second, third)] == [0, 5, 0], ends
    newest, waited, oldest = pierhead.deployments("shop")
    assert [newest["status"], waited["status"], oldest["status"]] == [
        "active", "superseded", "inactive",
    ]  # fmt: skip
    assert waited["superseded_by"] == newest["id"]
    assert f"{waited['id']} gave way to {newest['id']}" in ends[1][1]
    assert f"hint: `pierhead deploy watch {newest['id']}`" in ends[1][1]
    assert f"takes the place of {waited['id']}, still in the queue" in ends[2][1]
    assert pierhead.get("shop") == (200, "three")
    events = pierhead.json("events", "shop", "--limit", "200")["events"]
    superseded = [event for event in events if event["type"] == "deployment.superseded"]
    assert [event["deployment_id"] for event in superseded] == [waited["id"]]


def test_services_are_deployed_side_by_side(pierhead: Pierhead, tmp_path: Path) -> None:
    pierhead.run("status")
    names = ("one", "two", "three")
    config = {"pierhead.toml": "[build]\ncommands = ['sleep 3']\n"}
    every = [pierhead.begin("up", str(web_app(tmp_path / n, n, **config))) for n in names]
    for one in every:
        _, said = one.communicate(timeout=60)
        assert one.returncode == 0, said
    spans = []
    for name in names:
        assert pierhead.get(name) == (200, name)
        build = next(p for p in pierhead.deployments(name)[0]["phases"] if p["name"] == "build")
        spans.append((build["started_at"], build["completed_at"]))
    assert max(start for start, _ in spans) < min(end for _, end in spans)


def test_one_that_waits_is_cancelled_at_once(pierhead: Pierhead, tmp_path: Path) -> None:
    shop = web_app(tmp_path / "shop", **{"pierhead.toml": "[build]\ncommands = ['sleep 3']\n"})
    first = pierhead.begin("up", str(shop))
    eventually(lambda: [d for d in pierhead.deployments("shop") if d["status"] == "deploying"])
    second = pierhead.begin("up", str(web_app(shop, "two")))
    eventually(lambda: len(pierhead.deployments("shop")) == 2)
    waiting = pierhead.deployments("shop")[0]
    pierhead.run("deploy", "cancel", waiting["id"])
    assert pierhead.json("deploy", "show", waiting["id"])["status"] == "cancelled"
    _, said = second.communicate(timeout=10)
    assert second.returncode == 8
    assert f"{waiting['id']} was cancelled" in said
    first.communicate(timeout=30)
    assert first.returncode == 0
    assert pierhead.get("shop") == (200, "one")


def test_no_way_back_while_something_new_comes(pierhead: Pierhead, tmp_path: Path) -> None:
    quick = {"pierhead.toml": "[deploy]\nobserve = 0\n"}
    shop = web_app(tmp_path / "shop", "one", **quick)
    first = pierhead.up(shop)
    pierhead.up(web_app(shop, "two", **quick))
    slow = {"pierhead.toml": "[build]\ncommands = ['sleep 20']\n"}
    third = pierhead.begin("up", str(web_app(shop, "three", **slow)))
    eventually(lambda: [d for d in pierhead.deployments("shop") if d["status"] == "deploying"])
    refused = pierhead.run("rollback", "shop", code=5)
    running = pierhead.deployments("shop")[0]
    assert f"{running['id']} is being deployed" in refused.err
    assert f"pierhead deploy cancel {running['id']}" in refused.err
    pierhead.run("deploy", "cancel", running["id"])
    third.communicate(timeout=60)
    pierhead.run("rollback", "shop")
    assert pierhead.get("shop") == (200, "one")
    assert pierhead.deployments("shop")[0]["target_id"] == first["id"]
