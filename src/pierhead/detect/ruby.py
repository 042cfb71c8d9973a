"""Ruby: gems, Rack applications, and scripts."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pierhead.detect.given import Given
from pierhead.detect.installed import installation
from pierhead.detect.routes import fixed_port, health_route
from pierhead.detect.services import find_services
from pierhead.detect.tree import LOCK_LIMIT, Tree
from pierhead.domain.command import Command
from pierhead.domain.stack import Dependencies, Evidence, Recipe, Stack

# Those built on others come first.
_FRAMEWORKS = (
    ("rails", ("rails", "railties")),
    ("hanami", ("hanami", "hanami-router")),
    ("padrino", ("padrino",)),
    ("grape", ("grape",)),
    ("roda", ("roda",)),
    ("sinatra", ("sinatra",)),
    ("cuba", ("cuba",)),
)
_REQUIRES = re.compile(r"^\s*require\s*\(?[\"']([\w/-]+)[\"']", re.MULTILINE)
_GEM = re.compile(r"^\s*gem\s*\(?\s*[\"']([\w.-]+)[\"'](?:\s*,\s*[\"']([^\"']+)[\"'])?(.*)$")
_GROUP = re.compile(r"^\s*group\s*\(?\s*(.+?)\)?\s+do\b")
_PORT = re.compile(r"set\s*\(?\s*:port\s*,\s*(\d{2,5})|\.run!\s*\(?.*?port:\s*(\d{2,5})")
_SCRIPTS = ("app.rb", "main.rb", "server.rb", "web.rb", "application.rb", "index.rb")


@dataclass(frozen=True, slots=True)
class Gem:
    """A line of a Gemfile; `aside` if only development or tests use it."""

    name: str
    version: str | None
    line: int
    aside: bool


def read_gemfile(text: str) -> dict[str, Gem]:
    """The gems that a Gemfile names, with the groups they are in."""
    found: dict[str, Gem] = {}
    blocks: list[bool] = []
    for number, row in enumerate(text.splitlines(), 1):
        line = row.split("#", 1)[0].rstrip() if "#{" not in row else row
        if match := _GROUP.match(line):
            groups = set(re.findall(r":?\"?(\w+)", match[1]))
            blocks.append(groups <= {"development", "test", "tools", "ci", "optional", "true"})
        elif re.search(r"\bdo\b\s*(?:\|.*\|)?\s*$", line):
            blocks.append(False)
        elif re.match(r"\s*end\b", line) and blocks:
            blocks.pop()
        elif match := _GEM.match(line):
            groups = set(re.findall(r"group[s]?:\s*\[?\s*:(\w+)", match[3]))
            aside = any(blocks) or bool(groups and groups <= {"development", "test"})
            found.setdefault(match[1], Gem(match[1], match[2], number, aside))
    return found


def find_ruby(tree: Tree, given: Given) -> Stack | None:
    """The Ruby application of a tree, or None."""
    path = tree.first("Gemfile", "gems.rb")
    gems = read_gemfile(tree.text(path)) if path else {}
    scripts = [s for s in _SCRIPTS if tree.has(s)] or _serving(tree)
    if path is None and not tree.has("config.ru") and not scripts and not tree.glob("*.gemspec"):
        return None
    texts = [tree.text(p, 200_000) for p in _sources(tree)]
    framework, evidence = _framework(tree, path, gems, texts)
    start, says = _start(tree, framework, gems, scripts)
    if start is None and tree.glob("*.rb") and path is None:
        return None
    lock = "Gemfile.lock" if tree.has("Gemfile.lock") else None
    runtime, asked = ruby_runtime(tree, path)
    evidence += [e for e in (says, asked) if e]
    if not evidence:
        evidence = [Evidence(path or tree.glob("*.gemspec")[0], "is a manifest of Ruby")]
    rails = framework == "rails"
    return Stack(
        "ruby",
        framework,
        _confidence(tree, path, framework, start, given),
        tuple(evidence),
        Recipe(
            dependencies=ruby_dependencies(tree, path, lock, runtime) if path else None,
            build=_build(tree, framework, gems),
            release=_release(tree, framework, gems),
            processes={"web": start} if start else {},
            environment={"RAILS_ENV": "production", "RAILS_LOG_TO_STDOUT": "1"}
            if rails
            else {"RACK_ENV": "production"},
            secrets=("SECRET_KEY_BASE",) if rails else (),
            shared=("storage",) if rails and tree.has_folder("storage") else (),
        ),
        version=_version(tree, framework, gems),
        runtime=runtime,
        package_manager="bundler" if path else None,
        port=fixed_port([_PORT.sub(r"\0\1\2\0", t) for t in texts], re.compile("\0(\\d+)\0"))
        or (4567 if framework == "sinatra" and not tree.has("config.ru") else 3000),
        health_path=_health(tree, framework, texts),
        services=find_services(tree, [name for name, gem in gems.items() if not gem.aside]),
    )


def _serving(tree: Tree) -> list[str]:
    """Scripts at the root that require a framework whose applications start by being run."""
    upper = [name for name in tree.names() if name.endswith(".rb")][:20]
    own = {"sinatra", "hanami", "roda", "cuba", "webrick", "rack", "rackup"}
    return [
        n for n in upper if own & {r.partition("/")[0] for r in _required(tree.text(n, 200_000))}
    ]


def _required(text: str) -> list[str]:
    return _REQUIRES.findall(text)


def _framework(
    tree: Tree, path: str | None, gems: dict[str, Gem], texts: list[str]
) -> tuple[str | None, list[Evidence]]:
    used = {name for name, gem in gems.items() if not gem.aside}
    for slug, names in _FRAMEWORKS:
        name = next((n for n in names if n in used), None)
        if name and path:
            return slug, [Evidence(path, f"names the gem {name}", gems[name].line)]
    required = {name.partition("/")[0] for text in texts for name in _REQUIRES.findall(text)}
    for slug, names in _FRAMEWORKS:
        if required & set(names):
            where = next(p for p in _sources(tree) if slug in tree.text(p))
            return slug, [Evidence(where, f"requires {slug}", tree.line_of(where, slug))]
    locked = tree.text("Gemfile.lock", LOCK_LIMIT)
    if tree.has("config/application.rb") and "    rails (" in locked:
        return "rails", [
            Evidence("Gemfile.lock", "locks rails", tree.line_of("Gemfile.lock", "    rails ("))
        ]
    return None, []


def _start(
    tree: Tree, framework: str | None, gems: dict[str, Gem], scripts: list[str]
) -> tuple[Command | None, Evidence | None]:
    """Puma where it is named, else the server that is; a script only where nothing is Rack."""
    listen = ("--port", "$PORT")
    if framework == "rails" and (tree.has("config.ru") or tree.has("config/application.rb")):
        if "puma" in gems and tree.has("config/puma.rb"):
            return Command(("bundle", "exec", "puma", "-C", "config/puma.rb")), Evidence(
                "config/puma.rb", "configures the server"
            )
        return Command(("bundle", "exec", "rails", "server", "-b", "127.0.0.1", "-p", "$PORT")), (
            Evidence("config/application.rb", "is a Rails application")
        )
    if tree.has("config.ru"):
        says = Evidence("config.ru", "is a Rack application")
        prefix = ("bundle", "exec") if tree.has("Gemfile") else ()
        for server in ("puma", "falcon", "thin", "unicorn"):
            if server in gems:
                return Command((*prefix, server, *_listen(server))), says
        return Command((*prefix, "rackup", "--host", "127.0.0.1", *listen)), says
    if scripts:
        prefix = ("bundle", "exec") if tree.has("Gemfile") else ()
        tail = ("-o", "127.0.0.1", "-p", "$PORT") if framework == "sinatra" else ()
        return Command((*prefix, "ruby", scripts[0], *tail)), Evidence(
            scripts[0], "is the file to start"
        )
    return None, None


def _listen(server: str) -> tuple[str, ...]:
    if server == "puma":
        return ("--bind", "tcp://127.0.0.1:$PORT")
    if server == "falcon":
        return ("serve", "--bind", "http://127.0.0.1:$PORT")
    return ("-o", "127.0.0.1", "-p", "$PORT")


def _confidence(
    tree: Tree, path: str | None, framework: str | None, start: Command | None, given: Given
) -> int:
    if start is None:
        library = bool(tree.glob("*.gemspec"))
        return 70 if framework and given.written.web else 45 if framework else 35 - 3 * library
    if framework:
        return 97 if path else 90
    return 90 if tree.has("config.ru") else 80 if path else 60


def ruby_dependencies(tree: Tree, path: str, lock: str | None, runtime: str | None) -> Dependencies:
    frozen = ("env", "BUNDLE_WITHOUT=development:test", f"BUNDLE_DEPLOYMENT={int(bool(lock))}")
    command = Command((*frozen, "bundle", "install"))
    return installation(
        tree,
        "bundler",
        (command,),
        (lock, path, ".ruby-version"),
        runtime=runtime,
        keep=("vendor/bundle",),
    )


def _build(tree: Tree, framework: str | None, gems: dict[str, Gem]) -> tuple[Command, ...]:
    assets = tree.has_folder("app/assets") or {"propshaft", "sprockets-rails"} & set(gems)
    if (
        framework == "rails"
        and assets
        and "config.api_only = true" not in tree.text("config/application.rb")
    ):
        line = ("env", "SECRET_KEY_BASE_DUMMY=1", "bundle", "exec", "rails", "assets:precompile")
        return (Command(line),)
    if framework == "hanami" and "hanami-assets" in gems:
        return (Command(("bundle", "exec", "hanami", "assets", "compile")),)
    return ()


def _release(tree: Tree, framework: str | None, gems: dict[str, Gem]) -> tuple[Command, ...]:
    if framework == "rails" and tree.glob("db/migrate/*.rb"):
        return (Command(("bundle", "exec", "rails", "db:migrate")),)
    if framework == "hanami" and {"hanami-db", "rom-sql"} & set(gems):
        return (Command(("bundle", "exec", "hanami", "db", "migrate")),)
    if "sinatra-activerecord" in gems and tree.glob("db/migrate/*.rb"):
        return (Command(("bundle", "exec", "rake", "db:migrate")),)
    return ()


def _health(tree: Tree, framework: str | None, texts: list[str]) -> str | None:
    routes = tree.text("config/routes.rb")
    if framework == "rails" and re.search(r"^\s*get\s+[\"']/?up[\"']", routes, re.MULTILINE):
        return "/up"
    return health_route([*texts, routes])


def _version(tree: Tree, framework: str | None, gems: dict[str, Gem]) -> str | None:
    if framework is None:
        return None
    match = re.search(
        rf"^    {framework} \(([\d.]+)\)$", tree.text("Gemfile.lock", LOCK_LIMIT), re.MULTILINE
    )
    return match[1] if match else gems[framework].version if framework in gems else None


def ruby_runtime(tree: Tree, path: str | None) -> tuple[str | None, Evidence | None]:
    places = (
        (".ruby-version", r"^\s*(?:ruby-)?(\d+\.\d+(?:\.\d+)?)"),
        (".tool-versions", r"^\s*ruby\s+(\d+\.\d+(?:\.\d+)?)"),
        ("mise.toml", r"^\s*ruby\s*=\s*[\"'](\d+\.\d+(?:\.\d+)?)"),
        (path or "Gemfile", r"^\s*ruby\s*\(?\s*[\"']([^\"']+)[\"']"),
        ("Gemfile.lock", r"^RUBY VERSION\n\s+ruby (\d+\.\d+\.\d+)"),
    )
    for place, pattern in places:
        if match := re.search(pattern, tree.text(place, LOCK_LIMIT), re.MULTILINE):
            line = tree.text(place).count("\n", 0, match.start(1)) + 1
            return match[1], Evidence(place, f"asks for Ruby {match[1]}", line)
    return None, None


def _sources(tree: Tree) -> list[str]:
    upper = [p for p in tree.ending("rb") if "/" not in p]
    inner = (*tree.glob("app/*.rb"), *tree.glob("lib/*.rb"))
    return [p for p in ("config.ru", "config/app.rb", *upper, *inner) if tree.has(p)][:40]
