"""Small real file systems, and writers in processes of their own."""

import multiprocessing
import os
import subprocess
from collections.abc import Callable, Iterator
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest

Mount = Callable[..., Path]


@pytest.fixture
def mount(tmp_path: Path) -> Iterator[Mount]:
    """Mounts a tmpfs, by default of 8 MiB, on a new folder."""
    mounted: list[Path] = []

    def mount_one(options: str = "size=8m", at: Path | None = None) -> Path:
        place = at or tmp_path / f"fs{len(mounted)}"
        place.mkdir(exist_ok=True)
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            reason = f"a tmpfs cannot be mounted: {done.stderr.strip()}"
            if os.environ.get("CI") == "true":
                pytest.fail(reason)
            pytest.skip(reason)
        mounted.append(place)
        return place

    yield mount_one
    for place in reversed(mounted):
        subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.fixture(scope="session")
def processes() -> ForkServerContext:
    """Starts processes that have the writer loaded already, in a few milliseconds each."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["integration.write.writers"])
    return context


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIERHEAD_HOME", str(tmp_path / "home"))
