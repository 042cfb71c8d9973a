"""The servers that an application talks to: image, data, health, and what it is told of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

USER = DATABASE = "app"


@dataclass(frozen=True, slots=True)
class Backing:
    """One server.

    Attributes:
        name: of the service, by which the application reaches it.
        image: pinned to a line that gets fixes.
        data: the folder that is a volume.
        password: the variable of .env that holds its password.
        environment: of its container.
        test: of its health check; `$` is doubled for compose.
        command: in place of the image's, or None.
        user: the account it runs as, where the image's start script would not see to it.
        port: where it listens.
    """

    name: str
    image: str
    data: str
    password: str
    environment: Mapping[str, str]
    test: tuple[str, ...]
    command: tuple[str, ...] | None = None
    user: str | None = None
    port: int = 0


def reference(variable: str) -> str:
    """A variable of .env, without which compose refuses to start."""
    return f"${{{variable}:?is missing in .env}}"


# A health check over TCP: the scripts that prepare a new database listen on a socket only, so they
# are not taken for the server.
BACKINGS: dict[str, Backing] = {
    backing.name: backing
    for backing in (
        Backing(
            "postgres",
            "postgres:17-alpine",
            "/var/lib/postgresql/data",
            "POSTGRES_PASSWORD",
            {
                "POSTGRES_DB": DATABASE,
                "POSTGRES_PASSWORD": reference("POSTGRES_PASSWORD"),
                "POSTGRES_USER": USER,
            },
            ("CMD", "pg_isready", "-h", "127.0.0.1", "-U", USER, "-d", DATABASE),
            port=5432,
        ),
        Backing(
            "mysql",
            "mysql:8.4",
            "/var/lib/mysql",
            "MYSQL_PASSWORD",
            {
                "MYSQL_DATABASE": DATABASE,
                "MYSQL_PASSWORD": reference("MYSQL_PASSWORD"),
                "MYSQL_RANDOM_ROOT_PASSWORD": "yes",
                "MYSQL_USER": USER,
            },
            (
                "CMD-SHELL",
                'MYSQL_PWD="$$MYSQL_PASSWORD" mysqladmin ping -h 127.0.0.1 -u "$$MYSQL_USER"'
                " --silent",
            ),
            port=3306,
        ),
        Backing(
            "mongodb",
            "mongo:8.0",
            "/data/db",
            "MONGODB_PASSWORD",
            {
                "MONGO_INITDB_DATABASE": DATABASE,
                "MONGO_INITDB_ROOT_PASSWORD": reference("MONGODB_PASSWORD"),
                "MONGO_INITDB_ROOT_USERNAME": USER,
            },
            ("CMD", "mongosh", "--quiet", "--eval", "quit(db.adminCommand('ping').ok ? 0 : 1)"),
            port=27017,
        ),
        Backing(
            "redis",
            "redis:8-alpine",
            "/data",
            "REDIS_PASSWORD",
            {"REDIS_PASSWORD": reference("REDIS_PASSWORD")},
            ("CMD-SHELL", 'REDISCLI_AUTH="$$REDIS_PASSWORD" redis-cli ping | grep -q PONG'),
            # Its settings come through stdin: a password in an argument shows in the process list.
            (
                "/bin/sh",
                "-c",
                "exec redis-server - <<SETTINGS\nappendonly yes\nrequirepass $$REDIS_PASSWORD\n"
                "SETTINGS\n",
            ),
            user="redis",
            port=6379,
        ),
    )
}


def container(backing: Backing) -> dict[str, Any]:
    """Its service in compose."""
    return {
        "image": backing.image,
        **({"command": list(backing.command)} if backing.command else {}),
        **({"user": backing.user} if backing.user else {}),
        "environment": dict(backing.environment),
        "volumes": [f"{backing.name}-data:{backing.data}"],
        "networks": ["inside"],
        "healthcheck": {
            "test": list(backing.test),
            "interval": "5s",
            "timeout": "5s",
            "retries": 20,
            "start_period": "30s",
        },
        "restart": "unless-stopped",
        "security_opt": ["no-new-privileges:true"],
        "stop_grace_period": "60s",
    }
