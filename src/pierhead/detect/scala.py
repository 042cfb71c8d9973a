"""Scala: sbt builds."""

from __future__ import annotations

import re

from pierhead.detect.given import Given
from pierhead.detect.installed import installation
from pierhead.detect.jvm.gradle import read_gradle
from pierhead.detect.jvm.maven import read_maven
from pierhead.detect.services import find_services
from pierhead.detect.tree import Tree
from pierhead.domain.command import Command
from pierhead.domain.stack import Evidence, Recipe, Stack

_DEPENDENCY = re.compile(
    r"\"([\w.-]+)\"\s*%{1,3}\s*\"([\w.-]+)\"\s*%\s*(\"[\w.-]+\"|\w+)([^\n,)]*)"
)
_FRAMEWORKS = (
    ("play", ("com.typesafe.play", "org.playframework")),
    ("http4s", ("org.http4s",)),
    ("zio-http", ("dev.zio:zio-http", "io.d11:zhttp")),
    ("pekko-http", ("org.apache.pekko:pekko-http",)),
    ("akka-http", ("com.typesafe.akka:akka-http",)),
    ("scalatra", ("org.scalatra",)),
    ("finatra", ("com.twitter:finatra-http-server", "com.twitter:finatra-http")),
    ("cask", ("com.lihaoyi:cask",)),
    ("tapir", ("com.softwaremill.sttp.tapir",)),
)


def find_scala(tree: Tree, given: Given) -> Stack | None:  # noqa: ARG001 - one shape
    """The Scala application of a tree, or None."""
    if not tree.has("build.sbt") and not tree.has("project/Build.scala"):
        return _other_build(tree)
    path = "build.sbt" if tree.has("build.sbt") else "project/Build.scala"
    files = [
        path,
        "project/plugins.sbt",
        *tree.glob("project/*.scala")[:10],
        *tree.glob("*/build.sbt")[:10],
    ]
    text = "\n".join(_code(tree.text(p)) for p in files)
    declared = {
        f"{g}:{a}": v
        for g, a, v, rest in _DEPENDENCY.findall(text)
        if not re.search(r"\bTest\b|\"test\"", rest)
    }
    framework, says = _framework(tree, path, text, declared)
    plugin = "sbt-native-packager" in text or framework == "play"
    fat = "sbt-assembly" in text and not plugin
    output, build, start = _packed(text, plugin, fat)
    runnable = framework or _has_main(tree)
    evidence = [Evidence(path, "is a build of sbt"), *([says] if says else [])]
    return Stack(
        "scala",
        framework,
        97 if framework else 91 if runnable else 45,
        tuple(evidence),
        Recipe(
            dependencies=installation(tree, "sbt", (Command(("sbt", "update")),), tuple(files)),
            build=(build,),
            processes={"web": start} if runnable else {},
            secrets=("APPLICATION_SECRET",) if framework == "play" else (),
        ),
        runtime=_asked(tree),
        package_manager="sbt",
        port=9000 if framework == "play" else 8080,
        services=find_services(tree, declared),
        output=output,
    )


def _packed(text: str, plugin: bool, fat: bool) -> tuple[str, Command, Command]:
    match = re.search(r"(?m)^\s*(?:(?:ThisBuild|root)\s*/\s*)?name\s*:=\s*\"([^\"]+)\"", text)
    name = re.sub(r"[^a-z0-9]+", "-", match[1].lower()).strip("-") if match else "root"
    if plugin:
        folder = "target/universal/stage"
        play = ("-Dhttp.port=$PORT", "-Dpidfile.path=/dev/null") if "sbt-plugin" in text else ()
        return folder, Command(("sbt", "stage")), Command((f"./{folder}/bin/{name}", *play))
    if fat:
        jar = "target/scala-*/*-assembly-*.jar"
        return jar, Command(("sbt", "assembly")), Command.line(f"exec java -jar {jar}")
    return "target", Command(("sbt", "compile")), Command(("sbt", "run"))


def _framework(
    tree: Tree, path: str, text: str, declared: dict[str, str]
) -> tuple[str | None, Evidence | None]:
    if (
        "PlayScala" in text
        or "PlayJava" in text
        or (re.search(r"\"sbt-plugin\"", text) and "play" in text)
    ) and (tree.has_folder("conf") or "PlayScala" in text or "PlayJava" in text):
        return "play", Evidence(path, "enables Play", tree.line_of(path, "Play"))
    for slug, names in _FRAMEWORKS:
        for name in declared:
            group = name.partition(":")[0]
            if group in names or name in names:
                return slug, Evidence(path, f"depends on {name}", tree.line_of(path, group))
    return None, None


def _has_main(tree: Tree) -> bool:
    paths = [
        p for p in tree.ending("scala") if "/test/" not in f"/{p}" and not p.startswith("project/")
    ]
    main = re.compile(r"extends (?:\w+ with )?(?:App|IOApp|ZIOAppDefault)\b|def main\s*\(|@main\b")
    return any(main.search(tree.text(p, 200_000)) for p in paths[:80])


def _other_build(tree: Tree) -> Stack | None:
    """Scala built by Mill, Maven, Gradle or the Scala command."""
    mill = tree.first("build.sc", "build.mill", "project.scala")
    if mill:
        return Stack(
            "scala", None, 80, (Evidence(mill, "is a build of Scala"),), Recipe(), port=8080
        )
    if not tree.ending("scala"):
        return None
    build = read_maven(tree) or read_gradle(tree)
    if build and build.scala and not [p for p in tree.ending("java") if "/test/" not in f"/{p}"]:
        says = Evidence(build.path, "builds Scala")
        return Stack("scala", None, 90, (says,), Recipe(), package_manager=build.tool, port=8080)
    return None


def _code(text: str) -> str:
    return re.sub(r"(?m)(^|\s)//[^\n]*", r"\1", text)


def _asked(tree: Tree) -> str | None:
    for path, pattern in (
        ("system.properties", r"^\s*java\.runtime\.version\s*=\s*(?:1\.)?(\d+)"),
        (".java-version", r"^\s*(?:1\.)?(\d+)"),
        (".tool-versions", r"^\s*java\s+(?:[a-z-]+-)?(\d+)"),
    ):
        if match := re.search(pattern, tree.text(path), re.MULTILINE):
            return match[1]
    return None
