"""The one place where adapters are built; what is built is passed on as arguments."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress

from pierhead.deploy.adapters import Adapters
from pierhead.deploy.enqueue import resubmit_unfinished
from pierhead.deploy.layout import Layout
from pierhead.deploy.phases import HANDLERS, Handler
from pierhead.deploy.reconcile import reconcile, take_care
from pierhead.deploy.run import DeploymentRun
from pierhead.deploy.settle import Settle
from pierhead.edge.caddy import Edge
from pierhead.engine import Engine
from pierhead.hosts.local import LocalHost
from pierhead.hosts.notes import Notes
from pierhead.runtimes.supervisord import Supervisord
from pierhead.settings import Settings
from pierhead.store.blobs import BlobStore
from pierhead.store.key import load_key
from pierhead.store.store import Store


@asynccontextmanager
async def running(
    settings: Settings, handlers: Mapping[str, Handler] = HANDLERS
) -> AsyncIterator[Adapters]:
    """Everything built, connected and brought to what the store says; closed at the end.

    Args:
        settings: of this installation.
        handlers: what the actions of a plan do.

    Raises:
        Unavailable, StorageError: if a part cannot be used.
    """
    layout = Layout(settings.home)
    key = load_key(settings.home, dict(os.environ))
    store = await Store.open(settings.database_url, key=key)
    engine = Engine(settings)
    supervisor = Supervisord(settings.home)
    commands = Notes(layout.commands)
    adapters = Adapters(
        settings=settings,
        key=key,
        layout=layout,
        store=store,
        blobs=BlobStore(layout.blobs),
        host=LocalHost(commands),
        supervisor=supervisor,
        edge=Edge(settings.home, supervisor, bind=settings.bind, edge_port=settings.edge_port),
        queue=engine,
    )
    engine.add(DeploymentRun(adapters, handlers))
    engine.add(Settle(adapters))
    try:
        await asyncio.to_thread(commands.end_all)
        await adapters.edge.start()
        await reconcile(adapters)
        await engine.start()
        await resubmit_unfinished(adapters)
        care = asyncio.create_task(take_care(adapters))
        try:
            yield adapters
        finally:
            care.cancel()
            with suppress(asyncio.CancelledError):
                await care
    finally:
        engine.stop()
        await adapters.edge.close()
        await supervisor.close()
        await store.close()
