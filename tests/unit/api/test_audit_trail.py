"""The audit trail leads from who asked to what came of it."""

from pathlib import Path

import httpx

from pierhead.api.app import create_app
from unit.deploy.quiet import quiet


async def test_the_audit_of_a_deployment_names_it(tmp_path: Path) -> None:
    source = tmp_path / "shop"
    source.mkdir()
    (source / "index.html").write_text("<h1>hello</h1>")
    async with quiet(tmp_path) as machine:
        transport = httpx.ASGITransport(create_app(machine.adapters), client=("unix:ada", 7))
        async with httpx.AsyncClient(transport=transport, base_url="http://pierhead") as client:
            body = {"path": str(source), "env": {"TOKEN": "not-to-be-seen"}}
            deployed = (await client.post("/api/v1/up", json=body)).json()["deployment"]
            refused = await client.post("/api/v1/deployments/d-%00/cancel", json={})
            trail = await client.get("/api/v1/audit")
    assert refused.status_code == 404
    newest, entry = trail.json()["entries"]
    assert (newest["action"], newest["outcome"]) == ("cancel", "not-found")
    assert entry["actor"] == {"name": "ada", "origin": "unix socket, pid 7"}
    assert entry["details"] == {"project": "shop", "deployment": deployed["id"]}
    assert "not-to-be-seen" not in trail.text
