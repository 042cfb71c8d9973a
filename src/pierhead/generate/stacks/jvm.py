"""Java, Kotlin and Scala: built by Maven, Gradle or sbt, run on a JRE."""

from __future__ import annotations

import posixpath

from pierhead.domain.command import Command
from pierhead.generate import images, probes
from pierhead.generate.blueprint import Blueprint
from pierhead.generate.commands import contained
from pierhead.generate.instructions import cache, comment, copy, run, secret
from pierhead.generate.project import ImageOptions, Project
from pierhead.generate.stacks.assets import node_brought, node_stage
from pierhead.generate.stacks.building import build_stage, found_jar

_CACHES = {
    "maven": (cache("/root/.m2"), secret("maven-settings", "/root/.m2/settings.xml")),
    "gradle": (cache("/root/.gradle", locked=True), secret("netrc", "/root/.netrc")),
    "sbt": (
        cache("/root/.sbt", locked=True),
        cache("/root/.ivy2", locked=True),
        cache("/root/.cache/coursier"),
    ),
}
_MANIFESTS = (
    "pom.xml",
    "mvnw",
    "build.gradle",
    "build.gradle.kts",
    "settings.gradle",
    "settings.gradle.kts",
    "gradle.properties",
    "gradle.lockfile",
    "gradlew",
    "build.sbt",
)
# Folders of the build itself: wrappers, catalogues of versions, plugins.
_FOLDERS = (".mvn", "gradle", "buildSrc", "build-logic", "project")
_TRUST = (
    "keytool -importcert -noprompt -cacerts -storepass changeit -alias extra"
    " -file /usr/local/share/ca-certificates/extra.crt"
)


def blueprint(project: Project, options: ImageOptions) -> Blueprint:
    """The image of a JVM service."""
    version = images.release(project.stack)
    tool = _tool(project)
    pattern = project.stack.output or _usual_output(tool)
    jar = "*" in pattern
    before = [copy([folder], f"./{folder}") for folder in _FOLDERS if project.below(folder)]
    build = build_stage(
        project,
        options,
        _image(project, tool, version),
        manifests=project.named(*_MANIFESTS),
        caches=_CACHES[tool],
        before=[*_trusting(options), *node_brought(project), *before],
        after=found_jar(pattern, "/out/app.jar") if jar else (),
    )
    web = contained(project.recipe.processes.get("web", Command(())))
    return Blueprint(
        f"library/eclipse-temurin:{version}-jre-noble",
        (_taken(pattern, jar=jar),),
        (*node_stage(project), build),
        health=probes.bash,
        command=_started(web, pattern) if web.argv else None,
        environment={
            # Of the container's memory, not the machine's; what runs out of it is started anew.
            "JAVA_TOOL_OPTIONS": "-XX:MaxRAMPercentage=75 -XX:+ExitOnOutOfMemoryError",
        },
        trust=(run(_TRUST),),
    )


def _tool(project: Project) -> str:
    if project.stack.package_manager in _CACHES:
        return project.stack.package_manager
    if project.stack.name == "scala":
        return "sbt"
    return "maven" if project.named("pom.xml") else "gradle"


def _usual_output(tool: str) -> str:
    usual = {"maven": "target/*.jar", "gradle": "build/libs/*.jar", "sbt": "target/universal/stage"}
    return usual[tool]


def _image(project: Project, tool: str, version: str) -> str:
    """The build tool's image, or a plain JDK where the project's wrapper brings the tool."""
    install = project.recipe.dependencies.install if project.recipe.dependencies else ()
    words = {word for command in (*install, *project.recipe.build) for word in command.argv}
    if words & {"./mvnw", "./gradlew"}:
        return f"library/eclipse-temurin:{version}-jdk-noble"
    if tool == "sbt":
        return images.SBT
    return images.maven(version) if tool == "maven" else images.gradle(version)


def _trusting(options: ImageOptions) -> list[str]:
    if options.ca_bundle is None:
        return []
    return [comment("Java has a key store of its own."), run(_TRUST)]


def _taken(pattern: str, *, jar: bool) -> str:
    if jar:
        return copy(["/out/app.jar"], "./app.jar", stage="build")
    # Quarkus' jar starts the others in its folder; all is in the place that the command names.
    folder, name = posixpath.split(pattern)
    taken = folder if name == "quarkus-run.jar" else pattern
    return copy([f"/app/{taken}"], f"./{taken}", stage="build")


def _started(web: Command, pattern: str) -> Command:
    if "*" not in pattern:
        return web
    return Command(tuple(part.replace(pattern, "app.jar") for part in web.argv), shell=web.shell)
