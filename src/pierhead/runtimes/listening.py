"""Which TCP ports are listened on, by whom; read from /proc."""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pierhead.hosts import tree

_LISTEN = "0A"  # TCP_LISTEN in include/net/tcp_states.h


class Listener(NamedTuple):
    """An address that a process listens on, such as ("127.0.0.1", 8000) or ("::", 80)."""

    host: str
    port: int

    @property
    def dial(self) -> str:
        """The loopback address that reaches it, such as `127.0.0.1:8000` or `[::1]:80`."""
        # A wildcard v6 socket takes v4 connections too, unless bindv6only says otherwise.
        host = {"0.0.0.0": "127.0.0.1", "::": "127.0.0.1"}.get(self.host, self.host)  # noqa: S104
        return f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"


def listening(pid: int) -> tuple[Listener, ...]:
    """What a process and everything it started listen on, sorted by port; empty if it ended."""
    wanted = {inode for member in tree.tree(pid) for inode in _sockets(member.pid)}
    found = {listener for listener, inode in _listeners() if inode in wanted}
    return tuple(sorted(found, key=lambda one: (one.port, one.host)))


def port_is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a port can be bound on `host` and nobody listens on it on any other address.

    A socket on another address would get part of the traffic, so it counts as taken.
    """
    if any(listener.port == port for listener, _ in _listeners()):
        return False
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _sockets(pid: int) -> Iterator[int]:
    folder = f"/proc/{pid}/fd"
    try:
        names = os.listdir(folder)  # noqa: PTH208 - hot path
    except OSError:
        return
    for name in names:
        try:
            target = os.readlink(f"{folder}/{name}")  # noqa: PTH115
        except OSError:
            continue
        if target.startswith("socket:["):
            yield int(target[8:-1])


def _listeners() -> Iterator[tuple[Listener, int]]:
    for name, family in (("tcp", socket.AF_INET), ("tcp6", socket.AF_INET6)):
        try:
            rows = Path(f"/proc/net/{name}").read_text().splitlines()[1:]
        except OSError:
            continue
        for row in rows:
            fields = row.split()
            if fields[3] == _LISTEN:
                address, port = fields[1].split(":")
                host = _address(address, family)
                yield Listener(host, int(port, 16)), int(fields[9])


def _address(text: str, family: socket.AddressFamily) -> str:
    # Words of 32 bits, each in the byte order of this machine.
    words = [int(text[at : at + 8], 16) for at in range(0, len(text), 8)]
    return socket.inet_ntop(family, struct.pack(f"={len(words)}I", *words))
