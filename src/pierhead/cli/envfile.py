r"""Variables given on the command line: `--env K=V` and `--env-file FILE`. Values are never shown.

A strict little language: `NAME=value` lines, `export ` before them, `#` comments, single quotes
(taken as they are, over several lines if need be) and double quotes (with `\n \t \" \\ \$`).
Nothing is filled in: `$HOME` stays `$HOME`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from pierhead.errors import InvalidInput

LARGEST = 1_000_000  # bytes; a file above it is no list of variables

_NAME = re.compile(r"(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*")
_QUOTED = {'"': re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL), "'": re.compile(r"'([^']*)'")}
_REST = re.compile(r"[ \t]*(?:#[^\n]*)?(?:\n|\Z)")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\", "$": "$"}


def read_variables(files: Iterable[Path], pairs: Iterable[str]) -> dict[str, str]:
    """All variables of the files, then of the pairs; the later one wins.

    Raises:
        InvalidInput: with file and line, or the place of the option.
    """
    variables: dict[str, str] = {}
    for file in files:
        variables |= _read_file(file)
    for place, pair in enumerate(pairs, 1):
        name, equals, value = pair.partition("=")
        if not equals or not _NAME.fullmatch(f"{name}=") or "\0" in value:
            # Neither is shown: what was meant as a value may stand before the sign.
            raise InvalidInput(
                f"number {place} of the variables is not NAME=VALUE",
                where="--env",
                hint="a name has letters, digits and _, such as --env LOG_LEVEL=debug",
            )
        variables[name] = value
    return variables


def _read_file(file: Path) -> dict[str, str]:
    try:
        with file.open("rb") as stream:
            data = stream.read(LARGEST + 1)
    except OSError as error:
        raise InvalidInput(
            f"cannot be read: {error.strerror}", where=str(file), hint="check the path"
        ) from error
    if len(data) > LARGEST:
        raise InvalidInput(
            f"is larger than {LARGEST} bytes",
            where=str(file),
            hint="is this the file with the variables?",
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InvalidInput("is not UTF-8 text", where=f"{file}:{line}") from None
    return parse(text.replace("\r\n", "\n"), str(file))


def parse(text: str, file: str) -> dict[str, str]:
    """The variables of a text in the language above; `file` is for messages."""
    variables: dict[str, str] = {}
    seen: dict[str, int] = {}
    position = 0
    while position < len(text):
        if blank := _REST.match(text, position):
            position = blank.end()
            continue
        line = text.count("\n", 0, position) + 1
        name, value, position = _assignment(text, position, f"{file}:{line}")
        if name in seen:
            raise InvalidInput(
                f"{name} is set a second time, first in line {seen[name]}",
                where=f"{file}:{line}",
                hint="remove one of the two",
            )
        seen[name] = line
        variables[name] = value
    return variables


def _assignment(text: str, position: int, where: str) -> tuple[str, str, int]:
    indent = len(text) - position - len(text[position:].lstrip(" \t"))
    head = _NAME.match(text, position + indent)
    if head is None:
        raise InvalidInput("is not NAME=value", where=where, hint="a comment begins with #")
    start = head.end()
    if (quote := text[start : start + 1]) in _QUOTED:
        value, end = _quoted(text, start, quote, where)
    else:
        end = text.find("\n", start) if "\n" in text[start:] else len(text)
        value = re.split(r"(?:^|[ \t])#", text[start:end], maxsplit=1)[0].strip(" \t")
        end = min(end + 1, len(text))
    if "\0" in value:
        raise InvalidInput(f"the value of {head[1]} holds a NUL", where=where)
    return head[1], value, end


def _quoted(text: str, start: int, quote: str, where: str) -> tuple[str, int]:
    found = _QUOTED[quote].match(text, start)
    if found is None:
        raise InvalidInput(f"the {quote} is never closed", where=where)
    rest = _REST.match(text, found.end())
    if rest is None:
        raise InvalidInput(
            f"something follows the closing {quote}",
            where=where,
            hint=f"write \\{quote} for a quote inside" if quote == '"' else 'use " around it',
        )
    value = found[1]
    if quote == '"':
        value = re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[0]), value, flags=re.DOTALL)
    return value, rest.end()
