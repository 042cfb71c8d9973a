"""Ports: who holds which."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import delete, select

from pierhead.errors import PortTaken
from pierhead.settings import FIRST_PORT, LAST_PORT
from pierhead.store.rows import Rows
from pierhead.store.tables import ports


@dataclass(frozen=True, slots=True)
class PortLease:
    """A port and who holds it.

    Attributes:
        purpose: `service` for the stable port of the edge, `instance` for one running copy.
        holder: `project/environment` for a service, the instance's id for an instance.
    """

    port: int
    project: str
    environment: str
    purpose: str
    holder: str
    leased_at: datetime


class Ports(Rows):
    """The ports' part of a transaction."""

    async def lease_port(
        self,
        *,
        project: str,
        environment: str,
        purpose: str,
        holder: str,
        free: Callable[[int], bool],
    ) -> int:
        """Lease a port from 20000-40000; a holder that asks again gets the same one.

        Args:
            project: whose it is, for `release_ports`.
            environment: likewise.
            purpose: `service` or `instance`.
            holder: see `PortLease`.
            free: whether nothing listens on a port; asked only for ports nobody holds.

        Raises:
            PortTaken: if every port is held or in use.
        """
        held = select(ports.c.port).where(ports.c.purpose == purpose, ports.c.holder == holder)
        if (port := (await self._execute(held)).scalar()) is not None:
            return int(port)
        taken = set((await self._execute(select(ports.c.port))).scalars())
        # Starting anywhere, callers on PostgreSQL who cannot see each other's rows seldom meet.
        count = LAST_PORT - FIRST_PORT + 1
        start = random.randrange(count)
        for step in range(count):
            port = FIRST_PORT + (start + step) % count
            if port in taken or not free(port):
                continue
            lease = PortLease(port, project, environment, purpose, holder, datetime.now(UTC))
            if await self._take(lease):
                return port
            if (port := (await self._execute(held)).scalar()) is not None:
                return int(port)  # the same holder asked twice at the same moment
        raise PortTaken(
            f"all ports from {FIRST_PORT} to {LAST_PORT} are held or in use",
            hint="`pierhead services` shows what runs; delete what is not needed",
        )

    async def _take(self, lease: PortLease) -> bool:
        insert = self._insert(ports).values(
            port=lease.port,
            project=lease.project,
            environment=lease.environment,
            purpose=lease.purpose,
            holder=lease.holder,
            leased_at=lease.leased_at,
        )
        statement = insert.on_conflict_do_nothing().returning(ports.c.port)
        return (await self._execute(statement)).scalar() is not None

    async def release_port(self, holder: str) -> None:
        """Give back what a holder holds; if that is nothing, nothing happens."""
        await self._execute(delete(ports).where(ports.c.holder == holder))

    async def release_ports(self, project: str, environment: str) -> None:
        """Give back every port of a project's environment."""
        await self._execute(
            delete(ports).where(ports.c.project == project, ports.c.environment == environment)
        )

    async def ports(self) -> list[PortLease]:
        """All leases, by port."""
        rows = await self._execute(select(ports).order_by(ports.c.port))
        return [PortLease(*row) for row in rows]
