"""What a build of the JVM leaves, and the command that runs it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pierhead.detect.jvm.build import Build
from pierhead.detect.tree import Tree
from pierhead.domain.command import Command

SETTINGS = ("src/main/resources/application.properties", "src/main/resources/application.yml",
             "src/main/resources/application.yaml")  # fmt: skip
_MAIN = re.compile(
    r"\bvoid main\s*\(|^\s*(?:suspend )?fun main\s*\(|@SpringBootApplication|@QuarkusMain",
    re.MULTILINE,
)
_OWN_JAR = {"spring-boot": "bootJar", "quarkus": "quarkusBuild"}
_NAMED = ("app", "server", "web", "api", "application", "backend", "service")


@dataclass(frozen=True, slots=True)
class Packed:
    """What the build leaves and what runs it."""

    build: Command
    output: str
    start: Command


def tool_argv(build: Build) -> tuple[str, ...]:
    if build.wrapper:
        return ("sh", f"./{build.wrapper}")
    return ("mvn",) if build.tool == "maven" else ("gradle",)


def find_packed(tree: Tree, build: Build, framework: str | None) -> Packed | None:
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
        return Packed(line, jar, Command(("java", *options, "-jar", jar)))
    if build.tool == "gradle" and _task(build, framework) == "installDist":
        name = module.rpartition("/")[2] or build.name or "app"
        folder = f"{place}build/install/{name}"
        return Packed(line, folder, Command((f"./{folder}/bin/{name}",)))
    java = ("java", *options, "-jar")
    ending = "war" if build.packaging == "war" else "jar"
    if build.jar and not module and "$" not in build.jar:
        tail = "-jar-with-dependencies" if "with-dependencies" in (build.fat or "") else ""
        jar = f"{out}/{build.jar}{tail}.{ending}"
        return Packed(line, jar, Command((*java, jar)))
    fat = build.fat if build.fat and framework not in _OWN_JAR else None
    jar = f"{place}{fat}" if fat else f"{out}/*.{ending}"
    # The build's version is part of the name, so the shell finds it.
    return Packed(line, jar, Command.line(f"exec {' '.join((*java, jar))}"))


def _task(build: Build, framework: str | None) -> str:
    """Gradle's task that leaves what runs: the plugin that packs decides."""
    if framework in _OWN_JAR:
        return _OWN_JAR[framework]
    if build.first("io.ktor.plugin:"):
        return "buildFatJar"
    if build.fat:
        return "shadowJar"
    return "installDist" if build.application else "assemble"


def _build_line(build: Build, framework: str | None, module: str) -> Command:
    if build.tool == "maven":
        only = ("-pl", module, "-am") if module else ()
        return Command((*tool_argv(build), "-B", "-DskipTests", *only, "package"))
    task = _task(build, framework)
    path = f":{module.replace('/', ':')}:{task}" if module else task
    return Command((*tool_argv(build), "--no-daemon", path))


def _main_module(tree: Tree, build: Build, framework: str | None) -> str | None:
    """The module with the entry point; the root's where there is only one."""
    if len(build.modules) == 1:
        runnable = framework or build.application or build.fat or build.main_class
        return "" if runnable or build.packaging == "war" or main_files(tree, "") else None
    ranked = [m for m in build.modules if main_files(tree, m)]
    ranked.sort(key=lambda m: (not _has_settings(tree, m), m not in _NAMED, m.count("/"), m))
    return ranked[0] if ranked else None


def _has_settings(tree: Tree, module: str) -> bool:
    return any(tree.has(f"{module}/{path}" if module else path) for path in SETTINGS)


def main_files(tree: Tree, module: str) -> list[str]:
    """Files with a main method in a module's sources; at most 60 are looked at."""
    start = f"{module}/src/" if module else "src/"
    paths = [p for p in (*tree.ending("java"), *tree.ending("kt")) if p.startswith(start)]
    paths = [p for p in paths if "/test/" not in p][:120]
    return [p for p in paths if _MAIN.search(tree.text(p, 200_000))][:5]
