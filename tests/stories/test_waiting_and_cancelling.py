"""What is asked for while something else goes on, what is cancelled, and what takes too long."""

import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lab.pierhead import Pierhead, eventually, installation, web_app

pytestmark = [pytest.mark.story, pytest.mark.real]

# Each begins a child of its own and pays no heed to a polite request to end.
SLOW = "trap '' TERM; sleep 299 & sleep 301"
DEAF = "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(300)\n"


@pytest.fixture(scope="module")
def shared() -> Iterator[Pierhead]:
    """One installation for all tests of this file, each with a project of its own."""
    with installation() as made:
        yield made


def slow_to_build(folder: Path, version: str = "slow", command: str = SLOW) -> Path:
    config = f"[build]\ncommands = [{command!r}]\n"
    return web_app(folder, version, **{"pierhead.toml": config})


def slow_to_release(folder: Path) -> Path:
    return web_app(folder, "slow", **{"pierhead.toml": f"[service]\nrelease = [{SLOW!r}]\n"})


def never_healthy(folder: Path) -> Path:
    return web_app(folder, "slow", DEAF, **{"pierhead.toml": "[service]\nstop_timeout = 60\n"})


def in_phase(pierhead: Pierhead, name: str, phase: str) -> Any:
    """The newest deployment, if that phase of it runs."""
    for newest in pierhead.deployments(name)[:1]:
        running = [p["name"] for p in newest["phases"] if p["status"] == "running"]
        return newest if running == [phase] else None
    return None


@pytest.mark.parametrize(
    ("make", "phase"),
    [(slow_to_build, "build"), (slow_to_release, "start"), (never_healthy, "verify")],
    ids=["build", "start", "verify"],
)
def test_cancelled_within_ten_seconds(
    shared: Pierhead, tmp_path: Path, make: Any, phase: str
) -> None:
    folder = tmp_path / f"cancel-{phase}"
    good = shared.up(web_app(folder, "good"))
    following = shared.begin("up", str(make(folder)))
    slow = eventually(lambda: in_phase(shared, folder.name, phase))
    time.sleep(0.5)  # so that what it started has started its own
    eventually(lambda: slow["id"] in shared.instances())
    begun = time.monotonic()
    shared.run("deploy", "cancel", slow["id"])
    _, said = following.communicate(timeout=20)
    assert time.monotonic() - begun < 10
    assert following.returncode == 8
    assert f"{slow['id']} was cancelled" in said
    record = shared.json("deploy", "show", slow["id"])
    assert record["status"] == "cancelled"
    assert record["log_tail"]
    assert slow["id"] not in shared.instances()
    assert shared.get(folder.name) == (200, "good")
    holders = [p["holder"] for p in shared.json("ports")["ports"] if p["project"] == folder.name]
    assert all(slow["id"] not in holder for holder in holders)
    events = shared.json("events", folder.name)["events"]
    assert events[-1]["type"] == "deployment.cancelled"
    assert shared.json("status", folder.name)["deployment"]["id"] == good["id"]


def test_a_first_one_that_is_cancelled_leaves_nothing(shared: Pierhead, tmp_path: Path) -> None:
    folder = slow_to_build(tmp_path / "cancelled")
    shared.run("up", str(folder), "--detach")
    slow = eventually(lambda: in_phase(shared, "cancelled", "build"))
    shared.run("deploy", "cancel", slow["id"])
    assert eventually(lambda: shared.deployments("cancelled")[0]["status"] == "cancelled")
    assert slow["id"] not in shared.instances()
    assert "cancelled" not in [p["project"] for p in shared.json("ports")["ports"]]
    assert "cancelled" not in [s["project"] for s in shared.json("services")["services"]]
    # What is over is over: it is said, and nothing changes.
    again = shared.run("deploy", "cancel", slow["id"]).err
    assert f"{slow['id']} has ended: it is cancelled" in again


def test_too_slow_is_ended(shared: Pierhead, tmp_path: Path) -> None:
    folder = web_app(tmp_path / "late", "good")
    shared.up(folder)
    config = "[build]\ncommands = ['sleep 298']\n[deploy]\ntimeout = 2\n"
    said = shared.run("up", str(web_app(folder, "slow", **{"pierhead.toml": config})), code=9).err
    assert "took longer than 2 s" in said
    assert "hint: allow more with [deploy] timeout in pierhead.toml" in said
    record = shared.deployments("late")[0]
    assert (record["status"], record["error"]["code"]) == ("failed", "timed-out")
    assert record["duration_seconds"] < 10
    assert record["id"] not in shared.instances()
    assert shared.get("late") == (200, "good")


def test_ctrl_c_ends_the_following_not_the_deployment(shared: Pierhead, tmp_path: Path) -> None:
    following = shared.begin("up", str(slow_to_build(tmp_path / "left", command="sleep 3")))
    eventually(lambda: in_phase(shared, "left", "build"))
    following.send_signal(signal.SIGINT)
    out, said = following.communicate(timeout=10)
    name = shared.deployments("left")[0]["id"]
    assert following.returncode == 130
    assert out == ""
    assert "Traceback" not in said
    assert f"{name} goes on without you" in said
    assert f"pierhead deploy watch {name}" in said
    assert f"pierhead deploy cancel {name}" in said
    shared.run("deploy", "watch", name)
    assert shared.get("left") == (200, "slow")
