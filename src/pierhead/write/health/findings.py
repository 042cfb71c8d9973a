"""What the health step found."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

Severity = Literal["error", "warning"]

# Five errors, or twenty warnings, leave nothing of a good score.
_COST = {"error": 20, "warning": 5}


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        path: relative to the project; `.` for the project itself.
        line: from 1; 0 where there is none.
        check: which check found it, such as `python-syntax`.
        severity: `error` would fail at run time or build time; `warning` may.
        message: the cause.
    """

    path: str
    line: int
    check: str
    severity: Severity
    message: str

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.severity}: {self.message} [{self.check}]"


@dataclass(frozen=True, slots=True)
class TreeHealth:
    """The result of the health step.

    Attributes:
        files: how many files were looked at.
        checks: check -> how many things it looked at; a check that met nothing has 0.
        findings: sorted by path and line.
    """

    files: int
    checks: dict[str, int]
    findings: tuple[Finding, ...]

    @property
    def score(self) -> int:
        """100 less 20 for each error and 5 for each warning, never below 0."""
        return max(0, 100 - sum(_COST[finding.severity] for finding in self.findings))

    @property
    def status(self) -> Literal["healthy", "degraded", "unhealthy"]:
        """`unhealthy` with any error, `degraded` with warnings alone."""
        count = Counter(finding.severity for finding in self.findings)
        if count["error"]:
            return "unhealthy"
        return "degraded" if count["warning"] else "healthy"

    def to_document(self) -> dict[str, Any]:
        """The result as plain JSON data."""
        return {
            "status": self.status,
            "score": self.score,
            "files": self.files,
            "checks": self.checks,
            "findings": [
                {name: getattr(each, name) for name in Finding.__slots__} for each in self.findings
            ],
        }

    def to_text(self) -> str:
        """The result for people."""
        rows = [f"health       {self.status}, score {self.score} of 100, {self.files:,} files"]
        rows += [f"  {finding}" for finding in self.findings]
        return "\n".join(rows)


class Checked(NamedTuple):
    """What one check did: how many things it looked at, and what it found."""

    looked_at: int
    findings: list[Finding]
