"""What a build file of the JVM says, whatever its tool."""

from __future__ import annotations

from dataclasses import dataclass, field

from pierhead.domain.stack import Evidence


@dataclass(slots=True)
class Build:
    """One build, its modules included.

    Attributes:
        tool: maven, gradle or sbt.
        path: the manifest that decides.
        artifacts: `group:name` of dependencies and plugins, with the file and line of each.
        versions: version by `group:name`, where it is written.
        modules: folders of the modules, the root's an empty text.
        runtime: the Java release asked for.
        name, version: of the artifact, where they are written.
        packaging: jar, war or pom.
        wrapper: the project's own copy of the tool, or None.
        kotlin, scala, android: which plugins are applied.
        problems: what could not be read.
        application: a plugin makes a start script.
        fat: pattern of the jar with all dependencies, where a plugin makes one.
        jar: the name of the root module's jar without its ending, where it is known.
        main_class: where the build names it.
    """

    tool: str
    path: str
    artifacts: dict[str, Evidence] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    modules: list[str] = field(default_factory=lambda: [""])
    runtime: str | None = None
    runtime_says: Evidence | None = None
    name: str | None = None
    version: str | None = None
    packaging: str = "jar"
    wrapper: str | None = None
    kotlin: bool = False
    scala: bool = False
    android: bool = False
    application: bool = False
    fat: str | None = None
    jar: str | None = None
    main_class: str | None = None
    problems: list[Evidence] = field(default_factory=list)

    def first(self, *patterns: str) -> str | None:
        """The first artifact that is one of these; a pattern that ends in `:` is any of a group."""
        for pattern in patterns:
            for name in self.artifacts:
                if name == pattern or (pattern.endswith(":") and name.startswith(pattern)):
                    return name
                if pattern.endswith("*") and name.startswith(pattern[:-1]):
                    return name
        return None
