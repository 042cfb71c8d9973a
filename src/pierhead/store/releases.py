"""Releases, their files and their environment."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, exists, select

from pierhead.domain.manifest import Manifest
from pierhead.domain.release import Release
from pierhead.domain.secret import Secret
from pierhead.errors import Conflict
from pierhead.store.codec import RELEASE, pack_manifest, unpack_manifest
from pierhead.store.rows import Rows
from pierhead.store.tables import manifests, releases

_NO_FILES = Manifest(())
_WITHOUT = frozenset({"manifest"})
_QUERY = select(releases.c.document, manifests.c.rows).join_from(releases, manifests)


class Releases(Rows):
    """The releases' part of a transaction."""

    async def put_release(self, release: Release, environment: Mapping[str, Secret]) -> None:
        """Record a release and the values of its environment; again changes nothing.

        Raises:
            Conflict: if another content has the same id.
        """
        manifest = release.manifest
        await self._execute(
            self._insert(manifests)
            .values(digest=manifest.digest, rows=pack_manifest(manifest))
            .on_conflict_do_nothing()
        )
        plain = json.dumps({name: value.reveal() for name, value in environment.items()})
        await self._execute(
            self._insert(releases)
            .values(
                project=release.project,
                id=release.id,
                digest=release.digest,
                manifest=manifest.digest,
                created_at=release.created_at,
                document=RELEASE.dump(release, without=_WITHOUT),
                environment=self._cipher.seal(plain, _place(release.project, release.id)),
            )
            .on_conflict_do_nothing()
        )
        query = select(releases.c.digest).where(
            releases.c.project == release.project, releases.c.id == release.id
        )
        if (await self._execute(query)).scalar_one() != release.digest:
            raise Conflict(f"another release of {release.project} has the id {release.id}")

    async def release(self, project: str, id: str) -> Release:  # noqa: A002 - its name
        """The release with this id, or the only one whose id begins so.

        Raises:
            NotFound: if there is none, or more than one.
        """
        query = _QUERY.where(releases.c.project == project)
        return _release(
            await self._one_by_id(query, releases.c.id, id, f"release of project {project}")
        )

    async def release_environment(self, project: str, id: str) -> dict[str, Secret]:  # noqa: A002
        """The values of a release's environment, by name; the id may be a beginning of it.

        Raises:
            NotFound: as `release`.
            StorageError: if they cannot be decrypted.
        """
        query = select(releases.c.id, releases.c.environment).where(releases.c.project == project)
        row = await self._one_by_id(query, releases.c.id, id, f"release of project {project}")
        plain = self._cipher.open(row.environment, _place(project, row.id))
        return {name: Secret(value) for name, value in json.loads(plain).items()}

    async def releases(self, project: str) -> list[Release]:
        """The releases of a project, newest first."""
        query = _QUERY.where(releases.c.project == project)
        rows = await self._execute(
            query.order_by(releases.c.created_at.desc(), releases.c.id.desc())
        )
        return [_release(row) for row in rows]

    async def projects(self) -> list[str]:
        """The projects that have releases."""
        names = select(releases.c.project).distinct().order_by(releases.c.project)
        return list((await self._execute(names)).scalars())

    async def dependency_digests(self) -> set[str]:
        """The digests of the dependencies of every release: the installations that must stay."""
        rows = await self._execute(select(releases.c.document))
        loaded = (RELEASE.load(document, manifest=_NO_FILES) for document in rows.scalars())
        found = (release.spec.recipe.dependencies for release in loaded)
        return {dependencies.digest for dependencies in found if dependencies is not None}

    async def referenced_blobs(self) -> set[str]:
        """sha256 of every file of every release: the blobs that must stay."""
        packed = list((await self._execute(select(manifests.c.rows))).scalars())
        # In a thread: thousands of files in each of many releases take seconds.
        return await asyncio.to_thread(_blobs_of, packed)

    async def forget_releases(
        self, project: str, *, keep: Collection[str], before: datetime
    ) -> list[str]:
        """Forget a project's releases that are older than a moment and not among those to keep.

        Returns:
            Their ids; the deployments that ran them stay as history.
        """
        old = (
            delete(releases)
            .where(
                releases.c.project == project,
                releases.c.created_at < before,
                releases.c.id.not_in(keep),
            )
            .returning(releases.c.id)
        )
        forgotten = sorted((await self._execute(old)).scalars())
        await self._forget_manifests()
        return forgotten

    async def _delete_releases(self, project: str) -> None:
        await self._execute(delete(releases).where(releases.c.project == project))
        await self._forget_manifests()

    async def _forget_manifests(self) -> None:
        used = exists().where(releases.c.manifest == manifests.c.digest)
        await self._execute(delete(manifests).where(~used))


def _blobs_of(packed: Iterable[bytes]) -> set[str]:
    return {
        file.sha256 for rows in packed for file in unpack_manifest(rows).files if file.link is None
    }


def _place(project: str, release_id: str) -> str:
    return f"release/{project}/{release_id}"


def _release(row: Row[*tuple[Any, ...]]) -> Release:
    return RELEASE.load(row.document, manifest=unpack_manifest(row.rows))
