"""Services: the registry's rows, and the secrets kept for a project's environment."""

from __future__ import annotations

from sqlalchemy import delete, select

from pierhead.domain.secret import Secret
from pierhead.domain.service import Service
from pierhead.store.codec import SERVICE
from pierhead.store.rows import Rows
from pierhead.store.tables import secrets, services


class Services(Rows):
    """The services' part of a transaction."""

    async def put_service(self, service: Service) -> None:
        """Record a service, in place of what was known of it."""
        document = SERVICE.dump(service)
        await self._execute(
            self._insert(services)
            .values(project=service.project, environment=service.environment, document=document)
            .on_conflict_do_update(
                index_elements=["project", "environment"], set_={"document": document}
            )
        )

    async def service(self, project: str, environment: str) -> Service | None:
        """The service of a project in an environment, if there is one."""
        query = select(services.c.document).where(
            services.c.project == project, services.c.environment == environment
        )
        document = (await self._execute(query)).scalar()
        return None if document is None else SERVICE.load(document)

    async def services(self, project: str | None = None) -> list[Service]:
        """All services, or those of one project, by project and environment."""
        query = select(services.c.document).order_by(services.c.project, services.c.environment)
        if project is not None:
            query = query.where(services.c.project == project)
        return [SERVICE.load(document) for (document,) in await self._execute(query)]

    async def delete_service(self, project: str, environment: str) -> None:
        """Forget a service; if there is none, nothing happens."""
        await self._execute(
            delete(services).where(
                services.c.project == project, services.c.environment == environment
            )
        )


class Secrets(Rows):
    """The secrets' part of a transaction."""

    async def secrets(self, project: str, environment: str) -> dict[str, Secret]:
        """The secrets of a project's environment by name: generated ones and those set by people.

        Raises:
            StorageError: if they cannot be decrypted.
        """
        query = select(secrets.c.name, secrets.c.sealed).where(
            secrets.c.project == project, secrets.c.environment == environment
        )
        return {
            name: Secret(self._cipher.open(sealed, _place(project, environment, name)))
            for name, sealed in await self._execute(query.order_by(secrets.c.name))
        }

    async def put_secret(
        self, project: str, environment: str, name: str, value: Secret, *, generated: bool
    ) -> None:
        """Keep a secret, in place of the one of that name.

        Args:
            project: its project.
            environment: its environment.
            name: the variable's name.
            value: kept encrypted.
            generated: made by us because nobody set it; never takes the place of one set by a
                person.
        """
        sealed = self._cipher.seal(value.reveal(), _place(project, environment, name))
        insert = self._insert(secrets).values(
            project=project, environment=environment, name=name, generated=generated, sealed=sealed
        )
        await self._execute(
            insert.on_conflict_do_update(
                index_elements=["project", "environment", "name"],
                set_={"generated": generated, "sealed": sealed},
                where=secrets.c.generated if generated else None,
            )
        )

    async def _delete_secrets(self, project: str, environment: str) -> None:
        await self._execute(
            delete(secrets).where(
                secrets.c.project == project, secrets.c.environment == environment
            )
        )


def _place(project: str, environment: str, name: str) -> str:
    return f"secret/{project}/{environment}/{name}"
