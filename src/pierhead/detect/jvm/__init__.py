"""Java and Kotlin: Maven and Gradle builds, what they leave, and how that starts."""

from __future__ import annotations

import re

from pierhead.detect.given import Given
from pierhead.detect.installed import installation
from pierhead.detect.jvm.build import Build
from pierhead.detect.jvm.frameworks import find_framework, framework_version, health_path
from pierhead.detect.jvm.gradle import read_gradle
from pierhead.detect.jvm.maven import read_maven
from pierhead.detect.jvm.packed import SETTINGS, Packed, find_packed, main_files, tool_argv
from pierhead.detect.routes import fixed_port
from pierhead.detect.services import find_services
from pierhead.detect.tree import Tree
from pierhead.domain.command import Command
from pierhead.domain.stack import Evidence, Recipe, Stack

_PORT = re.compile(r"(?m)^\s*(?:server\.port|quarkus\.http\.port)\s*[=:]\s*(\d{2,5})\s*$")


def find_jvm(tree: Tree, given: Given) -> Stack | None:  # noqa: ARG001 - one shape
    """The Java or Kotlin application of a tree, or None; Scala's own build is elsewhere."""
    build = read_maven(tree) or read_gradle(tree)
    if build is None:
        return _without_build(tree)
    if build.scala and not build.kotlin and not _counts(tree)["java"]:
        return None
    name = _language(tree, build)
    framework, why = find_framework(build)
    packed = find_packed(tree, build, framework)
    runtime, asked = _runtime(tree, build)
    evidence = [why or Evidence(build.path, f"is a build of {build.tool.title()}")]
    evidence += [e for e in (asked, *build.problems) if e]
    texts = [tree.text(f"{m}/{p}" if m else p) for m in build.modules for p in SETTINGS]
    return Stack(
        name,
        framework,
        _confidence(tree, build, framework),
        tuple(evidence),
        _recipe(tree, build, packed, runtime) if packed else Recipe(),
        version=framework_version(build, framework),
        runtime=runtime,
        package_manager=build.tool,
        port=fixed_port(texts, _PORT) or 8080,
        health_path=health_path(build, framework),
        services=find_services(tree, build.artifacts),
        output=packed.output if packed else None,
    )


def _recipe(tree: Tree, build: Build, packed: Packed, runtime: str | None) -> Recipe:
    manifests = [build.path, "gradle.lockfile", "settings.gradle", "settings.gradle.kts",
                 "gradle/libs.versions.toml", "gradle.properties"]  # fmt: skip
    manifests += [p for m in build.modules if m for p in tree.glob(f"{m}/pom.xml")]
    manifests += [p for m in build.modules if m for p in tree.glob(f"{m}/build.gradle*")]
    fetch = (
        (*tool_argv(build), "-B", "-q", "dependency:go-offline")
        if build.tool == "maven"
        else (*tool_argv(build), "--no-daemon", "--quiet", "dependencies")
    )
    notes = () if build.wrapper else (f"there is no wrapper: {build.tool} of the machine is used",)
    starts = build.packaging != "war" or build.first("org.springframework.boot:") is not None
    return Recipe(
        dependencies=installation(
            tree, build.tool, (Command(fetch),), tuple(manifests), runtime=runtime
        ),
        build=(packed.build,),
        processes={"web": packed.start} if starts else {},
        notes=notes if starts else (*notes, "a WAR needs a servlet container, such as Tomcat"),
    )


def _counts(tree: Tree) -> dict[str, int]:
    """Source files by language, tests left out."""
    found = {}
    for language, ending in (("java", "java"), ("kotlin", "kt"), ("scala", "scala")):
        paths = [p for p in tree.ending(ending) if "/test/" not in f"/{p}"]
        found[language] = len(paths)
    return found


def _language(tree: Tree, build: Build) -> str:
    """Kotlin by its sources, or by its plugin where there are none."""
    counts = _counts(tree)
    if counts["java"] or counts["kotlin"]:
        return "kotlin" if counts["kotlin"] > counts["java"] else "java"
    if build.kotlin or build.first("io.ktor:", "io.ktor.plugin:"):
        return "kotlin"
    return "java"


def _confidence(tree: Tree, build: Build, framework: str | None) -> int:
    if build.android:
        return 20
    low = 20 * bool(build.problems)
    if framework:
        return 97 - low
    counts = _counts(tree)
    if build.application or build.fat or build.main_class or build.packaging == "war":
        return 93 - low
    if any(main_files(tree, m) for m in build.modules):
        return 91 - low
    return (45 if counts["java"] or counts["kotlin"] else 32) - low // 2


def _runtime(tree: Tree, build: Build) -> tuple[str | None, Evidence | None]:
    """What a person pinned for the platform, else what the build compiles for."""
    for path, pattern in (
        ("system.properties", r"^\s*java\.runtime\.version\s*=\s*(?:1\.)?(\d+)"),
        (".java-version", r"^\s*(?:[a-z]+[-\d.]*-)?(?:1\.)?(\d+)"),
        (".sdkmanrc", r"^\s*java\s*=\s*(?:1\.)?(\d+)"),
        (".tool-versions", r"^\s*java\s+(?:[a-z-]+-)?(?:1\.)?(\d+)"),
        ("mise.toml", r"^\s*java\s*=\s*[\"'](?:[a-z-]+-)?(?:1\.)?(\d+)"),
    ):
        if match := re.search(pattern, tree.text(path), re.MULTILINE):
            line = tree.text(path).count("\n", 0, match.start(1)) + 1
            return match[1], Evidence(path, f"asks for Java {match[1]}", line)
    return build.runtime, build.runtime_says


def _without_build(tree: Tree) -> Stack | None:
    """Java sources alone: an Ant build, or a main class."""
    if tree.has("build.xml") and tree.ending("java"):
        return Stack("java", None, 45, (Evidence("build.xml", "is a build of Ant"),), Recipe())
    for path in ("WEB-INF/web.xml", "META-INF/MANIFEST.MF", ".mvn/extensions.xml"):
        if tree.has(path):
            return Stack("java", None, 75, (Evidence(path, "is Java's"),), Recipe(), port=8080)
    for path in tree.glob("*.jar"):
        start = Recipe(processes={"web": Command(("java", "-jar", path))})
        return Stack("java", None, 60, (Evidence(path, "is a built program"),), start, port=8080)
    for name, ending in (("java", "java"), ("kotlin", "kt")):
        mains = [p for p in tree.ending(ending) if p.count("/") == 0][:10]
        for path in mains:
            if re.search(
                r"\bvoid main\s*\(|^\s*fun main\s*\(", tree.text(path, 200_000), re.MULTILINE
            ):
                return Stack(
                    name, None, 60, (Evidence(path, "has a main method"),), Recipe(), port=8080
                )
    return None
