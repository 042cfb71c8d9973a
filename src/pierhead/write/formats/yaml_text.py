"""YAML from strangers: no aliases, no double keys, no objects."""

from __future__ import annotations

from typing import Any

import yaml

from pierhead.errors import InvalidInput

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):  # type: ignore[misc]
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """As in YAML itself, a key may be there once; PyYAML would take the last."""
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise yaml.constructor.ConstructorError(
                        None, None, f"{key.value!a} is there twice", key.start_mark
                    )
                seen.add(key.value)
        found: dict[Any, Any] = super().construct_mapping(node, deep)
        return found


def load_yaml(raw: bytes) -> Any:
    """Parse one YAML document.

    Raises:
        InvalidInput: with line and column.
    """
    try:
        _refuse_aliases(raw)
        return yaml.load(raw, Loader=_Loader)  # noqa: S506  # a SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
        raise InvalidInput(f"the bundle is not valid YAML: {error.problem}{place}") from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise InvalidInput(f"the bundle cannot be read as YAML: {error}") from None


def _refuse_aliases(raw: bytes) -> None:
    """Nine lines of aliases can name a billion things."""
    for event in yaml.parse(raw, Loader=_Base):
        if isinstance(event, yaml.AliasEvent):
            mark: Any = event.start_mark
            raise yaml.MarkedYAMLError(None, None, "an alias is refused", mark)
