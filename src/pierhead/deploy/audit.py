"""Who asked for what, when, from where, and how it was answered."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from pierhead.deploy.adapters import Adapters
from pierhead.domain.actor import Actor
from pierhead.domain.clock import now
from pierhead.domain.event import AuditEntry
from pierhead.errors import PierheadError


@asynccontextmanager
async def audited(
    adapters: Adapters, actor: Actor, action: str, subject: str, **details: Any
) -> AsyncIterator[dict[str, Any]]:
    """Write an audit entry for what is done within, whether it is accepted or refused.

    Gives the details, to which what is only known later can be added.
    """
    outcome = "accepted"
    try:
        yield details
    except PierheadError as error:
        outcome = error.code
        raise
    except BaseException:
        outcome = "failed"
        raise
    finally:
        entry = AuditEntry(now(), actor, action, subject, outcome, details)
        async with adapters.store.transaction() as tx:
            await tx.add_audit(entry)
