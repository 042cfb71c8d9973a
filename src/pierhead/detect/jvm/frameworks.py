"""Web frameworks of the JVM, by the artifacts that declare them."""

from __future__ import annotations

from pierhead.detect.jvm.build import Build
from pierhead.domain.stack import Evidence

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


def find_framework(build: Build) -> tuple[str | None, Evidence | None]:
    for slug, patterns in _FRAMEWORKS:
        name = build.first(*patterns)
        if name:
            return slug, build.artifacts[name]
    return None, None


def framework_version(build: Build, framework: str | None) -> str | None:
    patterns = next((p for slug, p in _FRAMEWORKS if slug == framework), ())
    for pattern in patterns:
        for name, version in build.versions.items():
            if name.startswith(pattern):
                return version
    return None


def health_path(build: Build, framework: str | None) -> str | None:
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
