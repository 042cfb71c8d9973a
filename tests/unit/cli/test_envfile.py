from __future__ import annotations

from pathlib import Path

import pytest

from pierhead.cli.envfile import LARGEST, parse, read_variables
from pierhead.errors import InvalidInput

ACCEPTED = {
    "A=1\nB=two words \n": {"A": "1", "B": "two words"},
    "\n# note\n  # note\n\nA=1": {"A": "1"},
    "export A=1\n  export\tB = 2\n": {"A": "1", "B": "2"},
    "A=": {"A": ""},
    "A=\nB=2": {"A": "", "B": "2"},
    "A= # nothing": {"A": ""},
    "A=a#b # note": {"A": "a#b"},
    "A=$HOME ${X} `id`": {"A": "$HOME ${X} `id`"},
    "A=x=y=z": {"A": "x=y=z"},
    "A='it # is \\n $X' # note": {"A": "it # is \\n $X"},
    'A="a\\nb\\t\\"q\\" \\\\ \\$ \\x"': {"A": 'a\nb\t"q" \\ $ \\x'},
    "A='line 1\nline 2'\nB=2": {"A": "line 1\nline 2", "B": "2"},
    'A="line 1\nline 2"\n': {"A": "line 1\nline 2"},
    "A=it's": {"A": "it's"},
    "URL=postgres://u:p@h/db?x=1&y=2": {"URL": "postgres://u:p@h/db?x=1&y=2"},
}

REFUSED = {
    "A=1\nno value": ("f:2", "is not NAME=value"),
    "1A=x": ("f:1", "is not NAME=value"),
    "A-B=x": ("f:1", "is not NAME=value"),
    "=x": ("f:1", "is not NAME=value"),
    "A='x\nB=2\n": ("f:1", "the ' is never closed"),
    '\n\nA="x': ("f:3", 'the " is never closed'),
    "A='x'y": ("f:1", "something follows the closing '"),
    'A="x" "y"': ("f:1", 'something follows the closing "'),
    "A='a\nb'\nA=2": ("f:3", "A is set a second time, first in line 1"),
    "A=x\0y": ("f:1", "the value of A holds a NUL"),
}


@pytest.mark.parametrize("text", ACCEPTED)
def test_accepted(text: str) -> None:
    assert parse(text, "f") == ACCEPTED[text]


@pytest.mark.parametrize("text", REFUSED)
def test_refused_with_file_and_line(text: str) -> None:
    where, message = REFUSED[text]
    with pytest.raises(InvalidInput) as caught:
        parse(text, "f")
    assert (caught.value.where, caught.value.message) == (where, message)


@pytest.mark.parametrize(
    "line", ["canary", 'A="canary', "A='x'canary", "A=1\nA=canary", "A=canary\0"]
)
def test_values_are_never_shown(line: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse(line, "f")
    assert "canary" not in f"{caught.value} {caught.value.hint} {caught.value.details}"


def test_windows_files_are_read(tmp_path: Path) -> None:
    file = tmp_path / "env"
    file.write_bytes(b"\xef\xbb\xbfA=1\r\nB='x\r\ny'\r\n")
    assert read_variables([file], []) == {"A": "1", "B": "x\ny"}


def test_later_files_and_pairs_win(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text("A=1\nB=1\nC=1\n")
    two.write_text("B=2\nC=2\n")
    assert read_variables([one, two], ["C=3", "D="]) == {"A": "1", "B": "2", "C": "3", "D": ""}


def test_files_that_are_no_lists_of_variables_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "env"
    file.write_bytes(b"A=1\nB=\xff\n")
    with pytest.raises(InvalidInput, match=r"env:2: is not UTF-8"):
        read_variables([file], [])
    file.write_bytes(b"#" * (LARGEST + 1))
    with pytest.raises(InvalidInput, match="is larger than"):
        read_variables([file], [])
    with pytest.raises(InvalidInput, match="cannot be read: Is a directory"):
        read_variables([tmp_path], [])
