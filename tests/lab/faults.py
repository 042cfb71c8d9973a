"""What goes wrong with machines, made on purpose."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

# Put before a command so that file permissions hold for it even if root runs the tests.
HELD_TO_PERMISSIONS: tuple[str, ...] = (
    ("setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner")
    if os.geteuid() == 0
    else ()
)


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[None]:
    """A file system of so many MiB at a folder; skips the test for those who cannot mount."""
    folder.mkdir(parents=True, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=700", "pierhead-test"]
    if subprocess.run([*mount, str(folder)], check=False, capture_output=True).returncode != 0:
        pytest.skip("only root can mount a small disk")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
