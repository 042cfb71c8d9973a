"""Values that must not be seen."""

from __future__ import annotations

import base64
import json
import urllib.parse
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, final

DOTS = "••••••"


@final
@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """A text that prints as dots; only adapters call `reveal`."""

    _value: str

    def reveal(self) -> str:
        """The text itself."""
        return self._value

    def __repr__(self) -> str:
        return DOTS

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(DOTS, spec)


class Redactor:
    """Replaces secret values in text, in plain, base64, URL-encoded and JSON form.

    Values shorter than 6 characters are left alone: replacing `1` or `true` everywhere would
    destroy the text and protect nothing.
    """

    SHORTEST = 6

    def __init__(self, values: Iterable[str] = ()) -> None:
        forms: set[str] = set()
        for value in values:
            if len(value) >= self.SHORTEST:
                forms |= _forms(value)
        self._forms = sorted(forms, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        for form in self._forms:
            text = text.replace(form, DOTS)
        return text

    def document(self, value: Any) -> Any:
        """JSON data with every text in it redacted."""
        if isinstance(value, str):
            return self(value)
        if isinstance(value, Mapping):
            return {key: self.document(each) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return [self.document(each) for each in value]
        return value


def _forms(value: str) -> set[str]:
    raw = value.encode()
    encoded = {
        *_base64_forms(raw),
        urllib.parse.quote(value),
        urllib.parse.quote(value, safe=""),
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        urllib.parse.quote_plus(value),
    }
    lines = {line for line in value.splitlines() if len(line) >= Redactor.SHORTEST}
    return {value} | encoded | lines


def _base64_forms(raw: bytes) -> set[str]:
    """In base64 alone, and what can be seen of it where it is part of something longer.

    `user:PASSWORD` of HTTP basic authentication is such a thing. Three bytes become four
    characters, so there are three ways to be cut, and the characters at a cut depend on the
    neighbour.
    """
    found = set()
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        found.add(encode(raw).decode().rstrip("="))
        for before, lost in ((0, 0), (1, 2), (2, 3)):
            whole = 8 * (before + len(raw)) // 6
            found.add(encode(bytes(before) + raw).decode()[lost:whole])
    return found
