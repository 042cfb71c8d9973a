"""Opening: migrations, keys, other processes, and what is left after a kill."""

from __future__ import annotations

import asyncio
import base64
import os
import signal
import subprocess
import sys
import urllib.parse
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from integration.store.conftest import KEY
from integration.store.samples import deployment, event, release
from pierhead.domain.secret import Secret
from pierhead.errors import ConfigError, HomeUnusable, StorageError
from pierhead.store.schema import HEAD
from pierhead.store.store import Store
from pierhead.store.tables import metadata

# Opens the store and does as it is told; one line on stdout says that it has.
PROGRAM = """
import asyncio, sys, time
from integration.store.samples import deployment, event
from pierhead.store.store import Store

async def main(url, deed):
    store = await Store.open(url, key=bytes(range(32)))
    if deed == "numbers":
        for _ in range(20):
            async with store.transaction() as transaction:
                made = await transaction.add_deployment(deployment())
                print(made.number, flush=True)
    if deed == "hang":
        async with store.transaction() as transaction:
            await transaction.add_event(event(kept=True))
        async with store.transaction() as transaction:
            await transaction.add_event(event(kept=False))
            print("inside", flush=True)
            time.sleep(60)
    await store.close()

asyncio.run(main(*sys.argv[1:]))
"""


def start(url: str, deed: str, after: str = "") -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM + after, url, deed],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> list[str]:
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    return out.split()


async def test_the_migrations_make_the_tables_the_code_knows(store: Store) -> None:
    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    async with store._engine.connect() as connection:
        assert await connection.run_sync(differences) == []


def test_the_newest_migration_is_the_one_expected() -> None:
    config = Config()
    config.set_main_option("script_location", "pierhead.store:alembic")
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


async def test_it_opens_again_with_what_was_there(url: str) -> None:
    for expected in (1, 2):
        store = await Store.open(url, key=KEY)
        async with store.transaction() as transaction:
            assert (await transaction.add_deployment(deployment())).number == expected
        await store.close()


async def test_opening_again_does_not_load_alembic(url: str) -> None:
    await (await Store.open(url, key=KEY)).close()
    ended(start(url, "nothing", after="assert 'alembic' not in sys.modules"))


async def test_a_database_of_a_newer_version_is_left_alone(url: str) -> None:
    store = await Store.open(url, key=KEY)
    async with store._engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await store.close()
    with pytest.raises(StorageError, match=r"revision 9999.*newer") as caught:
        await Store.open(url, key=KEY)
    assert "install that version" in caught.value.hint


async def test_a_failed_migration_leaves_nothing_behind(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from alembic import command

    upgrade = command.upgrade

    def broken(config: Config, revision: str) -> None:
        upgrade(config, revision)
        raise RuntimeError("the power is gone")

    with monkeypatch.context() as patch:
        patch.setattr(command, "upgrade", broken)
        with pytest.raises(RuntimeError):
            await Store.open(url, key=KEY)
    await (await Store.open(url, key=KEY)).close()


def test_three_processes_open_a_new_database_at_once_and_share_it(url: str) -> None:
    processes = [start(url, "numbers") for _ in range(3)]
    numbers = [number for process in processes for number in ended(process)]
    assert sorted(map(int, numbers)) == list(range(1, 61))


async def test_after_a_kill_what_was_committed_is_there_and_nothing_else(url: str) -> None:
    process = start(url, "hang")
    assert process.stdout is not None
    assert process.stdout.readline() == "inside\n"
    process.send_signal(signal.SIGKILL)
    process.communicate()
    store = await Store.open(url, key=KEY)
    async with store.transaction() as transaction:
        assert [each.data for each in await transaction.events()] == [{"kept": True}]
        assert (await transaction.add_event(event())).sequence == 2
    await store.close()


async def test_another_key_is_refused(url: str) -> None:
    await (await Store.open(url, key=KEY)).close()
    with pytest.raises(HomeUnusable, match="another key"):
        await Store.open(url, key=bytes(32))


async def test_secrets_are_nowhere_in_the_file(tmp_path: Path) -> None:
    canary = "canary-value-4711"
    store = await Store.open(f"sqlite:///{tmp_path / 'x.db'}", key=KEY)
    async with store.transaction() as transaction:
        await transaction.put_release(release(source="visible-source"), {"A": Secret(canary)})
        await transaction.put_secret("shop", "production", "B", Secret(canary), generated=False)
    forms = [
        canary.encode(),
        base64.b64encode(canary.encode()).rstrip(b"="),
        urllib.parse.quote(canary).encode(),
        canary.encode().hex().encode(),
    ]
    for closed in (False, True):
        if closed:
            await store.close()
        files = list(tmp_path.iterdir())
        kept = b"".join(file.read_bytes() for file in files)
        assert b"visible-source" in kept
        assert not any(form in kept for form in forms)
        assert all(file.stat().st_mode & 0o777 == 0o600 for file in files)


async def test_a_sealed_value_moved_to_another_place_is_refused(store: Store) -> None:
    async with store.transaction() as transaction:
        await transaction.put_secret("shop", "production", "A", Secret("one"), generated=False)
        await transaction._connection.execute(text("UPDATE secrets SET project = 'blog'"))
        with pytest.raises(StorageError, match="cannot be decrypted"):
            await transaction.secrets("blog", "production")


@pytest.mark.parametrize(
    "url", ["mysql://u:pass-word@h/d", "sqlite://", "sqlite:///:memory:", "nonsense", "", "://"]
)
async def test_a_url_that_cannot_be_used(url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        await Store.open(url, key=KEY)
    assert "pass-word" not in str(caught.value.to_document())
    assert "sqlite:///PATH" in caught.value.hint


async def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StorageError) as caught:
        await Store.open("postgres://u:pass-word@127.0.0.1:1/d", key=KEY)
    assert "pass-word" not in str(caught.value.to_document())
    with pytest.raises(StorageError, match="No such file"):
        await Store.open(f"sqlite:///{tmp_path}/missing/x.db", key=KEY)


async def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    path.write_bytes(b"not a database at all, but long enough to be looked at" * 30)
    with pytest.raises(StorageError, match="not a database"):
        await Store.open(f"sqlite:///{path}", key=KEY)


async def test_ping(store: Store) -> None:
    assert 0 < await store.ping() < 5


async def test_readers_do_not_wait_for_the_writer(store: Store) -> None:
    async with store.transaction() as writing:
        await writing.add_event(event())
        async with asyncio.timeout(5), store.snapshot() as reading:
            assert await reading.events() == []
        assert await store.ping() < 5


async def test_a_cancelled_transaction_leaves_nothing_and_blocks_nobody(store: Store) -> None:
    inside = asyncio.Event()

    async def hang() -> None:
        async with store.transaction() as transaction:
            await transaction.add_event(event())
            inside.set()
            await asyncio.sleep(60)

    for _ in range(12):  # more than the pool has connections
        inside.clear()
        task = asyncio.create_task(hang())
        await inside.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    async with asyncio.timeout(5), store.transaction() as transaction:
        assert await transaction.events() == []


async def test_many_are_cancelled_at_any_moment_and_the_store_goes_on(store: Store) -> None:
    async def work() -> None:
        async with store.transaction() as transaction:
            await transaction.add_event(event())

    for delay in range(30):
        tasks = [asyncio.create_task(work()) for _ in range(3)]
        await asyncio.sleep(delay * 0.0004)
        for task in tasks:
            task.cancel()
        async with asyncio.timeout(5):  # no lock is left behind that others wait for
            results = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(
            result is None or isinstance(result, asyncio.CancelledError) for result in results
        )
    async with asyncio.timeout(5), store.transaction() as transaction:
        sequences = [each.sequence for each in await transaction.events(limit=1000)]
    assert sequences == list(range(1, len(sequences) + 1))


async def test_errors_of_the_driver_become_ours_and_others_pass(store: Store) -> None:
    with pytest.raises(StorageError, match="no_such_table") as caught:
        async with store.transaction() as transaction:
            await transaction._connection.execute(
                text("SELECT * FROM no_such_table WHERE a = :a"), {"a": "s3cret-value"}
            )
    assert "s3cret-value" not in str(caught.value)
    for other in (TimeoutError, OSError, ZeroDivisionError):
        with pytest.raises(other):
            async with store.transaction():
                raise other


async def test_another_event_loop_is_told_to_open_its_own(store: Store) -> None:
    async def use() -> None:
        async with store.transaction():
            pass

    with pytest.raises(RuntimeError, match="belongs to the event loop"):
        await asyncio.to_thread(asyncio.run, use())


@pytest.mark.real
async def test_a_writer_does_not_wait_for_ever(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pierhead.store.database.BUSY_SECONDS", 1)
    store = await Store.open(postgres_url, key=KEY)
    async with asyncio.timeout(10), store.transaction() as first:
        await first.add_event(event())
        with pytest.raises(StorageError, match="lock timeout"):
            async with store.transaction() as second:
                await second.add_event(event())
    await store.close()
