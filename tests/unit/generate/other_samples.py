"""Projects of the other stacks, as hand-made values."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pierhead.domain.command import Command
from pierhead.domain.stack import Dependencies, Recipe, Stack, StaticSite
from pierhead.generate.project import Project


def line(*argv: str) -> Command:
    return Command(argv)


def installs(manager: str, *argv: str) -> Dependencies:
    return Dependencies(manager, (Command(argv),), (), "0" * 64, manager)


def made(name: str, framework: str | None, recipe: Recipe, paths: str = "", **more: Any) -> Project:
    stack = Stack(name, framework, 95, (), recipe, **more)
    return Project.of("shop", stack, frozenset(paths.split()))


NODE_ASSETS = Recipe(
    dependencies=installs("npm", "npm", "ci", "--include=dev", "--no-audit", "--no-fund"),
    build=(line("npm", "run", "build"),),
)


def _go(cgo: int, paths: str = "go.mod go.sum main.go") -> Project:
    build = ("go", "build", "-trimpath", "-ldflags=-s -w", "-o", "bin/app", ".")
    recipe = Recipe(
        dependencies=installs("go", "go", "mod", "download"),
        build=(line("env", f"CGO_ENABLED={cgo}", *build),),
        processes={"web": line("./bin/app")},
        environment={"GIN_MODE": "release"},
    )
    return made("go", "gin", recipe, paths, resolved="1.26", port=8080, output="bin/app")


def _rust() -> Project:
    recipe = Recipe(
        dependencies=installs("cargo", "cargo", "fetch", "--locked"),
        build=(line("cargo", "build", "--release", "--locked", "--bin", "api"),),
        processes={"web": line("env", "ROCKET_PORT=$PORT", "./target/release/api")},
        environment={"ROCKET_ADDRESS": "127.0.0.1"},
    )
    paths = "Cargo.toml Cargo.lock src/main.rs src/lib.rs Rocket.toml static/a.css"
    return made("rust", "rocket", recipe, paths, resolved="1", output="target/release/api")


def _jvm(tool: str, wrapper: bool = False, name: str = "java") -> Project:
    maven = tool == "maven"
    program = {"maven": "mvn", "gradle": "gradle"}[tool]
    call = ("sh", f"./{program}w") if wrapper else (program,)
    fetch = ("-B", "-q", "dependency:go-offline") if maven else ("--no-daemon", "dependencies")
    build = ("-B", "-DskipTests", "package") if maven else ("--no-daemon", "bootJar")
    jar = "target/*.jar" if maven else "build/libs/*.jar"
    recipe = Recipe(
        dependencies=installs(tool, *call, *fetch),
        build=(line(*call, *build),),
        processes={"web": Command.line(f"exec java -Dserver.port=$PORT -jar {jar}")},
    )
    paths = "pom.xml mvnw .mvn/wrapper/maven-wrapper.properties" if maven else (
        "build.gradle.kts settings.gradle.kts gradlew gradle/wrapper/gradle-wrapper.jar "
        "gradle/libs.versions.toml"
    )  # fmt: skip
    return made(
        name, "spring-boot", recipe, paths, resolved="21", port=8080, output=jar,
        package_manager=tool, health_path="/actuator/health",
    )  # fmt: skip


def _quarkus() -> Project:
    jar = "target/quarkus-app/quarkus-run.jar"
    recipe = Recipe(
        dependencies=installs("maven", "mvn", "-B", "-q", "dependency:go-offline"),
        build=(line("mvn", "-B", "-DskipTests", "package"),),
        processes={"web": line("java", "-Dquarkus.http.port=$PORT", "-jar", jar)},
    )
    return made(
        "java", "quarkus", recipe, "pom.xml", resolved="25", output=jar, package_manager="maven"
    )


def _named_jar() -> Project:
    project = _jvm("maven")
    jar = "target/shop-1.0.jar"
    recipe = replace(project.recipe, processes={"web": line("java", "-jar", jar)})
    stack = replace(project.stack, recipe=recipe, output=jar)
    return Project.of("shop", stack, project.paths)


def _ktor() -> Project:
    folder = "build/install/shop"
    recipe = Recipe(
        dependencies=installs("gradle", "gradle", "--no-daemon", "--quiet", "dependencies"),
        build=(line("gradle", "--no-daemon", "installDist"),),
        processes={"web": line(f"./{folder}/bin/shop")},
    )
    paths = "build.gradle.kts settings.gradle.kts"
    return made(
        "kotlin", "ktor", recipe, paths, resolved="21", output=folder, package_manager="gradle"
    )


def _scala(fat: bool) -> Project:
    jar, folder = "target/scala-*/*-assembly-*.jar", "target/universal/stage"
    web = (
        Command.line(f"exec java -jar {jar}")
        if fat
        else line(f"./{folder}/bin/shop", "-Dhttp.port=$PORT", "-Dpidfile.path=/dev/null")
    )
    recipe = Recipe(
        dependencies=installs("sbt", "sbt", "update"),
        build=(line("sbt", "assembly" if fat else "stage"),),
        processes={"web": web},
        secrets=("APPLICATION_SECRET",),
    )
    paths = "build.sbt project/plugins.sbt project/build.properties"
    return made(
        "scala", None if fat else "play", recipe, paths, resolved="21", port=9000,
        output=jar if fat else folder, package_manager="sbt",
    )  # fmt: skip


def _csharp() -> Project:
    recipe = Recipe(
        dependencies=installs("nuget", "dotnet", "restore", "src/Shop/Shop.csproj"),
        build=(
            line(
                "dotnet", "publish", "src/Shop/Shop.csproj", "--configuration", "Release",
                "--no-restore", "--output", "out",
            ),
        ),
        processes={"web": line("dotnet", "out/Shop.dll", "--urls", "http://127.0.0.1:$PORT")},
        environment={"ASPNETCORE_ENVIRONMENT": "Production", "DOTNET_CLI_TELEMETRY_OPTOUT": "1"},
    )  # fmt: skip
    paths = "Shop.sln src/Shop/Shop.csproj src/Core/Core.csproj Directory.Packages.props"
    return made(
        "csharp", "aspnet-core", recipe, paths, resolved="10.0", output="out/Shop.dll",
        package_manager="nuget",
    )  # fmt: skip


def _rails() -> Project:
    frozen = ("env", "BUNDLE_WITHOUT=development:test", "BUNDLE_DEPLOYMENT=1")
    recipe = Recipe(
        dependencies=installs("bundler", *frozen, "bundle", "install"),
        build=(
            line("env", "SECRET_KEY_BASE_DUMMY=1", "bundle", "exec", "rails", "assets:precompile"),
        ),
        release=(line("bundle", "exec", "rails", "db:migrate"),),
        processes={"web": line("bundle", "exec", "puma", "-C", "config/puma.rb")},
        secrets=("SECRET_KEY_BASE",),
        shared=("storage",),
    )
    return made(
        "ruby", "rails", recipe, "Gemfile Gemfile.lock package.json package-lock.json",
        resolved="3.4", port=3000, health_path="/up", services=("postgres", "redis"),
        package_manager="bundler", assets=NODE_ASSETS,
    )  # fmt: skip


def _sinatra() -> Project:
    recipe = Recipe(
        dependencies=installs("bundler", "env", "BUNDLE_DEPLOYMENT=0", "bundle", "install"),
        processes={
            "web": line("bundle", "exec", "ruby", "app.rb", "-o", "127.0.0.1", "-p", "$PORT")
        },
    )
    paths = "Gemfile app.rb libs/local/local.gemspec libs/local/lib/local/version.rb"
    return made("ruby", "sinatra", recipe, paths, resolved="3.1", port=3000)


def _php(framework: str | None, root: str, **more: Any) -> Project:
    install = ("composer", "install", "--no-dev", "--no-interaction", "--prefer-dist",
               "--optimize-autoloader", "--no-scripts")  # fmt: skip
    paths, recipe = more.pop("paths", "composer.json composer.lock"), more.pop("recipe", {})
    found = Recipe(
        dependencies=installs("composer", *install) if "composer.json" in paths else None,
        processes={"web": line("php-fpm", "-F")},
        **recipe,
    )
    return made("php", framework, found, paths, output=root, port=8080, **more)


def _laravel() -> Project:
    recipe = {
        "build": (line("php", "artisan", "package:discover", "--ansi"),),
        "release": (line("php", "artisan", "migrate", "--force"),),
        "environment": {"APP_ENV": "production"},
        "secrets": ("APP_KEY",),
    }
    return _php(
        "laravel", "public", recipe=recipe, resolved="8.4", assets=NODE_ASSETS,
        services=("mysql", "redis"), extensions=("gd", "intl", "pdo_mysql", "redis", "zip"),
        paths="composer.json composer.lock artisan package.json package-lock.json",
    )  # fmt: skip


def _elixir() -> Project:
    production = ("env", "MIX_ENV=prod", "mix")
    release = "./_build/prod/rel/shop/bin/shop"
    recipe = Recipe(
        dependencies=installs("mix", *production, "deps.get", "--only", "prod"),
        build=(
            line(*production, "compile"),
            line(*production, "assets.deploy"),
            line(*production, "release", "--overwrite", "shop"),
        ),
        release=(line(release, "eval", "Shop.Release.migrate()"),),
        processes={"web": line(release, "start")},
        environment={"MIX_ENV": "prod", "PHX_SERVER": "true"},
        secrets=("SECRET_KEY_BASE",),
    )
    return made(
        "elixir", "phoenix", recipe, "mix.exs mix.lock config/config.exs config/prod.exs",
        resolved="1.18", port=4000, output="_build/prod/rel/shop", services=("postgres",),
    )  # fmt: skip


def _deno() -> Project:
    permitted = ("--allow-net", "--allow-env", "--allow-read")
    recipe = Recipe(
        dependencies=installs("deno", "deno", "install", "--frozen"),
        processes={"web": line("deno", "run", *permitted, "main.ts")},
    )
    return made("deno", "hono", recipe, "deno.json deno.lock main.ts", resolved="2", port=8000)


def _bun(lock: bool) -> Project:
    recipe = Recipe(
        dependencies=installs("bun", "bun", "install", *(("--frozen-lockfile",) if lock else ())),
        processes={"web": line("bun", "index.ts") if lock else line("bun", "run", "start")},
    )
    paths = "package.json index.ts" + (" bun.lock" if lock else "")
    return made("bun", "elysia", recipe, paths, resolved="1", port=3000)


def other_projects() -> dict[str, Project]:
    site = Recipe(static=StaticSite("dist", "index.html"), build=(line("bun", "run", "build"),))
    return {
        "go": _go(0),
        "go-cgo": _go(1, "go.mod go.sum main.go templates/a.html config.yaml"),
        "rust": _rust(),
        "java-maven": _jvm("maven"),
        "java-maven-wrapper": _jvm("maven", wrapper=True),
        "java-named-jar": _named_jar(),
        "java-gradle": _jvm("gradle"),
        "java-quarkus": _quarkus(),
        "kotlin-gradle-wrapper": _jvm("gradle", wrapper=True, name="kotlin"),
        "kotlin-ktor": _ktor(),
        "scala-play": _scala(fat=False),
        "scala-assembly": _scala(fat=True),
        "csharp": _csharp(),
        "ruby-rails": _rails(),
        "ruby-sinatra": _sinatra(),
        "php-laravel": _laravel(),
        "php-symfony": _php("symfony", "public", resolved="8.3", extensions=("intl", "pdo_pgsql")),
        "php-wordpress": _php("wordpress", ".", resolved="7.4", paths="index.php"),
        "elixir-phoenix": _elixir(),
        "deno": _deno(),
        "bun": _bun(lock=True),
        "bun-script": _bun(lock=False),
        "bun-site": made("bun", "react", site, "package.json bun.lock", resolved="1"),
    }
