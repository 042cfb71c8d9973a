"""The shape of pierhead.toml. Everything in it is optional; detection decides what is not said."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from pierhead.config.values import (
    Count,
    InnerPath,
    Line,
    Lines,
    Path,
    ProcessName,
    Seconds,
    Size,
    VariableName,
    VariableText,
)
from pierhead.domain.names import check_name
from pierhead.domain.service import Method, Restart, Strategy
from pierhead.errors import InvalidInput


def _dns_label(value: str) -> str:
    try:
        return check_name(value)
    except InvalidInput as error:
        raise ValueError(
            f"{error.message} ({error.hint})" if error.hint else error.message
        ) from None


def _rooted(value: str) -> str:
    if not value.startswith("/") or any(c.isspace() or ord(c) < 32 for c in value):
        raise ValueError("must start with / and have no white space, such as /health")
    return value


class Table(BaseModel):
    """A table that knows its keys and refuses others."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Build(Table):
    """How the project is built."""

    install: Lines | None = None
    """Commands in place of the detected installation of the dependencies."""
    commands: Lines | None = None
    """Commands in place of the detected build; an empty list for none."""


class Limits(Table):
    """What one instance may use. What is not named is not limited."""

    memory: Size | None = None
    """Private memory, such as `"512M"`; bytes if it is a number."""
    open_files: Count | None = None
    """Open files and sockets."""
    processes: Count | None = None
    """Processes of the user that runs the service; without effect for root."""
    nice: int = Field(0, strict=True, ge=0, le=19)
    """Priority of the processor: 0 is normal, 19 the last."""


class Service(Table):
    """How the service runs."""

    command: Line | None = None
    """The line that starts it, run by /bin/sh; it listens on `$PORT`."""
    release: Lines | None = None
    """Commands before the start, once per deployment, such as the schema step; `[]` for none."""
    port: Annotated[int, Field(strict=True, ge=1, le=65535)] | None = None
    """The port that the code insists on, if it does not read `PORT`."""
    instances: int = Field(1, strict=True, ge=1, le=64)
    """How many times the web process runs."""
    restart: Restart = Restart.ALWAYS
    """When an instance that ended is started again."""
    strategy: Strategy = Strategy.BLUE_GREEN
    """`blue-green`: the new version beside the old one. `recreate`: the old one ends first."""
    shared: tuple[InnerPath, ...] | None = None
    """Files and folders kept from release to release, in place of the detected ones."""
    stop_timeout: Seconds = 10.0
    """From SIGTERM to SIGKILL."""
    drain_timeout: Seconds = 30.0
    """What requests in flight may take after the switch."""
    limits: Limits = Field(default_factory=Limits)
    """What one instance may use."""


class Static(Table):
    """Files that are served as they are, in place of a process."""

    root: Path = "."
    """The folder, once the build is done."""
    fallback: InnerPath | None = None
    """The file answered for unknown paths, such as `index.html`; without it they are 404."""


class Health(Table):
    """When an instance counts as healthy."""

    path: Annotated[str, AfterValidator(_rooted)] | None = None
    """The path that must answer 2xx. Without it `/health`, `/up`, `/healthz` and `/` are tried."""
    host: str | None = Field(None, min_length=1)
    """The Host header of the request."""
    forwarded_proto: str = Field("http", pattern="^https?$")
    """The X-Forwarded-Proto header of the request: `http` or `https`."""
    start_timeout: Seconds = 30.0
    """What an instance may take until it is healthy."""
    attempts: Count = 3
    """Tries before an instance that listens counts as unhealthy."""
    interval: Seconds = 1.0
    """Between tries."""
    timeout: Seconds = 5.0
    """For one try."""


class Deploy(Table):
    """How a deployment goes."""

    timeout: Seconds = 600.0
    """For the whole deployment."""
    observe: Seconds = 10.0
    """How long the new version is watched after the switch; a crash in it goes back."""


class Secrets(Table):
    """Secrets of the service."""

    generate: tuple[VariableName, ...] = ()
    """Variables that get a random value where nobody sets them, the same for every release."""


class Config(Table):
    """A project's pierhead.toml."""

    name: Annotated[str, AfterValidator(_dns_label)] | None = None
    """The project's name: letters a-z, digits and inner hyphens. The folder's name if not given."""
    version: str | None = Field(None, min_length=1, max_length=128)
    """The version shown for the release."""
    method: Method = Method.PROCESS
    """How it runs."""
    build: Build = Field(default_factory=Build)
    """How the project is built."""
    service: Service = Field(default_factory=Service)
    """How the service runs."""
    processes: dict[ProcessName, Line] = Field(default_factory=dict)
    """Command lines of processes beside web, by name, such as `worker`."""
    static: Static | None = None
    """Files that are served as they are, in place of a process."""
    health: Health = Field(default_factory=Health)
    """When an instance counts as healthy."""
    deploy: Deploy = Field(default_factory=Deploy)
    """How a deployment goes."""
    env: dict[VariableName, VariableText] = Field(default_factory=dict)
    """Environment variables. Not for secrets: this file is part of every release."""
    secrets: Secrets = Field(default_factory=Secrets)
    """Secrets of the service."""

    @model_validator(mode="after")
    def _one_web(self) -> Config:
        if self.static is not None and self.service.command is not None:
            raise ValueError("[static] and [service] command exclude each other: remove one")
        return self

    @property
    def names_start(self) -> bool:
        """Whether it says by itself what serves the traffic."""
        return self.service.command is not None or self.static is not None
