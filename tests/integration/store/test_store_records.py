"""Services, secrets, events and the audit trail."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from integration.store.samples import audit_entry, deployment, event, service
from pierhead.domain.secret import Secret
from pierhead.domain.service import ServiceState
from pierhead.store.store import Store


async def test_a_service_is_put_found_and_forgotten(store: Store) -> None:
    made = service()
    async with store.transaction() as transaction:
        await transaction.put_service(made)
        await transaction.put_service(service("blog"))
        assert await transaction.service("shop", "production") == made
        assert await transaction.service("shop", "staging") is None
        changed = replace(made, state=ServiceState.DOWN)
        await transaction.put_service(changed)
        assert await transaction.services("shop") == [changed]
        assert [each.project for each in await transaction.services()] == ["blog", "shop"]
        await transaction.delete_service("shop", "production")
        await transaction.delete_service("shop", "production")
        assert await transaction.services("shop") == []


async def test_secrets_are_kept_by_environment(store: Store) -> None:
    async with store.transaction() as transaction:
        await transaction.put_secret("shop", "production", "KEY", Secret("é1"), generated=True)
        await transaction.put_secret("shop", "staging", "KEY", Secret("s"), generated=False)
    async with store.transaction() as transaction:
        found = await transaction.secrets("shop", "production")
        assert {name: value.reveal() for name, value in found.items()} == {"KEY": "é1"}
        assert await transaction.secrets("blog", "production") == {}


async def test_a_generated_secret_never_replaces_one_set_by_a_person(store: Store) -> None:
    async with store.transaction() as transaction:
        for value, generated in [("g1", True), ("g2", True), ("mine", False), ("g3", True)]:
            await transaction.put_secret("a", "b", "KEY", Secret(value), generated=generated)
        assert (await transaction.secrets("a", "b"))["KEY"].reveal() == "mine"
        await transaction.put_secret("a", "b", "KEY", Secret("newer"), generated=False)
        assert (await transaction.secrets("a", "b"))["KEY"].reveal() == "newer"


async def test_events_are_in_order_and_can_be_followed(store: Store) -> None:
    async with store.transaction() as transaction:
        stored = [await transaction.add_event(event(n=n)) for n in range(5)]
        await transaction.add_event(event("blog"))
    assert [each.sequence for each in stored] == [1, 2, 3, 4, 5]
    async with store.transaction() as transaction:
        assert await transaction.events(after=2, limit=2) == stored[2:4]
        assert await transaction.events(project="shop") == stored
        newest = await transaction.events(limit=2, newest=True)
        assert [(each.sequence, each.project) for each in newest] == [(6, "blog"), (5, "shop")]
        assert await transaction.events(after=6) == []


async def test_a_reader_who_follows_misses_no_event(store: Store) -> None:
    """Sequences must appear in order: a later one may not be seen before an earlier one."""

    async def write(number: int) -> None:
        async with store.transaction() as transaction:
            await transaction.add_event(event(n=number))
            await asyncio.sleep(0.002 * (number % 3))

    writers = asyncio.gather(*(write(n) for n in range(60)))
    seen: list[int] = []
    while not writers.done() or len(seen) < 60:
        async with store.snapshot() as transaction:
            after = seen[-1] if seen else 0
            seen += [each.sequence for each in await transaction.events(after=after)]
        await asyncio.sleep(0)
    await writers
    assert seen == list(range(1, 61))


async def test_the_audit_trail_is_paged_newest_first(store: Store) -> None:
    async with store.transaction() as transaction:
        for subject in ("shop/production", "blog/staging", "shop", "shopping/x"):
            await transaction.add_audit(audit_entry(subject))
        page = await transaction.audit(limit=2)
        assert [each.subject for each in page] == ["shopping/x", "shop"]
        rest = await transaction.audit(before=page[-1].sequence)
        assert [each.subject for each in rest] == ["blog/staging", "shop/production"]
        of_shop = await transaction.audit(project="shop")
        assert [each.subject for each in of_shop] == ["shop", "shop/production"]
        assert replace(rest[-1], sequence=0) == audit_entry()


async def test_deleting_a_project_keeps_its_history(store: Store) -> None:
    async with store.transaction() as transaction:
        made = await transaction.add_deployment(deployment())
        await transaction.add_event(event())
        for environment in ("production", "staging"):
            await transaction.put_service(service(environment=environment))
            await transaction.put_secret("shop", environment, "K", Secret("v"), generated=True)
            await transaction.lease_port(
                project="shop",
                environment=environment,
                purpose="service",
                holder=f"shop/{environment}",
                free=lambda _: True,
            )
        await transaction.delete_project("shop", "production")
        assert await transaction.service("shop", "production") is None
        assert await transaction.service("shop", "staging") is not None
        assert await transaction.secrets("shop", "production") == {}
        assert len(await transaction.secrets("shop", "staging")) == 1
        assert [each.environment for each in await transaction.ports()] == ["staging"]
        assert await transaction.deployment(made.id) == made
        assert len(await transaction.events()) == 1


async def test_an_audit_entry_of_a_name_that_cannot_be(store: Store) -> None:
    async with store.transaction() as transaction:
        await transaction.add_audit(audit_entry("d-\0"))
    async with store.snapshot() as transaction:
        (entry,) = await transaction.audit()
    assert entry.subject == "d-\0"
