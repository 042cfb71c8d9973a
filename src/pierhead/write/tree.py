"""Lay a release on disk: whole and verified, or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO

from pierhead.domain.manifest import FileEntry, Manifest
from pierhead.errors import BlobCorrupt
from pierhead.write.durable import sync_tree
from pierhead.write.faults import translated, working
from pierhead.write.folder import FolderWriter, Written
from pierhead.write.links import check_links
from pierhead.write.paths import LOCAL, PathRules, check_paths
from pierhead.write.space import check_space
from pierhead.write.stage import exists, open_stage

Read = Callable[[FileEntry], AbstractContextManager[BinaryIO]]


def lay_tree(
    manifest: Manifest,
    read: Read,
    destination: Path,
    *,
    durable: bool = True,
    rules: PathRules = LOCAL,
) -> None:
    """Write the files of a manifest to a new folder, which appears in one rename.

    Blocking: call it in a thread from async code. A killed call leaves only a hidden stage beside
    the destination, which the next call there removes.

    Args:
        manifest: what to write.
        read: opens the content of an entry; called once for each file, in order of paths.
        destination: the folder to make; its parents are made if need be.
        durable: sync to the disk before the folder appears.
        rules: how strict to be with paths.

    Raises:
        UnsafePath: a path or link would leave the folder; nothing was written.
        Conflict: the destination exists.
        StorageFull: there is, or was, too little space; nothing is left behind.
        BlobCorrupt: `read` gave other content than the manifest names.
        StorageError: anything else the file system refused, naming path and cause.
    """
    destination = Path(os.path.abspath(destination))  # noqa: PTH100  # `absolute` keeps `..`
    check_manifest(manifest, rules)
    with translated(destination):
        if os.path.lexists(destination):
            raise exists(destination)
    with open_stage(destination) as stage, translated(destination):
        check_space(stage.handle, (file.size for file in manifest.files), destination)
        with FolderWriter(stage.handle) as writer:
            fill(writer, manifest, read, destination)
        if durable:
            files = [file.path for file in manifest.files if file.link is None]
            sync_tree(stage.handle, files, writer.folders)
        stage.publish()
        if durable:
            os.fsync(stage.parent)


def check_manifest(manifest: Manifest, rules: PathRules) -> None:
    """Check every path and link of a manifest.

    Raises:
        UnsafePath: naming the path and the rule.
    """
    check_paths((file.path for file in manifest.files), rules)
    check_links({file.path: file.link for file in manifest.files if file.link is not None})


def fill(
    writer: FolderWriter, manifest: Manifest, read: Read, destination: Path, *, hashed: bool = True
) -> None:
    """Write every file and compare it with its row while it passes.

    Args:
        writer: of the stage.
        manifest: what to write.
        read: opens the content of an entry.
        destination: for messages.
        hashed: compare the sha256 too; not needed where all is read back afterwards.

    Raises:
        BlobCorrupt, StorageFull, StorageError: naming the path below `destination`.
    """
    with working(destination) as work:
        # All folders before any file: on ext4 creating 10,000 files in 400 folders then takes a
        # quarter less time than making each folder when its first file comes.
        for folder in sorted({file.path.rpartition("/")[0] for file in manifest.files} - {""}):
            work.path = folder
            writer.folder(folder)
        for file in manifest.files:
            work.path = file.path
            if file.link is not None:
                writer.link(file.path, file.link)
                continue
            with read(file) as content:
                written = writer.write(file.path, file.mode & 0o777, content, hashed=hashed)
            if written.size != file.size or written.sha256 not in {None, file.sha256}:
                raise _corrupt(file, written)


def _corrupt(file: FileEntry, written: Written) -> BlobCorrupt:
    return BlobCorrupt(
        f"{file.path} was read with {written.size} bytes, sha256 {str(written.sha256)[:12]};"
        f" the manifest names {file.size} bytes, sha256 {file.sha256[:12]}",
        where=file.path,
    )
