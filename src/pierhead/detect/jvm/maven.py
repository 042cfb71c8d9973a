"""pom.xml and its modules."""

from __future__ import annotations

import re
from posixpath import normpath
from xml.etree import ElementTree as ET

from pierhead.detect.jvm.build import Build
from pierhead.detect.tree import Tree
from pierhead.detect.xml_file import child, children, local, read_xml, text_of
from pierhead.domain.stack import Evidence

MAX_MODULES = 40
_JAVA = ("java.version", "maven.compiler.release", "maven.compiler.target", "maven.compiler.source",
         "release.version", "jdk.version")  # fmt: skip
_FAT = {
    "maven-shade-plugin": "target/*.jar",
    "maven-assembly-plugin": "target/*-with-dependencies.jar",
    "spring-boot-maven-plugin": "target/*.jar",
}


def read_maven(tree: Tree) -> Build | None:
    """The build of a tree's pom.xml, its modules included; None if there is none."""
    if not tree.has("pom.xml"):
        return None
    build = Build("maven", "pom.xml", wrapper="mvnw" if tree.has("mvnw") else None)
    waiting = [""]
    seen: set[str] = set()
    while waiting and len(seen) < MAX_MODULES:
        folder = waiting.pop(0)
        if folder in seen:
            continue
        seen.add(folder)
        path = f"{folder}/pom.xml" if folder else "pom.xml"
        root, problem = read_xml(tree, path)
        if problem:
            build.problems.append(problem)
        if root is None:
            continue
        if folder:
            build.modules.append(folder)
        _read(tree, path, root, build)
        for module in [*children(root, "modules", "module"), *_profile_modules(root)]:
            below = normpath(f"{folder}/{(module.text or '').strip()}".strip("/"))
            if tree.has(f"{below}/pom.xml"):
                waiting.append(below)
    return build


def _profile_modules(root: ET.Element) -> list[ET.Element]:
    return [
        m for p in children(root, "profiles", "profile") for m in children(p, "modules", "module")
    ]


def _read(tree: Tree, path: str, root: ET.Element, build: Build) -> None:
    properties = {local(one): (one.text or "").strip() for one in child(root, "properties") or ()}
    if path == "pom.xml":
        _read_names(root, properties, build)
    parent = child(root, "parent")
    if parent is not None:
        _add(tree, path, parent, build, properties)
    # Managed versions of quarkus or spring are boms: only their group tells.
    for dependency in children(root, "dependencies", "dependency"):
        if text_of(dependency, "scope") != "test":
            _add(tree, path, dependency, build, properties)
    for managed in children(root, "dependencyManagement", "dependencies", "dependency"):
        if text_of(managed, "type") == "pom":
            _add(tree, path, managed, build, properties)
    for plugin in children(root, "build", "plugins", "plugin"):
        _add(tree, path, plugin, build, properties)
        name = text_of(plugin, "artifactId")
        build.fat = build.fat or _FAT.get(name)
        build.kotlin |= name == "kotlin-maven-plugin"
        build.scala |= name == "scala-maven-plugin"
        for one in plugin.iter():
            if local(one) == "mainClass" and one.text:
                build.main_class = build.main_class or one.text.strip()
    _runtime(tree, path, root, properties, build)


def _read_names(root: ET.Element, properties: dict[str, str], build: Build) -> None:
    """What the artifact is called, which is the name of the jar."""
    build.name = text_of(root, "artifactId") or None
    build.version = text_of(root, "version") or text_of(root, "parent", "version") or None
    build.jar = _filled(text_of(root, "build", "finalName"), properties) or None
    if build.jar is None and build.version and "$" not in build.version:
        build.jar = f"{build.name}-{build.version}"
    build.packaging = text_of(root, "packaging") or "jar"


def _add(
    tree: Tree, path: str, element: ET.Element, build: Build, properties: dict[str, str]
) -> None:
    group = _filled(text_of(element, "groupId") or "org.apache.maven.plugins", properties)
    artifact = _filled(text_of(element, "artifactId"), properties)
    if not artifact:
        return
    name = f"{group}:{artifact}"
    if name not in build.artifacts:
        line = tree.line_of(path, f"<artifactId>{artifact}</artifactId>")
        build.artifacts[name] = Evidence(path, f"names {name}", line)
    version = _filled(text_of(element, "version"), properties)
    if version and "$" not in version:
        build.versions.setdefault(name, version)


def _filled(text: str, properties: dict[str, str]) -> str:
    for _ in range(3):
        text = re.sub(r"\$\{([\w.-]+)\}", lambda m: properties.get(m[1], m[0]), text)[:300]
    return text


def _runtime(
    tree: Tree, path: str, root: ET.Element, properties: dict[str, str], build: Build
) -> None:
    if build.runtime:
        return
    for key in _JAVA:
        value = _filled(properties.get(key, ""), properties)
        if re.fullmatch(r"(?:1\.)?\d{1,2}", value):
            build.runtime = value.removeprefix("1.")
            says = f"asks for Java {build.runtime}"
            build.runtime_says = Evidence(path, says, tree.line_of(path, f"<{key}>"))
            return
    for plugin in children(root, "build", "plugins", "plugin"):
        if text_of(plugin, "artifactId") == "maven-compiler-plugin":
            for key in ("release", "target", "source"):
                value = _filled(text_of(plugin, "configuration", key), properties)
                if re.fullmatch(r"(?:1\.)?\d{1,2}", value):
                    build.runtime = value.removeprefix("1.")
                    build.runtime_says = Evidence(path, f"asks for Java {build.runtime}")
                    return
