"""Instructions of a Dockerfile as text. Pure; each function gives one instruction."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Mapping, Sequence

from pierhead.errors import InvalidInput

_PLAIN = re.compile(r"[A-Za-z0-9_./:@+,-]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_WIDTH = 100


def comment(text: str) -> str:
    """A comment, wrapped at 100 columns."""
    return "\n".join(f"# {line}" for line in textwrap.wrap(" ".join(text.split()), _WIDTH - 2))


def cache(target: str, *, locked: bool = False) -> str:
    """A folder that outlives the build. `locked`: two builds take turns, for tools that need it."""
    return f"type=cache,target={target}" + (",sharing=locked" if locked else "")


def secret(name: str, target: str) -> str:
    """A file that only this instruction sees; nothing is there if the build was given none."""
    return f"type=secret,id={name},target={target}"


def run(*lines: str, mounts: Sequence[str] = (), secrets: Sequence[str] = ()) -> str:
    """Shell lines, each run if the one before it succeeded.

    Args:
        lines: for /bin/sh.
        mounts: of `cache` and `secret`.
        secrets: variables that the lines may read; the build stops if it was not given them.
    """
    needed = [f"type=secret,id={name},required=true" for name in sorted(secrets)]
    exports = [f'export {name}="$(cat /run/secrets/{name})"' for name in sorted(secrets)]
    commands = [*exports, *lines]
    parts = [f"--mount={mount}" for mount in (*mounts, *needed)]
    parts += [f"{line} &&" for line in commands[:-1]] + [commands[-1]]
    return "RUN " + " \\\n    ".join(parts)


def copy(sources: Sequence[str], target: str, *, stage: str | None = None) -> str:
    """Files of the build context, or of another stage."""
    origin = f"--from={stage} " if stage else ""
    if all(_PLAIN.fullmatch(path) for path in (*sources, target)):
        return f"COPY {origin}{' '.join(sources)} {target}"
    return f"COPY {origin}{json.dumps([*sources, target])}"


def copy_each(paths: Sequence[str]) -> list[str]:
    """Files to their own folders below the working directory, one COPY for each folder."""
    folders: dict[str, list[str]] = {}
    for path in sorted(paths):
        folders.setdefault(path.rpartition("/")[0], []).append(path)
    return [copy(found, f"./{folder}/" if folder else "./") for folder, found in folders.items()]


def env(values: Mapping[str, str]) -> str:
    """Variables, sorted by name.

    Raises:
        InvalidInput: if a value has a control character, which a Dockerfile cannot hold.
    """
    return "ENV " + _pairs(values)


def path(*folders: str) -> str:
    """Folders before all others in PATH."""
    return f"ENV PATH={':'.join(folders)}:$PATH"


def label(values: Mapping[str, str]) -> str:
    """Labels, sorted by name; raises as `env` does."""
    return "LABEL " + _pairs(values)


def arg(name: str, default: str) -> str:
    """A build argument with its default; raises as `env` does."""
    return f"ARG {name}={quoted(name, default)}"


def _pairs(values: Mapping[str, str]) -> str:
    rows = [f"{name}={quoted(name, values[name])}" for name in sorted(values)]
    return " \\\n    ".join(rows)


def quoted(name: str, value: str) -> str:
    """A value that the Dockerfile's own substitution leaves as it is."""
    if _CONTROL.search(value):
        raise InvalidInput(
            f"the value of {name} has a line break or control character,"
            " which a Dockerfile cannot hold",
            hint="give it when the container starts: in .env, or in the service's variables",
            where=name,
        )
    if _PLAIN.fullmatch(value):
        return value
    return '"' + re.sub(r'([\\"$])', r"\\\1", value) + '"'


def exec_form(argv: Sequence[str]) -> str:
    """An argv that no shell reads."""
    return json.dumps(list(argv))
