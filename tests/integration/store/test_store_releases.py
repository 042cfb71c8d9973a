from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from integration.store.samples import NOW, deployment, manifest, release, service, sha
from pierhead.domain.secret import Secret
from pierhead.errors import Conflict, NotFound
from pierhead.store.store import Store


async def test_a_release_comes_back_as_it_was(store: Store) -> None:
    made = release()
    async with store.transaction() as transaction:
        await transaction.put_release(made, {"API_KEY": Secret("k1"), "EMPTY": Secret("")})
    async with store.transaction() as transaction:
        found = await transaction.release("shop", made.id)
        values = await transaction.release_environment("shop", made.id)
    assert found == made
    assert found.manifest.digest == made.manifest.digest
    assert {name: value.reveal() for name, value in values.items()} == {
        "API_KEY": "k1",
        "EMPTY": "",
    }


async def test_putting_it_again_changes_nothing(store: Store) -> None:
    made = release()
    for _ in range(2):
        async with store.transaction() as transaction:
            await transaction.put_release(made, {"A": Secret("one")})
    async with store.transaction() as transaction:
        later = replace(made, created_at=NOW + timedelta(days=1))
        await transaction.put_release(later, {"A": Secret("one")})
        assert await transaction.releases("shop") == [made]


async def test_another_content_with_the_same_id_is_refused(store: Store) -> None:
    made = release()
    async with store.transaction() as transaction:
        await transaction.put_release(made, {})
    other = replace(made, digest=made.digest[:12] + sha("other")[12:])
    with pytest.raises(Conflict, match=made.id):
        async with store.transaction() as transaction:
            await transaction.put_release(other, {})


async def test_the_same_release_may_belong_to_two_projects(store: Store) -> None:
    digest = sha("twin")
    async with store.transaction() as transaction:
        await transaction.put_release(release("shop", digest), {"A": Secret("shop's")})
        await transaction.put_release(release("blog", digest), {"A": Secret("blog's")})
        values = await transaction.release_environment("blog", f"r-{digest[:12]}")
        assert values["A"].reveal() == "blog's"


async def test_newest_first(store: Store) -> None:
    made = [release(created_at=NOW + timedelta(seconds=n)) for n in (2, 1, 3)]
    async with store.transaction() as transaction:
        for each in made:
            await transaction.put_release(each, {})
        found = await transaction.releases("shop")
        assert [r.id for r in found] == [made[2].id, made[0].id, made[1].id]
        assert await transaction.releases("blog") == []


async def test_a_beginning_of_the_id_is_enough_if_only_one_begins_so(store: Store) -> None:
    first, second = release(digest="ab1" + "0" * 61), release(digest="ab2" + "0" * 61)
    async with store.transaction() as transaction:
        await transaction.put_release(first, {"A": Secret("1")})
        await transaction.put_release(second, {"A": Secret("2")})
        assert (await transaction.release("shop", "r-ab2")).id == second.id
        assert (await transaction.release_environment("shop", "r-ab1"))["A"].reveal() == "1"
        with pytest.raises(NotFound, match="more than one"):
            await transaction.release("shop", "r-ab")
        for unknown in ("r-%", "r-ab_", "", "r-ff"):
            with pytest.raises(NotFound):
                await transaction.release("shop", unknown)
        with pytest.raises(NotFound):
            await transaction.release("blog", first.id)


async def test_blobs_of_releases_are_pinned_until_the_last_environment_goes(store: Store) -> None:
    async with store.transaction() as transaction:
        await transaction.put_release(release(manifest=manifest("a", "b")), {})
        await transaction.put_release(release(manifest=manifest("b", "c")), {})
        await transaction.put_release(release("blog", manifest=manifest("d")), {})
        await transaction.put_service(service("shop", "production"))
        await transaction.put_service(service("shop", "staging"))
        # The link is no blob.
        assert await transaction.referenced_blobs() == {sha(text) for text in "abcd"}
        await transaction.delete_project("shop", "production")
        assert await transaction.referenced_blobs() == {sha(text) for text in "abcd"}
        await transaction.delete_project("shop", "staging")
        assert await transaction.referenced_blobs() == {sha("d")}
        assert await transaction.releases("shop") == []
        assert len(await transaction.releases("blog")) == 1


async def test_a_release_under_way_elsewhere_survives_a_delete(store: Store) -> None:
    made = release()
    async with store.transaction() as transaction:
        await transaction.put_release(made, {})
        await transaction.put_service(service("shop", "production"))
        await transaction.add_deployment(deployment(environment="staging", release_id=made.id))
    async with store.transaction() as transaction:
        await transaction.delete_project("shop", "production")
    async with store.transaction() as transaction:
        assert await transaction.release("shop", made.id) == made
