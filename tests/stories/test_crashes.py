"""What fails late: after the switch, in a process beside the web, or with the old one stopped."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lab.pierhead import SERVER, Pierhead, eventually, get, installation, web_app

pytestmark = [pytest.mark.story, pytest.mark.real]


@pytest.fixture(scope="module")
def shared() -> Iterator[Pierhead]:
    """One installation for all tests of this file, each with a project of its own."""
    with installation() as made:
        yield made


CRASHES = """
import os, threading
threading.Timer(1.0, lambda: (print("out of luck", flush=True), os._exit(9))).start()
"""


def test_a_crash_after_the_switch_goes_back_by_itself(shared: Pierhead, tmp_path: Path) -> None:
    watch = {"pierhead.toml": "[deploy]\nobserve = 5\n"}
    good = shared.up(web_app(tmp_path / "crashing", "good", **watch))
    bad = shared.up(web_app(tmp_path / "crashing", "bad", CRASHES + SERVER, **watch))
    assert bad["status"] == "active"
    back = eventually(lambda: went_back(shared, "crashing"))
    assert (back["kind"], back["target_id"]) == ("rollback", good["id"])
    assert back["actor"] == {"name": "pierhead", "origin": "server"}
    assert bad["id"] in back["reason"]
    assert shared.get("crashing") == (200, "good")
    record = shared.json("deploy", "show", bad["id"])
    assert record["status"] == "rolled_back"
    assert "web.0 ended with exit code 9" in record["error"]["message"]
    assert any("out of luck" in line for line in record["log_tail"])
    types = [event["type"] for event in shared.json("events", "crashing")["events"]]
    assert types.index("service.crashed") < types.index("deployment.rolled_back")
    eventually(lambda: bad["id"] not in shared.instances())


def went_back(pierhead: Pierhead, name: str) -> Any:
    newest = pierhead.deployments(name)[0]
    return newest if (newest["kind"], newest["status"]) == ("rollback", "active") else None


def test_a_first_one_that_crashes_has_nothing_to_go_back_to(
    shared: Pierhead, tmp_path: Path
) -> None:
    first = shared.up(
        web_app(
            tmp_path / "alone",
            server=CRASHES + SERVER,
            **{"pierhead.toml": "[deploy]\nobserve = 3\n"},
        )
    )
    record = eventually(lambda: with_error(shared, first["id"]))
    assert "web.0 ended with exit code 9" in record["error"]["message"]
    assert record["error"]["hint"]
    assert len(shared.deployments("alone")) == 1
    # The supervisor starts it again, as it does after any crash.
    eventually(lambda: shared.get("alone") == (200, "one"))
    shown = shared.run("deploy", "show", first["id"]).out
    assert "exit code 9" in shown
    assert "  | web.0 | out of luck" in shown


def with_error(pierhead: Pierhead, deployment: str) -> Any:
    record = pierhead.json("deploy", "show", deployment)
    return record if record["error"] else None


def test_a_worker_that_cannot_start(shared: Pierhead, tmp_path: Path) -> None:
    watched = {"pierhead.toml": "[deploy]\nobserve = 3\n"}
    good = shared.up(web_app(tmp_path / "working", "good", **watched))
    procfile = "web: python3 server.py\nworker: echo no queue; exit 4\n"
    bad = web_app(tmp_path / "working", "bad", Procfile=procfile, **watched)
    # It may end before or after it is looked at; either way the old version is back.
    shared.run("up", str(bad), code=None)
    record = eventually(lambda: ended_badly(shared, "working"))
    assert record["version"] != good["version"]
    assert "worker.0 ended" in record["error"]["message"]
    assert "worker.0 | no queue" in record["log_tail"]
    eventually(lambda: shared.get("working") == (200, "good"))
    eventually(lambda: record["id"] not in shared.instances())


def ended_badly(pierhead: Pierhead, name: str) -> Any:
    found = pierhead.deployments(name)
    return next((one for one in found if one["status"] in {"failed", "rolled_back"}), None)


def test_the_old_one_is_started_again_if_it_had_to_be_stopped(
    shared: Pierhead, tmp_path: Path
) -> None:
    config = {"pierhead.toml": "[service]\nstrategy = 'recreate'\n"}
    good = shared.up(web_app(tmp_path / "alone-here", "good", **config))
    address = shared.address("alone-here")
    bad = web_app(tmp_path / "alone-here", server="raise SystemExit('no')\n", **config)
    said = shared.run("up", str(bad), code=6).err
    assert "the old version is stopped before the new one starts" in said
    # No sooner does the command return than it serves.
    assert get(address + "/") == (200, "good")
    assert shared.json("status", "alone-here")["deployment"]["id"] == good["id"]
