"""Applications that do not work: the old version serves on, and it is said what is wrong."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lab.pierhead import Pierhead, installation, web_app
from stories.broken_apps import BROKEN, Broken

pytestmark = [pytest.mark.story, pytest.mark.real]


@pytest.fixture(scope="module")
def shared() -> Iterator[Pierhead]:
    """One installation for all tests of this file, each with a project of its own."""
    with installation(UV_OFFLINE="1") as made:
        yield made


def fails(pierhead: Pierhead, folder: Path, broken: Broken) -> Any:
    """Deploy it in vain; the deployment's record, which says why."""
    said = pierhead.run("up", str(folder), code=6).err
    record = pierhead.deployments(folder.name)[0]
    assert record["status"] == "failed"
    assert record["error"]["code"] == broken.error
    assert broken.says in record["error"]["message"]
    assert broken.hints in record["error"]["hint"]
    place = folder if broken.phase in {"build", "start"} else f"web.0 of {folder.name}"
    assert f"error: {place}: " in said
    assert broken.says in said
    assert broken.hints in said
    failed = [phase["name"] for phase in record["phases"] if phase["status"] == "failed"]
    assert failed == [broken.phase]
    assert any(broken.tail in line for line in record["log_tail"])
    assert broken.tail in said
    assert broken.tail in pierhead.run("deploy", "show", record["id"]).out
    assert len(record["log_tail"]) <= 100
    return record


def ports(pierhead: Pierhead, name: str) -> list[str]:
    return [p["holder"] for p in pierhead.json("ports")["ports"] if p["project"] == name]


@pytest.mark.parametrize("broken", BROKEN, ids=str)
def test_a_broken_version_never_serves(shared: Pierhead, tmp_path: Path, broken: Broken) -> None:
    folder = tmp_path / f"next-{broken.name}"
    good = shared.up(web_app(folder, "good"))
    before = ports(shared, folder.name)
    failed = fails(shared, broken.write(folder), broken)
    assert shared.get(folder.name) == (200, "good")
    assert failed["id"] not in shared.instances()
    assert good["id"] in shared.instances()
    assert ports(shared, folder.name) == before
    assert shared.json("status", folder.name)["deployment"]["id"] == good["id"]


@pytest.mark.parametrize("broken", BROKEN, ids=str)
def test_a_broken_first_one_leaves_nothing(
    shared: Pierhead, tmp_path: Path, broken: Broken
) -> None:
    folder = broken.write(tmp_path / f"first-{broken.name}")
    failed = fails(shared, folder, broken)
    assert failed["id"] not in shared.instances()
    assert ports(shared, folder.name) == []
    assert folder.name not in [s["project"] for s in shared.json("services")["services"]]
    assert folder.name not in (shared.home / "caddy.json").read_text()
    assert not list((shared.home / "programs").glob(f"{folder.name}.*"))


def test_the_port_it_really_opened_is_used(shared: Pierhead, tmp_path: Path) -> None:
    stubborn = web_app(tmp_path / "stubborn")
    text = (stubborn / "server.py").read_text()
    (stubborn / "server.py").write_text(text.replace('int(os.environ["PORT"])', "0"))
    done = shared.up(stubborn)
    assert shared.get("stubborn") == (200, "one")
    assert "although PORT was" in done["note"]
    assert done["note"] in shared.run("deploy", "show", done["id"]).out
