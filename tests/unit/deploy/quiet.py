"""Adapters with a real store, and a supervisor and an edge that only take notes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from pierhead.deploy.adapters import Adapters, Queue
from pierhead.deploy.layout import Layout
from pierhead.edge.caddy import Edge
from pierhead.edge.routes import Route
from pierhead.hosts.local import LocalHost
from pierhead.runtimes.instance import Instance, InstanceState, InstanceStatus
from pierhead.runtimes.supervisord import Supervisord
from pierhead.settings import load_settings
from pierhead.store.blobs import BlobStore
from pierhead.store.store import Store


class NotedQueue(Queue):
    """Remembers what was submitted, as `name:subject`."""

    def __init__(self) -> None:
        self.submitted: list[str] = []

    async def submit(self, name: str, subject: str, *, partition: str) -> None:
        self.submitted.append(f"{name}:{subject}")


class QuietSupervisor(Supervisord):
    """Knows instances by name; no process is started. `said` is what was asked of it."""

    def __init__(self, home: Path, said: list[str]) -> None:
        super().__init__(home)
        self.said = said
        self.running: set[str] = set()

    async def add(self, instance: Instance) -> None:
        self.said.append(f"add {instance.id}")
        self.running.add(instance.id)

    async def stop(self, instance_id: str, at_most: float | None = None) -> None:
        self.said.append(f"stop {instance_id}")
        self.running.discard(instance_id)

    async def remove(self, instance_id: str, at_most: float | None = None) -> None:
        self.said.append(f"remove {instance_id}")
        self.running.discard(instance_id)

    async def states(self) -> dict[str, InstanceState]:
        return {name: InstanceState(InstanceStatus.RUNNING, pid=1) for name in self.running}

    async def state(self, instance_id: str) -> InstanceState:
        return (await self.states()).get(instance_id, InstanceState(InstanceStatus.ABSENT))

    async def exit_code(self, instance_id: str) -> int | None:
        return None


class QuietEdge(Edge):
    """Remembers the route of each service."""

    def __init__(self, home: Path, supervisor: QuietSupervisor) -> None:
        super().__init__(home, supervisor)
        self.said = supervisor.said
        self.routes: dict[str, Route] = {}

    async def switch(self, route: Route) -> None:
        self.said.append(f"switch {route.slot}")
        self.routes[route.id] = route

    async def remove(self, route_id: str) -> None:
        self.routes.pop(route_id, None)

    async def drain(self, upstream: str, timeout: float) -> int:
        return 0


class Quiet:
    """The adapters, and their parts as what they really are."""

    def __init__(self, home: Path, store: Store) -> None:
        self.said: list[str] = []
        self.supervisor = QuietSupervisor(home, self.said)
        self.edge = QuietEdge(home, self.supervisor)
        self.queue = NotedQueue()
        layout = Layout(home)
        self.adapters = Adapters(
            settings=load_settings({"PIERHEAD_HOME": str(home)}),
            key=bytes(32),
            layout=layout,
            store=store,
            blobs=BlobStore(layout.blobs),
            host=LocalHost(),
            supervisor=self.supervisor,
            edge=self.edge,
            queue=self.queue,
        )


@asynccontextmanager
async def quiet(home: Path) -> AsyncIterator[Quiet]:
    """All of it, closed at the end."""
    store = await Store.open(f"sqlite:///{home / 'pierhead.db'}", key=bytes(32))
    made = Quiet(home, store)
    try:
        yield made
    finally:
        await made.supervisor.close()
        await made.edge.close()
        await store.close()
