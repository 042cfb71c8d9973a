"""What a write into an existing project comes to: decided before anything is touched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pierhead.domain.manifest import FileEntry, Manifest
from pierhead.errors import Conflict
from pierhead.write.existing import Found
from pierhead.write.paths import refuse

OnConflict = Literal["refuse", "overwrite", "keep"]


@dataclass(frozen=True, slots=True)
class Merge:
    """What the new tree is made of.

    Attributes:
        write: files of the bundle that are written.
        carry: paths of the existing tree that come along, folders too.
        replaced, kept, removed: paths of the existing tree, sorted, folders not counted.
    """

    write: Manifest
    carry: frozenset[str] = frozenset()
    replaced: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    removed: tuple[str, ...] = field(default=())


def plan_merge(
    bundle: Manifest, existing: Mapping[str, Found], on_conflict: OnConflict, remove_others: bool
) -> Merge:
    """Decide which files are written, and which stay.

    Raises:
        Conflict: a file stands where a folder is needed, or the other way round.
        UnsafePath: a path of the bundle goes through a symbolic link of the existing tree.
    """
    if remove_others and on_conflict == "overwrite":
        old = {path for path, found in existing.items() if found.kind != "folder"}
        return Merge(
            bundle,
            replaced=tuple(sorted(old & bundle.by_path.keys())),
            removed=tuple(sorted(old - bundle.by_path.keys())),
        )
    met = [file.path for file in bundle.files if _meets(file, existing)]
    others = {p for p, found in existing.items() if found.kind != "folder"} - bundle.by_path.keys()
    if on_conflict == "keep":
        write = Manifest(tuple(f for f in bundle.files if f.path not in existing))
        carry, kept, replaced = set(met), met, list[str]()
    else:
        write, carry, kept, replaced = bundle, set[str](), list[str](), met
    if not remove_others:
        carry |= others | {path for path, found in existing.items() if found.kind == "folder"}
        kept, others = [*kept, *others], set()
    return Merge(
        write, frozenset(carry), tuple(replaced), tuple(sorted(kept)), tuple(sorted(others))
    )


def _meets(file: FileEntry, existing: Mapping[str, Found]) -> bool:
    """Whether a file of the bundle has the path of an existing one."""
    folder = file.path.rpartition("/")[0]
    while folder:
        found = existing.get(folder)
        if found and found.kind == "link":
            raise refuse(
                file.path, "link-on-disk", f"goes through {folder!a}, a symbolic link on disk"
            )
        if found and found.kind == "file":
            raise _clash(folder, "a file, and the bundle has a folder of that name")
        folder = folder.rpartition("/")[0]
    found = existing.get(file.path)
    if found and found.kind == "folder":
        raise _clash(file.path, "a folder, and the bundle has a file of that name")
    return found is not None


def _clash(path: str, what: str) -> Conflict:
    return Conflict(
        f"{path!a} in the destination is {what}",
        hint="move it away, or overwrite with the others removed",
        where=path,
    )
