from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from pierhead.errors import PortTaken
from pierhead.settings import FIRST_PORT, LAST_PORT
from pierhead.store.store import Store, Transaction
from pierhead.store.tables import ports


def anything(_port: int) -> bool:
    return True


async def lease(transaction: Transaction, holder: str, purpose: str = "instance") -> int:
    return await transaction.lease_port(
        project="shop", environment="production", purpose=purpose, holder=holder, free=anything
    )


async def test_two_hundred_at_once_get_two_hundred_ports(store: Store) -> None:
    async def one(holder: str) -> int:
        async with store.transaction() as transaction:
            return await lease(transaction, holder)

    leased = await asyncio.gather(*(one(f"i-{n}") for n in range(200)))
    assert len(set(leased)) == 200
    assert all(FIRST_PORT <= port <= LAST_PORT for port in leased)
    async with store.transaction() as transaction:
        assert {each.port for each in await transaction.ports()} == set(leased)


async def test_the_same_holder_gets_the_same_port(store: Store) -> None:
    async def one() -> int:
        async with store.transaction() as transaction:
            return await lease(transaction, "shop/production", "service")

    assert len(set(await asyncio.gather(*(one() for _ in range(20))))) == 1
    async with store.transaction() as transaction:
        assert len(await transaction.ports()) == 1
        assert await lease(transaction, "shop/production", "instance") != await one_port(
            transaction
        )


async def one_port(transaction: Transaction) -> int:
    return next(each.port for each in await transaction.ports() if each.purpose == "service")


async def test_a_port_that_something_listens_on_is_passed_over(store: Store) -> None:
    only = FIRST_PORT + 77
    async with store.transaction() as transaction:
        port = await transaction.lease_port(
            project="shop",
            environment="production",
            purpose="instance",
            holder="i-1",
            free=lambda port: port == only,
        )
        assert port == only
        # Held now, so what listens on it is the holder itself.
        again = await transaction.lease_port(
            project="shop",
            environment="production",
            purpose="instance",
            holder="i-1",
            free=lambda _: False,
        )
        assert again == only
        with pytest.raises(PortTaken, match="20000 to 40000"):
            await transaction.lease_port(
                project="shop",
                environment="production",
                purpose="instance",
                holder="i-2",
                free=lambda port: port == only,
            )


async def test_the_last_port_is_found_and_then_there_is_none(store: Store) -> None:
    left = FIRST_PORT + 4321
    rows = [
        {
            "port": port,
            "project": "big",
            "environment": "production",
            "purpose": "instance",
            "holder": f"i-{port}",
            "leased_at": datetime.now(UTC),
        }
        for port in range(FIRST_PORT, LAST_PORT + 1)
        if port != left
    ]
    async with store.transaction() as transaction:
        await transaction._connection.execute(ports.insert(), rows)
        assert await lease(transaction, "last") == left
        with pytest.raises(PortTaken):
            await lease(transaction, "one too many")
        await transaction.release_port("i-20005")
        assert await lease(transaction, "next") == 20005


async def test_ports_are_given_back(store: Store) -> None:
    async with store.transaction() as transaction:
        await lease(transaction, "i-1")
        await lease(transaction, "shop/production", "service")
        await transaction.lease_port(
            project="blog", environment="production", purpose="instance", holder="b", free=anything
        )
        await transaction.release_port("i-1")
        await transaction.release_port("unknown")
        assert {each.holder for each in await transaction.ports()} == {"shop/production", "b"}
        await transaction.release_ports("shop", "production")
        (left,) = await transaction.ports()
        assert (left.project, left.purpose, left.holder) == ("blog", "instance", "b")
        assert left.leased_at.utcoffset() is not None


async def test_a_lease_is_gone_with_the_transaction_that_failed(store: Store) -> None:
    with pytest.raises(RuntimeError):  # noqa: PT012
        async with store.transaction() as transaction:
            await lease(transaction, "i-1")
            raise RuntimeError
    async with store.transaction() as transaction:
        assert await transaction.ports() == []
