"""Bytes of a command's output, cut into lines that people can read."""

from __future__ import annotations

# A line without an end is cut here, so that memory stays bounded.
LONGEST_LINE = 64 * 1024


class LineCutter:
    """Takes bytes as they come and gives back whole lines.

    A carriage return starts the line over, as on a terminal, so a progress bar becomes its last
    state. Bytes that are not UTF-8 become the replacement character.
    """

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[str]:
        """The lines that these bytes complete."""
        *whole, rest = (self._rest + data).split(b"\n")
        lines = [line for raw in whole for line in _show(raw)]
        # What a carriage return has overwritten is gone; the last one may yet become \r\n.
        start = rest.rfind(b"\r", 0, len(rest) - 1)
        rest = rest[start + 1 :]
        while len(rest) > LONGEST_LINE:
            lines.append(rest[:LONGEST_LINE].decode(errors="replace"))
            rest = rest[LONGEST_LINE:]
        self._rest = rest
        return lines

    def close(self) -> list[str]:
        """What is left when the output ends."""
        rest, self._rest = self._rest, b""
        return _show(rest) if rest else []


def _show(raw: bytes) -> list[str]:
    line = raw.rstrip(b"\r")
    line = line[line.rfind(b"\r") + 1 :]
    pieces = [line[at : at + LONGEST_LINE] for at in range(0, len(line), LONGEST_LINE)] or [b""]
    return [piece.decode(errors="replace") for piece in pieces]
