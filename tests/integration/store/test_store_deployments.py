from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from integration.store.samples import deployment, full_deployment
from pierhead.domain.deployment import Deployment, Status
from pierhead.errors import Conflict, NotFound
from pierhead.store.store import Store, Transaction

S = Status


async def add(store: Store, made: Deployment) -> Deployment:
    async with store.transaction() as transaction:
        return await transaction.add_deployment(made)


async def move(store: Store, made: Deployment, *path: Status) -> Deployment:
    for status in path:
        made = replace(made, status=status)
        async with store.transaction() as transaction:
            await transaction.save_deployment(made)
    return made


async def run(store: Store, release_id: str, *, end: Status = S.ACTIVE) -> Deployment:
    """A deployment that ran to this end."""
    made = await add(store, deployment(release_id=release_id))
    path = [S.DEPLOYING] if end is S.FAILED else [S.DEPLOYING, S.ACTIVE]
    return await move(store, made, *path, *([] if end is S.ACTIVE else [end]))


async def test_a_deployment_comes_back_as_it_was(store: Store) -> None:
    made = await add(store, full_deployment())
    async with store.transaction() as transaction:
        found = await transaction.deployment(made.id)
    assert found == made
    assert found.phases[0].seconds == 1.5


async def test_numbers_count_within_the_project(store: Store) -> None:
    numbers = [
        (await add(store, deployment("shop"))).number,
        (await add(store, deployment("blog"))).number,
        (await add(store, deployment("shop", environment="staging"))).number,
    ]
    assert numbers == [1, 1, 2]


async def test_a_number_is_not_lost_with_a_transaction_that_fails(store: Store) -> None:
    with pytest.raises(RuntimeError):  # noqa: PT012
        async with store.transaction() as transaction:
            await transaction.add_deployment(deployment())
            raise RuntimeError
    assert (await add(store, deployment())).number == 1


async def test_numbers_are_all_different_when_many_ask_at_once(store: Store) -> None:
    made = await asyncio.gather(*(add(store, deployment()) for _ in range(30)))
    assert sorted(each.number for each in made) == list(range(1, 31))


async def test_an_id_is_recorded_once(store: Store) -> None:
    made = await add(store, deployment())
    with pytest.raises(Conflict, match=made.id):
        await add(store, made)


async def test_what_was_never_added_cannot_be_saved(store: Store) -> None:
    with pytest.raises(NotFound):
        await move(store, deployment(), S.PENDING)


@pytest.mark.parametrize(
    ("path", "illegal"),
    [
        ([], S.ACTIVE),
        ([], S.INACTIVE),
        ([S.DEPLOYING], S.SUPERSEDED),
        ([S.DEPLOYING], S.PENDING),
        ([S.DEPLOYING, S.FAILED], S.ACTIVE),
        ([S.DEPLOYING, S.ACTIVE], S.FAILED),
        ([S.CANCELLED], S.DEPLOYING),
        ([S.DEPLOYING, S.ACTIVE, S.INACTIVE], S.ACTIVE),
    ],
)
async def test_an_illegal_move_is_refused_and_changes_nothing(
    store: Store, path: list[Status], illegal: Status
) -> None:
    made = await move(store, await add(store, deployment()), *path)
    with pytest.raises(Conflict, match=f"cannot become {illegal}"):
        await move(store, replace(made, reason="changed"), illegal)
    async with store.transaction() as transaction:
        found = await transaction.deployment(made.id)
    assert (found.status, found.reason) == (made.status, "")


async def test_the_same_status_may_be_saved_again(store: Store) -> None:
    made = await run(store, "r-1", end=S.FAILED)
    await move(store, replace(made, log_tail=("boom",)), S.FAILED)
    async with store.transaction() as transaction:
        assert (await transaction.deployment(made.id)).log_tail == ("boom",)


async def test_a_second_active_one_is_refused_and_the_transaction_goes_on(store: Store) -> None:
    first = await run(store, "r-1")
    second = await move(store, await add(store, deployment()), S.DEPLOYING)
    async with store.transaction() as transaction:
        with pytest.raises(Conflict, match="another deployment of shop/production is active"):
            await transaction.save_deployment(replace(second, status=S.ACTIVE))
        await transaction.save_deployment(replace(second, status=S.FAILED))
    async with store.transaction() as transaction:
        active = await transaction.active_deployment("shop", "production")
        assert active is not None
        assert active.id == first.id
        assert (await transaction.deployment(second.id)).status is S.FAILED


async def test_the_rule_holds_per_environment(store: Store) -> None:
    await run(store, "r-1")
    for other in (deployment(environment="staging"), deployment("blog")):
        await move(store, await add(store, other), S.DEPLOYING, S.ACTIVE)


async def test_one_takes_over_from_the_other_in_one_transaction(store: Store) -> None:
    old = await run(store, "r-1")
    new = await move(store, await add(store, deployment()), S.DEPLOYING)
    async with store.transaction() as transaction:
        await transaction.save_deployment(replace(old, status=S.INACTIVE))
        await transaction.save_deployment(replace(new, status=S.ACTIVE))
    async with store.transaction() as transaction:
        active = await transaction.active_deployment("shop", "production")
        assert active is not None
        assert active.id == new.id


async def test_of_fifty_that_become_active_at_once_one_does(store: Store) -> None:
    waiting = [await move(store, await add(store, deployment()), S.DEPLOYING) for _ in range(50)]
    results = await asyncio.gather(
        *(move(store, each, S.ACTIVE) for each in waiting), return_exceptions=True
    )
    refused = [result for result in results if isinstance(result, Conflict)]
    assert len(refused) == 49
    async with store.transaction() as transaction:
        _, active = await transaction.deployments(status={S.ACTIVE})
        _, still = await transaction.deployments(status={S.DEPLOYING})
    assert (active, still) == (1, 49)


async def test_pages_newest_first_with_a_total(store: Store) -> None:
    made = [await add(store, deployment()) for _ in range(5)]
    other = await add(store, deployment("blog", environment="staging"))
    async with store.transaction() as transaction:
        page, total = await transaction.deployments(project="shop", page=2, page_size=2)
        assert ([each.id for each in page], total) == ([made[2].id, made[1].id], 5)
        page, total = await transaction.deployments(page=9)
        assert (page, total) == ([], 6)
        page, total = await transaction.deployments(environment="staging")
        assert ([each.id for each in page], total) == ([other.id], 1)
        page, total = await transaction.deployments(status=[])
        assert (page, total) == ([], 0)
        page, _ = await transaction.deployments()
        assert page[0].id == other.id


async def test_unfinished(store: Store) -> None:
    await run(store, "r-1", end=S.FAILED)
    waits = await add(store, deployment())
    runs = await move(store, await add(store, deployment("blog")), S.DEPLOYING)
    async with store.transaction() as transaction:
        found = await transaction.unfinished_deployments()
    assert [each.id for each in found] == [runs.id, waits.id]


async def test_a_beginning_of_the_id_is_enough_if_only_one_begins_so(store: Store) -> None:
    await add(store, deployment(id="d-00000001-aaaaa"))
    second = await add(store, deployment(id="d-00000001-bbbbb"))
    async with store.transaction() as transaction:
        assert await transaction.deployment("d-00000001-b") == second
        with pytest.raises(NotFound, match="more than one"):
            await transaction.deployment("d-00000001")
        with pytest.raises(NotFound):
            await transaction.deployment("d-00000001-%")


async def last_good(transaction: Transaction, before: Deployment | None) -> str | None:
    found = await transaction.last_good("shop", "production", before)
    return found.id if found else None


async def test_the_last_good_one_is_earlier_succeeded_and_was_not_taken_back(store: Store) -> None:
    async with store.transaction() as transaction:
        assert await last_good(transaction, None) is None
    one = await run(store, "r-1", end=S.INACTIVE)
    taken_back = await run(store, "r-2", end=S.ROLLED_BACK)
    await run(store, "r-3", end=S.FAILED)
    active = await run(store, "r-4")
    failed = await add(store, deployment(release_id="r-5"))
    async with store.transaction() as transaction:
        assert await last_good(transaction, active) == one.id
        assert await last_good(transaction, failed) == active.id
        assert await last_good(transaction, None) == active.id
        assert await last_good(transaction, one) is None
        assert await last_good(transaction, taken_back) == one.id
        assert await transaction.last_good("shop", "staging", None) is None


async def test_going_back_never_ends_at_the_same_release(store: Store) -> None:
    one = await run(store, "r-1", end=S.INACTIVE)
    await run(store, "r-2", end=S.INACTIVE)
    restarted = await run(store, "r-2")
    async with store.transaction() as transaction:
        assert await last_good(transaction, restarted) == one.id


async def test_an_id_that_no_text_can_hold_is_not_found(store: Store) -> None:
    async with store.snapshot() as transaction:
        with pytest.raises(NotFound):
            await transaction.deployment("d-\0")
