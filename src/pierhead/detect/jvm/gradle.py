"""build.gradle and build.gradle.kts, read by the patterns that people write.

They are programs, so only plain lines are understood: plugins, coordinates in quotes, and the
aliases of a version catalog.
"""

from __future__ import annotations

import re

from pierhead.detect.jvm.build import Build
from pierhead.detect.jvm.catalog import read_catalog
from pierhead.detect.tree import Tree
from pierhead.domain.stack import Evidence

_PLUGIN = re.compile(
    r"""(?:\bid|apply\s+plugin\s*:?|\bplugin\s*:|apply\(plugin\s*=)\s*[( ]?\s*"""
    r"""["']([\w.-]+)["']\)?"""
    r"""(?:\s*\)?\s*version\s*[( ]?\s*["']([^"']+)["'])?"""
)
_COORDINATE = re.compile(
    r"""["']([\w.-]+\.[\w.-]+|\w+):([\w.-]+)(?::([\w.$\{\}+-]+))?(?:[:@][\w.-]+)?["']"""
)
_MAPPED = re.compile(r"""group\s*[:=]\s*["']([\w.-]+)["']\s*,\s*name\s*[:=]\s*["']([\w.-]+)["']""")
_ALIAS = re.compile(r"\blibs\.((?:plugins\.|bundles\.)?[\w.]+)")
_KOTLIN = re.compile(
    r"""\bkotlin\s*\(\s*["'](jvm|multiplatform|plugin\.\w+|android)["']\s*\)|["']kotlin["']"""
)
_JAVA = re.compile(
    r"(?:JavaLanguageVersion\.of\(\s*[\"']?|JavaVersion\.VERSION_(?:1_)?|jvmToolchain\(\s*|"
    r"(?:sourceCompatibility|targetCompatibility)\s*=\s*[\"']?(?:1\.)?|"
    r"jvmTarget\s*=\s*[\"'](?:1\.)?)(\d{1,2})\b"
)
_INCLUDE = re.compile(r"\binclude\b\s*\(?((?:\s*[\"'][\w:./-]+[\"']\s*,?)+)")
_TEST = re.compile(r"^\s*(?:test|androidTest|integrationTest)\w*\s*[( \"']", re.ASCII)
MAX_MODULES = 40


def read_gradle(tree: Tree) -> Build | None:
    """The build of a tree, its subprojects included; None if there is none."""
    path = tree.first("build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts")
    if path is None:
        return None
    build = Build("gradle", path, wrapper="gradlew" if tree.has("gradlew") else None)
    settings = tree.first("settings.gradle", "settings.gradle.kts")
    text = _uncommented(tree.text(settings)) if settings else ""
    if match := re.search(r"rootProject\.name\s*=\s*[\"']([\w.-]+)", text):
        build.name = match[1]
    if match := re.search(r"^\s*version\s*=?\s*[\"']([\w.-]+)[\"']", tree.text(path), re.MULTILINE):
        build.version = match[1]
    catalog = read_catalog(tree)
    included = [n for m in _INCLUDE.finditer(text) for n in re.findall(r"[\"']([\w:./-]+)", m[1])]
    folders = ["", *(name.strip(":").replace(":", "/") for name in included)]
    for folder in dict.fromkeys(folders[:MAX_MODULES]):
        start = f"{folder}/" if folder else ""
        for name in ("build.gradle", "build.gradle.kts"):
            if tree.has(f"{start}{name}"):
                if folder:
                    build.modules.append(folder)
                _read(tree, f"{start}{name}", build, catalog)
    return build


def _read(tree: Tree, path: str, build: Build, catalog: dict[str, list[tuple[str, str]]]) -> None:
    text = _uncommented(tree.text(path))
    variables = dict(re.findall(r"(\w+)\s*=\s*[\"']([\d.]+[\w.]*)[\"']", text))
    variables |= dict(
        re.findall(r"^(\w+)\s*=\s*([\d.]+[\w.]*)", tree.text("gradle.properties"), re.MULTILINE)
    )
    for number, line in enumerate(text.splitlines(), 1):
        if not _TEST.match(line):
            _read_line(build, path, number, line, variables)
            for match in _ALIAS.finditer(line):
                for name, version in catalog.get(match[1].removesuffix(".get"), ()):
                    group, _, artifact = name.partition(":")
                    _add(build, path, number, group, artifact, version)
    _read_whole(build, text)


def _read_line(build: Build, path: str, number: int, line: str, variables: dict[str, str]) -> None:
    """Plugins, coordinates and the Java release that one line names."""
    for match in _PLUGIN.finditer(line):
        _add(build, path, number, match[1], match[1], match[2] or "")
    for match in _COORDINATE.finditer(line):
        version = re.sub(r"\$\{?(\w+)\}?", lambda m: variables.get(m[1], ""), match[3] or "")
        _add(build, path, number, match[1], match[2], version)
    for match in _MAPPED.finditer(line):
        _add(build, path, number, match[1], match[2], "")
    if kotlin := _KOTLIN.search(line):
        build.kotlin = build.kotlin or kotlin[1] in (None, "jvm", "multiplatform")
        build.artifacts.setdefault("kotlin", Evidence(path, "applies Kotlin", number))
    if build.runtime is None and (asked := _JAVA.search(line)):
        build.runtime = asked[1]
        build.runtime_says = Evidence(path, f"asks for Java {asked[1]}", number)


def _read_whole(build: Build, text: str) -> None:
    """What the plugins, taken together, make of the build."""
    names = build.artifacts
    build.kotlin |= any(
        n.startswith(
            ("org.jetbrains.kotlin.jvm:", "kotlin:", "org.jetbrains.kotlin.multiplatform:")
        )
        for n in names
    )
    build.kotlin |= "org.jetbrains.kotlin:kotlin-gradle-plugin" in names
    build.scala |= (
        "scala:scala" in names or re.search(r"^\s*scala\s*$", text, re.MULTILINE) is not None
    )
    build.application |= build.first("io.ktor.plugin:") is not None
    build.android |= any(n.startswith(("com.android.", "android:")) for n in names)
    build.application |= "application:application" in names or bool(
        re.search(r"^\s*application\b", text, re.MULTILINE)
    )
    if any("shadow" in n for n in names) or build.first("io.ktor.plugin:"):
        build.fat = "build/libs/*-all.jar"
    if "war:war" in names or re.search(r"^\s*war\s*$", text, re.MULTILINE):
        build.packaging = "war"
    if main := re.search(r"mainClass(?:Name)?(?:\.set)?\s*[=(]\s*[\"']([\w.$]+)", text):
        build.main_class = build.main_class or main[1]


def _add(build: Build, path: str, line: int, group: str, artifact: str, version: str) -> None:
    name = f"{group}:{artifact}"
    build.artifacts.setdefault(
        name, Evidence(path, f"names {name if group != artifact else group}", line)
    )
    if version and "$" not in version and version[:1].isdigit():
        build.versions.setdefault(name, version)


def _uncommented(text: str) -> str:
    """The text without comments; lines keep their numbers."""
    plain = re.sub(r"/\*.*?(?:\*/|\Z)", lambda m: "\n" * m[0].count("\n"), text, flags=re.DOTALL)
    return re.sub(r"(?m)(^|[^:\"'])//[^\n]*", r"\1", plain)
