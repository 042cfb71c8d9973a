"""What tells one stack and framework from another, case by case."""
# ruff: noqa: E501 - a case is one line

from datetime import date
from typing import Any

import pytest

from pierhead.detect import detect, identify, survey
from pierhead.detect.runtimes import RUNTIMES, resolve
from pierhead.domain.stack import Stack
from pierhead.errors import NothingToRun
from unit.detect.samples import (
    BOOT_PARENT,
    EXPRESS,
    GIN,
    MAIN_JAVA,
    SAMPLES,
    VITE,
    cargo,
    csproj,
    dependency,
    go_mod,
    pom,
)
from unit.detect.trees import tree

KOTLIN = {"src/main/kotlin/Main.kt": "fun main() {}"}
RAILS = "gem 'rails'\n"


def best(texts: dict[str, Any]) -> Stack:
    return survey(tree(texts))[0]


def names(texts: dict[str, Any]) -> tuple[str, str | None]:
    stack = best(texts)
    return stack.name, stack.framework


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        # The build script's language is not the project's.
        ({"build.gradle.kts": "plugins { java }", "src/main/java/A.java": MAIN_JAVA}, ("java", None)),
        ({"build.gradle": "apply plugin: 'kotlin'", **KOTLIN}, ("kotlin", None)),
        ({"build.gradle.kts": 'plugins { kotlin("jvm") }'}, ("kotlin", None)),
        ({"pom.xml": pom(parent=BOOT_PARENT), **KOTLIN}, ("kotlin", "spring-boot")),
        # Tools and assets beside the application.
        (SAMPLES["php-laravel"], ("php", "laravel")),
        ({"pom.xml": pom(parent=BOOT_PARENT), "package.json": VITE}, ("java", "spring-boot")),
        ({"Shop.csproj": csproj(), "package.json": VITE, "index.html": ""}, ("csharp", "aspnet-core")),
        ({"Gemfile": RAILS, "config.ru": "", "package.json": EXPRESS}, ("ruby", "rails")),
        ({"go.mod": go_mod(), "main.go": GIN, "index.html": "", "package.json": VITE}, ("go", "gin")),
        ({"index.html": "", "Rakefile": "", "Gemfile": "gem 'rake'"}, ("static", "static-html")),
        ({"public/index.php": "<?php", "public/index.html": ""}, ("php", None)),
        # Names are compared whole.
        ({"go.mod": go_mod("github.com/gin-contrib/cors"), "main.go": "package main\nfunc main() {}"},
         ("go", None)),
        ({"Gemfile": "gem 'sinatra-contrib'", "app.rb": ""}, ("ruby", None)),
        ({"Cargo.toml": cargo("axum-extra"), "src/main.rs": "fn main() {}"}, ("rust", None)),
        ({"composer.json": {"require": {"symfony/console": "7.*"}}, "index.php": ""}, ("php", None)),
        # Only what runs counts.
        ({"Gemfile": "group :development do\n  gem 'rails'\nend\ngem 'roda'\n", "config.ru": ""},
         ("ruby", "roda")),
        ({"Cargo.toml": cargo() + '[dev-dependencies]\nrocket = "1"\n', "src/main.rs": "fn main() {}"},
         ("rust", None)),
        ({"go.mod": "module a\nrequire github.com/gin-gonic/gin v1.0.0 // indirect\n",
          "main.go": "package main\nfunc main() {}"}, ("go", None)),
        # Of several frameworks, the one the code uses.
        ({"go.mod": go_mod("github.com/gin-gonic/gin", "github.com/labstack/echo/v4"),
          "main.go": 'package main\nimport "github.com/labstack/echo/v4"\nfunc main() {}'},
         ("go", "echo")),
        ({"Cargo.toml": cargo("warp", "axum"), "src/main.rs": "use warp::Filter;\nfn main() {}"},
         ("rust", "warp")),
        # Without a manifest.
        ({"main.go": GIN}, ("go", "gin")),
        ({"hello.rb": "require 'sinatra'\n"}, ("ruby", "sinatra")),
        ({"index.php": "<?php $app = \\Slim\\Factory\\AppFactory::create();"}, ("php", "slim")),
        ({"src/index.ts": 'import { serve } from "https://deno.land/std/http.ts";'}, ("deno", None)),
        ({"Program.cs": "#:sdk Microsoft.NET.Sdk.Web\n"}, ("csharp", "aspnet-core")),
        ({"style.css": "/*\nTheme Name: Shop\n*/", "functions.php": ""}, ("php", "wordpress")),
        ({"shop.info.yml": "name: Shop\ncore_version_requirement: ^11\n", "shop.module": "",
          "shop.php": ""}, ("php", "drupal")),
        # A lock file of Bun is a package manager, not a runtime.
        (SAMPLES["node-bun"], ("node", "express")),
        ({"package.json": {"scripts": {"start": "bun run next start"}, "dependencies": {"next": "15"}},
          "bun.lock": ""}, ("node", "nextjs")),
        ({"package.json": {"module": "index.ts", "devDependencies": {"@types/bun": "1"}},
          "bun.lock": "", "index.ts": ""}, ("bun", None)),
        # Not every configuration file is a site generator's.
        ({"config.toml": "[server]\n", "index.html": ""}, ("static", "static-html")),
        ({"config.toml": 'baseURL = "/"\n', "content/a.md": "", "themes/x/t.toml": ""},
         ("static", "hugo")),
        ({"_config.yml": "theme: x\n", "_layouts/a.html": ""}, ("static", "jekyll")),
        # Solutions with their projects below, and what was published already.
        ({"a.sln": "", "src/Web/Web.csproj": csproj(), "src/Core/Core.csproj": csproj("Microsoft.NET.Sdk")},
         ("csharp", "aspnet-core")),
        ({"a.dll": "", "a.runtimeconfig.json": {"runtimeOptions": {"framework":
          {"name": "Microsoft.AspNetCore.App"}}}}, ("csharp", "aspnet-core")),
        # Where a manifest is there, the Procfile tells between the languages.
        ({"Gemfile": "gem 'puma'", "app.rb": "", "package.json": EXPRESS, "s.js": "",
          "Procfile": "web: bundle exec ruby app.rb"}, ("ruby", None)),
        ({"mix.exs": "[apps_path: \"apps\"]", "apps/web/mix.exs": "[app: :web, deps: [{:phoenix, \"1\"}]]"},
         ("elixir", "phoenix")),
        ({"build.gradle": "implementation 'io.quarkus:quarkus-rest'"}, ("java", "quarkus")),
        ({"settings.gradle": "include 'core', 'app'", "app/build.gradle":
          "plugins { id 'org.springframework.boot' version '3.4.0' }"}, ("java", "spring-boot")),
        ({"pom.xml": pom().replace("<properties>", "<modules><module>api</module></modules><properties>"),
          "api/pom.xml": pom(dependency("org.springframework", "spring-webmvc"))}, ("java", "spring")),
        ({"build.sbt": '"org.http4s" %% "http4s-ember-server" % "0.23"'}, ("scala", "http4s")),
    ],
)  # fmt: skip
def test_the_stack_and_framework(texts: dict[str, Any], expected: tuple[str, str | None]) -> None:
    assert names(texts) == expected


@pytest.mark.parametrize(
    "texts",
    [
        {"go.mod": go_mod(), "shop.go": "package shop"},
        {"Cargo.toml": cargo(), "src/lib.rs": ""},
        {"Gemfile": "gemspec", "shop.gemspec": ""},
        {"Shop.csproj": csproj("Microsoft.NET.Sdk")},
        {"composer.json": {"type": "library"}},
        {"build.gradle": "plugins { id 'com.android.application' version '8' }"},
    ],
)
def test_a_library_has_little_confidence_and_no_start(texts: dict[str, Any]) -> None:
    stack = best(texts)
    assert stack.confidence <= 45
    assert not stack.recipe.processes


@pytest.mark.parametrize(
    "name", ["go-gin", "php-plain", "java-maven-quarkus", "docker-only", "bun"]
)
def test_what_needs_a_container_is_refused_by_up_with_its_name(name: str) -> None:
    with pytest.raises(NothingToRun) as caught:
        detect(tree(SAMPLES[name]))
    stack = best(SAMPLES[name])
    said = f"{stack.name}/{stack.framework}" if stack.framework else stack.name
    assert caught.value.hint == f"detected {said}; running it comes with containers"
    assert caught.value.details["stack"] == stack.name
    if name != "docker-only":
        assert identify(tree(SAMPLES[name])) == stack


def test_a_written_command_runs_what_is_not_built_here() -> None:
    stack = detect(tree(SAMPLES["go-gin"]), command="./run")
    assert (stack.name, str(stack.recipe.processes["web"])) == ("procfile", "./run")


def test_assets_are_the_runner_up_and_built_beside() -> None:
    stack = best(SAMPLES["php-laravel"])
    assert stack.runner_up == "node"
    assert stack.assets is not None
    assert [str(c) for c in stack.assets.build] == ["npm run build"]


@pytest.mark.parametrize(
    ("texts", "services"),
    [
        ({"requirements.txt": "flask\npsycopg2-binary\nredis", "app.py": ""}, ("postgres", "redis")),
        ({"package.json": {"dependencies": {"mongoose": "8", "pg-format": "1"}}}, ("mongodb",)),
        ({"package.json": {}, "prisma/schema.prisma": 'datasource db {\n provider = "mysql"\n}'},
         ("mysql",)),
        ({"Gemfile": RAILS, "config/database.yml": "default:\n  adapter: postgresql\n#  adapter: mysql2"},
         ("postgres",)),
        ({"go.mod": go_mod("github.com/redis/go-redis/v9"), "main.go": GIN}, ("redis",)),
        ({"Cargo.toml": cargo() + 'sqlx = { version = "0.8", features = ["postgres"] }',
          "src/main.rs": "fn main() {}"}, ("postgres",)),
        ({"index.php": "", ".env.example": "# mysql://x\nREDIS_URL=redis://localhost\n"}, ("redis",)),
    ],
)  # fmt: skip
def test_backing_services(texts: dict[str, Any], services: tuple[str, ...]) -> None:
    assert best(texts).services == services


@pytest.mark.parametrize(
    ("texts", "port"),
    [
        ({"main.go": GIN.replace('":" + os.Getenv("PORT")', '":9090"')}, 9090),
        ({"main.go": GIN}, 8080),
        ({"Cargo.toml": cargo("axum"), "src/main.rs": 'fn main() { bind("0.0.0.0:3001") }'}, 3001),
        ({"pom.xml": pom(parent=BOOT_PARENT),
          "src/main/resources/application.properties": "server.port=8081\n"}, 8081),
        ({"app.rb": "require 'sinatra'\n"}, 4567),
        ({"index.html": "", "Dockerfile": "FROM nginx\nEXPOSE 8443\n"}, 8443),
    ],
)  # fmt: skip
def test_the_port_in_a_container(texts: dict[str, Any], port: int) -> None:
    assert best(texts).port == port


NOW = date(2026, 6, 1)


@pytest.mark.parametrize(
    ("stack", "asked", "release", "warned"),
    [
        ("python", None, "3.13", False),
        ("python", "3.11", "3.11", False),
        ("python", ">=3.9,<3.12", "3.11", False),
        ("python", "~=3.10", "3.13", False),
        ("python", "3.8", "3.8", True),
        ("node", ">=18", "24", False),
        ("node", "^20.1 || ^22", "22", False),
        ("node", "18.x", "18", True),
        ("node", "~22.3", "22", False),
        ("php", "^8.1", "8.4", False),
        ("php", "~8.2.0", "8.2", False),
        ("php", "^7.4", "7.4", True),
        ("ruby", "~> 3.2", "3.4", False),
        ("ruby", "3.3.5", "3.3", False),
        ("go", "1.18", "1.26", False),
        ("go", "1.99", "1.99", False),
        ("java", "8", "8", False),
        ("java", "20", "21", False),
        ("kotlin", None, "21", False),
        ("csharp", "6.0", "6.0", True),
        ("python", "4.1", "4.1", False),
        ("python", ">=9", "3.13", True),
    ],
)
def test_runtimes(stack: str, asked: str | None, release: str, warned: bool) -> None:
    resolved, warnings = resolve(stack, asked, NOW)
    assert resolved == release
    assert bool(warnings) == warned


def test_the_usual_runtimes_are_supported() -> None:
    for stack, runtime in RUNTIMES.items():
        assert resolve(stack, None, NOW) == (runtime.usual, ())


def test_a_dockerfile_is_no_answer_to_what_another_language_is() -> None:
    texts = {"Package.swift": "", "Dockerfile": "FROM swift:6\n"}
    assert best(texts).confidence < 30
    with pytest.raises(NothingToRun, match="looks like swift") as caught:
        identify(tree(texts))
    assert caught.value.hint.startswith("Dockerfile builds it")


def test_the_language_of_the_base_image_is_evidence() -> None:
    django = {"requirements.txt": "Django==5", "Dockerfile": "FROM python:3.11\nCMD ./run\n"}
    stack = best(django | {"package.json": VITE, "index.html": ""})
    assert (stack.name, stack.framework, stack.resolved) == ("python", "django", "3.11")
    # What the author's container has is not what the code asks for.
    assert stack.runtime is None
    assert best({p: t for p, t in django.items() if p != "Dockerfile"}).confidence == 40
