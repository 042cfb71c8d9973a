"""The log of a deployment over HTTP."""

from pathlib import Path

import httpx

from pierhead.api.app import create_app
from unit.deploy.made import deployment, release
from unit.deploy.quiet import quiet


async def test_the_log_of_a_deployment(tmp_path: Path) -> None:
    async with quiet(tmp_path) as machine:
        adapters = machine.adapters
        async with adapters.store.transaction() as tx:
            await tx.put_release(release(), {})
            await tx.add_deployment(deployment())
        path = adapters.layout.deployment_log("shop", "production", deployment().id)
        transport = httpx.ASGITransport(create_app(adapters), client=("unix:ada", 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://pierhead") as client:
            url = f"/api/v1/deployments/{deployment().id}/log"
            assert (await client.get(url)).text == ""
            path.parent.mkdir(parents=True)
            path.write_text("one\ntwo\n")
            answer = await client.get(url)
    assert answer.text == "one\ntwo\n"
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
