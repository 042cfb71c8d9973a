"""One small project for every stack and package manager that detection knows."""
# ruff: noqa: E501 - projects read best with their lines whole

from typing import Any

GIN = """package main

import (
\t"os"

\t"github.com/gin-gonic/gin"
)

func main() {
\tr := gin.Default()
\tr.GET("/healthz", func(c *gin.Context) { c.Status(204) })
\tr.Run(":" + os.Getenv("PORT"))
}
"""
POM = """<?xml version="1.0" encoding="UTF-8"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <groupId>shop</groupId>
  <artifactId>shop</artifactId>
  <version>1.2.0</version>
  {parent}
  <properties><java.version>17</java.version></properties>
  <dependencies>{dependencies}</dependencies>
</project>
"""
BOOT_PARENT = (
    "<parent><groupId>org.springframework.boot</groupId>"
    "<artifactId>spring-boot-starter-parent</artifactId><version>3.4.1</version></parent>"
)
MAIN_JAVA = "package shop;\npublic class Main { public static void main(String[] a) {} }\n"


def dependency(group: str, artifact: str) -> str:
    return f"<dependency><groupId>{group}</groupId><artifactId>{artifact}</artifactId></dependency>"


def pom(*dependencies: str, parent: str = "") -> str:
    return POM.format(parent=parent, dependencies="".join(dependencies))


def csproj(sdk: str = "Microsoft.NET.Sdk.Web", *packages: str, target: str = "net8.0") -> str:
    listed = "".join(f'<PackageReference Include="{name}" Version="1" />' for name in packages)
    return (
        f'<Project Sdk="{sdk}">\n<PropertyGroup>\n<TargetFramework>{target}</TargetFramework>\n'
        f"</PropertyGroup><ItemGroup>{listed}</ItemGroup></Project>\n"
    )


def cargo(*dependencies: str, name: str = "shop") -> str:
    listed = "\n".join(f'{one} = "1"' for one in dependencies)
    return f'[package]\nname = "{name}"\nversion = "0.1.0"\n\n[dependencies]\n{listed}\n'


def go_mod(*modules: str) -> str:
    listed = "\n".join(f"\t{name} v1.0.0" for name in modules)
    return f"module example.org/shop\n\ngo 1.22\n\nrequire (\n{listed}\n)\n"


FASTAPI = "from fastapi import FastAPI\napp = FastAPI()\n@app.get('/health')\ndef h(): ...\n"
PYPROJECT = '[project]\nname = "shop"\nrequires-python = ">=3.12"\ndependencies = ["fastapi"]\n'
EXPRESS: dict[str, Any] = {
    "scripts": {"start": "node server.js"},
    "dependencies": {"express": "^4", "pg": "^8"},
    "engines": {"node": ">=22"},
}
SERVER_JS = "app.get('/healthz', ok)\napp.listen(process.env.PORT)\n"
VITE: dict[str, Any] = {
    "scripts": {"build": "vite build"},
    "devDependencies": {"vite": "^6", "vue": "^3"},
}

SAMPLES: dict[str, dict[str, Any]] = {
    "python-pip": {"requirements.txt": "fastapi==0.115.0\npsycopg\n", "main.py": FASTAPI},
    "python-uv": {
        "pyproject.toml": PYPROJECT,
        "uv.lock": 'version = 1\n[[package]]\nname = "fastapi"\nversion = "0.115.0"\n',
        "main.py": FASTAPI,
    },
    "python-poetry": {
        "pyproject.toml": '[tool.poetry.dependencies]\npython = "^3.11"\nfastapi = "^0.115"\n',
        "poetry.lock": '[[package]]\nname = "fastapi"\nversion = "0.115.0"\n',
        "main.py": FASTAPI,
    },
    "python-pdm": {
        "pyproject.toml": PYPROJECT,
        "pdm.lock": '[[package]]\nname = "fastapi"\nversion = "0.115.0"\n',
        "main.py": FASTAPI,
    },
    "python-pipenv": {"Pipfile": '[packages]\nfastapi = "*"\n', "main.py": FASTAPI},
    "python-conda": {
        "environment.yml": "dependencies:\n  - python=3.11\n  - pip:\n    - fastapi\n",
        "main.py": FASTAPI,
    },
    "node-npm": {"package.json": EXPRESS, "package-lock.json": "{}", "server.js": SERVER_JS},
    "node-pnpm": {
        "package.json": EXPRESS,
        "pnpm-lock.yaml": "lockfileVersion: '9.0'\n",
        "server.js": SERVER_JS,
    },
    "node-yarn": {"package.json": EXPRESS, "yarn.lock": "", "server.js": SERVER_JS},
    "node-bun": {"package.json": EXPRESS, "bun.lock": "", "server.js": SERVER_JS},
    "node-vue": {"package.json": VITE, "index.html": '<div id="app"></div>'},
    "bun": {
        "package.json": {"scripts": {"start": "bun run index.ts"}, "dependencies": {"hono": "4"}},
        "bun.lock": "",
        "index.ts": "Bun.serve({ port: 3000, fetch })",
    },
    "deno": {
        "deno.jsonc": '{ // tasks\n  "tasks": { "start": "deno run -A main.ts" },\n}',
        "deno.lock": "{}",
        "main.ts": 'import { Application } from "jsr:@oak/oak";\nDeno.serve(f);\n',
    },
    "php-laravel": {
        "composer.json": {"require": {"php": "^8.2", "laravel/framework": "^12.0", "ext-gd": "*"}},
        "composer.lock": "{}",
        "artisan": "#!/usr/bin/env php",
        "public/index.php": "<?php",
        "bootstrap/app.php": "<?php return app()->withRouting(health: '/up');",
        ".env.example": "DB_CONNECTION=pgsql\n",
        "package.json": VITE,
        "vite.config.js": "export default {}",
    },
    "php-symfony": {
        "composer.json": {"require": {"php": ">=8.3", "symfony/framework-bundle": "7.*"}},
        "bin/console": "",
        "public/index.php": "<?php",
        "migrations/V1.php": "<?php",
    },
    "php-slim": {
        "composer.json": {"require": {"slim/slim": "^4"}},
        "public/index.php": "<?php AppFactory::create();",
    },
    "php-wordpress": {
        "index.php": "<?php",
        "wp-config-sample.php": "<?php",
        "wp-content/themes/shop/style.css": "",
    },
    "php-drupal": {
        "composer.json": {
            "require": {"drupal/core-recommended": "^11"},
            "extra": {"drupal-scaffold": {"locations": {"web-root": "web/"}}},
        }
    },
    "php-plain": {"index.php": "<?php echo 1;"},
    "go-gin": {"go.mod": go_mod("github.com/gin-gonic/gin"), "go.sum": "", "main.go": GIN},
    "go-echo": {
        "go.mod": go_mod("github.com/labstack/echo/v4", "github.com/jackc/pgx/v5"),
        "cmd/api/main.go": 'package main\nimport "github.com/labstack/echo/v4"\n'
        'func main() { e := echo.New(); e.Start(":1323") }\n',
    },
    "go-chi": {
        "go.mod": go_mod("github.com/go-chi/chi/v5"),
        "main.go": 'package main\nimport "github.com/go-chi/chi/v5"\nfunc main() { chi.New() }\n',
    },
    "go-plain": {"main.go": "package main\n\nfunc main() {}\n"},
    "ruby-rails": {
        "Gemfile": 'source "https://rubygems.org"\nruby "3.3.5"\ngem "rails", "~> 8.0"\n'
        'gem "pg"\ngem "puma"\ngem "propshaft"\n',
        "Gemfile.lock": "GEM\n  specs:\n    rails (8.0.1)\n",
        "config.ru": "run Rails.application",
        "config/application.rb": "",
        "config/puma.rb": "",
        "config/routes.rb": 'get "up" => "rails/health#show"\n',
        "db/migrate/1_a.rb": "",
    },
    "ruby-sinatra": {
        "Gemfile": 'gem "sinatra"\ngem "puma"\n',
        "config.ru": "run App",
        "app.rb": 'require "sinatra"\n',
    },
    "ruby-hanami": {"Gemfile": 'gem "hanami", "~> 2.2"\ngem "puma"\n', "config.ru": "run Hanami.app"},
    "ruby-jekyll": {"Gemfile": 'gem "jekyll"\n', "_config.yml": "title: x", "_posts/a.md": ""},
    "java-maven-spring-boot": {
        "pom.xml": pom(
            dependency("org.springframework.boot", "spring-boot-starter-web"),
            dependency("org.springframework.boot", "spring-boot-starter-actuator"),
            dependency("org.postgresql", "postgresql"),
            parent=BOOT_PARENT,
        ),
        "mvnw": "",
        "src/main/java/shop/Main.java": MAIN_JAVA,
    },
    "java-maven-quarkus": {
        "pom.xml": pom(
            dependency("io.quarkus", "quarkus-rest"), dependency("io.quarkus", "quarkus-smallrye-health")
        )
    },
    "java-maven-spring": {"pom.xml": pom(dependency("org.springframework", "spring-webmvc"))},
    "java-gradle-spring-boot": {
        "build.gradle": "plugins {\n  id 'java'\n  id 'org.springframework.boot' version '3.4.1'\n}\n"
        "java { toolchain { languageVersion = JavaLanguageVersion.of(21) } }\n",
        "settings.gradle": "rootProject.name = 'shop'",
        "gradlew": "",
        "src/main/java/shop/Main.java": MAIN_JAVA,
    },
    "java-gradle-application": {
        "build.gradle.kts": 'plugins { application }\napplication { mainClass = "shop.Main" }\n',
        "settings.gradle.kts": 'rootProject.name = "shop"',
        "src/main/java/shop/Main.java": MAIN_JAVA,
    },
    "kotlin-ktor": {
        "build.gradle.kts": "plugins {\n    alias(libs.plugins.kotlin.jvm)\n"
        "    alias(libs.plugins.ktor)\n}\ndependencies { implementation(libs.ktor.server.netty) }\n",
        "gradle/libs.versions.toml": '[versions]\nktor = "3.1.0"\n[libraries]\n'
        'ktor-server-netty = { module = "io.ktor:ktor-server-netty", version.ref = "ktor" }\n'
        '[plugins]\nktor = { id = "io.ktor.plugin", version.ref = "ktor" }\n'
        'kotlin-jvm = { id = "org.jetbrains.kotlin.jvm", version = "2.1.0" }\n',
        "src/main/kotlin/Main.kt": "fun main() {}",
    },
    "scala-play": {
        "build.sbt": 'name := "shop"\nlazy val root = (project in file(".")).enablePlugins(PlayScala)\n',
        "project/plugins.sbt": 'addSbtPlugin("org.playframework" % "sbt-plugin" % "3.0.6")\n',
        "conf/routes": "",
    },
    "csharp-aspnet-core": {
        "Shop.sln": 'Project("{A}") = "Shop.Web", "src\\Shop.Web\\Shop.Web.csproj", "{B}"\n'
        'Project("{A}") = "Shop.Tests", "tests\\Shop.Tests\\Shop.Tests.csproj", "{C}"\n',
        "src/Shop.Web/Shop.Web.csproj": csproj(
            "Microsoft.NET.Sdk.Web", "Npgsql.EntityFrameworkCore.PostgreSQL"
        ),
        "src/Shop.Web/Program.cs": 'app.MapHealthChecks("/healthz");\n',
        "tests/Shop.Tests/Shop.Tests.csproj": csproj("Microsoft.NET.Sdk", "Microsoft.NET.Test.Sdk"),
    },
    "csharp-fsharp": {"Shop.fsproj": csproj(target="net10.0"), "Program.fs": ""},
    "csharp-console": {"Shop.csproj": csproj("Microsoft.NET.Sdk"), "Program.cs": ""},
    "rust-axum": {
        "Cargo.toml": cargo("axum", "tokio"),
        "Cargo.lock": "",
        "src/main.rs": 'use axum::Router;\nfn main() { r.route("/health", get(ok)) }\n',
    },
    "rust-actix-web": {"Cargo.toml": cargo("actix-web"), "src/main.rs": "fn main() {}"},
    "rust-rocket": {"Cargo.toml": cargo("rocket"), "src/main.rs": "fn main() {}"},
    "rust-warp": {"Cargo.toml": cargo("warp"), "src/main.rs": "fn main() {}"},
    "rust-workspace": {
        "Cargo.toml": '[workspace]\nmembers = ["crates/*"]\n',
        "crates/core/Cargo.toml": cargo(name="core"),
        "crates/core/src/lib.rs": "",
        "crates/web/Cargo.toml": cargo("axum", name="web"),
        "crates/web/src/main.rs": "fn main() {}",
    },
    "elixir-phoenix": {
        "mix.exs": "def project, do: [app: :shop, elixir: \"~> 1.17\"]\n"
        "defp deps, do: [{:phoenix, \"~> 1.7\"}, {:postgrex, \">= 0.0.0\"}]\n"
        'defp aliases, do: ["assets.deploy": []]\n',
        "mix.lock": "%{}",
    },
    "static-hugo": {"hugo.toml": 'baseURL = "/"\n', "content/a.md": ""},
    "static-plain": {"index.html": "<p>"},
    "docker-only": {
        "Dockerfile": "FROM alpine AS build\nRUN <<EOF\nmake\nEOF\nFROM scratch\nARG PORT=9000\n"
        'EXPOSE ${PORT}\nUSER 1000\nENTRYPOINT ["/shop"]\nCMD ["--port", \\\n  # of ours\n  "9000"]\n'
        "HEALTHCHECK --interval=5s CMD wget -q http://127.0.0.1:9000/alive || exit 1\n"
    },
    "compose-beside": {
        "requirements.txt": "flask\n",
        "app.py": "from flask import Flask\napp = Flask(__name__)\n",
        "Dockerfile": "FROM python:3.12-slim\nEXPOSE 5000\nCMD flask run\n",
        "compose.yaml": "services:\n  web: {build: ., ports: ['80:5000']}\n  db: {image: postgres:17}\n",
    },
    "nothing": {"project.clj": "(defproject shop)"},
}  # fmt: skip
