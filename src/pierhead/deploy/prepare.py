"""From a folder to a release: read, understood, and frozen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from pydantic import TypeAdapter

from pierhead.config import FILE_NAME, Config, apply, load_config
from pierhead.detect import Tree, best_guess, detect
from pierhead.domain.clock import now
from pierhead.domain.manifest import Manifest
from pierhead.domain.names import check_name, slug
from pierhead.domain.release import Release
from pierhead.domain.secret import Secret
from pierhead.domain.service import Method, ServiceSpec
from pierhead.domain.stack import Recipe, Stack
from pierhead.errors import InvalidInput, NothingToRun, SourceError
from pierhead.source.folder import Put, read_folder
from pierhead.store.key import environment_digest

_SPEC = TypeAdapter(ServiceSpec)


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody wants deployed.

    Attributes:
        path: the source folder, absolute.
        project: its name, or None for the one in pierhead.toml or that of the folder.
        variables: given on the command line; they win over `[env]`.
        as_of: the day whose state of the package index unlocked dependencies get.
        force: deploy even if the very same release runs already.
        timeout: seconds for the whole deployment, or None for the configured time.
    """

    path: Path
    project: str | None = None
    environment: str = "production"
    variables: Mapping[str, Secret] = field(default_factory=dict)
    reason: str = ""
    as_of: date | None = None
    force: bool = False
    timeout: float | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A release that could be deployed, with the values of its environment."""

    release: Release
    environment: Mapping[str, Secret]


def prepare(request: Request, *, put: Put, key: bytes, max_files: int) -> Candidate:
    """Read a folder and freeze it as a release; works on the disk, so run it in a thread.

    Args:
        request: what is wanted.
        put: keeps a file's content and answers with its sha256 and size.
        key: the installation's key; values of variables enter the digest keyed with it.
        max_files: more than that are refused.

    Raises:
        SourceError, ConfigError, NothingToRun, InvalidInput: the folder cannot be deployed.
    """
    check_name(request.environment, "environment")
    manifest = read_folder(request.path, put, max_files=max_files)
    tree = Tree(
        {file.path: file.size for file in manifest.files if file.link is None},
        lambda path: (request.path / path).read_bytes(),
    )
    config = load_config(tree.text(FILE_NAME), path=str(request.path / FILE_NAME))
    project = check_name(
        request.project or config.name or slug(request.path.name) or "app", "project name"
    )
    try:
        stack = _stack(tree, config, request.as_of)
        spec = apply(config, stack)
    except NothingToRun as error:
        error.where = error.where or str(request.path)  # detection sees a tree, not where it lies
        raise
    if request.timeout is not None:
        spec = replace(spec, timeout=request.timeout)
    release = _freeze(request, project, config.version, manifest, stack, spec, key)
    return Candidate(release, request.variables)


def _stack(tree: Tree, config: Config, as_of: date | None) -> Stack:
    """What detection says; where the files to serve are named, it need not know a start."""
    if config.static is None:
        return detect(tree, as_of=as_of, command=config.service.command)
    return best_guess(tree, as_of=as_of) or Stack(
        name="static", framework=None, confidence=100, evidence=(), recipe=Recipe()
    )


def _freeze(
    request: Request,
    project: str,
    version: str | None,
    manifest: Manifest,
    stack: Stack,
    spec: ServiceSpec,
    key: bytes,
) -> Release:
    document = {
        "files": manifest.digest,
        "method": Method.PROCESS,
        "project": project,
        "version": version,
        "runtime": [stack.name, stack.runtime],
        "spec": _SPEC.dump_python(spec, mode="json"),
        "environment": environment_digest(key, request.variables),
    }
    text = json.dumps(document, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(text.encode()).hexdigest()
    release_id = f"r-{digest[:12]}"
    return Release(
        id=release_id,
        project=project,
        digest=digest,
        version=version or release_id,
        method=Method.PROCESS,
        manifest=manifest,
        stack=stack,
        spec=spec,
        environment=tuple(sorted(request.variables)),
        source=str(request.path),
        created_at=now(),
    )


def check_folder(path: str) -> Path:
    """The absolute path of a source folder.

    Raises:
        InvalidInput: if the path is relative: the server's folder is not the caller's.
        SourceError: if there is no such folder.
    """
    folder = Path(path)
    if folder == Path("/"):
        raise SourceError(
            "the root of the file system is not a project",
            where="/",
            hint="name the folder that holds the code",
        )
    if not folder.is_absolute():
        raise InvalidInput(f"{path!r} is not an absolute path", where="path")
    if not folder.is_dir():
        kind = "is not a folder" if folder.exists() else "does not exist"
        raise SourceError(f"{folder} {kind}", where=str(folder), hint="check the spelling")
    return folder.resolve()
