"""The Dockerfile of a project: one blueprint for each stack, one way to write them all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module

from pierhead.domain.command import Command
from pierhead.errors import InvalidInput
from pierhead.generate.blueprint import USER_ID, Blueprint, Stage
from pierhead.generate.commands import contained, exec_argv, needs_init, open_environment
from pierhead.generate.instructions import arg, comment, copy, env, exec_form, label, path, run
from pierhead.generate.kept import kept_folders
from pierhead.generate.packages import install_packages
from pierhead.generate.project import ImageOptions, Project, secretive

_AT = "pierhead.generate.stacks"
# The module of each stack; imported when asked for.
STACKS: Mapping[str, str] = {
    "bun": "bun",
    "csharp": "csharp",
    "deno": "deno",
    "elixir": "elixir",
    "go": "go",
    "java": "jvm",
    "kotlin": "jvm",
    "node": "node",
    "php": "php",
    "python": "python",
    "ruby": "ruby",
    "rust": "rust",
    "scala": "jvm",
    "static": "static",
}
Template = Callable[[Project, ImageOptions], Blueprint]
_CA = "/usr/local/share/ca-certificates/extra.crt"
_CA_ALL = "/etc/ssl/certs/ca-certificates.crt"


def dockerfile(project: Project, options: ImageOptions | None = None) -> str:
    """The text of the project's Dockerfile.

    Raises:
        InvalidInput: if there is no template for the stack, or a value cannot stand in one.
    """
    wishes = options or ImageOptions()
    blueprint = _template(project)(project, wishes)
    head = [
        comment(f"{project.name}: build with `docker build -t {project.name} .` (Docker 23+)."),
        comment("A mirror: --build-arg REGISTRY=mirror.example. Another base: --build-arg BASE=."),
        arg("REGISTRY", (wishes.mirror or blueprint.registry).rstrip("/")),
        f"ARG BASE={wishes.base or '${REGISTRY}/' + blueprint.base}",
    ]
    stages = [_stage(stage, wishes, blueprint) for stage in blueprint.stages]
    return "\n\n".join(["\n".join(head), *stages, _last(project, blueprint, wishes)]) + "\n"


def _template(project: Project) -> Template:
    name = "static" if _only_files(project) else project.stack.name
    if name not in STACKS or (name == "static" and not _only_files(project)):
        raise InvalidInput(
            f"no Dockerfile can be written for {name}",
            hint=f"there are ones for {', '.join(sorted(STACKS))}",
        )
    template: Template = import_module(f"{_AT}.{STACKS[name]}").blueprint
    return template


def _only_files(project: Project) -> bool:
    return project.recipe.static is not None and project.stack.name not in ("node", "bun", "deno")


def _stage(stage: Stage, options: ImageOptions, blueprint: Blueprint) -> str:
    names = {other.name for other in blueprint.stages}
    outside = stage.image not in names
    image = "${BASE}" if stage.image == "$BASE" else "${REGISTRY}/" + stage.image
    lines = [f"FROM {image if outside else stage.image} AS {stage.name}"]
    if outside:
        lines += _trusted(options)
    lines += [arg(name, options.build_args[name]) for name in sorted(options.build_args)]
    return "\n".join([*lines, *stage.body])


def _trusted(options: ImageOptions) -> list[str]:
    if options.ca_bundle is None:
        return []
    return [
        comment("Certificates of one's own, for every tool of the build and for the program."),
        copy([options.ca_bundle], _CA),
        run("mkdir -p /etc/ssl/certs", f"cat {_CA} >> {_CA_ALL}"),
        env(
            {
                "NODE_EXTRA_CA_CERTS": _CA,
                "PIP_CERT": _CA_ALL,
                "REQUESTS_CA_BUNDLE": _CA_ALL,
                "SSL_CERT_FILE": _CA_ALL,
            }
        ),
    ]


def _last(project: Project, blueprint: Blueprint, options: ImageOptions) -> str:
    command = blueprint.command or _web(project)
    init = needs_init(command)
    packages = [*blueprint.packages, *options.packages, *(["tini"] if init else [])]
    lines = ["FROM ${BASE} AS run", *_trusted(options)]
    lines += blueprint.trust if options.ca_bundle else ()
    lines += [*_labels(project, options), *_environment(project, blueprint)]
    lines += install_packages(packages, alpine=blueprint.alpine)
    lines += [*_account(blueprint), *blueprint.setup, f"WORKDIR {blueprint.workdir}"]
    lines += blueprint.files
    lines += _writable(project, blueprint)
    user = blueprint.user or USER_ID
    lines += [f"USER {user}:{user}", f"EXPOSE {project.port}"]
    if blueprint.stop_signal:
        lines.append(f"STOPSIGNAL {blueprint.stop_signal}")
    lines += _health(project, blueprint)
    if init:
        lines.append(comment("The command starts the service as a child: tini gives both SIGTERM."))
        tini = "/sbin/tini" if blueprint.alpine else "/usr/bin/tini"
        lines.append(f"ENTRYPOINT {exec_form((tini, '-g', '--'))}")
    return "\n".join([*lines, f"CMD {exec_form(exec_argv(command))}"])


def _web(project: Project) -> Command:
    web = project.recipe.processes.get("web")
    if web is None:
        raise InvalidInput(
            "nothing says how the service starts, so its image would start nothing",
            hint='name the start command in pierhead.toml: [service] command = "..."',
        )
    return contained(web)


def _labels(project: Project, options: ImageOptions) -> list[str]:
    title = {"org.opencontainers.image.title": project.name}
    base = ["ARG BASE", 'LABEL org.opencontainers.image.base.name="${BASE}"']
    return [*base, label(title | dict(options.labels))]


def _environment(project: Project, blueprint: Blueprint) -> list[str]:
    values = open_environment({**blueprint.environment, **project.recipe.environment})
    kept = {name: value for name, value in values.items() if not secretive(name)}
    lines = [env({**kept, "PORT": str(project.port)})]
    if blueprint.path:
        lines.append(path(*blueprint.path))
    left = sorted({*values, *project.recipe.secrets} - kept.keys())
    if left:
        lines.insert(0, comment(f"Given when the container starts, never here: {', '.join(left)}."))
    return lines


def _account(blueprint: Blueprint) -> list[str]:
    if blueprint.user is not None:
        return []
    number = USER_ID
    if blueprint.alpine:
        lines = (
            f"addgroup -g {number} app",
            f"adduser -D -H -h /tmp -u {number} -G app app",
        )
    else:
        lines = (
            f"groupadd --gid {number} app",
            f"useradd --uid {number} --gid app --home-dir /tmp --no-create-home --no-log-init app",
        )
    return [comment("At home in /tmp, where tools may leave what they must."), run(*lines)]


def _writable(project: Project, blueprint: Blueprint) -> list[str]:
    folders = {*blueprint.writable, *kept_folders(project)}
    if not folders:
        return []
    owner = f"{blueprint.user or USER_ID}:{blueprint.user or USER_ID}"
    below = " ".join(sorted(folders - {"."}))
    lines = [f"mkdir -p {below}", f"chown -R {owner} {below}"] if below else []
    # Files can be made in the working directory, and those that are there stay root's.
    lines += [f"chown {owner} ."] if "." in folders else []
    return [
        comment("What the program writes to; all else stays root's, which it is not."),
        run(*lines),
    ]


def _health(project: Project, blueprint: Blueprint) -> list[str]:
    if blueprint.health is None:
        return [comment(f"No HEALTHCHECK: {blueprint.no_health}.")]
    health = project.spec.health
    start = max(int(health.start_timeout), 1)
    flags = f"--interval=10s --timeout=5s --start-period={start}s --retries={health.attempts}"
    argv = blueprint.health(project.health_path)
    return [f"HEALTHCHECK {flags} \\\n    CMD {exec_form(argv)}"]
