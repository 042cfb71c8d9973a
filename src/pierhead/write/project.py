"""Write a project: whole, checked and durable, or not at all."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pierhead.errors import Conflict, InvalidInput, PierheadError
from pierhead.settings import load_settings
from pierhead.write.bundle import Bundle
from pierhead.write.expect import Expectations, load_expectations
from pierhead.write.formats.mapping import items_of
from pierhead.write.health.check import check_project
from pierhead.write.lay import lay_files
from pierhead.write.limits import Limits
from pierhead.write.merge import OnConflict
from pierhead.write.paths import check_path
from pierhead.write.record import forget_failure, record_failure
from pierhead.write.report import WriteReport, count_categories


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """How a bundle is written; see `write_project` for what each means."""

    to: Path | None = None
    name: str | None = None
    on_conflict: OnConflict = "refuse"
    remove_others: bool = False
    expect: Expectations | None = None
    fsync: bool = True
    check: bool = True
    workspace: Path | None = None


def write_project(
    files: Mapping[str, Any],
    *,
    to: Path | str | None = None,
    name: str | None = None,
    on_conflict: OnConflict = "refuse",
    remove_others: bool = False,
    expect: Expectations | Path | str | None = None,
    fsync: bool = True,
    check: bool = True,
    workspace: Path | str | None = None,
) -> WriteReport:
    """Write a project to disk; it appears whole and verified, or not at all.

    Args:
        files: relative path -> text, bytes, or one of `{"text": ...}`, `{"base64": ...}` and
            `{"link": ...}`; the first two may have `"mode": "0755"`.
        to: the project's folder; by default `<workspace>/<name>`.
        name: of the project; by default `orchestrated-<uuid>`.
        on_conflict: what to do if the folder has files: `refuse`, `overwrite` those of the same
            path, or `keep` them. What is not in `files` stays.
        remove_others: remove what is not in `files`.
        expect: expectations, or a TOML file of them; checked before anything is seen.
        fsync: return only when a power cut cannot take it away any more.
        check: run the health step afterwards; its findings never undo the write.
        workspace: by default `$PIERHEAD_HOME/workspace`.

    Raises:
        UnsafePath: a path or link is not safe, or goes through a link on disk.
        InvalidInput: `files` has another shape, or is not what was expected.
        Conflict: the folder has files, or another write to it is under way.
        StorageFull, StorageError: the disk is full or refused something.

    Whatever is raised, the destination is as it was before.
    """
    if isinstance(expect, str | Path):
        expect = load_expectations(Path(expect))
    options = WriteOptions(
        Path(to) if to is not None else None, name, on_conflict, remove_others, expect, fsync,
        check, Path(workspace) if workspace is not None else None,
    )  # fmt: skip
    return write_bundle(lambda: Bundle(items_of(files), Limits()), options)


def write_bundle(read: Callable[[], Bundle], options: WriteOptions) -> WriteReport:
    """Read a bundle and write it; a failure of either is recorded for the health step.

    Blocking: call it in a thread from async code.

    Args:
        read: reads the bundle; it is closed here.
        options: as the arguments of `write_project`.

    Raises:
        PierheadError: as `write_project`; `details["report"]` is the report of the failure.
    """
    started = time.monotonic()
    home = load_settings().home
    report = _planned(options, home)
    destination = Path(report.location)
    try:
        with read() as bundle:
            report = _written(bundle, options, report)
    except PierheadError as error:
        report = replace(report, errors=(str(error),), duration_seconds=time.monotonic() - started)
        error.details["report"] = report.to_document()
        if not isinstance(error, Conflict):  # refused before it began, so no failure of the tree
            record_failure(home, destination, report.to_document())
        raise
    report = replace(report, duration_seconds=time.monotonic() - started)
    forget_failure(home, destination)
    if options.check:
        required = options.expect.required if options.expect else ()
        report = replace(report, health=check_project(destination, required))
    return report


def _planned(options: WriteOptions, home: Path) -> WriteReport:
    """The report of a write that has not succeeded yet."""
    number = str(uuid.uuid4())
    if options.name is not None:
        check_path(options.name)
        if "/" in options.name:
            raise InvalidInput(f"the name {options.name!a} has a '/'", hint="use --to for a path")
    folder = options.name or f"orchestrated-{number}"
    place = options.to or (options.workspace or home / "workspace") / folder
    location = os.path.abspath(place)  # noqa: PTH100  # `absolute` keeps `..`
    name = options.name or Path(location).name
    return WriteReport(id=number, name=name, location=location, status="failed")


def _written(bundle: Bundle, options: WriteOptions, report: WriteReport) -> WriteReport:
    files = bundle.manifest.files
    if not files:
        raise InvalidInput("the bundle has no files", hint="a project has one at least")
    if options.expect:
        counts = count_categories(files, bundle.lines)
        options.expect.check(set(bundle.manifest.by_path), counts)
    laid = lay_files(
        bundle.manifest,
        bundle.read,
        Path(report.location),
        on_conflict=options.on_conflict,
        remove_others=options.remove_others,
        durable=options.fsync,
    )
    write = laid.merge.write.files
    return replace(
        report,
        status="written",
        categories=count_categories(write, bundle.lines),
        directories=laid.folders,
        links=sum(file.link is not None for file in write),
        executable=tuple(file.path for file in write if file.mode == 0o755),
        replaced=laid.merge.replaced,
        kept=laid.merge.kept,
        removed=laid.merge.removed,
    )
