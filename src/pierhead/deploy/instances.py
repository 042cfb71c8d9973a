"""Instances of a release: their names, their environment, their values for the supervisor."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pierhead.deploy.layout import Layout
from pierhead.domain.deployment import Deployment
from pierhead.domain.release import Release
from pierhead.domain.secret import Secret
from pierhead.runtimes.instance import Instance

WEB = "web"
# What builds may see of the server's own environment: how the package indexes are reached.
_BUILD_NAMES = (
    "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
    "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE",
    "NODE_EXTRA_CA_CERTS",
)  # fmt: skip
_BUILD_PREFIXES = ("PIP_", "UV_", "NPM_CONFIG_", "npm_config_")
_LOGIN = re.compile(r"PASSWORD|TOKEN|_AUTH$|_AUTH_|_authToken$", re.IGNORECASE)


def process_names(release: Release) -> tuple[str, ...]:
    """`web.0`, `web.1`, `worker.0`: one for each instance of a release, web first."""
    recipe = release.spec.recipe
    web = [f"{WEB}.{n}" for n in range(release.spec.instances)] if WEB in recipe.processes else []
    others = sorted(f"{process}.0" for process in recipe.processes if process != WEB)
    return (*web, *others)


def web_processes(release: Release) -> tuple[str, ...]:
    """The instances that receive traffic."""
    return tuple(name for name in process_names(release) if name.startswith(f"{WEB}."))


def instance_id(deployment: Deployment, process: str) -> str:
    """The supervisor's name for one instance; it begins with `service_prefix`."""
    return f"{service_prefix(deployment.project, deployment.environment)}{deployment.id}.{process}"


def service_prefix(project: str, environment: str) -> str:
    """What the names of all instances of a service begin with; no other service's do."""
    return f"{project}.{environment}."


def instance_ids(deployment: Deployment, release: Release) -> tuple[str, ...]:
    """The supervisor's names of all instances of a deployment."""
    return tuple(instance_id(deployment, process) for process in process_names(release))


def tree_of(layout: Layout, deployment: Deployment) -> Path:
    """The files a deployment runs."""
    return layout.tree(deployment.project, deployment.environment, deployment.release_id)


def make_instance(
    layout: Layout,
    deployment: Deployment,
    release: Release,
    process: str,
    environment: Mapping[str, Secret],
) -> Instance:
    """The value the supervisor runs: command, folder, environment, limits and log."""
    spec = release.spec
    values = {name: value.reveal() for name, value in environment.items()}
    return Instance(
        id=instance_id(deployment, process),
        argv=spec.recipe.processes[process.rpartition(".")[0]].expand(values),
        cwd=tree_of(layout, deployment),
        environment=values,
        limits=spec.limits,
        restart=spec.restart,
        stop_timeout=spec.stop_timeout,
        log=layout.instance_log(deployment.project, deployment.environment, deployment.id, process),
    )


def run_environment(
    layout: Layout,
    deployment: Deployment,
    release: Release,
    *,
    declared: Mapping[str, Secret],
    secrets: Mapping[str, Secret],
    port: int | None,
) -> dict[str, Secret]:
    """The whole environment of a running process: ours, then the stack's, then the user's.

    `HOME` is the data folder, so that what a program writes there survives the release.
    """
    data = str(layout.data(deployment.project, deployment.environment))
    tree = tree_of(layout, deployment)
    ours = {
        "PATH": search_path(layout, deployment, release),
        "HOME": data,
        "DATA_DIR": data,
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
        "PWD": str(tree),
        "PIERHEAD_PROJECT": deployment.project,
        "PIERHEAD_ENVIRONMENT": deployment.environment,
        "PIERHEAD_RELEASE": release.id,
        "PIERHEAD_DEPLOYMENT": deployment.id,
        "PIERHEAD_VERSION": release.version,
    }
    if port is not None:
        ours |= {"PORT": str(port), "HOST": "127.0.0.1"}
    values = ours | dict(release.spec.recipe.environment)
    chosen = {name: secrets[name] for name in release.spec.recipe.secrets if name in secrets}
    return {name: Secret(value) for name, value in values.items()} | chosen | dict(declared)


def build_environment(layout: Layout, deployment: Deployment, release: Release) -> dict[str, str]:
    """The environment of an installation: the user's home and package indexes, nothing else."""
    inherited = _inherited()
    # uv comes with Pierhead; anything of the system's own goes first.
    tools = str(Path(sys.executable).parent)
    values = {
        "PATH": os.pathsep.join([search_path(layout, deployment, release), tools]),
        "HOME": str(Path.home()),
        "LANG": "C.UTF-8",
        "CI": "true",
        "PYTHONUNBUFFERED": "1",
    }
    if release.stack.name == "python" and release.spec.recipe.dependencies is not None:
        venv = str(venv_of(layout, release))
        values |= {"VENV": venv, "VIRTUAL_ENV": venv, "UV_PROJECT_ENVIRONMENT": venv}
    return inherited | values


def inherited_secrets() -> set[str]:
    """What a build must not show of the variables it inherits: how it logs in to an index."""
    found = set()
    for name, value in _inherited().items():
        with suppress(ValueError):  # not a URL
            found |= {part.password for part in map(urlsplit, value.split()) if part.password}
        if _LOGIN.search(name):
            found.add(value)
    return found | {unquote(value) for value in found}


def _inherited() -> dict[str, str]:
    return {
        name: value
        for name, value in os.environ.items()
        if name in _BUILD_NAMES or name.startswith(_BUILD_PREFIXES)
    }


def venv_of(layout: Layout, release: Release) -> Path:
    """The virtual environment of a Python release."""
    dependencies = release.spec.recipe.dependencies
    assert dependencies is not None, "only a release with dependencies has one"  # noqa: S101
    return layout.installation(dependencies.digest) / "venv"


def search_path(layout: Layout, deployment: Deployment, release: Release) -> str:
    """PATH: the release's own programs, then the system's; nothing of Pierhead's."""
    own_tools = str(Path(sys.executable).parent)
    system = [
        part
        for part in os.environ.get("PATH", os.defpath).split(os.pathsep)
        if part and part != own_tools
    ]
    own = []
    if release.spec.recipe.dependencies is not None:
        if release.stack.name == "python":
            own.append(str(venv_of(layout, release) / "bin"))
        else:
            own.append(str(tree_of(layout, deployment) / "node_modules" / ".bin"))
    return os.pathsep.join([*own, *system])
