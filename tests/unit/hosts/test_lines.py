from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pierhead.hosts.lines import LONGEST_LINE, LineCutter


def cut(*pieces: bytes) -> list[str]:
    cutter = LineCutter()
    lines = [line for piece in pieces for line in cutter.feed(piece)]
    return lines + cutter.close()


@pytest.mark.parametrize(
    ("pieces", "lines"),
    [
        ((b"one\ntwo\n",), ["one", "two"]),
        ((b"o", b"ne\nt", b"wo"), ["one", "two"]),
        ((b"\n\n",), ["", ""]),
        ((b"windows\r\n", b"too\r", b"\n"), ["windows", "too"]),
        ((b"10%\r50%\r100%\ndone\n",), ["100%", "done"]),
        ((b"10%\r", b"50%\r", b"99%"), ["99%"]),
        ((b"caf\xc3\xa9 \xff\n",), ["caf\u00e9 \ufffd"]),
        ((b"",), []),
    ],
)
def test_bytes_become_lines(pieces: tuple[bytes, ...], lines: list[str]) -> None:
    assert cut(*pieces) == lines


def test_a_line_without_end_is_cut() -> None:
    cutter = LineCutter()
    lines = [line for _ in range(50) for line in cutter.feed(b"x" * 10_000)]
    assert {len(line) for line in lines} == {LONGEST_LINE}
    assert len(cutter._rest) <= LONGEST_LINE


def test_a_progress_bar_without_end_takes_no_memory() -> None:
    cutter = LineCutter()
    for percent in range(100_000):
        assert cutter.feed(b"%d done\r" % percent) == []
    assert len(cutter._rest) < 100


@given(st.lists(st.text(alphabet="ab\u00e9 ", max_size=20)), st.integers(1, 7))
def test_the_cut_does_not_depend_on_the_pieces(lines: list[str], size: int) -> None:
    data = "".join(line + "\n" for line in lines).encode()
    assert cut(*[data[at : at + size] for at in range(0, len(data), size)]) == lines
