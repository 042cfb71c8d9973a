"""XML manifests, read without entities: a document that declares some is refused."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from pierhead.detect.tree import Tree
from pierhead.domain.stack import Evidence


def read_xml(tree: Tree, path: str) -> tuple[ET.Element | None, Evidence | None]:
    """A file's root element, or None, and what is wrong with it."""
    text = tree.text(path)
    if not text.strip():
        return None, Evidence(path, "is empty or too large to read") if tree.has(path) else None
    if re.search(r"<!(?:DOCTYPE|ENTITY)", text, re.IGNORECASE):
        return None, Evidence(path, "declares a document type, which is not read", 1)
    try:
        # As text, an encoding declaration would contradict itself.
        return ET.fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text)), None  # noqa: S314
    except (ET.ParseError, ValueError, RecursionError) as error:
        place = getattr(error, "position", None)
        return None, Evidence(path, f"is not valid XML: {error}", place[0] if place else None)


def local(element: ET.Element) -> str:
    """An element's name without its namespace."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def child(element: ET.Element | None, *names: str) -> ET.Element | None:
    """The first element at these names, one below the other."""
    for name in names:
        if element is None:
            return None
        element = next((one for one in element if local(one) == name), None)
    return element


def children(element: ET.Element | None, *names: str) -> list[ET.Element]:
    """Every element of the last name, below the first ones of the others."""
    inner = child(element, *names[:-1]) if len(names) > 1 else element
    return [one for one in inner if local(one) == names[-1]] if inner is not None else []


def text_of(element: ET.Element | None, *names: str) -> str:
    """The text at these names; empty if there is none."""
    found = child(element, *names)
    return (found.text or "").strip() if found is not None else ""
