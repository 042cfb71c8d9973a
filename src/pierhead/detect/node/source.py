"""What JavaScript and TypeScript source asks of its surroundings.

There is no parser of these languages here, so this reads by patterns, and answers only where they
are plain.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pierhead.detect.secret_names import generated
from pierhead.detect.tree import Tree

SOURCE_LIMIT = 200_000
MAX_SOURCES = 150
_ASIDE = frozenset("test tests __tests__ spec docs examples public dist build static".split())  # noqa: SIM905
_ENV = re.compile(r"process\.env(?:\.([A-Z][A-Z0-9_]*)|\[\s*['\"]([A-Z][A-Z0-9_]*)['\"]\s*\])")
_SCHEMA = re.compile(r"\b([A-Z][A-Z0-9_]*)\s*:\s*(?:Joi|joi|z|yup)\s*\.\s*string\(\)([^\n]*)")
_LISTEN = re.compile(
    r"\.listen\(\s*(?:\{[^}]*?port\s*:\s*)?(?:(\d{2,5})\b|([A-Za-z_$][\w$]*)\s*[,)}])"
)
_STARTS = re.compile(r"\.listen\s*\(|createServer\s*\(|Bun\.serve|serve\(\s*\{")
_OTHER_PORTS = re.compile(r"DB|DATABASE|REDIS|PG|POSTGRES|MYSQL|MONGO|SMTP|MAIL|AMQP|KAFKA|PROXY")


@dataclass(frozen=True, slots=True)
class Source:
    """Facts of a project's source.

    Attributes:
        listens: the first file that was seen to start a server, or None.
        port: the port it insists on, where it reads none from the environment.
        port_variable: the variable it reads the port from, where that is not PORT.
        secrets: variables that it reads without a default and that may be random.
    """

    listens: str | None = None
    port: int | None = None
    port_variable: str | None = None
    secrets: tuple[str, ...] = ()


def read_source(tree: Tree) -> Source:
    """Read the upper levels of a project's source, without tests and built files."""
    texts = {path: tree.text(path, SOURCE_LIMIT) for path in source_paths(tree)}
    variables: set[str] = set()
    secrets: set[str] = set()
    ports: set[int] = set()
    listens = None
    for path, text in texts.items():
        if listens is None and _STARTS.search(text):
            listens = path
        ports |= _literal_ports(text)
        if "process.env" not in text:
            continue
        for name, rest in _SCHEMA.findall(text):  # environments checked by a validator
            if generated(name) and not re.search(r"default\(|optional\(|nullable\(", rest):
                secrets.add(name)
        for match in _ENV.finditer(text):
            name = match[1] or match[2]
            variables.add(name)
            after = text[match.end() : match.end() + 12].lstrip()
            if generated(name) and not after.startswith(("||", "??")):
                secrets.add(name)
    others = {v for v in variables if v.endswith("_PORT") and not _OTHER_PORTS.search(v)}
    reads_port = "PORT" in variables
    fixed = len(ports) == 1 and not reads_port and not others
    return Source(
        listens=listens,
        port=next(iter(ports)) if fixed else None,
        port_variable=next(iter(others)) if len(others) == 1 and not reads_port else None,
        secrets=tuple(sorted(secrets)),
    )


def source_paths(tree: Tree) -> list[str]:
    """The upper source files, without tests and what is built."""
    paths = [path for ending in ("js", "mjs", "cjs", "ts", "mts") for path in tree.ending(ending)]
    found = [
        path
        for path in (*paths, *tree.glob("bin/www"), *tree.glob("*/bin/www"))
        if path.count("/") <= 3
        and _ASIDE.isdisjoint(path.split("/")[:-1])
        and not path.endswith((".min.js", ".test.js", ".spec.js", ".test.ts", ".spec.ts", ".d.ts"))
    ]
    found.sort(key=lambda path: (path.count("/"), path))
    return found[:MAX_SOURCES]


def _literal_ports(text: str) -> set[int]:
    found = set()
    for match in _LISTEN.finditer(text):
        literal = match[1]
        if match[2]:
            name = re.escape(match[2])
            constant = re.search(rf"\b(?:const|let|var)\s+{name}\s*=\s*(\d{{2,5}})\s*[;\n]", text)
            literal = constant[1] if constant else None
        if literal and 0 < int(literal) < 65536:
            found.add(int(literal))
    return found
