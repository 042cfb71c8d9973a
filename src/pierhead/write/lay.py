"""Lay the files of a bundle: a new project, or into an existing one."""

from __future__ import annotations

import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from pierhead.domain.manifest import FileEntry, Manifest
from pierhead.errors import Conflict, InvalidInput
from pierhead.write.durable import sync_tree
from pierhead.write.existing import Found, carry, open_existing, restore_folders, scan
from pierhead.write.faults import translated
from pierhead.write.folder import FolderWriter, like
from pierhead.write.merge import Merge, OnConflict, plan_merge
from pierhead.write.space import check_space
from pierhead.write.stage import Stage, open_stage
from pierhead.write.tree import Read, fill
from pierhead.write.verify import verify


class Laid(NamedTuple):
    """What was laid: the merge as it was planned, and how many folders the new tree has."""

    merge: Merge
    folders: int


def lay_files(
    manifest: Manifest,
    read: Read,
    destination: Path,
    *,
    on_conflict: OnConflict = "refuse",
    remove_others: bool = False,
    durable: bool = True,
) -> Laid:
    """Write checked files to a folder; see `pierhead.write.project.write_project`.

    Raises:
        InvalidInput: the destination is no place for a project.
        Conflict: it has files, or another write to it is under way.
        UnsafePath: a path goes through a link on disk.
        StorageFull, StorageError, BlobCorrupt: it could not be written; nothing has changed.
    """
    with translated(destination):
        _check_place(destination)
    with (
        open_stage(destination) as stage,
        translated(destination),
        open_existing(stage.parent, destination) as old,
    ):
        existing = scan(old) if old is not None else {}
        if existing and on_conflict == "refuse":
            raise _not_empty(destination, manifest, existing)
        merge = plan_merge(manifest, existing, on_conflict, remove_others)
        check_space(stage.handle, (file.size for file in merge.write.files), destination)
        with FolderWriter(stage.handle) as writer:
            if old is not None:
                carry(old, merge.carry, writer)
            fill(writer, merge.write, read, destination, hashed=False)  # read back below
            restore_folders(existing, merge.carry, writer)
        _settle(stage, merge.write.files, writer.folders, durable)
        _show(stage, old)
        if durable:
            os.fsync(stage.parent)
        return Laid(merge, len(writer.folders))


def _check_place(destination: Path) -> None:
    if not destination.name:
        raise InvalidInput(f"{destination} is no place for a project", where=str(destination))
    if destination.exists() and Path.cwd().is_relative_to(destination.resolve()):
        raise Conflict(
            f"{destination} is the current folder, which would be replaced under your feet",
            hint=f"cd .. and write with --to {destination.name}",
            where=str(destination),
        )


def _not_empty(destination: Path, manifest: Manifest, existing: dict[str, Found]) -> Conflict:
    first = next((file.path for file in manifest.files if file.path in existing), None)
    what = f"has {first!a} already" if first else f"is not empty ({len(existing):,} entries)"
    return Conflict(
        f"{destination} {what}",
        hint="choose another destination, or --on-conflict overwrite or keep",
        where=str(destination),
    )


def _settle(stage: Stage, files: Iterable[FileEntry], folders: list[str], durable: bool) -> None:
    """Sync and read back, at the same time: the one waits for the disk, the other computes."""
    files = list(files)
    if not durable:
        verify(stage.handle, files, stage.destination)
        return
    paths = [file.path for file in files if file.link is None]
    with ThreadPoolExecutor(1) as pool:
        synced = pool.submit(sync_tree, stage.handle, paths, folders)
        verify(stage.handle, files, stage.destination)
        synced.result()


def _show(stage: Stage, old: int | None) -> None:
    if old is None:
        stage.publish()
        return
    like(stage.handle, os.fstat(old))
    stage.replace()
