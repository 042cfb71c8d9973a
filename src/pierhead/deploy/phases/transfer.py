"""Transfer: the release's files appear where they run, all at once."""

from __future__ import annotations

import asyncio
import os
import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from pierhead.deploy.running import Run
from pierhead.domain.manifest import FileEntry
from pierhead.domain.plan import Step
from pierhead.errors import Cancelled
from pierhead.write.tree import lay_tree


async def lay_files(run: Run, step: Step) -> Mapping[str, Any]:
    """Lay the tree out from the blobs; one that was never built to the end is laid out anew."""
    cancelled = threading.Event()
    laying = asyncio.create_task(asyncio.to_thread(_lay, run, cancelled))
    try:
        await asyncio.shield(laying)
    except asyncio.CancelledError:
        # The thread goes on without us: it must end before anybody removes the tree or lays it.
        cancelled.set()
        await asyncio.wait({laying})
        laying.exception()  # looked at, so that it is not reported as forgotten
        raise
    manifest = run.release.manifest
    return {
        "files": len(manifest.files),
        "bytes": manifest.size,
        "said": step.summary.removeprefix("lay out "),
    }


def _lay(run: Run, cancelled: threading.Event) -> None:
    tree, deployment = run.tree, run.deployment
    # First of all: whoever dies below leaves a tree that nobody takes for a built one.
    run.adapters.layout.built(
        deployment.project, deployment.environment, deployment.release_id
    ).unlink(missing_ok=True)
    if tree.exists():
        shutil.rmtree(tree)
    tree.parent.mkdir(parents=True, exist_ok=True, mode=0o700)

    @contextmanager
    def read(file: FileEntry) -> Iterator[BinaryIO]:
        if cancelled.is_set():
            raise Cancelled(f"{deployment.id} was cancelled while its files were laid out")
        with run.adapters.blobs.open(file.sha256) as stream:
            yield stream

    lay_tree(run.release.manifest, read, tree, durable=False)


async def share(run: Run, step: Step) -> Mapping[str, Any]:
    """Put a link to the kept path where the release expects it; its first content is kept."""
    layout, deployment = run.adapters.layout, run.deployment
    path = step.arguments["path"].rstrip("/")
    kept = layout.shared(deployment.project, deployment.environment) / path
    await asyncio.to_thread(_share, run.tree / path, kept)
    return {path: str(kept)}


def _share(inside: Path, kept: Path) -> None:
    kept.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not inside.is_symlink() and inside.exists():
        if not kept.exists():
            shutil.move(inside, kept)
        elif inside.is_dir():
            shutil.rmtree(inside)
        else:
            inside.unlink()
    elif not kept.exists() and not kept.suffix:
        kept.mkdir()
    inside.parent.mkdir(parents=True, exist_ok=True)
    # Made aside and renamed, so that a running release never sees the path missing.
    aside = inside.with_name(f".{inside.name}.{os.getpid()}")
    aside.unlink(missing_ok=True)
    aside.symlink_to(kept)
    aside.replace(inside)
