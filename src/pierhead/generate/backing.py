"""The servers that an application talks to: image, data, health, and what it is told of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pierhead.domain.stack import Stack

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


def _reference(variable: str) -> str:
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
                "POSTGRES_PASSWORD": _reference("POSTGRES_PASSWORD"),
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
                "MYSQL_PASSWORD": _reference("MYSQL_PASSWORD"),
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
                "MONGO_INITDB_ROOT_PASSWORD": _reference("MONGODB_PASSWORD"),
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
            {"REDIS_PASSWORD": _reference("REDIS_PASSWORD")},
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


def variables(names: tuple[str, ...], stack: Stack) -> dict[str, str]:
    """What the application is told, in the words of its ecosystem."""
    found: dict[str, str] = {}
    for name in names:
        backing = BACKINGS[name]
        found |= _URLS[name](_reference(backing.password))
        if name in ("postgres", "mysql"):
            found |= _framework(name, backing, stack)
    return found


def _postgres(password: str) -> dict[str, str]:
    return {
        "DATABASE_URL": f"postgresql://{USER}:{password}@postgres:5432/{DATABASE}",
        "PGDATABASE": DATABASE,
        "PGHOST": "postgres",
        "PGPASSWORD": password,
        "PGPORT": "5432",
        "PGUSER": USER,
    }


def _mysql(password: str) -> dict[str, str]:
    return {
        "DATABASE_URL": f"mysql://{USER}:{password}@mysql:3306/{DATABASE}",
        "MYSQL_DATABASE": DATABASE,
        "MYSQL_HOST": "mysql",
        "MYSQL_PASSWORD": password,
        "MYSQL_PORT": "3306",
        "MYSQL_USER": USER,
    }


def _mongodb(password: str) -> dict[str, str]:
    url = f"mongodb://{USER}:{password}@mongodb:27017/{DATABASE}?authSource=admin"
    return {"MONGODB_URI": url, "MONGO_URL": url}


def _redis(password: str) -> dict[str, str]:
    return {
        "REDIS_HOST": "redis",
        "REDIS_PASSWORD": password,
        "REDIS_PORT": "6379",
        "REDIS_URL": f"redis://:{password}@redis:6379/0",
    }


_URLS = {"postgres": _postgres, "mysql": _mysql, "mongodb": _mongodb, "redis": _redis}
_JVM = {"spring-boot": "SPRING", "spring": "SPRING", "quarkus": "QUARKUS"}


def _framework(name: str, backing: Backing, stack: Stack) -> dict[str, str]:
    """Variables that a framework reads in place of DATABASE_URL."""
    kind = "postgresql" if name == "postgres" else "mysql"
    password, place = _reference(backing.password), f"{name}:{backing.port}"
    if prefix := _JVM.get(stack.framework or ""):
        own = "SPRING_DATASOURCE_URL" if prefix == "SPRING" else "QUARKUS_DATASOURCE_JDBC_URL"
        return {
            own: f"jdbc:{kind}://{place}/{DATABASE}",
            f"{prefix}_DATASOURCE_PASSWORD": password,
            f"{prefix}_DATASOURCE_USERNAME": USER,
        }
    if stack.framework == "wordpress":
        return {
            "WORDPRESS_DB_HOST": place,
            "WORDPRESS_DB_NAME": DATABASE,
            "WORDPRESS_DB_PASSWORD": password,
            "WORDPRESS_DB_USER": USER,
        }
    if stack.name == "php":
        return {
            "DB_CONNECTION": "pgsql" if name == "postgres" else "mysql",
            "DB_DATABASE": DATABASE,
            "DB_HOST": name,
            "DB_PASSWORD": password,
            "DB_PORT": str(backing.port),
            "DB_USERNAME": USER,
        }
    if stack.name == "csharp":
        user = "Username" if name == "postgres" else "User"
        parts = (f"Host={name}" if name == "postgres" else f"Server={name}", f"Port={backing.port}")
        listed = (*parts, f"Database={DATABASE}", f"{user}={USER}", f"Password={password}")
        return {"ConnectionStrings__DefaultConnection": ";".join(listed)}
    return {}


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
