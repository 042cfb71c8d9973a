"""How much a bundle may be: what is hostile or a mistake is stopped while it is read."""

from __future__ import annotations

from dataclasses import dataclass

from pierhead.errors import InvalidInput

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one bundle.

    Attributes:
        files: how many files (contracts.md A1: up to 100,000).
        total_bytes: of all contents together, unpacked.
        ratio: unpacked bytes for one packed byte, counted from `free_bytes` on. Source code packs
            4 to 20 times smaller; a bomb of zeros 1,000 times.
        free_bytes: unpacked bytes for which no ratio is asked.
        document_bytes: of a JSON or YAML document, which is read whole.
        line_bytes: of one NDJSON line.
    """

    files: int = 100_000
    total_bytes: int = 4096 * MIB
    ratio: int = 200
    free_bytes: int = 16 * MIB
    document_bytes: int = 256 * MIB
    line_bytes: int = 64 * MIB

    def check_count(self, count: int) -> None:
        """Raise InvalidInput if there are more files than allowed."""
        if count > self.files:
            raise too_much(f"it has more than {self.files:,} files")

    def check_unpacked(self, unpacked: int, packed: int) -> None:
        """Raise InvalidInput if this many bytes came out of that many."""
        if unpacked > self.total_bytes:
            raise too_much(f"it holds more than {self.total_bytes:,} bytes")
        if unpacked > self.free_bytes and unpacked > packed * self.ratio:
            raise too_much(f"it unpacks to more than {self.ratio} times its size")


def too_much(reason: str) -> InvalidInput:
    """The error for a bundle beyond a limit."""
    return InvalidInput(
        f"the bundle is refused: {reason}",
        hint="send less, or split it; nothing was written",
        details={"rule": "limit"},
    )
