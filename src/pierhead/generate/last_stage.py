"""The stage that runs: account, files, port, health and command, alike for every stack."""

from __future__ import annotations

from pierhead.domain.command import Command
from pierhead.errors import InvalidInput
from pierhead.generate.blueprint import USER_ID, Blueprint
from pierhead.generate.commands import contained, exec_argv, needs_init, open_environment
from pierhead.generate.instructions import comment, copy, env, exec_form, label, path, run
from pierhead.generate.kept import kept_folders
from pierhead.generate.packages import install_packages
from pierhead.generate.project import ImageOptions, Project, secretive

_CA = "/usr/local/share/ca-certificates/extra.crt"
_CA_ALL = "/etc/ssl/certs/ca-certificates.crt"


def trusted(options: ImageOptions) -> list[str]:
    """Instructions that make a stage trust the certificates of the wishes."""
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


def last_stage(project: Project, blueprint: Blueprint, options: ImageOptions) -> str:
    """The text of the last stage.

    Raises:
        InvalidInput: if nothing says how the service starts, or a value cannot stand in it.
    """
    command = blueprint.command or _web(project)
    init = needs_init(command)
    packages = [*blueprint.packages, *options.packages, *(["tini"] if init else [])]
    lines = ["FROM ${BASE} AS run", *trusted(options)]
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
