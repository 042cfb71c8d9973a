"""What does not get through the door."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from pierhead.api import limits
from pierhead.api.app import create_app
from unit.deploy.quiet import quiet


@pytest.fixture
async def owner(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """Requests as they come through the unix socket."""
    async with quiet(tmp_path) as machine:
        transport = httpx.ASGITransport(create_app(machine.adapters), client=("unix:ada", 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://pierhead") as client:
            yield client


async def test_a_body_without_end_is_refused(owner: httpx.AsyncClient) -> None:
    read = []

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(200):
            read.append(1)
            yield b" " * 2**20

    answer = await owner.post(
        "/api/v1/up", content=endless(), headers={"content-type": "application/json"}
    )
    assert answer.status_code == 413
    assert answer.json()["code"] == "invalid-input"
    assert len(read) <= limits.MOST // 2**20 + 1


async def test_the_token_comes_first(tmp_path: Path) -> None:
    async with quiet(tmp_path) as machine:
        transport = httpx.ASGITransport(create_app(machine.adapters), client=("127.0.0.1", 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://pierhead") as client:
            for path in ("/api/v1/services", "/docs", "/openapi.json", "/health/", "//health"):
                assert (await client.get(path)).status_code == 401, path
            assert (await client.get("/health")).status_code == 200
            # No token is set, and none is not the right one.
            empty = {"authorization": "Bearer "}
            assert (await client.get("/api/v1/services", headers=empty)).status_code == 401
