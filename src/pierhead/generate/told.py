"""What an application is told of the servers it talks to."""

from __future__ import annotations

from pierhead.domain.stack import Stack
from pierhead.generate.backing import BACKINGS, DATABASE, USER, Backing, reference


def variables(names: tuple[str, ...], stack: Stack) -> dict[str, str]:
    """What the application is told, in the words of its ecosystem."""
    found: dict[str, str] = {}
    for name in names:
        backing = BACKINGS[name]
        found |= _URLS[name](reference(backing.password))
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
    password, place = reference(backing.password), f"{name}:{backing.port}"
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
