"""The one family of errors.

```text
PierheadError                what went wrong, where, and what to do next
├── InvalidInput             exit 3, HTTP 400   the caller can mend it
│   ├── ConfigError          pierhead.toml: file, line and fix
│   ├── SourceError          the folder: empty, unreadable, too large, changing
│   ├── NothingToRun         the folder holds nothing that can be run
│   └── UnsafePath           a path that would leave its root
├── NotFound                 exit 4, HTTP 404
├── Conflict                 exit 5, HTTP 409   the state forbids it
│   ├── PortTaken
│   └── NothingToRollBackTo
├── DeploymentFailed         exit 6, HTTP 500   a phase failed; the old version serves
│   ├── BuildFailed
│   ├── StartFailed
│   ├── HealthCheckFailed
│   └── EdgeFailed
├── Unavailable              exit 7, HTTP 503   something needed is not there
│   ├── ServerUnreachable
│   ├── ToolMissing
│   └── HomeUnusable
├── Cancelled                exit 8, HTTP 409
├── TimedOut                 exit 9, HTTP 504
├── StorageError             exit 10, HTTP 500
│   ├── StorageFull          HTTP 507
│   └── BlobCorrupt
└── AccessDenied             exit 11, HTTP 401
```

The class docstring is the error's title; `hint` is its advice. The CLI shows them as two lines and
the exit code, HTTP as problem+json. Errors of libraries are translated where they arise.
"""

from __future__ import annotations

from typing import Any, ClassVar

Document = dict[str, Any]


class PierheadError(Exception):
    """Something went wrong."""

    code: ClassVar[str] = "internal"
    http_status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 1
    advice: ClassVar[str] = ""

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        where: str | None = None,
        details: Document | None = None,
    ) -> None:
        """Say what happened.

        Args:
            message: place and cause, one sentence.
            hint: the next step; the class's own advice if not given.
            where: `file:line`, a path, or a part of the request, if there is one.
            details: plain JSON data for machines; never a secret.
        """
        super().__init__(message)
        self.message = message
        self.hint = self.advice if hint is None else hint
        self.where = where
        self.details = details or {}

    @property
    def title(self) -> str:
        """The first line of the class docstring."""
        return (type(self).__doc__ or "").strip().splitlines()[0].rstrip(".")

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else self.message

    def to_document(self) -> Document:
        """The error as plain JSON data, read back by `error_from_document`."""
        document: Document = {"code": self.code, "title": self.title, "message": self.message}
        for key in ("hint", "where", "details"):
            if value := getattr(self, key):
                document[key] = value
        return document


class InvalidInput(PierheadError):
    """The input is not valid."""

    code = "invalid-input"
    http_status = 400
    exit_code = 3


class ConfigError(InvalidInput):
    """The configuration is not valid."""

    code = "config-invalid"
    advice = "see docs/reference/config.md"


class SourceError(InvalidInput):
    """The source folder cannot be read as a release."""

    code = "source-unreadable"


class NothingToRun(InvalidInput):
    """Nothing that can be run was found."""

    code = "nothing-to-run"
    advice = 'name the start command in pierhead.toml: [service] command = "..."'


class UnsafePath(InvalidInput):
    """A path would leave its root or cannot be stored safely."""

    code = "unsafe-path"


class NotFound(PierheadError):
    """There is no such thing."""

    code = "not-found"
    http_status = 404
    exit_code = 4


class Conflict(PierheadError):
    """The present state forbids it."""

    code = "conflict"
    http_status = 409
    exit_code = 5


class PortTaken(Conflict):
    """The port is in use."""

    code = "port-taken"


class NothingToRollBackTo(Conflict):
    """There is no earlier deployment that succeeded."""

    code = "nothing-to-roll-back-to"
    advice = "`pierhead deploy list NAME` shows what there is"


class DeploymentFailed(PierheadError):
    """The deployment failed."""

    code = "deployment-failed"
    exit_code = 6


class BuildFailed(DeploymentFailed):
    """The build failed."""

    code = "build-failed"


class StartFailed(DeploymentFailed):
    """The service did not start."""

    code = "start-failed"


class HealthCheckFailed(DeploymentFailed):
    """The service did not become healthy."""

    code = "health-check-failed"


class EdgeFailed(DeploymentFailed):
    """The edge could not be switched."""

    code = "edge-failed"


class Unavailable(PierheadError):
    """Something that is needed is not there."""

    code = "unavailable"
    http_status = 503
    exit_code = 7


class ServerUnreachable(Unavailable):
    """The server does not answer."""

    code = "server-unreachable"
    advice = "`pierhead doctor` says what is wrong"


class ToolMissing(Unavailable):
    """A program that is needed is not installed."""

    code = "tool-missing"


class HomeUnusable(Unavailable):
    """PIERHEAD_HOME cannot be used."""

    code = "home-unusable"
    advice = "set PIERHEAD_HOME to a folder you own"


class Cancelled(PierheadError):
    """It was cancelled."""

    code = "cancelled"
    http_status = 409
    exit_code = 8


class TimedOut(PierheadError):
    """It took longer than allowed."""

    code = "timed-out"
    http_status = 504
    exit_code = 9


class StorageError(PierheadError):
    """The storage failed."""

    code = "storage-failed"
    exit_code = 10


class StorageFull(StorageError):
    """There is no space left."""

    code = "storage-full"
    http_status = 507
    advice = "free some space, then run the command again; nothing was changed"


class BlobCorrupt(StorageError):
    """A stored file does not have the content its name promises."""

    code = "blob-corrupt"
    advice = "deploy from the source again; the stored copy is replaced"


class AccessDenied(PierheadError):
    """Access is denied."""

    code = "access-denied"
    http_status = 401
    exit_code = 11


def _family(cls: type[PierheadError]) -> dict[str, type[PierheadError]]:
    found: dict[str, type[PierheadError]] = {}
    for child in cls.__subclasses__():
        found |= _family(child)
    return found | {cls.code: cls}  # a subclass without a code of its own stands for its parent


def error_from_document(document: Document) -> PierheadError:
    """Rebuild an error from `PierheadError.to_document`; unknown codes become the base class."""
    cls = _family(PierheadError).get(str(document.get("code")), PierheadError)
    return cls(
        str(document.get("message", document.get("detail", "unknown error"))),
        hint=document.get("hint"),
        where=document.get("where"),
        details=document.get("details"),
    )
