"""Which files may be executed."""

from __future__ import annotations


def mode_of(path: str, head: bytes, asked: int | None = None) -> int:
    """0o755 for `*.sh`, `scripts/*`, files with a shebang, and where it was asked; else 0o644.

    Args:
        path: relative.
        head: the first two bytes of the content.
        asked: permission bits the bundle names, if it does; any x bit means 0o755.
    """
    if asked is not None and asked & 0o111:
        return 0o755
    folders, _, name = path.rpartition("/")
    script = name.endswith(".sh") or "scripts" in folders.split("/") or head == b"#!"
    return 0o755 if script else 0o644
