"""Which databases and stores an application talks to."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pierhead.detect.tree import Tree

# Drivers by their exact package names, over all ecosystems.
_DRIVERS = {
    "postgres": """psycopg psycopg2 psycopg2-binary asyncpg pg8000 aiopg django-psqlextra
        pg postgres pg-promise postgresql @prisma/adapter-pg @neondatabase/serverless
        github.com/lib/pq github.com/jackc/pgx github.com/go-pg/pg gorm.io/driver/postgres
        org.postgresql:postgresql io.quarkus:quarkus-jdbc-postgresql
        io.quarkus:quarkus-reactive-pg-client org.postgresql:r2dbc-postgresql
        io.vertx:vertx-pg-client npgsql npgsql.entityframeworkcore.postgresql tokio-postgres
        deadpool-postgres postgrex ext-pgsql ext-pdo_pgsql""",
    "mysql": """mysqlclient pymysql aiomysql asyncmy mysql-connector-python mysql mysql2
        @planetscale/database mariadb trilogy github.com/go-sql-driver/mysql gorm.io/driver/mysql
        mysql:mysql-connector-java com.mysql:mysql-connector-j
        org.mariadb.jdbc:mariadb-java-client io.quarkus:quarkus-jdbc-mysql
        io.quarkus:quarkus-jdbc-mariadb mysql.data mysqlconnector
        pomelo.entityframeworkcore.mysql mysql_async myxql ext-mysqli ext-pdo_mysql""",
    "mongodb": """pymongo motor mongoengine beanie mongodb mongoose mongoid mongo
        go.mongodb.org/mongo-driver mongodb/mongodb mongodb/laravel-mongodb ext-mongodb
        jenssegers/mongodb mongodb.driver org.mongodb:mongodb-driver-sync
        org.springframework.boot:spring-boot-starter-data-mongodb
        org.springframework.boot:spring-boot-starter-data-mongodb-reactive
        io.quarkus:quarkus-mongodb-client io.quarkus:quarkus-mongodb-panache""",
    "redis": """redis aioredis django-redis rq celery[redis] flask-redis hiredis ioredis bull
        bullmq connect-redis sidekiq resque redis-rails predis/predis ext-redis
        github.com/go-redis/redis github.com/redis/go-redis github.com/gomodule/redigo
        github.com/hibiken/asynq redis.clients:jedis io.lettuce:lettuce-core
        org.springframework.boot:spring-boot-starter-data-redis io.quarkus:quarkus-redis-client
        stackexchange.redis microsoft.extensions.caching.stackexchangeredis deadpool-redis redix
        laravel/horizon""",
}
_BY_NAME = {name: service for service, names in _DRIVERS.items() for name in names.split()}
_SETTINGS = (
    ("postgres", re.compile(r"postgres(?:ql)?(?:\+\w+)?://|DB_CONNECTION=\"?pgsql|jdbc:postgresql:")),
    ("mysql", re.compile(r"mysql2?(?:\+\w+)?://|DB_CONNECTION=\"?m(?:ysql|ariadb)|jdbc:m(?:ysql|ariadb):")),
    ("mongodb", re.compile(r"mongodb(?:\+srv)?://")),
    ("redis", re.compile(r"\brediss?://")),
)  # fmt: skip
# Files in which people write where their databases are; first the examples.
_FILES = (
    ".env.example", ".env.sample", ".env.dist", ".env.template", "env.example", ".env",
    "src/main/resources/application.properties", "src/main/resources/application.yml",
    "src/main/resources/application.yaml",
)  # fmt: skip
_ADAPTERS = (("postgres", r"postgresql|postgis"), ("mysql", r"mysql2?|trilogy|mariadb"))


def find_services(tree: Tree, packages: Iterable[str]) -> tuple[str, ...]:
    """The services that these packages, and settings in the tree, call for; sorted.

    Args:
        tree: for settings: example environments, Prisma's schema, Rails' database.yml.
        packages: names as declared; Java's as `group:artifact`, Go's as module paths.
    """
    found = {_BY_NAME[name] for name in map(_plain, packages) if name in _BY_NAME}
    for path in _FILES:
        text = _uncommented(tree.text(path)) if tree.has(path) else ""
        found |= {service for service, pattern in _SETTINGS if pattern.search(text)}
    schema = tree.first("prisma/schema.prisma", "schema.prisma")
    if schema:
        match = re.search(r"datasource\s+\w+\s*\{[^}]*?provider\s*=\s*\"(\w+)\"", tree.text(schema))
        known = {"postgresql": "postgres", "mysql": "mysql", "mongodb": "mongodb"}
        found |= {known[match[1]]} if match and match[1] in known else set()
    if tree.has("config/database.yml"):
        text = _uncommented(tree.text("config/database.yml"))
        for service, pattern in _ADAPTERS:
            if re.search(rf"adapter:\s*[\"']?(?:{pattern})\b", text):
                found.add(service)
    return tuple(sorted(found))


def _plain(name: str) -> str:
    """A name without case and without the major version at the end of Go's module paths."""
    return re.sub(r"/v\d+(?:/.*)?$", "", name.lower())


def _uncommented(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
