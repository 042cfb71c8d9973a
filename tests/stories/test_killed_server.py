"""kill -9 of the server at every action of a deployment: what runs is what the store says."""

import os
import sys
import threading
from pathlib import Path

import pytest

from lab.pierhead import ROOT, Pierhead, eventually, web_app, write
from pierhead.hosts import tree
from pierhead.runtimes import boot

pytestmark = [pytest.mark.story, pytest.mark.real]

ACTIONS = [
    "check",
    "reserve-ports",
    "generate",
    "lay-files",
    "share",
    "build",
    "seal",
    "release-command",
    "start",
    "await-healthy",
    "switch",
    "confirm",
    "activate",
]
# A project whose deployment takes every action but the installation of packages.
CONFIG = """
[build]
commands = ["sh -c 'test ! -e half-built && touch half-built && mv half-built built-once'"]
[service]
release = "sh -c 'echo ran >> $DATA_DIR/release-runs'"
shared = ["uploads"]
[secrets]
generate = ["SECRET_KEY"]
[deploy]
observe = 0
"""


def start_dying(pierhead: Pierhead, action: str, when: str, marker: Path) -> None:
    script = str(ROOT / "tests" / "lab" / "dying_server.py")
    env = {"PIERHEAD_HOME": str(pierhead.home), "PATH": os.environ["PATH"]} | pierhead.variables
    env["HOME"] = os.environ["HOME"]
    boot.ensure_running(
        pierhead.home, [sys.executable, "-P", script, action, when, str(marker)], env
    )


# Right after an action is right before the next one.
@pytest.mark.parametrize(
    ("action", "when"), [("check", "before"), *((action, "after") for action in ACTIONS)]
)
def test_a_killed_server_carries_on(
    pierhead: Pierhead, tmp_path: Path, action: str, when: str
) -> None:
    marker = tmp_path / "died"
    start_dying(pierhead, action, when, marker)
    shop = write(web_app(tmp_path / "shop", "one"), {"pierhead.toml": CONFIG})
    pierhead.up(shop)
    web_app(shop, "two")
    # The CLI follows it over the death of the server.
    second = pierhead.up(shop)

    assert marker.exists()
    assert second["status"] == "active"
    assert [phase["status"] for phase in second["phases"]] == ["success"] * 6
    assert pierhead.get("shop") == (200, "two")
    eventually(lambda: pierhead.instances() == [second["id"]])
    assert pierhead.json("status", "shop")["deployment_id"] == second["id"]
    active = [one for one in pierhead.deployments("shop") if one["status"] == "active"]
    assert [one["id"] for one in active] == [second["id"]]
    eventually(lambda: len(pierhead.json("ports")["ports"]) == 2)
    runs = (pierhead.home / "data/shop/production/release-runs").read_text().count("ran")
    assert runs == 2
    third = web_app(shop, "three")
    assert pierhead.up(third)["status"] == "active"


def test_a_server_killed_in_an_undo_ends_it(pierhead: Pierhead, tmp_path: Path) -> None:
    shop = web_app(tmp_path / "shop", "one")
    config = "[health]\nstart_timeout = 4\n[deploy]\nobserve = 0\n"
    first = pierhead.up(write(shop, {"pierhead.toml": config}))
    web_app(shop, "two", server="import time\ntime.sleep(60)\n")
    following = pierhead.begin("up", str(shop))
    eventually(lambda: pierhead.deployments("shop")[0]["status"] == "deploying")
    eventually(lambda: len(pierhead.instances()) == 2)
    pierhead.kill_server()
    _, err = following.communicate(timeout=60)
    assert following.returncode == 6, err
    assert pierhead.deployments("shop")[0]["status"] == "failed"
    assert pierhead.instances() == [first["id"]]
    assert pierhead.get("shop") == (200, "one")


def test_a_server_killed_while_the_old_one_drains_stops_it(
    pierhead: Pierhead, tmp_path: Path
) -> None:
    slow = web_app(tmp_path / "shop", "one")
    text = (slow / "server.py").read_text()
    (slow / "server.py").write_text(text.replace("body =", "time.sleep(1); body =", 1))
    write(slow, {"pierhead.toml": "[health]\ntimeout = 10\n[deploy]\nobserve = 0\n"})
    pierhead.up(slow)
    answers: list[tuple[int, str]] = []
    asking = threading.Thread(target=lambda: answers.append(pierhead.get("shop")))
    web_app(slow, "two")
    address = pierhead.address("shop")
    assert address
    asking.start()
    second = pierhead.up(slow)
    pierhead.kill_server()
    asking.join()
    assert answers in ([(200, "one")], [(200, "two")])
    eventually(lambda: pierhead.instances() == [second["id"]])
    assert pierhead.get("shop") == (200, "two")


def test_a_build_never_meets_the_one_a_killed_server_left(
    pierhead: Pierhead, tmp_path: Path
) -> None:
    pids = tmp_path / "pids"
    config = f"[build]\ncommands = ['echo $$ >> {pids}; exec sleep 296']\n"
    shop = web_app(tmp_path / "shop", **{"pierhead.toml": config})
    pierhead.run("up", str(shop), "--detach")
    first = int(eventually(lambda: pids.exists() and pids.read_text()))
    pierhead.kill_server()
    eventually(lambda: len(pids.read_text().split()) == 2)
    assert tree.read_process(first) is None
    pierhead.run("deploy", "cancel", pierhead.deployments("shop")[0]["id"])
