"""Packages of a distribution, installed without leaving lists behind."""

from __future__ import annotations

from collections.abc import Iterable

from pierhead.generate.instructions import cache, comment, run

_APT = (
    cache("/var/cache/apt", locked=True),
    cache("/var/lib/apt/lists", locked=True),
)


def install_packages(names: Iterable[str], *, alpine: bool = False) -> list[str]:
    """The instruction, or nothing for no names."""
    listed = sorted(set(names))
    if not listed:
        return []
    if alpine:
        return [run(f"apk add --no-cache {' '.join(listed)}")]
    return [
        comment("Lists and archives stay in BuildKit's cache, so none is in the layer."),
        run(
            "rm -f /etc/apt/apt.conf.d/docker-clean",
            "apt-get update",
            f"apt-get install -y --no-install-recommends {' '.join(listed)}",
            mounts=_APT,
        ),
    ]
