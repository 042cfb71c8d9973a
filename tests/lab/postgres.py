"""A throwaway PostgreSQL server for tests: no file syncs, gone at the end."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

_START_SECONDS = 30
_PATIENT = 3  # tries, should another process take the port first


@dataclass(frozen=True)
class Postgres:
    """A running server. Its superuser is `postgres`; a password is asked for, as in life."""

    port: int
    password: str
    folder: Path

    def url(self, database: str) -> str:
        return f"postgresql://postgres:{self.password}@127.0.0.1:{self.port}/{database}"

    def new_database(self) -> str:
        """Make an empty database; returns its URL."""
        name = f"test_{secrets.token_hex(6)}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return self.url(name)


def find(program: str) -> Path | None:
    """The program of the newest PostgreSQL installed."""
    versions = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{program}"),
        key=lambda path: int(path.parts[-3]) if path.parts[-3].isdigit() else 0,
    )
    if versions:
        return versions[-1]
    found = shutil.which(program)
    return Path(found).resolve() if found else None


def _user() -> str | None:
    """Whom to run as: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """Start a server on a free loopback port and end it, by its pid, with all it holds."""
    initdb, server = find("initdb"), find("postgres")
    assert initdb is not None
    assert server is not None
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))  # short: a unix socket lies in it
    user = _user()
    try:
        if user:
            shutil.chown(folder, user)
        postgres = _initialised(folder, initdb, user)
        process, postgres = _started(postgres, server, user)
        try:
            yield postgres
        finally:
            process.send_signal(signal.SIGINT)  # its "fast" way down
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _initialised(folder: Path, initdb: Path, user: str | None) -> Postgres:
    password = secrets.token_hex(8)
    passwords = folder / "password"
    passwords.write_text(password)
    if user:
        shutil.chown(passwords, user)
    done = subprocess.run(
        [
            str(initdb), "--pgdata", str(folder / "data"), "--username", "postgres",
            "--pwfile", str(passwords), "--auth", "scram-sha-256", "--encoding", "UTF8",
            "--locale", "C.UTF-8", "--no-sync",
        ],
        user=user, group=user and pwd.getpwnam(user).pw_gid, extra_groups=[] if user else None,
        cwd=folder, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return Postgres(0, password, folder)


def _started(
    postgres: Postgres, server: Path, user: str | None
) -> tuple[subprocess.Popen[bytes], Postgres]:
    for _ in range(_PATIENT):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        settings = {
            "listen_addresses": "127.0.0.1", "port": port, "max_connections": 100,
            "unix_socket_directories": postgres.folder, "shared_buffers": "32MB",
            "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off",
        }  # fmt: skip
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with (postgres.folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [str(server), "-D", str(postgres.folder / "data"), *options],
                user=user, group=user and pwd.getpwnam(user).pw_gid,
                extra_groups=[] if user else None,
                cwd=postgres.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        started = Postgres(port, postgres.password, postgres.folder)
        if _answers(process, started):
            return process, started
    raise AssertionError((postgres.folder / "log").read_text())


def _answers(process: subprocess.Popen[bytes], postgres: Postgres) -> bool:
    until = time.monotonic() + _START_SECONDS
    while process.poll() is None:
        try:
            psycopg.connect(postgres.url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            if time.monotonic() > until:
                process.kill()
                process.wait()
                return False
            time.sleep(0.05)
        else:
            return True
    return False


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A server for the whole run of this worker."""
    if find("initdb") is None or find("postgres") is None:
        reason = "PostgreSQL is not installed; tests/lab/install.sh installs it"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with running_postgres() as server:
        yield server


@pytest.fixture
def postgres_url(postgres: Postgres) -> str:
    """The URL of an empty database of this test's own."""
    return postgres.new_database()
