"""Where things lie below PIERHEAD_HOME."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Layout:
    """Paths of one installation; nothing here touches the disk.

    ```text
    blobs/                                       files by sha256
    releases/PROJECT/ENVIRONMENT/RELEASE/tree/   a release as it runs, with what its build made
    releases/PROJECT/ENVIRONMENT/RELEASE/built   exists once the build is complete
    dependencies/DIGEST/                         an installation shared by releases
    data/PROJECT/ENVIRONMENT/                    DATA_DIR of the service, survives every release
    logs/PROJECT/ENVIRONMENT/                    logs of deployments and instances
    workspace/                                   projects written from bundles
    run/commands/                                notes of the commands that run
    ```
    """

    home: Path

    @property
    def blobs(self) -> Path:
        """The blob store."""
        return self.home / "blobs"

    @property
    def workspace(self) -> Path:
        """Where projects are written that come as bundles."""
        return self.home / "workspace"

    @property
    def commands(self) -> Path:
        """Notes of the commands that run."""
        return self.home / "run" / "commands"

    @property
    def dependencies(self) -> Path:
        """All shared installations."""
        return self.home / "dependencies"

    def installation(self, digest: str) -> Path:
        """One shared installation."""
        return self.dependencies / digest[:16]

    @property
    def all_releases(self) -> Path:
        """The releases of all services, by project and environment."""
        return self.home / "releases"

    def releases(self, project: str, environment: str) -> Path:
        """All releases of a service."""
        return self.all_releases / project / environment

    def release(self, project: str, environment: str, release_id: str) -> Path:
        """The folder of one release."""
        return self.releases(project, environment) / release_id

    def tree(self, project: str, environment: str, release_id: str) -> Path:
        """The files of one release, where its commands run."""
        return self.release(project, environment, release_id) / "tree"

    def built(self, project: str, environment: str, release_id: str) -> Path:
        """The mark that a release is built."""
        return self.release(project, environment, release_id) / "built"

    def data(self, project: str, environment: str) -> Path:
        """What a service keeps from release to release."""
        return self.home / "data" / project / environment

    def shared(self, project: str, environment: str) -> Path:
        """The paths a release shares with the next one."""
        return self.data(project, environment) / "shared"

    @property
    def all_logs(self) -> Path:
        """The logs of all services, by project and environment, beside Pierhead's own."""
        return self.home / "logs"

    def logs(self, project: str, environment: str) -> Path:
        """Logs of deployments and instances."""
        return self.all_logs / project / environment

    def deployment_log(self, project: str, environment: str, deployment_id: str) -> Path:
        """What a deployment said."""
        return self.logs(project, environment) / f"{deployment_id}.log"

    def instance_log(
        self, project: str, environment: str, deployment_id: str, process: str
    ) -> Path:
        """What an instance says; `process` is such as `web.0`."""
        return self.logs(project, environment) / f"{deployment_id}.{process}.log"
