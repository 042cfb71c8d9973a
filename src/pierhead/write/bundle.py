"""A bundle: files that came from elsewhere, checked and ready to be written."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, NamedTuple, Self

from pierhead.domain.manifest import FileEntry, Manifest
from pierhead.write.limits import Limits
from pierhead.write.links import check_links
from pierhead.write.modes import mode_of
from pierhead.write.paths import PORTABLE, check_path, check_together, refuse
from pierhead.write.spool import Content, Source, Spool


class Item(NamedTuple):
    """One file as a format reads it.

    Attributes:
        path: as the bundle has it, not checked yet.
        content: bytes, or a stream to be read before the next item is asked for.
        mode: permission bits, if the bundle names them.
        link: target of a symbolic link, which has no content.
    """

    path: str
    content: Source | bytes = b""
    mode: int | None = None
    link: str | None = None


class Bundle:
    """The files of a bundle. Close it, or use it with `with`, to give its temporary space back.

    Attributes:
        manifest: its files, every path and link checked.
        lines: lines of each text file, 0 for a binary one.
    """

    def __init__(self, items: Iterable[Item], limits: Limits, spool: Path | None = None) -> None:
        """Take in every item.

        Args:
            items: what a format reads.
            limits: how much there may be.
            spool: folder for the temporary file.

        Raises:
            UnsafePath: a path or link that is not safe; see `pierhead.write.paths`.
            InvalidInput: a limit was passed.
            StorageError: the temporary file cannot be written.
        """
        self._spool = Spool(limits, spool)
        self._contents: dict[str, Content] = {}
        try:
            self.manifest = self._take(items, limits)
        except BaseException:
            self.close()
            raise
        self.lines = {path: content.lines for path, content in self._contents.items()}

    def read(self, file: FileEntry) -> BinaryIO:
        """Open the content of one file."""
        return self._spool.open(self._contents[file.path])

    def close(self) -> None:
        """Give the temporary space back."""
        self._spool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _take(self, items: Iterable[Item], limits: Limits) -> Manifest:
        entries: list[FileEntry] = []
        for item in items:
            # Here already, so that nothing is unpacked for a name that cannot be.
            check_path(item.path, PORTABLE)
            entries.append(self._entry(item))
            limits.check_count(len(entries))
        check_together((entry.path for entry in entries), PORTABLE)
        check_links({entry.path: entry.link for entry in entries if entry.link is not None})
        return Manifest.of(entries)

    def _entry(self, item: Item) -> FileEntry:
        if item.link is not None:
            try:
                target = item.link.encode()
            except UnicodeEncodeError:
                why = "is a symbolic link to what is not valid unicode"
                raise refuse(item.path, "link-target", why) from None
            digest = hashlib.sha256(target).hexdigest()
            return FileEntry(item.path, 0o777, digest, len(target), item.link)
        content = self._spool.add(item.content)
        self._contents[item.path] = content
        mode = mode_of(item.path, content.head, item.mode)
        return FileEntry(item.path, mode, content.sha256, content.size)
