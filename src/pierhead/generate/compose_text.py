"""compose.yaml as text: YAML that a person would write, with comments."""

from __future__ import annotations

import re
import textwrap
from typing import Any

import yaml

from pierhead.generate.instructions import comment


def literal(text: str) -> str:
    """A text that compose's own substitution leaves as it is."""
    return text.replace("$", "$$")


def section(text: str, content: dict[str, Any]) -> str:
    """A block below `services:`, with its comment."""
    return textwrap.indent(f"{comment(text)}\n{block(content)}", "  ")


class _Writer(yaml.SafeDumper):
    """Lists set in below their key, and long lines left whole."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        """Every list is set in."""
        super().increase_indent(flow, False)


def _text(writer: _Writer, value: str) -> yaml.ScalarNode:
    style = None
    if re.search(r"[^\x20-\x7e\n]", value):
        style = '"'  # only there every character that looks like a line break is escaped
    elif "\n" in value and not re.search(r"[^\S\n]\n", value):
        style = "|"
    return writer.represent_scalar("tag:yaml.org,2002:str", value, style=style)


def _nothing(writer: _Writer, _value: None) -> yaml.ScalarNode:
    return writer.represent_scalar("tag:yaml.org,2002:null", "")


_Writer.add_representer(str, _text)
_Writer.add_representer(type(None), _nothing)


def block(content: dict[str, Any]) -> str:
    """A block at the beginning of the line."""
    text = yaml.dump(
        content, Dumper=_Writer, sort_keys=False, allow_unicode=True, width=1000, indent=2
    )
    return text.rstrip("\n")
