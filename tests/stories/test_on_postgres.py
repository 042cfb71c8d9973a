"""The same promise with the tables, and the queue, in PostgreSQL."""

from pathlib import Path

import pytest

from lab.pierhead import installation, web_app
from lab.postgres import Postgres

pytestmark = [pytest.mark.story, pytest.mark.real]


def test_deploy_redeploy_break_go_back(postgres: Postgres, tmp_path: Path) -> None:
    shop = web_app(tmp_path / "shop", "one")
    with installation(PIERHEAD_DATABASE_URL=postgres.new_database()) as pierhead:
        pierhead.up(shop)
        pierhead.up(web_app(shop, "two"))
        web_app(shop, "three", server="raise SystemExit(3)\n")
        pierhead.run("up", str(shop), code=6)
        assert pierhead.get("shop") == (200, "two")
        pierhead.run("rollback", "shop")
        assert pierhead.get("shop") == (200, "one")
        statuses = [one["status"] for one in pierhead.deployments("shop")]
        assert statuses == ["active", "failed", "rolled_back", "inactive"]
        assert not list(pierhead.home.glob("*.db")), "nothing is kept in SQLite"
