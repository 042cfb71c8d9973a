"""Rust: crates and workspaces, their binaries, and the web framework."""

from __future__ import annotations

import re
from dataclasses import dataclass
from posixpath import normpath
from typing import Any

from pierhead.detect.given import Given
from pierhead.detect.installed import installation
from pierhead.detect.python.toml_file import read_toml, table
from pierhead.detect.routes import fixed_port, health_route
from pierhead.detect.services import find_services
from pierhead.detect.tree import Tree
from pierhead.domain.command import Command
from pierhead.domain.stack import Evidence, Recipe, Stack

# Those built on others come first: Loco and Leptos projects declare axum too.
_FRAMEWORKS = (
    ("loco", ("loco-rs",)),
    ("rocket", ("rocket",)),
    ("actix-web", ("actix-web",)),
    ("poem", ("poem",)),
    ("salvo", ("salvo",)),
    ("tide", ("tide",)),
    ("axum", ("axum",)),
    ("warp", ("warp",)),
    ("ntex", ("ntex",)),
    ("gotham", ("gotham",)),
)
_PORT = re.compile(r'(?:"[\d.]+:(\d{2,5})"|\(\s*(?:\[[\d, ]+\]|"[\d.]+")\s*,\s*(\d{2,5})\s*\))')
_READS_PORT = ("PORT", "ROCKET_PORT")
MAX_MEMBERS = 60


@dataclass(frozen=True, slots=True)
class Crate:
    """One package: its folder, name, binaries, and what it depends on at run time."""

    folder: str
    name: str
    bins: tuple[str, ...]
    main: str | None
    dependencies: dict[str, Any]
    default: str | None = None

    @property
    def manifest(self) -> str:
        """Its Cargo.toml."""
        return f"{self.folder}/Cargo.toml" if self.folder else "Cargo.toml"

    @property
    def framework(self) -> str | None:
        """The web framework it depends on."""
        names = {_package(name, value) for name, value in self.dependencies.items()}
        return next((slug for slug, packages in _FRAMEWORKS if names & set(packages)), None)


def find_rust(tree: Tree, given: Given) -> Stack | None:  # noqa: ARG001 - one shape
    """The Rust program of a tree, or None."""
    if not tree.has("Cargo.toml"):
        return None
    document, problem = read_toml(tree, "Cargo.toml")
    crates = _crates(tree, document)
    crate = _deployable(document, crates)
    if crate is None:
        says = problem or Evidence("Cargo.toml", "is a manifest of Rust")
        return Stack("rust", None, 30, (says,), Recipe(), runtime=_asked(tree, document))
    texts = _sources(tree, crate)
    framework = _imported(crate, texts)
    binary = _binary(crate)
    evidence = [Evidence(crate.manifest, f"is crate {crate.name}")]
    package = next((n for slug, names in _FRAMEWORKS if slug == framework for n in names), None)
    if package:
        line = tree.line_of(crate.manifest, package)
        evidence.append(Evidence(crate.manifest, f"depends on {package}", line))
    if crate.main:
        evidence.append(Evidence(crate.main, "is a binary", tree.line_of(crate.main, "fn main(")))
    server = framework is not None or _listens(texts)
    confidence = (97 if framework else 93 if server else 90) if binary else 40
    if _is_shell_app(tree, crate):
        confidence = 25
    return Stack(
        "rust",
        framework,
        confidence,
        tuple(evidence),
        _recipe(tree, document, crate, binary, framework) if binary else Recipe(),
        version=_version(crate.dependencies.get(package)) if package else None,
        runtime=_asked(tree, document),
        package_manager="cargo",
        port=_port(texts) or (8000 if framework == "rocket" else 8080),
        health_path=health_route(texts),
        services=find_services(tree, _services(crate)),
        output=f"target/release/{binary}" if binary else None,
    )


def _recipe(
    tree: Tree, document: dict[str, Any], crate: Crate, binary: str, framework: str | None
) -> Recipe:
    locked = ("--locked",) if tree.has("Cargo.lock") else ()
    only = ("--package", crate.name) if table(document, "workspace") and crate.folder else ()
    build = Command(("cargo", "build", "--release", *locked, *only, "--bin", binary))
    fetch = (Command(("cargo", "fetch", *locked)),)
    environment = {"ROCKET_ADDRESS": "127.0.0.1"} if framework == "rocket" else {}
    start = ("env", "ROCKET_PORT=$PORT") if framework == "rocket" else ()
    return Recipe(
        dependencies=installation(tree, "cargo", fetch, ("Cargo.lock", crate.manifest)),
        build=(build,),
        processes={"web": Command((*start, f"./target/release/{binary}"))},
        environment=environment,
    )


def _crates(tree: Tree, document: dict[str, Any]) -> list[Crate]:
    """The root's package, and the members of its workspace."""
    folders = [""] if table(document, "package") else []
    workspace = table(document, "workspace")
    listed = workspace.get("members")
    excluded = workspace.get("exclude")
    skip = _texts(excluded)
    for pattern in listed if isinstance(listed, list) else []:
        if isinstance(pattern, str):
            hits = tree.glob(f"{normpath(pattern)}/Cargo.toml")
            folders += [hit.rpartition("/")[0] for hit in hits]
    wanted = [f for f in dict.fromkeys(folders) if f not in skip][:MAX_MEMBERS]
    return [crate for folder in wanted if (crate := _crate(tree, folder))]


def _texts(value: object) -> set[str]:
    return {one for one in value if isinstance(one, str)} if isinstance(value, list) else set()


def _crate(tree: Tree, folder: str) -> Crate | None:
    start = f"{folder}/" if folder else ""
    document, _ = read_toml(tree, f"{start}Cargo.toml")
    package = table(document, "package")
    name = package.get("name")
    if not isinstance(name, str):
        return None
    default = package.get("default-run")
    bins: dict[str, str] = {}
    if tree.has(f"{start}src/main.rs"):
        bins[name] = f"{start}src/main.rs"
    listed = document.get("bin")
    for row in listed if isinstance(listed, list) else []:
        if isinstance(row, dict) and isinstance(row.get("name"), str):
            path = row.get("path")
            place = normpath(f"{start}{path}") if isinstance(path, str) else ""
            if place == bins.get(name):
                bins.pop(name, None)  # the listed name replaces that of the package
            bins[row["name"]] = place or f"{start}src/bin/{row['name']}.rs"
    for path in tree.glob(f"{start}src/bin/*.rs"):
        bins.setdefault(path.rpartition("/")[2].removesuffix(".rs"), path)
    for path in tree.glob(f"{start}src/bin/*/main.rs"):
        bins.setdefault(path.split("/")[-2], path)
    main = next(iter(bins.values()), None)
    dependencies = {**table(document, "dependencies")}
    for target in table(document, "target").values():
        dependencies.update(table(target, "dependencies"))
    return Crate(
        folder,
        name,
        tuple(bins),
        main if main and tree.has(main) else None,
        dependencies,
        default if isinstance(default, str) else None,
    )


def _deployable(document: dict[str, Any], crates: list[Crate]) -> Crate | None:
    """The member to run: with a framework and a binary before those with only one of them."""
    if not crates:
        return None
    members = table(document, "workspace").get("default-members")
    default = {normpath(m) for m in _texts(members)}
    return min(
        crates,
        key=lambda c: (not c.bins, c.framework is None, c.folder not in default, c.folder != ""),
    )


def _binary(crate: Crate) -> str | None:
    if not crate.bins:
        return None
    for wanted in (crate.default, crate.name, "server", "web", "api", "app"):
        if wanted in crate.bins:
            return wanted
    return crate.bins[0]


def _imported(crate: Crate, texts: list[str]) -> str | None:
    """Of several declared frameworks, the one that the source uses."""
    names = {_package(name, value) for name, value in crate.dependencies.items()}
    declared = [slug for slug, packages in _FRAMEWORKS if names & set(packages)]
    if len(declared) < 2 or declared[0] == "loco":
        return declared[0] if declared else None
    text = "\n".join(texts)
    return max(declared, key=lambda slug: len(re.findall(rf"\b{slug.replace('-', '_')}::", text)))


def _package(name: str, value: object) -> str:
    renamed = value.get("package") if isinstance(value, dict) else None
    return renamed if isinstance(renamed, str) else name


def _version(value: object) -> str | None:
    found = value.get("version") if isinstance(value, dict) else value
    return found if isinstance(found, str) else None


def _sources(tree: Tree, crate: Crate) -> list[str]:
    start = f"{crate.folder}/src/" if crate.folder else "src/"
    paths = [p for p in tree.ending("rs") if p.startswith(start)]
    return [tree.text(path, 200_000) for path in paths[:60]]


def _listens(texts: list[str]) -> bool:
    return any("TcpListener" in text or "Server::bind" in text for text in texts)


def _is_shell_app(tree: Tree, crate: Crate) -> bool:
    """A desktop application: its window is not served to anybody."""
    return "tauri" in crate.dependencies or tree.has("tauri.conf.json")


def _port(texts: list[str]) -> int | None:
    if any(f'"{name}"' in text for text in texts for name in _READS_PORT):
        return None
    flat = [_PORT.sub(lambda m: f"\0{m[1] or m[2]}\0", text) for text in texts]
    return fixed_port(flat, re.compile("\0(\\d{2,5})\0"))


def _services(crate: Crate) -> list[str]:
    """Drivers, and those that sqlx, Diesel and SeaORM name as features."""
    names = [_package(name, value) for name, value in crate.dependencies.items()]
    for value in crate.dependencies.values():
        features = value.get("features") if isinstance(value, dict) else None
        for feature in features if isinstance(features, list) else []:
            text = str(feature)
            if re.fullmatch(r"(?:sqlx-)?(?:postgres|mysql)", text):
                names.append("tokio-postgres" if text.endswith("postgres") else "mysql_async")

    return names


def _asked(tree: Tree, document: dict[str, Any]) -> str | None:
    for path in ("rust-toolchain.toml", "rust-toolchain"):
        match = re.search(r"(?:channel\s*=\s*[\"'])?(\d+\.\d+(?:\.\d+)?)", tree.text(path))
        if match:
            return match[1]
    asked = table(document, "package").get("rust-version")
    return asked if isinstance(asked, str) else None
