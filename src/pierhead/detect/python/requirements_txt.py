"""requirements.txt and its variants, as pip reads them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from posixpath import dirname, join, normpath

from packaging.requirements import Requirement

from pierhead.detect.python.declared import Declared, requirement
from pierhead.detect.python.manifests import read_pyproject, read_setup
from pierhead.detect.tree import Tree
from pierhead.domain.stack import Evidence

# The first that is there wins; those for production before those for everything.
_USUAL = (
    "requirements.txt",
    "requirements/prod.txt",
    "requirements/production.txt",
    "requirements-prod.txt",
    "requirements-production.txt",
    "requirements_prod.txt",
    "requirements/requirements.txt",
    "requirements/main.txt",
    "requirements/base.txt",
    "requirements/common.txt",
    "requirements-base.txt",
    "requirements/requirements-prod.txt",
    "requirements.in",
    "requirements/base.in",
)
_INCLUDE = re.compile(r"(?:-r|--requirement|-c|--constraint)(?:\s+|=|(?=\S))(\S+)")
_EDITABLE = re.compile(r"(?:-e|--editable)(?:\s+|=)(.+)")
_EGG = re.compile(r"#egg=([A-Za-z0-9._-]+)")
_ASIDE = re.compile(r"dev|test|lint|doc|ci\b", re.IGNORECASE)


@dataclass(slots=True)
class _Read:
    requirements: list[Requirement] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    locals: list[str] = field(default_factory=list)
    constraints: list[str] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    problems: list[Evidence] = field(default_factory=list)
    recoded: bool = False
    hashed: bool = False  # only hashes fix what the named packages need in turn


def read_requirements(tree: Tree) -> Declared | None:
    """The requirements file that a production install uses, its includes followed."""
    path = tree.first(*_USUAL) or next(
        (p for p in tree.glob("requirements*.txt") if not _ASIDE.search(p)),
        next(iter(tree.glob("requirements*.txt")), None),
    )
    if path is None:
        return None
    read = _Read()
    _follow(tree, path, read)
    own = [entry for entry in read.locals if entry.partition("[")[0] in (".", "./")]
    others = tuple(entry for entry in read.locals if entry not in own)
    if own and (project := read_pyproject(tree) or read_setup(tree)):
        read.requirements += project.requirements
        read.lines += map(str, project.requirements)
        read.paths += project.manifests
    rewritten = read.recoded or bool(read.locals)
    name = "requirements.txt"
    held = tuple(part for held in read.constraints for part in ("-c", held))
    return Declared(
        source=path,
        requirements=tuple(read.requirements),
        arguments=("-r", f"$BUILD/{name}", *held, *others) if rewritten else ("-r", path),
        manifests=(*dict.fromkeys(read.paths), *_sources(tree, others)),
        files={name: "\n".join(read.lines) + "\n"} if rewritten else {},
        problems=tuple(read.problems),
        is_locked=read.hashed,
        notes=("the project itself is not installed; its code is read in place",) if own else (),
    )


def _follow(tree: Tree, path: str, read: _Read) -> None:
    if path in read.paths or not tree.has(path):
        return
    read.paths.append(path)
    content = tree.content(path, 1 << 20)
    read.recoded |= b"\0" in content[:64] or content[:2] in (b"\xff\xfe", b"\xfe\xff")
    for number, line in _logical_lines(tree.text(path)):
        _line(tree, path, number, line, read)


def _line(tree: Tree, path: str, number: int, line: str, read: _Read) -> None:
    if match := _INCLUDE.fullmatch(line):
        included = normpath(join(dirname(path), match[1]))
        if line.lstrip("-").startswith("r"):
            _follow(tree, included, read)
        elif tree.has(included):
            read.paths.append(included)
            read.constraints.append(included)
        return
    if match := _EDITABLE.fullmatch(line):
        _editable(match[1].strip(), line, read)
    elif line.startswith(("./", "../", ".[")) or line == ".":
        read.locals.append(line)
    elif line.startswith("-"):
        read.lines.append(line)
    else:
        read.lines.append(line)
        read.hashed |= "--hash=" in line
        parsed = requirement(re.split(r"\s--?\w|\s#", line)[0])
        if parsed is not None:
            read.requirements.append(parsed)
        elif egg := _EGG.search(line):
            read.requirements += filter(None, [requirement(egg[1])])
        elif "://" not in line and "$" not in line:
            read.problems.append(Evidence(path, f"not a requirement: {line[:60]!r}", number))


def _editable(target: str, line: str, read: _Read) -> None:
    """An editable copy would point into one release from all that share the installation."""
    if "://" in target or target.startswith("git+"):
        read.lines.append(line)
        if egg := _EGG.search(target):
            read.requirements += filter(None, [requirement(egg[1])])
    else:
        read.locals.append(target)


def _logical_lines(text: str) -> list[tuple[int, str]]:
    """Lines without comments, those ending in a backslash joined, with the first one's number."""
    found: list[tuple[int, str]] = []
    held, started = "", 0
    for number, raw in enumerate(text.splitlines(), 1):
        started = started if held else number
        line = re.sub(r"(^|\s)#.*$", "", raw).rstrip()
        if line.endswith("\\"):
            held += line[:-1] + " "
            continue
        if whole := (held + line).strip():
            found.append((started, whole))
        held = ""
    if held.strip():
        found.append((started, held.strip()))
    return found


def _sources(tree: Tree, folders: tuple[str, ...]) -> list[str]:
    """Every file of local packages: their code is part of what is installed."""
    roots = [normpath(folder.partition("[")[0]) + "/" for folder in folders]
    return [path for path in tree.paths if any(path.startswith(root) for root in roots)]
