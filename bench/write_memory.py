"""MiB by which this process grows while it writes one file of so many MiB (see bench/write.py)."""

from __future__ import annotations

import hashlib
import io
import resource
import sys
import tempfile
from pathlib import Path
from typing import BinaryIO

from pierhead.domain.manifest import FileEntry, Manifest
from pierhead.write.tree import lay_tree

BLOCK = bytes(1 << 20)


class Blocks(io.RawIOBase):
    """So many blocks of zeros, made as they are read."""

    def __init__(self, blocks: int) -> None:
        super().__init__()
        self.left = blocks

    def read(self, _size: int = -1, /) -> bytes:
        self.left -= 1
        return BLOCK if self.left >= 0 else b""


def main() -> None:
    mebibytes = int(sys.argv[1])
    digest = hashlib.sha256()
    for _ in range(mebibytes):
        digest.update(BLOCK)
    row = FileEntry("large.bin", 0o644, digest.hexdigest(), mebibytes << 20)

    def read(_: FileEntry) -> BinaryIO:
        return Blocks(mebibytes)  # type: ignore[return-value]

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with tempfile.TemporaryDirectory() as folder:
        lay_tree(Manifest((row,)), read, Path(folder) / "tree")
    print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)


if __name__ == "__main__":
    main()
