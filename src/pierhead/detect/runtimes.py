"""Releases of the languages: which are known, which is usual, and when each ends.

Dates are the last day of security fixes, as the projects publish them: devguide.python.org,
nodejs/Release, php.net/supported-versions, ruby-lang.org, Adoptium, dotnet.microsoft.com. Go ends
a release when the second next one appears. None: no date is published.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pierhead.detect.ranges import allows, version


@dataclass(frozen=True, slots=True)
class Runtime:
    """One language's releases.

    Attributes:
        label: its name for people.
        usual: what is taken where nothing is asked for.
        ends: last supported day by release, newest first; None where no date is published.
        minimum: a version asked for is the least one, as in go.mod: newer ones run it as well.
        loose_tilde: how `~1.2` is read; see `ranges.allows`.
    """

    label: str
    usual: str
    ends: dict[str, date | None]
    minimum: bool = False
    loose_tilde: bool = True


def _days(text: str) -> dict[str, date | None]:
    pairs = (line.split() for line in text.strip().splitlines())
    return {name: date.fromisoformat(day) if day != "-" else None for name, day in pairs}


RUNTIMES = {
    "python": Runtime(
        "Python",
        "3.13",
        _days("""3.14 2030-10-31\n3.13 2029-10-31\n3.12 2028-10-31\n3.11 2027-10-31
3.10 2026-10-31\n3.9 2025-10-31\n3.8 2024-10-07\n3.7 2023-06-27\n3.6 2021-12-23\n2.7 2020-01-01"""),
    ),
    "node": Runtime(
        "Node",
        "24",
        _days("""24 2028-04-30\n22 2027-04-30\n20 2026-04-30\n18 2025-04-30\n16 2023-09-11
14 2023-04-30\n12 2022-04-30\n10 2021-04-30\n25 2026-06-01\n23 2025-06-01\n21 2024-06-01"""),
        loose_tilde=False,
    ),
    "php": Runtime(
        "PHP",
        "8.4",
        _days("""8.5 2029-12-31\n8.4 2028-12-31\n8.3 2027-12-31\n8.2 2026-12-31\n8.1 2025-12-31
8.0 2023-11-26\n7.4 2022-11-28\n7.3 2021-12-06\n7.2 2020-11-30\n7.1 2019-12-01\n5.6 2018-12-31"""),
    ),
    "go": Runtime(
        "Go",
        "1.26",
        _days("""1.26 2027-02-28\n1.25 2026-08-31\n1.24 2026-02-28\n1.23 2025-08-12
1.22 2025-02-11\n1.21 2024-08-13"""),
        minimum=True,
    ),
    "ruby": Runtime(
        "Ruby",
        "3.4",
        _days("""4.0 2029-03-31\n3.4 2028-03-31\n3.3 2027-03-31\n3.2 2026-03-31\n3.1 2025-03-26
3.0 2024-04-23\n2.7 2023-03-31\n2.6 2022-04-12\n2.5 2021-04-05\n2.4 2020-04-05"""),
    ),
    "java": Runtime(
        "Java",
        "21",
        _days("25 2031-09-30\n21 2029-12-31\n17 2027-10-31\n11 2027-10-31\n8 2030-12-31"),
        minimum=True,
    ),
    "csharp": Runtime(
        ".NET",
        "10.0",
        _days("""10.0 2028-11-14\n9.0 2026-11-10\n8.0 2026-11-10\n7.0 2024-05-14\n6.0 2024-11-12
5.0 2022-05-10\n3.1 2022-12-13"""),
    ),
    "rust": Runtime("Rust", "1", _days("1 -")),
    "elixir": Runtime(
        "Elixir", "1.18", _days("1.19 -\n1.18 -\n1.17 -\n1.16 -\n1.15 -\n1.14 -\n1.13 -")
    ),
    "deno": Runtime("Deno", "2", _days("2 -\n1 2025-06-30")),
    "bun": Runtime("Bun", "1", _days("1 -")),
}
RUNTIMES["scala"] = RUNTIMES["kotlin"] = RUNTIMES["java"]


def resolve(stack: str, asked: str | None, today: date) -> tuple[str | None, tuple[str, ...]]:
    """The release to use for what is asked, and what a person should know of it.

    The usual release wins if it fits; else the newest supported one that does, else the newest.
    """
    known = RUNTIMES.get(stack)
    if known is None:
        return None, ()
    wanted = version(asked or "")
    if known.minimum and wanted:
        chosen, fits = _least(known, wanted, today), True
    else:
        fitting = [r for r in known.ends if not wanted or _fits(known, asked or "", r)]
        chosen, fits = _best(known, fitting, today), bool(fitting)
    notes = []
    if not fits and _exact(asked or ""):
        # A release we have no dates of: somebody wrote it, so it exists.
        chosen = ".".join(str(n) for n in wanted[: len(version(known.usual))])
    elif not fits:
        notes.append(f"no known {known.label} fits {asked!r}: {chosen} is used")
    end = known.ends.get(chosen)
    if end and end < today:
        newer = _best(known, list(known.ends), today)
        notes.append(f"{known.label} {chosen} had its last fixes on {end}: move to {newer}")
    return chosen, tuple(notes)


def _fits(known: Runtime, asked: str, release: str) -> bool:
    return allows(asked, version(release), loose_tilde=known.loose_tilde)


def _exact(asked: str) -> bool:
    return asked.strip().lstrip("v").replace(".", "").isdigit()


def _alive(known: Runtime, release: str, today: date) -> bool:
    end = known.ends[release]
    return end is None or end >= today


def _best(known: Runtime, fitting: list[str], today: date) -> str:
    if not fitting or known.usual in fitting:
        return known.usual
    return next((r for r in fitting if _alive(known, r, today)), fitting[0])


def _least(known: Runtime, wanted: tuple[int, ...], today: date) -> str:
    """The usual release, or a newer one if more is asked; an exact known one if it is older.

    Java's own releases are kept, since libraries of old applications break on newer ones; Go
    promises that old code builds.
    """
    usual = version(known.usual)
    short = wanted[: len(usual)]
    if short == (1,) and len(wanted) == 1:
        return known.usual
    if known.label == "Go":
        return ".".join(map(str, short)) if short > usual else known.usual
    if short == (1, 8) or wanted[:2] == (1, 8):
        short = (8,)
    above = [r for r in reversed(known.ends) if version(r) >= short]
    alive = [r for r in above if _alive(known, r, today)]
    return next(iter(alive or above), str(short[0]))
