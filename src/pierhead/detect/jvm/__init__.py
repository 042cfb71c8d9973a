"""Java and Kotlin: Maven and Gradle builds, what they leave, and how that starts."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pierhead.detect.given import Given
from pierhead.detect.installed import installation
from pierhead.detect.jvm.build import Build
from pierhead.detect.jvm.gradle import read_gradle
from pierhead.detect.jvm.maven import read_maven
from pierhead.detect.routes import fixed_port
from pierhead.detect.services import find_services
from pierhead.detect.tree import Tree
from pierhead.domain.command import Command
from pierhead.domain.stack import Evidence, Recipe, Stack

# Artifacts by framework; a group alone ends in a colon. Those built on others come first.
_FRAMEWORKS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("quarkus", ("io.quarkus:", "io.quarkus.platform:")),
    ("micronaut", ("io.micronaut:", "io.micronaut.application:", "io.micronaut.platform:")),
    ("grails", ("org.grails:", "org.grails.grails-web:")),
    ("spring-boot", ("org.springframework.boot:",)),
    ("ktor", ("io.ktor:", "io.ktor.plugin:")),
    ("http4k", ("org.http4k:",)),
    ("helidon", ("io.helidon.applications:", "io.helidon.webserver:")),
    ("dropwizard", ("io.dropwizard:",)),
    ("javalin", ("io.javalin:",)),
    ("vertx", ("io.vertx:vertx-web", "io.vertx:vertx-core")),
    ("spark", ("com.sparkjava:",)),
    ("spring", ("org.springframework:spring-webmvc", "org.springframework:spring-web",
                "org.springframework:spring-webflux", "org.springframework:spring-context",
                "org.springframework:spring-core", "org.springframework:spring-framework-bom")),
    ("play", ("com.typesafe.play:", "org.playframework:")),
    ("struts", ("org.apache.struts:",)),
)  # fmt: skip
_PORT = re.compile(r"(?m)^\s*(?:server\.port|quarkus\.http\.port)\s*[=:]\s*(\d{2,5})\s*$")
_SETTINGS = ("src/main/resources/application.properties", "src/main/resources/application.yml",
             "src/main/resources/application.yaml")  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Packed:
    """What the build leaves and what runs it."""

    build: Command
    output: str
    start: Command


def find_jvm(tree: Tree, given: Given) -> Stack | None:  # noqa: ARG001 - one shape
    """The Java or Kotlin application of a tree, or None; Scala's own build is elsewhere."""
    build = read_maven(tree) or read_gradle(tree)
    if build is None:
        return _without_build(tree)
    if build.scala and not build.kotlin and not _counts(tree, build)["java"]:
        return None
    name = _language(tree, build)
    framework, why = _framework(build)
    packed = _packed(tree, build, framework)
    runtime, asked = _runtime(tree, build)
    evidence = [why or Evidence(build.path, f"is a build of {build.tool.title()}")]
    evidence += [e for e in (asked, *build.problems) if e]
    texts = [tree.text(f"{m}/{p}" if m else p) for m in build.modules for p in _SETTINGS]
    return Stack(
        name,
        framework,
        _confidence(tree, build, framework),
        tuple(evidence),
        _recipe(tree, build, packed, runtime) if packed else Recipe(),
        version=_version(build, framework),
        runtime=runtime,
        package_manager=build.tool,
        port=fixed_port(texts, _PORT) or 8080,
        health_path=_health(build, framework),
        services=find_services(tree, build.artifacts),
        output=packed.output if packed else None,
    )


def _recipe(tree: Tree, build: Build, packed: _Packed, runtime: str | None) -> Recipe:
    manifests = [build.path, "gradle.lockfile", "settings.gradle", "settings.gradle.kts",
                 "gradle/libs.versions.toml", "gradle.properties"]  # fmt: skip
    manifests += [p for m in build.modules if m for p in tree.glob(f"{m}/pom.xml")]
    manifests += [p for m in build.modules if m for p in tree.glob(f"{m}/build.gradle*")]
    fetch = (
        (*_tool(build), "-B", "-q", "dependency:go-offline")
        if build.tool == "maven"
        else (*_tool(build), "--no-daemon", "--quiet", "dependencies")
    )
    return Recipe(
        dependencies=installation(
            tree, build.tool, (Command(fetch),), tuple(manifests), runtime=runtime
        ),
        build=(packed.build,),
        processes={"web": packed.start},
        notes=()
        if build.wrapper
        else (f"there is no wrapper: {build.tool} of the machine is used",),
    )


def _tool(build: Build) -> tuple[str, ...]:
    if build.wrapper:
        return ("sh", f"./{build.wrapper}")
    return ("mvn",) if build.tool == "maven" else ("gradle",)


def _packed(tree: Tree, build: Build, framework: str | None) -> _Packed | None:
    """The jar that runs. Frameworks name theirs differently; a library leaves none that runs."""
    module = _main_module(tree, build, framework)
    if module is None:
        return None
    place = f"{module}/" if module else ""
    out = f"{place}target" if build.tool == "maven" else f"{place}build/libs"
    line = _build_line(build, framework, module)
    port = {"spring-boot": "-Dserver.port=$PORT", "quarkus": "-Dquarkus.http.port=$PORT",
            "micronaut": "-Dmicronaut.server.port=$PORT"}.get(framework or "")  # fmt: skip
    options = (port,) if port else ()
    if framework == "quarkus":
        folder = f"{place}target" if build.tool == "maven" else f"{place}build"
        jar = f"{folder}/quarkus-app/quarkus-run.jar"
        return _Packed(line, jar, Command(("java", *options, "-jar", jar)))
    if (
        build.tool == "gradle"
        and build.application
        and framework in (None, "ktor")
        and not build.fat
    ):
        name = module.rpartition("/")[2] or build.name or "app"
        folder = f"{place}build/install/{name}"
        return _Packed(line, folder, Command((f"./{folder}/bin/{name}",)))
    ending = {"maven": "target", "gradle": "build/libs"}[build.tool]
    jar = (
        f"{place}{build.fat}"
        if build.fat
        else f"{out}/*.{'war' if build.packaging == 'war' else 'jar'}"
    )
    if build.fat and not build.fat.startswith(ending):
        jar = f"{out}/*.jar"
    # The build's version is part of the name, so the shell finds it.
    return _Packed(
        line, jar, Command.line(f"exec java {' '.join(options)} -jar {jar}".replace("  ", " "))
    )


def _build_line(build: Build, framework: str | None, module: str) -> Command:
    if build.tool == "maven":
        only = ("-pl", module, "-am") if module else ()
        return Command((*_tool(build), "-B", "-DskipTests", *only, "package"))
    task = "bootJar" if framework == "spring-boot" else "assemble"
    if framework == "quarkus":
        task = "quarkusBuild"
    elif build.fat:
        task = "shadowJar"
    elif build.application and framework in (None, "ktor"):
        task = (
            "buildFatJar"
            if build.first("io.ktor.plugin:") and framework == "ktor"
            else "installDist"
        )
        if task == "buildFatJar":
            build.fat = "build/libs/*-all.jar"
    path = f":{module.replace('/', ':')}:{task}" if module else task
    return Command((*_tool(build), "--no-daemon", path))


def _main_module(tree: Tree, build: Build, framework: str | None) -> str | None:
    """The module with the entry point; the root's where there is only one."""
    if len(build.modules) == 1:
        runnable = framework or build.application or build.fat or build.main_class
        return "" if runnable or build.packaging == "war" or _mains(tree, "") else None
    ranked = [m for m in build.modules if _mains(tree, m)]
    ranked.sort(key=lambda m: (not _has_settings(tree, m), m not in _NAMED, m.count("/"), m))
    return ranked[0] if ranked else None


_NAMED = ("app", "server", "web", "api", "application", "backend", "service")


def _has_settings(tree: Tree, module: str) -> bool:
    return any(tree.has(f"{module}/{path}" if module else path) for path in _SETTINGS)


def _mains(tree: Tree, module: str) -> list[str]:
    """Files with a main method in a module's sources; at most 60 are looked at."""
    start = f"{module}/src/" if module else "src/"
    paths = [p for p in (*tree.ending("java"), *tree.ending("kt")) if p.startswith(start)]
    paths = [p for p in paths if "/test/" not in p][:120]
    return [p for p in paths if re.search(r"\bvoid main\s*\(|^\s*(?:suspend )?fun main\s*\(|@SpringBootApplication|@QuarkusMain",
                                          tree.text(p, 200_000), re.MULTILINE)][:5]  # fmt: skip


def _framework(build: Build) -> tuple[str | None, Evidence | None]:
    for slug, patterns in _FRAMEWORKS:
        name = build.first(*patterns)
        if name:
            return slug, build.artifacts[name]
    return None, None


def _version(build: Build, framework: str | None) -> str | None:
    patterns = next((p for slug, p in _FRAMEWORKS if slug == framework), ())
    for pattern in patterns:
        for name, version in build.versions.items():
            if name.startswith(pattern):
                return version
    return None


def _counts(tree: Tree, build: Build) -> dict[str, int]:
    """Source files by language, tests left out."""
    found = {}
    for language, ending in (("java", "java"), ("kotlin", "kt"), ("scala", "scala")):
        paths = [p for p in tree.ending(ending) if "/test/" not in f"/{p}"]
        found[language] = len(paths)
    return found


def _language(tree: Tree, build: Build) -> str:
    """Kotlin by its sources, or by its plugin where there are none; the script's ending says nothing."""
    counts = _counts(tree, build)
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
    counts = _counts(tree, build)
    if build.application or build.fat or build.main_class or build.packaging == "war":
        return 93 - low
    if any(_mains(tree, m) for m in build.modules):
        return 91 - low
    return (45 if counts["java"] or counts["kotlin"] else 32) - low // 2


def _health(build: Build, framework: str | None) -> str | None:
    if (
        framework == "spring-boot"
        and "org.springframework.boot:spring-boot-starter-actuator" in build.artifacts
    ):
        return "/actuator/health"
    if framework == "quarkus" and "io.quarkus:quarkus-smallrye-health" in build.artifacts:
        return "/q/health"
    if framework == "micronaut" and "io.micronaut:micronaut-management" in build.artifacts:
        return "/health"
    return None


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
