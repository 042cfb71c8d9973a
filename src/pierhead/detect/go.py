"""Go: modules, the main package, and the web framework that the code imports."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from pierhead.detect.given import Given
from pierhead.detect.installed import installation
from pierhead.detect.routes import fixed_port, health_route
from pierhead.detect.services import find_services
from pierhead.detect.tree import Tree
from pierhead.domain.command import Command
from pierhead.domain.stack import Evidence, Recipe, Stack

_FRAMEWORKS = {
    "github.com/gin-gonic/gin": "gin",
    "github.com/labstack/echo": "echo",
    "github.com/go-chi/chi": "chi",
    "github.com/pressly/chi": "chi",
    "github.com/gofiber/fiber": "fiber",
    "github.com/beego/beego": "beego",
    "github.com/astaxie/beego": "beego",
    "github.com/kataras/iris": "iris",
    "github.com/gobuffalo/buffalo": "buffalo",
    "github.com/revel/revel": "revel",
    "github.com/cloudwego/hertz": "hertz",
    "github.com/zeromicro/go-zero": "go-zero",
    "github.com/gorilla/mux": "gorilla-mux",
    "github.com/go-martini/martini": "martini",
}
_REQUIRE = re.compile(r"^\s*(?:require\s+)?([\w.-]+\.[\w-]+/[\w./~-]+)\s+(v\S+)(\s*//\s*indirect)?")
_IMPORT = re.compile(
    r'^\s*(?:import\s+)?(?:[\w.]+\s+)?"([\w.-]+\.[\w-]+/[^"\s]+|C|net/http)"', re.MULTILINE
)
_PORT = re.compile(r'(?:\.(?:Run|Start|Listen|ListenAndServe)\w*\(\s*|Addr:\s*)"[\w.]*:(\d{2,5})"')
_ASIDE = frozenset("test tests testdata example examples _examples docs tools scripts".split())  # noqa: SIM905
_SERVERS = ("server", "web", "api", "app", "serve", "service", "main")


@dataclass(frozen=True, slots=True)
class Module:
    """What a go.mod says; `requires` are the direct ones, version by path."""

    path: str = ""
    version: str | None = None
    line: int | None = None
    requires: dict[str, str] = field(default_factory=dict)


def read_module(text: str) -> Module:
    """The module, its Go version, and what it requires directly."""
    path, version, line = "", None, None
    requires: dict[str, str] = {}
    for number, row in enumerate(text.splitlines(), 1):
        words = row.split()
        if words[:1] == ["module"] and len(words) > 1:
            path = words[1].strip('"')
        elif words[:1] == ["go"] and len(words) > 1 and words[1][:1].isdigit():
            version, line = words[1], number
        elif (match := _REQUIRE.match(row)) and not match[3]:
            requires[match[1]] = match[2]
    return Module(path, version, line, requires)


def find_go(tree: Tree, given: Given) -> Stack | None:  # noqa: ARG001 - one shape
    """The Go program of a tree, or None."""
    mains = _mains(tree)
    has_module = tree.has("go.mod")
    if not has_module and not tree.has("go.work") and not _is_plain(tree, mains):
        return None
    module = read_module(tree.text("go.mod"))
    texts = _sources(tree)
    framework, package, where = _framework(module, texts)
    runs = mains[0] if mains else None
    recipe = _recipe(tree, texts, mains, framework) if runs else Recipe()
    port = fixed_port(texts.values(), _PORT)
    evidence = [Evidence("go.mod", f"is module {module.path}", 1)] if has_module else []
    if where:
        evidence.append(where)
    if runs:
        evidence.append(Evidence(runs, "is a main package", tree.line_of(runs, "func main(")))
    return Stack(
        "go",
        framework,
        min(
            _confidence(has_module, runs, framework),
            97 if has_module or _is_root(runs or "") else 60,
        ),
        tuple(evidence) or (Evidence("go.work", "is a workspace of Go modules"),),
        recipe,
        version=module.requires.get(package, "").removeprefix("v") or None if package else None,
        runtime=module.version or _asked(tree),
        package_manager="go",
        port=port or 8080,
        health_path=health_route(texts.values()),
        services=find_services(tree, (*module.requires, *_imports(texts))),
        output="bin/app" if runs else None,
    )


def _recipe(tree: Tree, texts: dict[str, str], mains: list[str], framework: str | None) -> Recipe:
    folder = mains[0].rpartition("/")[0]
    imports = _imports(texts)
    cgo = "C" in imports or any(name.startswith("github.com/mattn/go-sqlite3") for name in imports)
    target = f"./{folder}" if folder else "."
    build: tuple[str, ...]
    build = ("go", "build", "-trimpath", "-ldflags=-s -w", "-o", "bin/app", target)
    environment = {"GIN_MODE": "release"} if framework == "gin" else {}
    if not tree.has("go.mod"):
        build = ("go", "build", "-o", "bin/app", *(p for p in texts if _is_root(p)))
    elif read_module(tree.text("go.mod")).requires and not tree.has("go.sum"):
        build = (*build[:2], "-mod=mod", *build[2:])  # there is no go.sum: it is made now
    fetch = (Command(("go", "mod", "download")),) if tree.has("go.sum") else ()
    return Recipe(
        dependencies=installation(tree, "go", fetch, ("go.mod", "go.sum")) if fetch else None,
        build=(Command(("env", f"CGO_ENABLED={int(cgo)}", *build)),),
        processes={"web": Command(("./bin/app",))},
        environment=environment,
        notes=_others(mains),
    )


def _others(mains: list[str]) -> tuple[str, ...]:
    """A note where several programs could be meant."""
    folders = list(dict.fromkeys(path.rpartition("/")[0] or "." for path in mains))
    if len(folders) < 2 or folders[0] == ".":
        return ()
    return (
        f"of {len(folders)} programs, {folders[0]} is built; others: {', '.join(folders[1:6])}",
    )


def _confidence(has_module: bool, runs: str | None, framework: str | None) -> int:
    if runs is None:
        return 60 if framework else 35  # a library, or a main package where nobody looks
    if framework:
        return 97
    return 93 if has_module else 88


def _is_plain(tree: Tree, mains: list[str]) -> bool:
    """Whether there is Go without a module: at the root, or below where the root holds nothing."""
    if not mains or tree.named("go.mod"):
        return False  # a module below is a part of its own
    return _is_root(mains[0]) or all(
        n.endswith((".md", ".go")) or "." not in n for n in tree.names()
    )


def _is_root(path: str) -> bool:
    return "/" not in path


def _mains(tree: Tree) -> list[str]:
    """Files of main packages: the root's, then those below cmd/, servers first."""
    candidates = [
        path
        for path in tree.ending("go")
        if not path.endswith("_test.go")
        and path.count("/") <= 3
        and _ASIDE.isdisjoint(path.split("/")[:-1])
    ]
    mains = [p for p in candidates[:400] if "func main(" in tree.text(p, 200_000)]
    mains = [p for p in mains if re.search(r"^package main\b", tree.text(p), re.MULTILINE)]
    return sorted(mains, key=lambda path: _rank(tree, path))


def _rank(tree: Tree, path: str) -> tuple[object, ...]:
    folder = path.rpartition("/")[0]
    last = folder.rpartition("/")[2]
    project = read_module(tree.text("go.mod")).path.rpartition("/")[2]
    text = tree.text(path)
    ignored = re.search(r"^//\s*(?:go:build|\+build)\s+ignore", text, re.MULTILINE) is not None
    return (
        ignored,
        folder != "",
        not path.startswith("cmd/"),
        "net/http" not in text and "Listen" not in text and last not in _SERVERS,
        last != project,
        _SERVERS.index(last) if last in _SERVERS else len(_SERVERS),
        path.count("/"),
        path,
    )


def _sources(tree: Tree) -> dict[str, str]:
    """The text of the upper source files, without tests; at most 80."""
    paths = [
        p
        for p in tree.ending("go")
        if not p.endswith("_test.go") and _ASIDE.isdisjoint(p.split("/")[:-1])
    ]
    return {path: tree.text(path, 200_000) for path in paths[:80]}


def _imports(texts: dict[str, str]) -> Counter[str]:
    return Counter(name for text in texts.values() for name in _IMPORT.findall(text))


def _framework(
    module: Module, texts: dict[str, str]
) -> tuple[str | None, str | None, Evidence | None]:
    """The framework that most files import, else the one required directly."""
    counted: Counter[str] = Counter()
    first: dict[str, Evidence] = {}
    for path, text in texts.items():
        for match in _IMPORT.finditer(text):
            slug = _slug(match[1])
            if slug:
                counted[slug] += 1
                line = text.count("\n", 0, match.start(1)) + 1
                first.setdefault(slug, Evidence(path, f"imports {match[1]}", line))
    declared = {slug: name for name in module.requires if (slug := _slug(name))}
    names = list(dict.fromkeys(_FRAMEWORKS.values()))
    if counted:
        best = min(counted, key=lambda slug: (-counted[slug], names.index(slug)))
        return best, declared.get(best), first[best]
    if declared:
        best = min(declared, key=names.index)
        return best, declared[best], Evidence("go.mod", f"requires {declared[best]}")
    return None, None, None


def _slug(name: str) -> str | None:
    """The framework of a module or package path; `gin-contrib` is not gin."""
    parts = name.split("/")
    return _FRAMEWORKS.get("/".join(parts[:3]))


def _asked(tree: Tree) -> str | None:
    for path in (".go-version", ".tool-versions", "mise.toml"):
        match = re.search(
            r"^\s*(?:go(?:lang)?\s*=?\s*[\"']?)?(1\.\d+(?:\.\d+)?)", tree.text(path), re.MULTILINE
        )
        if match:
            return match[1]
    return None
