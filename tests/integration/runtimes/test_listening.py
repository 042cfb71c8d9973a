from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from pierhead.runtimes.listening import Listener, listening, port_is_free

pytestmark = pytest.mark.real

# Listens on the given addresses in a child of its own, so that the tree must be looked at.
CHILD = """
import socket, subprocess, sys, time
if sys.argv[1] == "outer":
    subprocess.run([sys.executable, "-S", "-c", sys.argv[2], "inner", *sys.argv[2:]])
else:
    sockets = []
    for host in sys.argv[3:]:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        s = socket.socket(family)
        s.bind((host, 0)); s.listen(); sockets.append(s)
    print(*(s.getsockname()[1] for s in sockets), flush=True)
    time.sleep(600)
"""


@contextmanager
def listener(*hosts: str) -> Iterator[tuple[int, list[int]]]:
    process = subprocess.Popen(
        [sys.executable, "-S", "-c", CHILD, "outer", CHILD, *hosts],
        stdout=subprocess.PIPE,
        text=True,
        process_group=0,
    )
    try:
        assert process.stdout
        yield process.pid, [int(port) for port in process.stdout.readline().split()]
    finally:
        os.killpg(process.pid, 9)
        process.communicate()


def test_what_a_tree_listens_on() -> None:
    with listener("127.0.0.1", "0.0.0.0", "::1") as (pid, ports):
        expected = {("127.0.0.1", ports[0]), ("0.0.0.0", ports[1]), ("::1", ports[2])}
        assert set(listening(pid)) == expected
        assert {one.dial for one in listening(pid)} == {
            f"127.0.0.1:{ports[0]}",
            f"127.0.0.1:{ports[1]}",
            f"[::1]:{ports[2]}",
        }
    assert listening(pid) == ()


def test_others_do_not_count() -> None:
    with socket.create_server(("127.0.0.1", 0)), listener("127.0.0.1") as (pid, ports):
        assert [one.port for one in listening(pid)] == ports


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "::", "127.0.0.2"])
def test_a_port_that_somebody_listens_on_is_not_free(host: str) -> None:
    with listener(host) as (_, [port]):
        assert not port_is_free(port)
        assert not port_is_free(port, "0.0.0.0")
    assert port_is_free(port)
    assert port_is_free(port, "0.0.0.0")


def test_a_port_that_is_bound_or_forbidden_is_not_free() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        assert not port_is_free(held.getsockname()[1])
    assert not port_is_free(50_000, "203.0.113.1"), "an address that this machine has not"


def test_a_wildcard_is_dialled_on_loopback() -> None:
    assert Listener("::", 80).dial == "127.0.0.1:80"
